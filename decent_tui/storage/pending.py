"""Changes that wait for their statements: written together they cost half.

A turn of the node changes many keys one by one. Their rows go to SQLite in one `executemany` when somebody
needs to see them there: at the commit, or at a read that these changes cannot answer themselves.
"""

from collections.abc import Collection
from typing import Final

from decent_tui.core.store import Change
from decent_tui.core.version import Siblings

MOST: Final = 500
"""Changes that wait at most: writing them out takes some 10 ms, and more would gain nothing."""


class Pending:
    """The changes of the open transaction that are not in its tables yet, one per key."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def add(self, changes: Collection[Change]) -> None:
        """Take changes in; two of one key become one."""
        for change in changes:
            first = self._changes.get(change.key)
            self._changes[change.key] = Change.of(change.key, first.before, change.after) if first else change

    def siblings(self, key: str) -> Siblings | None:
        """What is held for a key whose change waits here; None for any other."""
        change = self._changes.get(key)
        return None if change is None else change.after

    def take(self) -> list[Change]:
        """All of them, to be written out."""
        taken, self._changes = list(self._changes.values()), {}
        return taken

    def clear(self) -> None:
        """Forget them."""
        self._changes.clear()
