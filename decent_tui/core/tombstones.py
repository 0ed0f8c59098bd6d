"""How a delete ends.

A delete writes a tombstone, and a tombstone may only be forgotten when nothing that it holds down can
ever arrive again: when every number in its clock is at or below the *base* of `seen`, here and in the
last `seen` heard from every member. The base, not merely "in it": below the base there is no gap
through which a late packet could come, because its dot is already taken.

What happens when a version arrives late, after its key was deleted?
- The tombstone is still held: it makes the late version obsolete (`version.obsoletes`), in `Replica.apply`.
- The tombstone was collected: the late version's dot is in `seen`, so `Replica.apply` passes it over.
- It arrives at a node that was away when the tombstone was collected: that node's next pull finds a floor
  above its bases and gets a full answer (`sync`), which takes the old version out.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Final

from decent_tui.core.clocks import Clock, Dot, by_node, is_classic, join
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.tuning import Tuning

_FIRST: Final = Dot("", 0)


class Reach:
    """How far the base of every member reaches, as last heard, and that of this replica itself (named "").
    Made for one look at many tombstones: they wait for few different groups of members."""

    def __init__(self, seen: Seen, members: Mapping[str, Seen]) -> None:
        self.everybody = {**members, "": seen}
        self._ladders: dict[str, tuple[list[int], list[str]]] = {}
        """Per node id: the bases of everybody, rising, and whose they are."""
        self._groups: dict[tuple[str, int], frozenset[str]] = {}
        """Per node id: the lowest so many of them."""
        self._named: dict[frozenset[str], tuple[str, ...]] = {}

    def short_of(self, clock: Clock) -> tuple[str, ...]:
        """Those whose base is below some number of the clock."""
        late: frozenset[str] = frozenset()
        for node, seq in by_node(clock).items():
            late |= self._below(node, seq)
        named = self._named.get(late)
        if named is None:
            named = self._named[late] = tuple(member for member in self.everybody if member in late)
        return named

    def _below(self, node: str, seq: int) -> frozenset[str]:
        """Those whose base of one node is below a number."""
        ladder = self._ladders.get(node)
        if ladder is None:
            rising = sorted((seen.base(node), member) for member, seen in self.everybody.items())
            ladder = [base for base, _ in rising], [member for _, member in rising]
            self._ladders[node] = ladder
        bases, members = ladder
        count = bisect_left(bases, seq)
        group = self._groups.get((node, count))
        if group is None:
            group = self._groups[node, count] = frozenset(members[:count])
        return group


def blockers(clock: Clock, reach: Reach, forgotten: frozenset[str]) -> tuple[str, ...]:
    """The ids for which a tombstone with this clock still has to wait; empty when it may be collected.

    They are the members whose last digest does not reach it, this replica itself (as "", for a gap of its
    own), and the classic peers named in the clock until they are forgotten: these have no digest, and any
    record of theirs may still come back.
    """
    classics = [entry for entry in clock if is_classic(entry) and entry not in forgotten]
    return (*classics, *reach.short_of(clock))


class Collector:
    """Goes round the tombstones, a few each turn, and collects those that nobody needs any more."""

    def __init__(self, tuning: Tuning) -> None:
        self._few = tuning.collect
        self._at = _FIRST
        self._waits: Counter[tuple[str, ...]] = Counter()
        """How many tombstones of this round wait for the same."""
        self._last_round: dict[str, int] = {}

    def turn(self, replica: Replica, members: Mapping[str, Seen], forgotten: frozenset[str]) -> int:
        """Look at the next few tombstones; returns how many were collected."""
        looked = replica.store.tombstones(self._at, self._few)
        reach = Reach(replica.seen, members)
        done = []
        for tombstone in looked:
            waits = blockers(tombstone.clock, reach, forgotten)
            if waits:
                self._waits[waits] += 1
            else:
                done.append(tombstone)
        if done:
            replica.drop(done)
            replica.sink(by_node(join(*(tombstone.clock for tombstone in done))))
        if len(looked) < self._few:
            self._last_round = _each(self._waits)
            self._waits, self._at = Counter(), _FIRST
        else:
            self._at = looked[-1].dot
        return len(done)

    @property
    def waits_for(self) -> dict[str, int]:
        """Per node id, how many tombstones waited for it in the last full round ("" is this node)."""
        return self._last_round


def _each(waits: Mapping[tuple[str, ...], int]) -> dict[str, int]:
    """Per node id what is counted per group of them."""
    counts: dict[str, int] = {}
    for group, count in waits.items():
        for node in group:
            counts[node] = counts.get(node, 0) + count
    return counts
