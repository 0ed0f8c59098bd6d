"""The store that has no disk: for simulated nodes, for `--memory` nodes and as the model in tests."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Final

import msgspec

from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.paging import Span, span
from decent_tui.core.ranges import Ranges
from decent_tui.core.sorted_set import SortedSet
from decent_tui.core.store import Change, Countable, Counted, Counts, Member, Root, State, Wanted
from decent_tui.core.version import Siblings, Version, in_conflict, live

_NEVER_WRITTEN: Final = State(Root(node=""))


class _Transaction(msgspec.Struct):
    """What it takes to undo one transaction."""

    state: State
    changes: list[Change]


class _Numbered(msgspec.Struct):
    """The versions of one node, by number."""

    versions: dict[int, Version]
    numbers: SortedSet[int]


class MemoryStore:
    """The `Store` protocol in plain dictionaries.

    A transaction is undone by carrying its changes out backwards, so none costs more than it changed.
    """

    def __init__(self) -> None:
        self._siblings: dict[str, Siblings] = {}
        self._numbered: dict[str, _Numbered] = {}
        self._live: SortedSet[str] = SortedSet()
        self._conflicts: SortedSet[str] = SortedSet()
        self._deleted: SortedSet[str] = SortedSet()
        self._tombstones: SortedSet[Dot] = SortedSet()
        self._versions = 0
        self._size = 0
        self._state = _NEVER_WRITTEN
        self._open: _Transaction | None = None

    def load(self) -> State | None:
        """The state as last committed or written; None in a store that was never written."""
        return self._state if self._state.root.node else None

    # reading

    def siblings(self, key: str) -> Siblings:
        """What is held for one key, in sibling order, tombstones included; empty if nothing."""
        return self._siblings.get(key, ())

    def siblings_of(self, keys: Collection[str]) -> dict[str, Siblings]:
        """The same for many keys at once; keys with nothing are absent."""
        return {key: self._siblings[key] for key in keys if key in self._siblings}

    def expect(self, keys: Collection[str]) -> None:
        """Nothing is cheaper than what `siblings` does."""

    def by_number(self, node: str, low: int, high: int, limit: int) -> list[Version]:
        """Versions whose dot is `(node, low..high)`, rising, at most `limit`."""
        held = self._numbered.get(node)
        if held is None:
            return []
        return [held.versions[seq] for seq in islice(held.numbers.rising(low, high + 1), limit)]

    def dots(self, node: str, high: int, after: int, limit: int) -> list[int]:
        """Numbers held of `node` that are > `after` and <= `high`, rising, at most `limit`."""
        held = self._numbered.get(node)
        return [] if held is None else list(islice(held.numbers.rising(after + 1, high + 1), limit))

    def tombstones(self, after: Dot, limit: int) -> list[Version]:
        """Tombstones with a dot above `after`, in dot order, at most `limit`."""
        above = self._tombstones.rising(Dot(after.node, after.seq + 1))
        return [self._numbered[dot.node].versions[dot.seq] for dot in islice(above, limit)]

    def page(
        self,
        *,
        wanted: Wanted = "live",
        prefix: str = "",
        start: str = "",
        inclusive: bool = True,
        backwards: bool = False,
        limit: int = 100,
    ) -> list[str]:
        """At most `limit` keys in UTF-8 byte order from `start` on (`backwards`: falling from it)."""
        keys = span(prefix=prefix, start=start, inclusive=inclusive, backwards=backwards)
        return list(islice(self._keys(wanted, keys, backwards), limit))

    def counts(self) -> Counts:
        """How much is held."""
        return Counts(len(self._live), len(self._conflicts), len(self._deleted), self._versions)

    def size(self) -> int:
        """About how many bytes all of it takes."""
        return self._size

    def count(self, *, wanted: Countable, prefix: str, after: str, limit: int) -> Counted:
        """Count the keys of a kind that start with `prefix` and come after `after`, at most `limit`."""
        found = self.page(wanted=wanted, prefix=prefix, start=after, inclusive=not after, limit=limit)
        return Counted(len(found), found[-1] if len(found) == limit else "")

    # writing

    def replace(self, changes: Sequence[Change]) -> None:
        """Carry the changes out; raises StorageError at the first whose `before` is not what is held."""
        undo = self._transaction().changes
        for change in changes:
            if self._siblings.get(change.key, ()) != change.before:
                raise StorageError(f"the key {change.key!r} does not hold what the change expects")
            self._carry_out(change)
            undo.append(change)

    def save(
        self,
        *,
        root: Root | None = None,
        seen: Mapping[str, Ranges] | None = None,
        floor: Clock | None = None,
        members: Iterable[Member] = (),
        addresses: Iterable[str] = (),
    ) -> None:
        """Write the named parts: the root whole, of `seen` and `floor` the given nodes, each member, each
        address (added)."""
        self._transaction()
        was = self._state
        self._state = State(
            root=was.root if root is None else root,
            seen={**was.seen, **seen} if seen else was.seen,
            floor={**was.floor, **floor} if floor else was.floor,
            members={**was.members, **{member.node: member for member in members}},
            addresses=tuple(sorted({*was.addresses, *addresses})),
        )

    def remove(self, *, members: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        """Take out members by id and addresses."""
        self._transaction()
        gone, left = set(members), set(addresses)
        self._state = msgspec.structs.replace(
            self._state,
            members={node: member for node, member in self._state.members.items() if node not in gone},
            addresses=tuple(address for address in self._state.addresses if address not in left),
        )

    def commit(self) -> bool:
        """End the open transaction; whether there was one."""
        was_open, self._open = self._open is not None, None
        return was_open

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self._open is not None:
            for change in reversed(self._open.changes):
                self._carry_out(Change(change.key, change.after, change.before, change.kept, change.dropped))
            self._state = self._open.state
            self._open = None

    def make_durable(self) -> None:
        """Nothing: there is no disk to wait for."""

    def crash(self) -> None:
        """Be as a file is after its process died: everything committed is there, nothing else."""
        self.rollback()

    def close(self) -> None:
        """What is not committed is lost."""
        self.rollback()

    # inside

    def _transaction(self) -> _Transaction:
        """The open transaction; opens one if there is none."""
        if self._open is None:
            self._open = _Transaction(self._state, [])
        return self._open

    def _carry_out(self, change: Change) -> None:
        """Hold `after` instead of `before`, in every index."""
        key, before, after = change.key, change.before, change.after
        for version in change.dropped:
            held = self._numbered[version.node]
            del held.versions[version.seq]
            held.numbers.discard(version.seq)
            if version.value is None:
                self._tombstones.discard(version.dot)
        for version in change.kept:
            if version.node not in self._numbered:
                self._numbered[version.node] = _Numbered({}, SortedSet())
            held = self._numbered[version.node]
            held.versions[version.seq] = version
            held.numbers.add(version.seq)
            if version.value is None:
                self._tombstones.add(version.dot)
        if after:
            self._siblings[key] = after
        else:
            self._siblings.pop(key, None)
        self._versions += len(after) - len(before)
        self._size += sum(map(_bytes, change.kept)) - sum(map(_bytes, change.dropped))
        alive = bool(live(after))
        _belongs(self._live, key, alive)
        _belongs(self._deleted, key, bool(after) and not alive)
        _belongs(self._conflicts, key, in_conflict(after))

    def _keys(self, wanted: Wanted, keys: Span, backwards: bool) -> Iterator[str]:
        if wanted == "all":
            alive = self._keys("live", keys, backwards)
            return merge(alive, self._keys("deleted", keys, backwards), reverse=backwards)
        held = {"live": self._live, "conflicts": self._conflicts, "deleted": self._deleted}[wanted]
        return held.falling(*keys) if backwards else held.rising(*keys)


def _bytes(version: Version) -> int:
    """About how much memory a version takes: its texts, and what Python adds."""
    return len(version.key) + len(version.value or b"") + 100 * len(version.context) + 400


def _belongs(keys: SortedSet[str], key: str, is_in: bool) -> None:
    if is_in:
        keys.add(key)
    else:
        keys.discard(key)
