"""What a network of replicas must hold, worked out without a single clock.

The oracle writes down every write that was made, and with it the set of all writes that its writer had
before it for that key, directly or through others: its *past*. A value may be gone only if it is in the past
of another write; it must be gone then.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from decent_tui.core import ranges
from decent_tui.core.clocks import Dot
from decent_tui.core.invariants import all_versions
from decent_tui.core.replica import Replica
from decent_tui.core.store import Store
from decent_tui.core.version import Siblings, Version, obsoletes


@dataclass(frozen=True)
class Made:
    """One write: what it was, and all that its writer had before it."""

    version: Version
    past: frozenset[Dot]


@dataclass
class Oracle:
    """Everything that was ever written, anywhere."""

    made: dict[Dot, Made] = field(default_factory=dict)

    def watch(self, store: Store, before: Siblings, dot: Dot) -> None:
        """A node that held `before` was told to write, and would use `dot`: note the write if it is there."""
        found = store.by_number(dot.node, dot.seq, dot.seq, 1)
        if found:
            assert dot not in self.made, f"{dot} names two writes"
            past = frozenset(dot for held in before for dot in (held.dot, *self.made[held.dot].past))
            self.made[dot] = Made(found[0], past)

    def living(self) -> set[Dot]:
        """The values that nobody wrote over and nobody deleted."""
        gone = {dot for made in self.made.values() for dot in made.past}
        return {dot for dot, made in self.made.items() if not made.version.deleted and dot not in gone}

    def check(self, replica: Replica) -> None:
        """I1 and I2, as only somebody who knows all writes can check them."""
        held = {version.dot: version for version in all_versions(replica.store)}
        for dot, version in held.items():
            assert self.made[dot].version == version, f"I1: {dot} is not what was written"
        for dot, made in self.made.items():
            seen = ranges.contains(replica.seen[dot.node], dot.seq)
            if not seen or dot in held or dot.seq <= replica.floor.get(dot.node, 0):
                continue
            rivals = replica.store.siblings(made.version.key)
            assert any(
                dot in self.made[rival.dot].past or obsoletes(rival, made.version) for rival in rivals
            ), f"I2: {dot} is in seen, but neither held, nor obsolete, nor below the floor"

    def check_end(self, replica: Replica) -> None:
        """Nothing is lost and nothing came back."""
        self.check(replica)
        living = self.living()
        held = {version.dot for version in all_versions(replica.store) if not version.deleted}
        assert held == living, f"lost {sorted(living - held)}, resurrected {sorted(held - living)}"
