"""The garbage collector while a program starts.

What a start makes stays, and without this the collector looks through all of it again and again: an eighth of
what the start takes, and later up to 90 ms at a time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Collect nothing until `settle`, or until this is left."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """The start, or a part of it, is over: what is there is never looked at again, what comes from here on is
    collected."""
    gc.freeze()
    gc.enable()
