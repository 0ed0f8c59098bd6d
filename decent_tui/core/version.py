"""One written value, and how the versions of a key make each other obsolete.

The whole rule: `a` makes `b` obsolete iff `a`'s context covers `b`'s whole clock. Versions that do
not are *siblings*, and all of them are kept.
"""

from bisect import insort
from collections.abc import Iterable

import msgspec

from decent_tui.core.clocks import Clock, Dot, covers, entry_of, join, with_entry
from decent_tui.core.ranges import Ranges, from_numbers


class Version(msgspec.Struct, frozen=True, gc=False):
    """One write of one key.

    `value` is JSON text, or None for a tombstone (then `cid` is empty). `node` and `seq` are the
    dot: the node that took the write in and its number there. `context` is the clock of what the
    writer had before it for this key. `author` differs from `node` for what a classic peer wrote, and
    for what was put again after a dot had turned out to name two writes. `ts` is the author's wall
    clock in milliseconds since 1970: a label that decides nothing.
    """

    key: str
    value: bytes | None
    node: str
    seq: int
    context: Clock
    lamport: int
    author: str
    ts: int
    cid: str

    @property
    def dot(self) -> Dot:
        """The name of this write."""
        return Dot(self.node, self.seq)

    @property
    def entry(self) -> str:
        """The entry of clocks under which its number counts."""
        return self.node if self.author == self.node else entry_of(self.node, self.author)

    @property
    def clock(self) -> dict[str, int]:
        """Context and dot together: the vector clock, as shown and as sent to classic peers."""
        return with_entry(self.context, self.entry, self.seq)

    @property
    def deleted(self) -> bool:
        """Whether this is a tombstone."""
        return self.value is None


def numbers_of(versions: Iterable[Version]) -> dict[str, Ranges]:
    """The dots of some versions, by node."""
    by_node: dict[str, list[int]] = {}
    for version in versions:
        by_node.setdefault(version.node, []).append(version.seq)
    return {node: from_numbers(numbers) for node, numbers in by_node.items()}


Siblings = tuple[Version, ...]


def obsoletes(a: Version, b: Version) -> bool:
    """Whether `a` makes `b` obsolete: the writer of `a` had `b`, and all that `b` held down.

    That `a`'s context covers `b`'s dot alone is not enough: after a collection a later write of the
    same node covers a tombstone's dot but not what that tombstone held down.
    """
    return a.context.get(b.entry, 0) >= b.seq and covers(a.context, b.context)


def context_over(siblings: Siblings) -> Clock:
    """The context of a write over all of these: it has everything that they have, their own dots too."""
    return join(*(held.clock for held in siblings))


def merge(siblings: Siblings, newcomer: Version) -> Siblings:
    """The siblings after `newcomer` arrived; the same tuple when it was held already, or obsolete."""
    if not siblings:
        return (newcomer,)
    node, seq, entry, context = newcomer.node, newcomer.seq, newcomer.entry, newcomer.context
    # a liar can make thousands of siblings: `obsoletes` and what it asks, without the calls
    for held in siblings:
        if held.seq == seq and held.node == node:
            return siblings
        if held.context and held.context.get(entry, 0) >= seq and covers(held.context, context):
            return siblings
    kept = [held for held in siblings if not obsoletes(newcomer, held)] if context else list(siblings)
    insort(kept, newcomer, key=_place)
    return tuple(kept)


def in_order(versions: Iterable[Version]) -> Siblings:
    """Newest lamport first, then by node id (then by number, so that the order is total)."""
    return tuple(sorted(versions, key=_place))


def _place(version: Version) -> tuple[int, str, int]:
    return -version.lamport, version.node, version.seq


def live(siblings: Siblings) -> Siblings:
    """The siblings that hold a value."""
    return tuple(version for version in siblings if version.value is not None)


def visible(siblings: Siblings) -> Siblings:
    """What a reader sees: live versions, of equal values only the first."""
    first: dict[str, Version] = {}
    for version in live(siblings):
        first.setdefault(version.cid, version)
    return tuple(first.values())


def in_conflict(siblings: Siblings) -> bool:
    """Whether a reader sees more than one value."""
    return len(siblings) > 1 and len({v.cid for v in siblings if v.value is not None}) > 1
