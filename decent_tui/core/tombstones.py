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

from collections.abc import Mapping
from typing import Final

from decent_tui.core.clocks import Clock, Dot, by_node, is_classic, join
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.tuning import Tuning

_FIRST: Final = Dot("", 0)


def blockers(clock: Clock, seen: Seen, members: Mapping[str, Seen], forgotten: frozenset[str]) -> list[str]:
    """The ids for which a tombstone with this clock still has to wait; empty when it may be collected.

    They are the members whose last digest does not reach it, this replica itself (as "", for a gap of its
    own), and the classic peers named in the clock until they are forgotten: these have no digest, and any
    record of theirs may still come back.
    """
    named = by_node(clock)
    waits = [entry for entry in clock if is_classic(entry) and entry not in forgotten]
    waits += [node for node, heard in members.items() if not heard.bases_cover(named)]
    if not seen.bases_cover(named):
        waits.append("")
    return waits


class Collector:
    """Goes round the tombstones, a few each turn, and collects those that nobody needs any more."""

    def __init__(self, tuning: Tuning) -> None:
        self._few = tuning.collect
        self._at = _FIRST
        self._waits: dict[str, int] = {}
        self._last_round: dict[str, int] = {}

    def turn(self, replica: Replica, members: Mapping[str, Seen], forgotten: frozenset[str]) -> int:
        """Look at the next few tombstones; returns how many were collected."""
        looked = replica.store.tombstones(self._at, self._few)
        done = []
        for tombstone in looked:
            waits = blockers(tombstone.clock, replica.seen, members, forgotten)
            if not waits:
                done.append(tombstone)
            for node in waits:
                self._waits[node] = self._waits.get(node, 0) + 1
        if done:
            replica.drop(done)
            replica.sink(by_node(join(*(tombstone.clock for tombstone in done))))
        if len(looked) < self._few:
            self._last_round, self._waits, self._at = self._waits, {}, _FIRST
        else:
            self._at = looked[-1].dot
        return len(done)

    @property
    def waits_for(self) -> dict[str, int]:
        """Per node id, how many tombstones waited for it in the last full round ("" is this node)."""
        return self._last_round
