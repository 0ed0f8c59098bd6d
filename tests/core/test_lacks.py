"""Who lacks what, in nodes that talk to each other."""

from decent_tui.core import operations as ops
from decent_tui.core.exchange import HEARTBEAT
from decent_tui.lab.sim_node import SimNode

from .nodes import done, three_level


def ids(*nodes: SimNode) -> list[str]:
    """Their node ids."""
    return [node.engine.node for node in nodes]


def lacks(node: SimNode) -> dict[str, dict[str, int]]:
    """Per node, what it lacks of whom, as this node has it."""
    return {row.node: row.lacks for row in done(node, ops.Convergence()).rows}


def test_a_write_settles_in_about_one_round_trip() -> None:
    net, a, _, _ = three_level()
    done(a, ops.Put("k", "1"))
    assert done(a, ops.Status()).in_flight == 1
    assert done(a, ops.Status()).missing == {"b:1": 1, "c:1": 1}
    net.run(0.2)
    status = done(a, ops.Status())
    assert (status.in_flight, status.missing) == (0, {})
    assert (
        0 < (status.settle_p50_ms or 0) < 120
    )  # two ways of at most 45 ms, and no tenth of a second to wait
    assert status.settle_p95_ms == status.settle_p50_ms


def test_many_writes_are_acknowledged_together() -> None:
    net, a, b, _ = three_level()
    before = sum(
        1 for who, to, line in net.sent if (who, to) == (b.address, a.address) and b"HEARTBEAT" in line
    )
    for number in range(100):
        done(a, ops.Put(f"k{number}", "1"))
        net.run(0.01)
    net.run(0.3)
    after = sum(
        1 for who, to, line in net.sent if (who, to) == (b.address, a.address) and b"HEARTBEAT" in line
    )
    assert after - before <= 16  # ten a second, and a heartbeat a second, for 100 writes
    view = done(a, ops.Convergence())
    assert view.in_flight == 0
    assert len(view.settle_ms) == 100
    assert max(view.settle_ms) < 300


def test_the_table_says_who_lacks_what_of_whom() -> None:
    net, a, b, c = three_level()
    done(a, ops.Cut("c"))
    done(a, ops.Put("k", "1"))
    done(a, ops.Put("l", "1"))
    net.run(0.1)
    done(b, ops.Cut("c"))
    done(b, ops.Put("m", "1"))
    done(c, ops.Put("n", "1"))
    net.run(3 * HEARTBEAT)
    ia, ib, ic = ids(a, b, c)
    assert lacks(a) == {ia: {}, ib: {}, ic: {ia: 2, ib: 1}}
    assert lacks(b) == {ia: {}, ib: {}, ic: {ia: 2, ib: 1}} or lacks(b)[ic][ib] == 1
    view = done(a, ops.Convergence())
    assert view.writers == [ia, ib, ic]
    assert view.in_flight == 0  # nobody alive lacks anything
    assert view.settled < 1


def test_what_a_collection_waits_for_is_named() -> None:
    net, a, _, c = three_level()
    done(a, ops.Put("k", "1"))
    net.run(2)
    c.crash()
    done(a, ops.Delete("k"))
    net.run(4)
    view = done(a, ops.Convergence())
    assert view.waits_for == {c.engine.node: 1}
    assert view.tombstones == 1


def test_a_node_that_was_away_is_told_by_its_old_word() -> None:
    net, a, _, c = three_level()
    c.crash()
    net.run(15)
    done(a, ops.Put("k", "1"))
    net.run(2)
    assert lacks(a)[c.engine.node] == {a.engine.node: 1}
    assert done(a, ops.Status()).missing == {}  # of those who are alive


def test_nobody_lacks_what_it_wrote_itself() -> None:
    """Cut off, a node writes on, and what it writes comes here by another one."""
    net, a, _, c = three_level()
    done(a, ops.Cut("c"))
    done(c, ops.Put("k", "1"))
    net.run(4)
    assert a.store.siblings("k")
    assert lacks(a)[c.engine.node] == {}
    (peer,) = (peer for peer in done(a, ops.Peers()).peers if peer.name == "c")
    assert peer.behind == 0
    assert done(a, ops.Why("k")).lacking == []
    assert done(a, ops.Inspect("k")).siblings[0].held == done(a, ops.Inspect("k")).members
