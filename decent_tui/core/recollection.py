"""What this node remembers of how its keys changed: the newest changes of this run, in memory."""

from collections import deque
from typing import Final, NamedTuple

from decent_tui.core.store import Change
from decent_tui.core.sync import weight

CHANGES: Final = 10_000
"""Changes remembered at most: looking through all of them takes about a millisecond."""

BYTES: Final = 8 * 1024 * 1024
"""Bytes of the versions in them at most."""


class Remembered(NamedTuple):
    """One change, when it happened (wall clock, ms since 1970), and the node it came from ("": made here)."""

    at: int
    source: str
    change: Change


class Recollection:
    """The newest changes, oldest first."""

    def __init__(self) -> None:
        self._all: deque[Remembered] = deque()
        self._size = 0
        self._uncommitted = 0
        self.complete = True
        """Whether nothing was dropped yet."""

    def note(self, at: int, source: str, change: Change) -> None:
        """Remember a change."""
        self._all.append(Remembered(at, source, change))
        self._size += _size(change)
        self._uncommitted += 1
        while len(self._all) > CHANGES or (self._size > BYTES and len(self._all) > 1):
            self._size -= _size(self._all.popleft().change)
            self.complete = False

    def commit(self) -> None:
        """What was noted did happen."""
        self._uncommitted = 0

    def undo(self) -> None:
        """What was noted since the last commit did not happen."""
        for _ in range(min(self._uncommitted, len(self._all))):
            self._size -= _size(self._all.pop().change)
        self._uncommitted = 0

    def of(self, key: str) -> list[Remembered]:
        """The changes of a key, oldest first."""
        return [remembered for remembered in self._all if remembered.change.key == key]


def _size(change: Change) -> int:
    return sum(map(weight, change.kept)) + sum(map(weight, change.dropped)) + 128
