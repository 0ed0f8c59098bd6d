"""Eager push: the writer sends a new version at once, in batches while the link is busy.

Nothing relies on a push arriving. A full outbox forgets what it held and the next pull repairs it: a
slow reader loses pushes, never our memory.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from decent_tui.core.limits import CHUNK
from decent_tui.core.sync import weight
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Version

EAGER: Final = 50
"""Links that get pushes; beyond that, versions spread by pulls. With N - 1 messages per write it is the
lower bound as long as everyone is linked (a guess at where one writer's fan-out begins to hurt)."""

L = TypeVar("L")


class Outbox(msgspec.Struct):
    """The versions that wait to be pushed on one link, at most `limit` bytes of them (`Tuning.outbox`)."""

    limit: int = Tuning().outbox
    waiting: list[Version] = []
    """In order."""
    _size: int = 0
    dropped: bool = False
    """Whether pushes were thrown away since the last `take`: the peer must be told to pull."""

    def __bool__(self) -> bool:
        return bool(self.waiting)

    @property
    def size(self) -> int:
        """About how many bytes wait."""
        return self._size

    def add(self, version: Version) -> None:
        """Have a version pushed when the link is free."""
        self._size += weight(version)
        if self._size > self.limit:
            self.waiting.clear()
            self._size, self.dropped = 0, True
            return
        self.waiting.append(version)

    def take(self, chunk: int = CHUNK) -> list[Version]:
        """The next batch: at most `chunk` bytes, at least one version if any waits."""
        taken, size = 0, 0
        for version in self.waiting:
            size += weight(version)
            if taken and size > chunk:
                size -= weight(version)
                break
            taken += 1
        batch, self.waiting = self.waiting[:taken], self.waiting[taken:]
        self._size -= size
        return batch


def eager(links: Sequence[L]) -> Sequence[L]:
    """The links that get pushes: everyone, up to `EAGER`."""
    return links[:EAGER]
