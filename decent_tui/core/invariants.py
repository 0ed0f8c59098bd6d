"""The invariants of a replica, in code (for tests, the simulator and `check`): costs a scan of everything."""

from decent_tui.core import fingerprint, ranges
from decent_tui.core.clocks import Dot
from decent_tui.core.replica import Replica
from decent_tui.core.store import Store
from decent_tui.core.version import Version, obsoletes


def all_versions(store: Store) -> list[Version]:
    """Every version held, by key."""
    versions: list[Version] = []
    start, more = "", True
    while more:
        keys = store.page(wanted="all", start=start, inclusive=not start, limit=500)
        for key in keys:
            versions.extend(store.siblings(key))
        more = len(keys) == 500
        start = keys[-1] if keys else ""
    return versions


def violations(replica: Replica) -> list[str]:
    """Each broken invariant as one sentence; empty for a sound replica. Between transactions only."""
    broken: list[str] = []
    held = all_versions(replica.store)
    for version in held:
        if version.dot not in replica.seen:
            broken.append(f"I4: {version.dot} is held but not in seen")
        rivals = [other for other in replica.store.siblings(version.key) if obsoletes(other, version)]
        if rivals:
            broken.append(f"siblings: {version.dot} is held beside {rivals[0].dot}, which makes it obsolete")
    for node, seq in replica.floor.items():
        if replica.seen.base(node) < seq:
            broken.append(f"I3: floor {seq} of {node} is above its base {replica.seen.base(node)}")
    if replica.counter > (top := max((high for _, high in replica.seen[replica.node]), default=0)):
        broken.append(f"I1: the counter is {replica.counter} but seen ends at {top}")
    if replica.fingerprint != fingerprint.change(fingerprint.EMPTY, (), held):
        broken.append("fingerprint: it is not that of the versions held")
    return broken


def unaccounted(replica: Replica, dots: list[Dot]) -> list[Dot]:
    """Of these dots, those in `seen` that are not held and above the floor: they must be obsolete (I2)."""
    held = {version.dot for version in all_versions(replica.store)}
    return [
        dot
        for dot in dots
        if dot not in held
        and ranges.contains(replica.seen[dot.node], dot.seq)
        and dot.seq > replica.floor.get(dot.node, 0)
    ]
