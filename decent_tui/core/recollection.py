"""What this node remembers of how its keys changed: the newest changes of this run, in memory."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from decent_tui.core.store import Change
from decent_tui.core.sync import weight

CHANGES: Final = 10_000
"""Changes remembered at most: looking through all of them takes about a millisecond."""

_NOTHING: Final = Change("", (), (), (), ())

BYTES: Final = 8 * 1024 * 1024
"""Bytes of the versions in them at most."""


class Remembered(NamedTuple):
    """One change, when it happened (wall clock, ms since 1970), and the node it came from ("": made here). Of
    what happened to the network instead (`text`) the change is one of no key, from nothing to nothing."""

    at: int
    source: str
    change: Change
    text: str = ""


class Recollection:
    """The newest changes, oldest first."""

    def __init__(self) -> None:
        self._all: deque[Remembered] = deque()
        self._sizes: deque[int] = deque()
        """About how many bytes each of them takes."""
        self._size = 0
        self._uncommitted = 0
        self._gone = 0
        self.complete = True
        """Whether nothing was dropped yet."""

    def note(self, at: int, source: str, changes: Iterable[Change]) -> None:
        """Remember changes."""
        self._keep([Remembered(at, source, change) for change in changes])

    def _keep(self, new: Sequence[Remembered]) -> None:
        sizes = [_size(remembered.change) for remembered in new]
        self._all += new
        self._sizes += sizes
        self._size += sum(sizes)
        self._uncommitted += len(new)
        while len(self._all) > CHANGES or (self._size > BYTES and len(self._all) > 1):
            self._all.popleft()
            self._size -= self._sizes.popleft()
            self._gone += 1
            self.complete = False

    def note_network(self, at: int, text: str) -> None:
        """Remember that something was dialled here, or that a peer's state changed."""
        self._keep([Remembered(at, "", _NOTHING, text)])

    def commit(self) -> None:
        """What was noted did happen."""
        self._uncommitted = 0

    def undo(self) -> None:
        """What was noted since the last commit did not happen."""
        for _ in range(min(self._uncommitted, len(self._all))):
            self._all.pop()
            self._size -= self._sizes.pop()
        self._uncommitted = 0

    def since(self, number: int, limit: int) -> tuple[int, list[Remembered]]:
        """At most `limit` changes from a number on (the first ever is 0), and the number of the first of
        them: a later one than asked for, if those in between are not remembered any more."""
        first = max(number, self._gone)
        last = min(len(self._all) - self._uncommitted, first - self._gone + limit)
        return first, list(islice(self._all, first - self._gone, max(last, first - self._gone)))

    def of(self, key: str) -> list[Remembered]:
        """The changes of a key, oldest first."""
        return [remembered for remembered in self._all if remembered.change.key == key]


def _size(change: Change) -> int:
    size = 128
    for version in change.kept:
        size += weight(version)
    for version in change.dropped:
        size += weight(version)
    return size
