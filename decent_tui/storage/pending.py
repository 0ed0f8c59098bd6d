"""Changes that wait for their statements: written together they cost half.

A turn of the node changes many keys one by one. Their rows go to SQLite together when somebody needs to see
them there: at the commit, or at a read that these changes cannot answer themselves.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

import msgspec

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Change
from decent_tui.core.version import Siblings, Version, in_conflict, live

MOST: Final = 100
"""Changes that wait at most: writing them out takes half a millisecond, and more would gain little."""

Kind = Literal["live", "conflicts", "deleted"]
"""What a key that holds something is; `conflicts` are live too."""


class Pending:
    """The changes of the open transaction that are not in its tables yet, one per key."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def add(self, changes: Iterable[Change]) -> None:
        """Take changes in; two of one key become one, or raise StorageError if they do not fit together."""
        waiting = self._changes
        for change in changes:
            first = waiting.get(change.key)
            if first is None:
                waiting[change.key] = change
            elif first.after == change.before:
                waiting[change.key] = Change.of(change.key, first.before, change.after)
            else:
                raise StorageError(f"the key {change.key!r} does not hold what the change expects")

    def siblings(self, key: str) -> Siblings | None:
        """What is held for a key whose change waits here; None for any other."""
        change = self._changes.get(key)
        return None if change is None else change.after

    def take(self) -> Collection[Change]:
        """All of them, to be written out."""
        taken, self._changes = self._changes, {}
        return taken.values()

    def clear(self) -> None:
        """Forget them."""
        self._changes = {}


class Moves(msgspec.Struct, frozen=True):
    """What some changes come to, table by table.

    `replaced` are a version and the one that took its place alone, both values or both tombstones; what else
    went is `dropped`, what else came `kept`. `left` and `entered` are the keys that are no longer, or now, of
    a kind, each as a row; under None those not held any more (`entered`), or not before (`left`).
    """

    replaced: Sequence[tuple[Version, Version]]
    dropped: Sequence[Version]
    kept: Sequence[Version]
    left: dict[Kind | None, list[tuple[str]]]
    entered: dict[Kind | None, list[tuple[str]]]

    @classmethod
    def of(cls, changes: Iterable[Change]) -> "Moves":
        """The sum of the changes, which are of different keys."""
        replaced: list[tuple[Version, Version]] = []
        dropped: list[Version] = []
        kept: list[Version] = []
        left: dict[Kind | None, list[tuple[str]]] = {"live": [], "conflicts": [], "deleted": [], None: []}
        entered: dict[Kind | None, list[tuple[str]]] = {"live": [], "conflicts": [], "deleted": [], None: []}
        for change in changes:
            gone, come = change.dropped, change.kept
            if len(gone) == 1 == len(come) and gone[0].deleted == come[0].deleted:
                replaced.append((gone[0], come[0]))
            else:
                dropped += gone
                kept += come
            was, now = kind(change.before), kind(change.after)
            if was != now:
                left[was].append((change.key,))
                entered[now].append((change.key,))
        freed = {(old.node, old.seq) for old, _ in replaced}
        for old, new in [pair for pair in replaced if (pair[1].node, pair[1].seq) in freed]:
            replaced.remove((old, new))  # one dot of two writes, in an audit: both rows are made anew
            dropped.append(old)
            kept.append(new)
        return cls(replaced, dropped, kept, left, entered)

    def more(self, kind: Kind) -> int:
        """By how many the keys of this kind grew."""
        return len(self.entered[kind]) - len(self.left[kind])


def kind(siblings: Siblings) -> Kind | None:
    """The kind of a key that holds these; None if it holds nothing."""
    if not siblings:
        return None
    if len(siblings) == 1:  # nearly every key, and this is asked twice for every write
        return "deleted" if siblings[0].value is None else "live"
    if not live(siblings):
        return "deleted"
    return "conflicts" if in_conflict(siblings) else "live"
