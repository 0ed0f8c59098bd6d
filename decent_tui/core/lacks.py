"""Who lacks what, as far as this node heard: the numbers behind `wait`, `status` and the convergence view."""

from collections.abc import Mapping
from typing import Final

from decent_tui.core import operations as ops
from decent_tui.core.parts import Parts
from decent_tui.core.records import to_record
from decent_tui.core.seen import Seen
from decent_tui.core.settling import newest, percentile
from decent_tui.core.version import Siblings

PLOTTED: Final = 120
"""Settle times given to whoever plots them."""


def all_known(parts: Parts) -> Seen:
    """Everything that this node or any member is known to have seen."""
    known = parts.replica.seen.copy()
    for node in parts.audience():
        known.join(parts.members[node].seen)
    return known


def missing(parts: Parts, goal: Seen) -> dict[str, int]:
    """By address: how many writes of `goal` an alive peer lacks, or this node itself."""
    found = {peer.address: sum(parts.lacks(peer.node, goal).values()) for peer in parts.alive_peers()}
    found[parts.me.listen] = parts.replica.seen.lacks_count(goal)
    return {address: count for address, count in found.items() if count}


def away(parts: Parts, goal: Seen) -> dict[str, int]:
    """By address (or id): how many writes of `goal` a member lacks that is not alive now."""
    alive = {peer.node for peer in parts.alive_peers()}
    found: dict[str, int] = {}
    for node in parts.audience():
        known = parts.members[node]
        if node not in alive and (count := sum(parts.lacks(node, goal).values())):
            found[known.address or node] = count
    return found


def convergence(parts: Parts, waits_for: Mapping[str, int], settled: float) -> ops.ConvergenceView:
    """The whole picture."""
    me, now = parts.replica.node, parts.clock.now
    audience = sorted(parts.audience(), key=lambda node: parts.members[node].address)
    known = all_known(parts)
    own = parts.replica.seen.lacks_counts(known)
    rows = [ops.LackRow(me, own), *(ops.LackRow(node, parts.lacks(node, known)) for node in audience)]
    others = sorted(set(known) - {me, *audience})
    recent = parts.settling.recent(now)
    return ops.ConvergenceView(
        node=me,
        writers=[me, *audience, *others],
        rows=rows,
        settled=settled,
        settle_p50_ms=in_ms(percentile(recent, 50)),
        settle_p95_ms=in_ms(percentile(recent, 95)),
        settle_ms=newest(recent, PLOTTED),
        in_flight=parts.settling.in_flight,
        oldest_s=round(parts.settling.oldest(now), 3),
        tombstones=max(waits_for.values(), default=0),
        waits_for=dict(waits_for),
        sent=parts.tally.sent,
        received=parts.tally.received,
    )


def views(parts: Parts, siblings: Siblings) -> list[ops.SiblingView]:
    """Each version with the nodes that are known to have it, this one first."""
    me, audience = parts.replica.node, parts.audience()
    return [
        ops.SiblingView(
            to_record(version),
            version.node,
            version.seq,
            dict(version.context),
            [me, *(node for node in audience if parts.has(node, version.dot))],
        )
        for version in siblings
    ]


def in_ms(seconds: float | None) -> float | None:
    """Seconds as milliseconds, to two places."""
    return None if seconds is None else round(1000 * seconds, 2)
