"""Directed histories on the whole node: what the rules of a link and of an id are there for.

Like those of the replica alone (`tests/core/stories`), each runs through as the rules stand.
"""

from collections.abc import Sequence
from random import Random

import msgspec

from decent_tui.core import audit
from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.clocks import Dot
from decent_tui.core.invariants import all_versions
from decent_tui.lab import people as p
from decent_tui.lab import troubles as t
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.disk import Disk
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.simulation import play
from decent_tui.lab.world import AnyDeed, Step, World
from tests.core.builders import A, B, C, X, apply, replica, texts, version
from tests.core.network import Network, linked_pair

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


def a_backup_and_a_marker_as_the_start_left_it() -> None:
    """The machine loses power after a start, and with it what was not flushed of the marker; then a backup
    from before that start is restored. Its tag must not be in the marker any more."""
    disk = Disk(Random(1))
    before = disk.open().node
    backup = disk.image()
    disk.open()
    disk.marker.written = disk.marker.flushed
    disk.restore(backup)
    assert disk.open().node != before, "a backup passes for the newest data"


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


def one_number_over_two_things() -> None:
    """A writes k over what B wrote, is set back to before that, and writes the same value under the same
    number over nothing. Only the contexts differ, and C, which was away, still has what B wrote."""
    net = Network(1)
    b, c = net.node("b"), net.node("c")
    c.do(ops.AddPeer(b.address))
    a = net.node("a", b)
    net.run(5)
    earlier = a.disk.image()
    b.do(ops.Put("k", '"of b"'))
    net.run(5)
    c.crash()
    a.do(ops.Put("k", '"again"'))
    net.settle()
    a.crash()
    b.crash()
    a.disk.roll_back(earlier)
    a.start()
    a.do(ops.Put("k", '"again"'))
    c.start()
    net.run(10)
    assert values(a) == values(c) == {("k", b'"of b"'), ("k", b'"again"')}
    b.start()
    net.run(60)
    assert net.level(), "not level"
    both_hold({("k", b'"again"')}, a, b, c)


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


def one_number_for_two_keys() -> None:
    """The same value under the same number, but the keys differ."""
    _, a, b = rolled_back([], [ops.Put("before", "1")], [ops.Put("after", "1")])
    both_hold({("before", b"1"), ("after", b"1")}, a, b)


def a_disputed_number_that_was_written_over() -> None:
    """C's first write was one of k elsewhere, which D has replaced, and is one of l here: k has D's value."""
    one = replica(A)
    apply(one, version(C, 1, key="l"), version(B, 1, {C: 1}, text="2"))
    audit.reconcile(one, version(C, 1), 0)
    assert texts(one) == ["2"], "resurrected"


def a_disk_loses_a_key() -> None:
    """Nothing but the sum of what is held tells."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    b.do(ops.Put("k", "1"))
    net.run(5)
    a.replica.drop(a.store.siblings("k"))
    a.replica.commit()
    net.run(20)
    both_hold({("k", b"1")}, a, b)


def a_page_of_an_audit_knows_more_of_this_node_than_it_does() -> None:
    """A faulty peer has a write of A in its list that A never made: A must not count it as seen."""
    _net, a, _b, link = linked_pair()
    old = a.engine.node
    a.turn(lambda: a.engine._auditor.begin(link))
    a.take(link.id, wire.encode(wire.Held(pack([version(old, 3, key="never")]))))
    assert a.engine.node != old, "the old id is kept"
    assert not a.replica.seen[old], "it has seen its own future"


def a_claim_knows_more_of_this_node_than_it_does() -> None:
    """Twice in a minute a faulty peer claims to have seen writes of A that A never made. There is no second
    new id so soon; A must not have taken over the claim, or its own next writes would be nothing new."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    for _ in range(2):
        net.run_until(lambda: a.engine.parts.links.to(b.engine.node) is not None)
        link = a.engine.parts.links.to(b.engine.node)
        assert link is not None
        a.turn(lambda link=link: a.engine._exchange.pull(link))  # type: ignore[misc]
        assert link.pull is not None
        claim = wire.Versions(pack([]), seen={a.engine.node: [1, 3]}, fingerprint="0")
        a.take(link.id, wire.encode(claim, link.pull.id))
        seen = a.replica.seen[a.engine.node]
        assert not seen, "it has seen its own future"
        net.run(1)


def a_new_id_on_a_full_disk() -> None:
    """The turn in which A takes a new id is undone. It must not wait for a minute to take one."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    old = a.engine.node
    a.full_until = net.now + 5
    a.turn(lambda: a.engine._rename("for a test"))
    assert a.engine.node == old, "the id is another than that on the disk"
    net.run(20)
    b.do(ops.Forget(old))
    net.run(10)
    assert a.engine.node != old, "the id is kept"
    assert net.level(), "not level"


def half_of_what_somebody_wrote_comes_from_another() -> None:
    """B sends on what C wrote second, before it has the first: A must not believe that B has both."""
    net = Network(1)
    a, b = net.node("a"), net.node("b")
    a.do(ops.AddPeer(b.address))
    net.run(2)
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.take(link.id, wire.encode(wire.Versions(pack([version(C, 2)]))))
    known = a.engine.parts.members[b.engine.node]
    assert Dot(C, 1) not in known.seen, "B is believed to have what it lacks"


def an_id_that_was_given_up() -> None:
    """A takes a new id (B has forgotten the old one, or the files are a copy). Whoever goes on under the old
    one may have what A deletes: the tombstone waits until that id is forgotten."""
    net = Network(1)
    a = net.node("a")
    a.do(ops.Put("k", "1"))
    old = a.engine.node
    a.turn(lambda: a.engine._rename("for a test"))
    _deleted_while_an_id_is_away(net, a, old)


def the_original_of_a_copy() -> None:
    """The files of A are copied, and the copy deletes what A has while A is down."""
    net = Network(1)
    a = net.node("a")
    a.do(ops.Put("k", "1"))
    a.crash()
    copy = SimNode(net, "copy:1")
    copy.disk.copy_from(a.disk)
    copy.start()
    _deleted_while_an_id_is_away(net, copy, a.engine.node)


def _deleted_while_an_id_is_away(net: Network, node: SimNode, old: str) -> None:
    assert node.engine.node != old
    node.do(ops.Delete("k"))
    net.run(10)
    assert node.store.siblings("k"), "forgotten though the old id may still have the value"
    node.do(ops.Forget(old))
    net.run(10)
    assert not node.store.siblings("k"), "a tombstone is left"


def a_plain_restart() -> None:
    """A node that stops and starts keeps its id, and one that was killed too."""
    net = Network(1)
    a = net.node("a")
    for end in (a.stop, a.crash):
        a.do(ops.Put("k", "1"))
        before = a.engine.node
        end()
        a.start()
        assert a.engine.node == before, "another id after a plain restart"


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
