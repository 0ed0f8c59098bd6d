"""Directed histories on the whole node: what the rules of a link and of an id are there for.

Like those of the replica alone (`tests/core/stories`), each runs through as the rules stand.
"""

from collections.abc import Sequence

import msgspec

from decent_tui.core import audit
from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.invariants import all_versions
from decent_tui.lab import people as p
from decent_tui.lab import troubles as t
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.simulation import play
from decent_tui.lab.world import AnyDeed, Step, World
from tests.core.builders import A, B, C, X, apply, replica, texts, version
from tests.core.network import Network

ALLOWED = World(1, nodes=2, sets_back=True, goodbyes=True)
"""Two nodes, a and b, on a good network; disks may be set back, and members forgotten."""

MARKER_UNFLUSHED = 1
"""A seed by which the marker of a machine that loses power is as it was last flushed."""


def played(world: World, *at_once: tuple[AnyDeed, ...]) -> None:
    """Play these deeds, a few at once; AssertionError in the words of the check that was broken."""
    steps = [Step(0.0 if at else 3.0, deed) for few in at_once for at, deed in enumerate(few)]
    outcome = play(world, steps)
    assert not outcome.failed, f"{outcome.check}: {outcome.what}"


def a_backup_from_before_the_new_id() -> None:
    """B forgets A, which goes on under a new id; then A's file of before is restored, and it writes before
    anybody can tell it more. Its old id had written more since the backup."""
    played(
        ALLOWED,
        (p.Put(0, 0), p.Put(0, 1), t.Backup(0), p.Put(0, 2)),
        (p.Forget(1, 0),),
        (p.Put(0, 1),),
        (t.Restore(0), p.Start(0), p.Put(0, 0)),
    )


def a_backup_from_before_the_last_start() -> None:
    """Nothing was written between the backup and the start; then the machine loses power before the marker
    is flushed, and the backup is restored. Only the tag of that start tells."""
    played(
        msgspec.structs.replace(ALLOWED, seed=MARKER_UNFLUSHED),
        (p.Put(0, 0), p.Put(0, 1)),
        (t.Stop(0), t.Backup(0), p.Start(0)),
        (p.Put(0, 2),),
        (t.PowerLoss(0), t.Restore(0), p.Start(0), p.Put(0, 0)),
    )


def values(node: SimNode) -> set[tuple[str, bytes | None]]:
    """All that a node holds."""
    return {(version.key, version.value) for version in all_versions(node.store)}


def rolled_back(
    before: Sequence[ops.Put], meanwhile: Sequence[ops.Put], after: Sequence[ops.Put]
) -> tuple[Network, SimNode, SimNode]:
    """A writes what was `before`; of what it writes `meanwhile` only B knows, for its machine is set back;
    then it writes what came `after`, alone, and meets B."""
    net = Network(1)
    b = net.node("b")
    a = net.node("a", b)
    for put in before:
        a.do(put)
    net.settle()
    earlier = a.disk.image()
    for put in meanwhile:
        a.do(put)
    net.settle()
    a.crash()
    b.crash()
    a.disk.roll_back(earlier)
    a.start()
    for put in after:
        a.do(put)
    net.run(1)
    b.start()
    net.run(20)
    return net, a, b


def both_hold(wanted: set[tuple[str, bytes]], *nodes: SimNode) -> None:
    """AssertionError if any of these nodes does not hold just that."""
    for node in nodes:
        assert values(node) == wanted, f"{node.address} lost {wanted - values(node)}"


def a_machine_is_rolled_back() -> tuple[SimNode, SimNode]:
    """What was written before, meanwhile and after is there in the end, and so is what is written then."""
    net, a, b = rolled_back(
        [ops.Put("one", "1")], [ops.Put("two", "2"), ops.Put("three", "3")], [ops.Put("four", "4")]
    )
    a.do(ops.Put("five", "5"))
    net.run(20)
    both_hold({("one", b"1"), ("two", b"2"), ("three", b"3"), ("four", b"4"), ("five", b"5")}, a, b)
    return a, b


def a_key_is_written_anew_after_a_rollback() -> None:
    """The second write of the key after the rollback has the first in its context, under a number that means
    another write of that key on B: neither may hold the other down."""
    meanwhile = [ops.Put("k", '"meanwhile"'), ops.Put("l", "1"), ops.Put("l", "2")]
    _, a, b = rolled_back([ops.Put("k", "1")], meanwhile, [ops.Put("k", "2"), ops.Put("k", '"after"')])
    both_hold({("k", b'"meanwhile"'), ("k", b'"after"'), ("l", b"2")}, a, b)


def a_number_is_used_twice_for_one_key() -> None:
    """Nobody knows a number that is too high, so only the audit finds what one number means on A and on B."""
    _, a, b = rolled_back([], [ops.Put("k", '"meanwhile"')], [ops.Put("k", '"after"')])
    both_hold({("k", b'"meanwhile"'), ("k", b'"after"')}, a, b)


def two_readings_of_one_number() -> None:
    """One node reads what the other holds, puts again, and its pushes arrive before the other reads."""
    one, other = replica(A), replica(B)
    apply(one, version(C, 1, text="1"))
    apply(other, version(C, 1, text="2"))
    for on, read in ((one, other), (other, one)):
        for held in all_versions(read.store):
            audit.reconcile(on, held, 0)
        on.commit()
        apply(read, *all_versions(on.store))
    for on in (one, other):
        assert set(texts(on)) == {"1", "2"}, f"lost {({'1', '2'} - set(texts(on))).pop()}"


def a_classic_peer_sends_back_what_was_deleted() -> None:
    """Y, cut off meanwhile, still has X's value under a clock that names A; A has deleted it, forgotten X and
    the tombstone. Nothing here knows the value any more but by its clock."""
    net = Network(1)
    x, y = ClassicNode(net, "x"), ClassicNode(net, "y")
    a = net.node("a")
    for peer in (x, y):
        a.do(ops.AddPeer(peer.address))
    x.put("k", 1)
    net.run(15)
    assert y.values("k") == [1]
    x.crash()
    a.do(ops.Cut(y.address))
    net.run(2)
    a.do(ops.Delete("k"))
    a.do(ops.Forget(x.id))
    net.run(40)
    assert not a.store.siblings("k"), "the tombstone is still there"
    a.do(ops.Heal("all"))
    net.run(20)
    assert not a.store.siblings("k"), "resurrected"


def a_dot_that_is_no_node_of_ours() -> None:
    """A faulty peer sends B a version under a classic id. B must not take it in: nobody would listen to what
    it has seen any more."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    link = b.engine.parts.links.to(a.engine.node)
    assert link is not None
    b.take(link.id, wire.encode(wire.Versions(pack([version(X, 1, key="theirs")]))))
    a.do(ops.Put("k", "1"))
    b.do(ops.Put("l", "2"))
    net.run(30)
    assert net.level(), "not level"
    both_hold({("k", b"1"), ("l", b"2")}, a, b)


def a_classic_peer_is_forgotten_that_not_all_met() -> None:
    """B came when X was gone; A forgets X, and B's tombstone that names X must go too."""
    net = Network(1)
    x, a = ClassicNode(net, "x"), net.node("a")
    a.do(ops.AddPeer(x.address))
    x.put("k", 1)
    net.run(15)
    x.crash()
    b = net.node("b", a)
    net.run(5)
    a.do(ops.Delete("k"))
    a.do(ops.Forget(x.id))
    net.run(40)
    for node in (a, b):
        assert not all_versions(node.store), f"a tombstone is left on {node.address}"
