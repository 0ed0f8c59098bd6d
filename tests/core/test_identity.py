"""A node id and its numbers, and what happens when a machine is set back to an earlier state."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.errors import Refused
from decent_tui.core.invariants import all_versions
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change

from .builders import version
from .history import History, play
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


class WithRollbacks(History):
    """A history in which machines are set back to earlier states.

    Writes under numbers that are used again may be lost; all must become level all the same.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.trouble, self.forgets = max(self.trouble, 0.3), False
        self.earlier: list[tuple[SimNode, MemoryStore]] = []
        self.troubles += [self._remember, self._remember, self._set_back]

    def write(self, node: SimNode, key: str, text: str | None) -> bool:
        """Write; the oracle cannot follow."""
        text = None if text is None else f"{self.net.number()}"
        return not isinstance(node.do(ops.Delete(key) if text is None else ops.Put(key, text)), Refused)

    def look(self) -> None:
        """Nobody looks."""

    def _remember(self) -> None:
        if node := self._somebody():
            self.earlier.append((node, copy(node.store)))

    def _set_back(self) -> None:
        if self.earlier:
            node, store = self.draw.choice(self.earlier)
            self._note(f"{node.address} is set back")
            if node.up:
                node.crash()
            node.store = copy(store)

    def finish(self) -> None:
        """All become level, with the same values, and stay so."""
        self.calm()
        self.net.settle(within=100)
        self.net.run(10)
        self.net.settle(within=20)
        live = [{pair for pair in values(node) if pair[1] is not None} for node in self.nodes]
        assert all(these == live[0] for these in live)


@pytest.mark.parametrize("seed", range(15))
def test_after_any_history_with_rollbacks_all_are_level(seed: int) -> None:
    play(WithRollbacks(seed))


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
