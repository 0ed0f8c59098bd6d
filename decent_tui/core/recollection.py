"""What this node remembers of how its keys changed: the newest changes of this run, in memory."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from decent_tui.core.store import Change

CHANGES: Final = 10_000
"""Changes remembered, and at most some more that came together with the oldest of them: looking through all
of them takes about a millisecond."""

BYTES: Final = 8 * 1024 * 1024
"""Bytes of the versions in them at most."""

_NOTHING: Final = Change("", (), (), (), ())


class Remembered(msgspec.Struct, frozen=True):
    """One change, when it happened (wall clock, ms since 1970), and the node it came from ("": made here). Of
    what happened to the network instead (`text`) the change is one of no key, from nothing to nothing."""

    at: int
    source: str
    change: Change
    text: str = ""


class _Group(msgspec.Struct, frozen=True):
    """Changes that came together. They are kept so because nearly all of them are never asked for: one by
    one they would cost a tenth of what it takes to apply them."""

    at: int
    source: str
    changes: Sequence[Change]
    text: str
    size: int

    def each(self) -> list[Remembered]:
        return [Remembered(self.at, self.source, change, self.text) for change in self.changes]


class Recollection:
    """The newest changes, oldest first, each with its number (the first ever is 0)."""

    def __init__(self) -> None:
        self._groups: deque[_Group] = deque()
        self._size = 0
        self._first = self._end = 0
        """The number of the oldest change that is remembered, and that of the next to come."""
        self._uncommitted = 0
        """How many of the groups."""
        self.complete = True
        """Whether nothing was dropped yet."""

    def note(self, at: int, source: str, changes: Sequence[Change]) -> None:
        """Remember changes."""
        self._keep(_Group(at, source, changes, "", _size(changes)))

    def note_network(self, at: int, text: str) -> None:
        """Remember that something was dialled here, or that a peer's state changed."""
        self._keep(_Group(at, "", (_NOTHING,), text, _size((_NOTHING,))))

    def _keep(self, group: _Group) -> None:
        groups = self._groups
        groups.append(group)
        self._size += group.size
        self._end += len(group.changes)
        self._uncommitted += 1
        while len(groups) > 1 and (
            self._size > BYTES or self._end - self._first - len(groups[0].changes) >= CHANGES
        ):
            oldest = groups.popleft()
            self._size -= oldest.size
            self._first += len(oldest.changes)
            self.complete = False

    def commit(self) -> None:
        """What was noted did happen."""
        self._uncommitted = 0

    def undo(self) -> None:
        """What was noted since the last commit did not happen."""
        for _ in range(min(self._uncommitted, len(self._groups))):
            group = self._groups.pop()
            self._size -= group.size
            self._end -= len(group.changes)
        self._uncommitted = 0

    def since(self, number: int, limit: int) -> tuple[int, list[Remembered]]:
        """At most `limit` changes from a number on, and the number of the first of them: a later one than
        asked for, if those in between are not remembered any more."""
        first = max(number, self._first)
        behind: list[_Group] = []
        start = self._end  # the number of the first change in the groups looked at
        for group in reversed(self._groups):  # mostly the newest are asked for
            if start <= first:
                break
            behind.append(group)
            start -= len(group.changes)
        certain = behind[self._uncommitted :]
        found = (one for group in reversed(certain) for one in group.each())
        return first, list(islice(found, first - start, first - start + limit))

    def of(self, key: str) -> list[Remembered]:
        """The changes of a key, oldest first."""
        return list(self._of(key))

    def _of(self, key: str) -> Iterator[Remembered]:
        for group in self._groups:
            for change in group.changes:
                if change.key == key:
                    yield Remembered(group.at, group.source, change, group.text)


def _size(changes: Sequence[Change]) -> int:
    """About how many bytes they take: each read of the store makes its own versions, also of what stays."""
    return sum(
        [
            128 + len(version.key) + len(version.value or b"") + 32 * len(version.context)
            for change in changes
            for version in change.before + change.kept
        ]
    ) + 128 * len(changes)
