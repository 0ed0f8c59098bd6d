"""A node id and its numbers, and what happens when a machine is set back to an earlier state."""

from decent_tui.core import operations as ops
from decent_tui.core.invariants import all_versions
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change

from .network import Network, SimNode


def copy(store: MemoryStore) -> MemoryStore:
    """A store as it is now (a snapshot of the machine)."""
    copied, state = MemoryStore(), store.load()
    assert state is not None
    copied.replace([Change.of(key, (), store.siblings(key)) for key in store.page(wanted="all", limit=9_999)])
    copied.save(
        root=state.root,
        seen=state.seen,
        floor=state.floor,
        members=state.members.values(),
        addresses=state.addresses,
    )
    copied.commit()
    return copied


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
    earlier = copy(a.store)
    a.do(ops.Put("two", "2"))
    a.do(ops.Put("three", "3"))
    net.settle()
    a.crash()
    b.crash()  # so that A writes on without hearing of it
    a.store = earlier
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


def test_a_node_that_was_rolled_back_takes_a_new_id_and_loses_nothing() -> None:
    a, b = after_a_rollback()
    assert len(a.engine.parts.replica.former) == 1
    assert any("rolled back" in alarm for alarm in a.engine.parts.tally.alarms)
    assert b.engine.parts.replica.seen[a.engine.node]
