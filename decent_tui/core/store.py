"""What the core asks of a disk, and the store that has none.

A store keeps versions and a little state beside them. All writing happens inside one open
transaction: the first write after `commit` opens it, `commit` ends it, `rollback` undoes it whole.
Reads see the open transaction. Two steps make a write safe: `commit` (it survives the process) and
`make_durable` (it survives the machine); nothing is acknowledged or sent before both. `make_durable`
is the only method that may be called from another thread, because it is the only one that waits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.ranges import Ranges
from decent_tui.core.version import Siblings, Version

Wanted = Literal["live", "conflicts", "deleted", "all"]
"""Which keys a page shows: with a value, with more than one value, without any, or every one held."""

Countable = Literal["live", "conflicts", "deleted"]
"""The kinds of key that can be counted one by one."""

Standing = Literal["member", "left", "forgotten"]
"""What a node is to this one: counted for collection, gone by its own word, removed by somebody."""


class Root(msgspec.Struct, frozen=True):
    """The few numbers that change with nearly every transaction.

    `node` is the id all new writes get, `counter` the number of the last one; `former` are ids that
    this replica wrote under before. `fingerprint` is hexadecimal (JSON readers stop at 2^53).
    """

    node: str
    counter: int = 0
    lamport: int = 0
    fingerprint: str = "0"
    former: tuple[str, ...] = ()


class Member(msgspec.Struct, frozen=True):
    """A node whose digest was heard at some time, and the last such digest.

    `volatile` marks a `--memory` node (no member while it is down), `classic` one of the original
    program (it has no digest).
    """

    node: str
    name: str = ""
    address: str = ""
    standing: Standing = "member"
    seen: Mapping[str, Ranges] = {}
    volatile: bool = False
    classic: bool = False


class State(msgspec.Struct, frozen=True):
    """All that a store keeps beside the versions."""

    root: Root
    seen: Mapping[str, Ranges] = {}
    floor: Clock = {}
    members: Mapping[str, Member] = {}
    addresses: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, gc=False):
    """What happened to one key: its siblings before and after, and the versions that went and came."""

    key: str
    before: Siblings
    after: Siblings
    dropped: Siblings
    kept: Siblings

    @classmethod
    def of(cls, key: str, before: Siblings, after: Siblings) -> "Change":
        """The change from some siblings to others. A version is the same object before and after."""
        if not before:
            return cls(key, before, after, (), after)
        was, now = set(map(id, before)), set(map(id, after))
        dropped = tuple(version for version in before if id(version) not in now)
        return cls(key, before, after, dropped, tuple(version for version in after if id(version) not in was))


class Counts(msgspec.Struct, frozen=True):
    """How much a store holds, kept up incrementally (never by a scan).

    `keys` have a value, `conflicts` have more than one, `deleted` have none (only tombstones),
    `versions` counts every version and tombstone.
    """

    keys: int = 0
    conflicts: int = 0
    deleted: int = 0
    versions: int = 0


class Counted(msgspec.Struct, frozen=True):
    """How many keys were counted, and the last of them (empty: there are no more)."""

    keys: int
    last: str = ""


class Store(Protocol):
    """Versions by key and by dot, and the state beside them."""

    def load(self) -> State | None:
        """The state as last committed or written; None in a store that was never written."""

    # reading

    def siblings(self, key: str) -> Siblings:
        """What is held for one key, in sibling order, tombstones included; empty if nothing."""

    def siblings_of(self, keys: Collection[str]) -> dict[str, Siblings]:
        """The same for many keys at once; keys with nothing are absent."""

    def expect(self, keys: Collection[str]) -> None:
        """The siblings of these keys are asked for next, one by one: read them at once if that is cheaper."""

    def by_number(self, node: str, low: int, high: int, limit: int) -> list[Version]:
        """Versions whose dot is `(node, low..high)`, rising, at most `limit`."""

    def dots(self, node: str, high: int, after: int, limit: int) -> list[int]:
        """Numbers held of `node` that are > `after` and <= `high`, rising, at most `limit`."""

    def tombstones(self, after: Dot, limit: int) -> list[Version]:
        """Tombstones with a dot above `after`, in dot order, at most `limit`."""

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
        """At most `limit` keys in UTF-8 byte order from `start` on (`backwards`: falling from it).

        `start` itself belongs to the page iff `inclusive`; an empty start means the first key (the
        last when `backwards`). Costs the page, not the number of keys.
        """

    def counts(self) -> Counts:
        """How much is held."""

    def size(self) -> int:
        """About how many bytes all of it takes, without what waits to be used again."""

    def count(self, *, wanted: Countable, prefix: str, after: str, limit: int) -> Counted:
        """Count the keys of a kind that start with `prefix` and come after `after`, at most `limit` of them.
        About a microsecond a key: whoever shares a loop asks for a few hundred at a time."""

    # writing

    def replace(self, changes: Sequence[Change]) -> None:
        """Carry the changes out; `before` must be what is held.

        What was wrong with a change (or with the disk) may be raised here, by a later call that reads, or by
        `commit`: in any case before anything of the transaction is committed.
        """

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

    def remove(self, *, members: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        """Take out members by id and addresses."""

    def commit(self) -> bool:
        """End the open transaction; whether there was one. On StorageError nothing of it holds."""

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""

    def make_durable(self) -> None:
        """Return when all that was committed before the call survives a loss of power. Any thread."""

    def close(self) -> None:
        """Give the file back; what is not committed is lost."""
