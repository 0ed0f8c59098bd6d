"""Which stretch of the sorted keys a page comes from.

Keys are sorted by their UTF-8 bytes. For valid text that is the order of code points, so it is also
the order in which Python compares strings and the one of SQLite's BINARY collation.
"""

from typing import NamedTuple


class Span(NamedTuple):
    """The keys from `low` on and below `high`; no upper end when `high` is None."""

    low: str
    high: str | None


def span(*, prefix: str = "", start: str = "", inclusive: bool = True, backwards: bool = False) -> Span:
    """The keys that start with `prefix` and lie from `start` on, in the direction of reading.

    The arguments are those of `Store.page`. A span may be empty (`low` at or above `high`).
    """
    low, high = prefix, after_prefix(prefix)
    if not start:
        return Span(low, high)
    next_key = start + "\0"  # nothing sorts between a text and the text with a NUL behind it
    if not backwards:
        return Span(max(low, start if inclusive else next_key), high)
    end = next_key if inclusive else start
    return Span(low, end if high is None else min(high, end))


def after_prefix(prefix: str) -> str | None:
    """The least text above everything that starts with `prefix`; None if there is no such text."""
    head = prefix.rstrip("\U0010ffff")
    if not head:
        return None
    last = ord(head[-1]) + 1
    return head[:-1] + chr(0xE000 if last == 0xD800 else last)  # surrogates are no characters
