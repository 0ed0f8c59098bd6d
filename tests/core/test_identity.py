"""A node id and its numbers, and what happens when a machine is set back to an earlier state."""

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.invariants import all_versions
from decent_tui.lab.sim_node import SimNode

from .builders import version
from .network import Network


def values(node: SimNode) -> set[tuple[str, bytes | None]]:
    """All that a node holds."""
    return {(version.key, version.value) for version in all_versions(node.store)}


def after_a_rollback() -> tuple[SimNode, SimNode]:
    """A machine is set back, writes on, and meets a peer that knows what it wrote before."""
    net = Network(1)
    b = net.node("b")
    a = net.node("a", b)
    a.do(ops.Put("one", "1"))
    net.settle()
    earlier = a.disk.image()
    a.do(ops.Put("two", "2"))
    a.do(ops.Put("three", "3"))
    net.settle()
    a.crash()
    b.crash()  # so that A writes on without hearing of it
    a.disk.roll_back(earlier)
    a.start()
    a.do(ops.Put("four", "4"))
    net.run(1)
    b.start()
    net.run(20)
    a.do(ops.Put("five", "5"))
    net.run(20)
    wanted = {("one", b"1"), ("two", b"2"), ("three", b"3"), ("four", b"4"), ("five", b"5")}
    for node in (a, b):
        assert values(node) == wanted, f"{node.address} lost {wanted - values(node)}"
    return a, b


def test_a_version_written_over_a_number_that_we_never_made_tells_of_a_rollback_too() -> None:
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    old = a.engine.node
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    b_wrote = version(b.engine.node, 1, {old: 3})
    a.take(link.id, wire.encode(wire.Versions(pack([b_wrote]))))
    assert a.engine.node != old
    assert not a.engine.parts.replica.seen[b.engine.node]  # it comes again, under the new id


def test_a_node_that_was_rolled_back_takes_a_new_id_and_loses_nothing() -> None:
    a, b = after_a_rollback()
    assert len(a.engine.parts.replica.former) == 1
    assert any("rolled back" in alarm for alarm in a.engine.parts.tally.alarms)
    assert b.engine.parts.replica.seen[a.engine.node]
