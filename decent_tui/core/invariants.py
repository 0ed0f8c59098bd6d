"""The invariants of a replica, in code (for tests, the simulator and `check`): a look at everything held."""

from collections.abc import Iterator
from typing import Final

from decent_tui.core import fingerprint
from decent_tui.core.clocks import by_node, join
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Root, State, Store
from decent_tui.core.version import Siblings, Version, obsoletes

PAGE: Final = 500
"""Keys asked of a store at a time."""


class Inspection:
    """Looks at the siblings of one key after the other, in any order; what is kept grows with the node ids.

    Of I2 only a part can be told: which key a number was for that is in `seen` and not held, nobody knows any
    more. But something must account for the highest number seen of each node.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._seen = Seen(state.seen)
        self._fingerprint = fingerprint.EMPTY
        self._accounted = join(state.floor)
        self._broken: list[str] = []

    def take(self, siblings: Siblings) -> None:
        """Look at all that is held for one key."""
        for version in siblings:
            if version.dot not in self._seen:
                self._broken.append(f"I4: {_name(version)} is held but not in seen")
            if rival := next((other for other in siblings if obsoletes(other, version)), None):
                self._broken.append(
                    f"siblings: {_name(version)} is held beside {_name(rival)}, which makes it obsolete"
                )
            for node, seq in by_node(version.clock).items():
                if seq > self._accounted.get(node, 0):
                    self._accounted[node] = seq
        self._fingerprint = fingerprint.change(self._fingerprint, (), siblings)

    def broken(self) -> list[str]:
        """Each broken invariant as one sentence, once all keys were looked at; empty for a sound replica."""
        root, seen = self._state.root, self._seen
        found = list(self._broken)
        for node, seq in self._state.floor.items():
            if seen.base(node) < seq:
                found.append(f"I3: floor {seq} of {node} is above its base {seen.base(node)}")
        top = max((high for _, high in seen[root.node]), default=0)
        if root.counter > top:
            found.append(f"I1: the counter is {root.counter} but seen ends at {top}")
        if int(root.fingerprint, 16) != self._fingerprint:
            found.append("fingerprint: it is not that of the versions held")
        return found

    def unaccounted(self) -> dict[str, int]:
        """Of which nodes numbers were seen that nothing held or forgotten accounts for: I2, node by node the
        highest number that something does account for.

        An id that was given up because its machine had been set back may leave such numbers behind, on every
        node (see `Replica.take_id`); anything else means that a write was lost."""
        return {
            node: self._accounted.get(node, 0)
            for node, numbers in self._seen.items()
            if numbers[-1][1] > self._accounted.get(node, 0)
        }


def all_versions(store: Store) -> list[Version]:
    """Every version held, by key."""
    return [version for siblings in _all_siblings(store) for version in siblings]


def inspect(replica: Replica) -> Inspection:
    """A look at all that a replica holds. Between transactions only."""
    root = Root(replica.node, replica.counter, replica.lamport, f"{replica.fingerprint:x}", replica.former)
    inspection = Inspection(State(root, dict(replica.seen.items()), replica.floor))
    for siblings in _all_siblings(replica.store):
        inspection.take(siblings)
    return inspection


def violations(replica: Replica) -> list[str]:
    """Each broken invariant as one sentence; empty for a sound replica. Between transactions only."""
    return inspect(replica).broken()


def _all_siblings(store: Store) -> Iterator[Siblings]:
    start, more = "", True
    while more:
        keys = store.page(wanted="all", start=start, inclusive=not start, limit=PAGE)
        yield from (store.siblings(key) for key in keys)
        more = len(keys) == PAGE
        start = keys[-1] if keys else ""


def _name(version: Version) -> str:
    return f"{version.node}·{version.seq}"
