"""How far a long command is, for whoever waits for it."""

from collections.abc import Callable
from typing import NamedTuple


class Step(NamedTuple):
    """What is done so far: so many keys (None: they are not counted) and bytes, and the share of it all, from
    0 to 1 (None: nobody knows)."""

    keys: int | None
    bytes: int
    share: float | None


Progress = Callable[[Step], None]
"""Told of each step."""


def untold(step: Step) -> None:
    """For when nobody waits."""
