"""What happens when two replicas have seen the same writes and do not hold the same values."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.audit import held_after, reconcile
from decent_tui.core.batch import pack
from decent_tui.core.invariants import all_versions, violations
from decent_tui.core.limits import SIBLINGS_MAX
from decent_tui.core.sync import START
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Version
from decent_tui.lab.sim_node import SimNode
from tests.lab.histories import values

from .builders import A, B, C, apply, delete, put, replica, texts, version
from .network import Network


@pytest.mark.parametrize("chunk", [1, 100, 10_000])
def test_all_that_is_held_is_read_in_pages_in_dot_order(chunk: int) -> None:
    one = replica(A)
    for number in range(5):
        put(one, f"k{number}")
    apply(one, version(B, 2), version(B, 9, key="l", text=None), version(C, 1))
    delete(one, "k0")
    found, after, last = [], START, False
    while not last:
        page, last = held_after(one, after, chunk)
        found += page
        after = page[-1].dot
    assert [held.dot for held in found] == sorted(held.dot for held in all_versions(one.store))


def test_an_empty_replica_has_one_empty_page() -> None:
    assert held_after(replica(A), START, 1) == ([], True)


def test_a_version_that_was_lost_here_is_taken_in_though_its_dot_was_seen() -> None:
    one = replica(A)
    lost = version(B, 1)
    apply(one, lost)
    one.drop([lost])  # a damaged disk
    one.commit()
    reconcile(one, lost, 0)
    one.commit()
    assert texts(one) == ["1"]
    assert violations(one) == []


def test_a_version_that_is_obsolete_here_is_not_taken_in() -> None:
    one = replica(A)
    apply(one, version(B, 1), version(C, 1, {B: 1}, text="2"))
    reconcile(one, version(B, 1), 0)
    one.commit()
    assert texts(one) == ["2"]


def test_what_is_the_same_on_both_sides_stays_as_it_is() -> None:
    one = replica(A)
    mine = put(one)
    reconcile(one, mine, 0)
    one.commit()
    assert one.counter == 1


def test_what_an_audit_brings_is_an_event_for_the_lamport() -> None:
    one = replica(A)
    lost = version(B, 1, lamport=7)
    apply(one, lost)
    one.drop([lost])
    one.lamport = 1
    reconcile(one, lost, 0)
    assert one.lamport > 7
    reconcile(one, version(B, 1, text="2", lamport=20), 0)
    assert one.lamport > 20
    assert min(held.lamport for held in all_versions(one.store)) > 7  # put again: after what they stand for


@pytest.mark.parametrize("key", ["k", "another"])
def test_where_one_dot_stands_for_two_things_both_are_put_again(key: str) -> None:
    one, other = replica(A), replica(B)
    for on, text, where in ((one, "1", "k"), (other, "2", key)):
        apply(on, version(C, 1, key=where, text=text))
    mine, theirs = all_versions(one.store), all_versions(other.store)
    for on, what in ((one, theirs), (other, mine)):
        for held in what:
            reconcile(on, held, 0)
        on.commit()
    for _ in range(2):
        apply(one, *all_versions(other.store))
        apply(other, *all_versions(one.store))
    for on in (one, other):
        assert set(texts(on, "k") + texts(on, key)) == {"1", "2"}
        assert not on.store.by_number(C, 1, 9, 9)
        assert violations(on) == []


@pytest.mark.parametrize("other", [version(C, 1, {B: 1}), version(C, 1, text="2"), version(C, 1, key="l")])
def test_whatever_decides_about_a_version_is_compared(other: Version) -> None:
    one, two = replica(A), replica("d" * 16)
    mine = version(C, 1)
    apply(one, mine)
    apply(two, other)
    for _ in range(2):
        for on, read in ((one, two), (two, one)):
            for held in all_versions(read.store):
                reconcile(on, held, 0)
            on.commit()
            apply(read, *all_versions(on.store))
    assert one.fingerprint == two.fingerprint
    assert not one.store.by_number(C, 1, 1, 1)
    assert {(held.key, held.value) for held in all_versions(two.store)} == {
        (held.key, held.value) for held in (mine, other)
    }


def test_a_context_that_makes_no_difference_yet_is_found_when_it_does_and_nothing_is_lost() -> None:
    """Why the fingerprint need not speak of contexts: the worst of it is a conflict to be resolved again."""
    one, two = replica(A), replica("d" * 16)
    apply(one, version(B, 1, text="0"), version(C, 1, {B: 1}))
    apply(two, version(B, 1, text="0"), version(C, 1, {B: 1, "e" * 16: 1}))  # a liar put one more into it
    apply(one, version("e" * 16, 1, key="l"))
    apply(two, version("e" * 16, 1, key="l"))
    assert one.digest() == two.digest()
    assert texts(one) == texts(two) == ["1"]
    apply(two, put(one, text="2"))
    assert texts(one) == ["2"]
    assert set(texts(two)) == {"1", "2"}
    assert one.seen == two.seen
    assert one.digest() != two.digest()
    for on, read in ((one, two), (two, one)):
        for held in all_versions(read.store):
            reconcile(on, held, 0)
        on.commit()
    assert one.digest() == two.digest()
    assert set(texts(one)) == {"1", "2"}


def test_what_only_labels_a_version_is_no_dispute() -> None:
    one = replica(A)
    apply(one, version(C, 1))
    reconcile(one, version(C, 1, lamport=9, ts=9), 0)
    assert one.counter == 0


def test_a_key_with_too_many_siblings_is_audited_all_the_same() -> None:
    one = replica(A)
    apply(one, *(version(f"{number:016x}", 1, text=str(number)) for number in range(SIBLINGS_MAX + 5)))
    reconcile(one, version(f"{3:016x}", 1, text='"other"'), 0)
    assert {"3", '"other"'} < set(texts(one))


@pytest.mark.parametrize("had", ["1", "2"])
def test_who_writes_over_one_of_two_put_again_holds_down_nothing_that_stood_beside_it(had: str) -> None:
    one, other = replica(A), replica(B)
    put(one, text="0")
    apply(one, version(C, 1, text="1"))
    reconcile(one, version(C, 1, text="2"), 0)
    one.commit()
    assert sorted(texts(one)) == ["0", "1", "2"]
    apply(other, *(held for held in one.store.siblings("k") if held.value == had.encode()))
    apply(one, put(other, text="3"))
    assert sorted(texts(one)) == sorted({"0", "1", "2", "3"} - {had})


# ------------------------------------------------------------------ between two nodes


def two() -> tuple[Network, SimNode, SimNode]:
    """Two nodes that are level, with some values."""
    net = Network(1)
    a = net.node("a", tuning=Tuning(chunk=1))
    b = net.node("b", a, tuning=Tuning(chunk=1))
    for number in range(4):
        a.do(ops.Put(f"a{number}", "1"))
        b.do(ops.Put(f"b{number}", "1"))
    a.do(ops.Put("deleted", "1"))
    net.settle()
    a.do(ops.Delete("deleted"))
    net.run(5)
    net.settle()
    return net, a, b


def audits(net: Network) -> int:
    """How many pages were asked for."""
    return sum(wire.decode(line).type == "AUDIT" for _, _, line in net.sent)


def lose(node: SimNode, key: str) -> None:
    """The disk loses a key, without anybody's doing."""
    replica = node.engine.parts.replica
    replica.drop(replica.store.siblings(key))
    replica.commit()


