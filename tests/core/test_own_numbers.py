"""Who tells of writes of ours that we never made is not believed."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core.batch import pack
from decent_tui.core.invariants import violations
from decent_tui.core.links import Link
from decent_tui.lab.sim_node import SimNode

from .builders import B, version
from .nodes import two


def pulling(again: bool) -> tuple[SimNode, Link, int]:
    """A node that has just asked another what it lacks, by which link and under which id; `again`: within the
    minute in which it takes no further new id."""
    net, a, b = two()
    if again:
        a.turn(lambda: a.engine._rename("once"))
        net.run(3)
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.turn(lambda: a.engine._exchange.pull(link))
    assert link.pull is not None
    return a, link, link.pull.id


@pytest.mark.parametrize("again", [False, True])
def test_a_claim_with_numbers_of_ours_that_we_never_made_is_not_taken(again: bool) -> None:
    a, link, pull = pulling(again)
    mine = a.engine.node
    lie = wire.Versions(pack([version(B, 1, key="lie")]), seen={mine: [1, 9], B: [1, 7]})
    a.take(link.id, wire.encode(lie, pull))
    replica = a.engine.parts.replica
    assert not replica.seen[mine]
    assert replica.seen[B] in ((), ((1, 1),))
    assert (a.engine.node == mine) is again
    assert a.engine.parts.links.get(link.id) is None
    assert violations(replica) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_version_of_ours_that_we_never_made_is_not_taken_nor_what_comes_with_it(again: bool) -> None:
    a, link, pull = pulling(again)
    mine = a.engine.node
    lie = wire.Versions(pack([version(mine, 3), version(B, 1)]), seen={B: [1, 7]})
    a.take(link.id, wire.encode(lie, pull))
    assert not a.engine.parts.replica.seen[mine]
    assert not a.engine.parts.replica.seen[B]


def test_a_liar_costs_us_one_id_a_minute_at_most() -> None:
    net, a, b = two()
    for _ in range(240):
        link = a.engine.parts.links.to(b.engine.node)
        if link is not None:
            lie = wire.Heartbeat("0" * 16, {a.engine.node: [1, 99]})
            a.take(link.id, wire.encode(lie))
        net.run(0.5)
    assert len(a.engine.parts.replica.former) in (2, 3)