def test_what_one_disk_lost_comes_back_from_the_other() -> None:
    net, a, b = two()
    lose(a, "b1")
    net.run(20)
    net.settle()
    assert values(a) == values(b)
    assert a.store.siblings("b1")
    assert any("did not hold the same values" in alarm for alarm in a.engine.parts.tally.alarms)
    assert not a.store.siblings("deleted")


def test_an_audit_whose_link_was_lost_begins_anew() -> None:
    net, a, b = two()
    lose(a, "b1")
    lose(b, "a1")
    net.run_until(lambda: audits(net) > 1)  # of many pages
    net.break_off(a, next(iter(a.wires)))
    net.run(60)
    net.settle()
    assert values(a) == values(b)
    assert a.store.siblings("b1")
    assert b.store.siblings("a1")


def test_a_page_that_got_lost_does_not_end_the_repair_for_an_hour() -> None:
    net, a, b = two()
    lose(a, "b1")
    lose(b, "a1")
    net.run_until(lambda: audits(net) > 1)
    for node in (a, b):
        node.mutate = lambda line: [] if line.startswith(b'{"type":"HELD"') else [line]
    net.run(3)
    a.mutate = b.mutate = None
    net.run(60)
    net.settle()
    assert values(a) == values(b)


def test_a_peer_is_audited_once_an_hour_at_most_and_then_left_in_peace() -> None:
    net, a, _b = two()
    for key in ("b0", "b1"):  # each of the two may find it first
        lose(a, key)
        net.run(20)
    asked = audits(net)
    lose(a, "b2")
    net.run(20)
    already = len(net.sent)
    net.run(30)
    assert audits(net) == asked
    assert {wire.decode(line).type for _, _, line in net.sent[already:]} <= {"HEARTBEAT", "PING", "PONG"}
    net.run(Tuning().audit)
    net.settle()
    assert a.store.siblings("b2")


def test_level_nodes_are_never_audited() -> None:
    net, _a, _b = two()
    net.run(30)
    assert audits(net) == 0


def test_a_page_that_nobody_asked_for_is_passed_over() -> None:
    _net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.take(link.id, wire.encode(wire.Held(pack([version(C, 1, key="forced in")]))))
    assert not a.store.siblings("forced in")


def test_numbers_used_twice_after_a_rollback_are_found_and_both_values_kept() -> None:
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.settle()
    earlier = a.disk.image()
    a.do(ops.Put("before", "1"))
    net.settle()
    a.crash()
    b.crash()
    a.disk.roll_back(earlier)
    a.start()
    a.do(ops.Put("after", "2"))  # under the same number, and nobody can know
    b.start()
    net.run(60)
    net.settle()
    for node in (a, b):
        assert values(node) == {("before", b"1"), ("after", b"2")}
