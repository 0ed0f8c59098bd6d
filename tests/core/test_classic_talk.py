"""Our side of the talk with classic peers, against a model of one on the virtual network."""

import contextlib
import json
from functools import partial
from typing import Any

import msgspec
import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.clocks import is_classic, taken_in
from decent_tui.core.errors import Refused
from decent_tui.core.events import Alarm
from decent_tui.core.invariants import all_versions
from decent_tui.core.limits import CLASSIC_LINE, SIBLINGS_MAX
from decent_tui.core.seen import Seen
from decent_tui.core.tombstones import Reach, blockers
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.sim_node import SimNode

from . import builders
from .builders import A, X, seen
from .network import Network


def read(node: SimNode, key: str) -> list[Any]:
    """The values a reader sees here."""
    answer = node.do(ops.Get(key))
    if isinstance(answer, Refused):
        return []
    assert isinstance(answer, ops.Versions)
    return [json.loads(bytes(record.value)) for record in answer.versions]


def pair(*, dialled_by_us: bool = True) -> tuple[Network, SimNode, ClassicNode]:
    """A decent node and a classic peer that know each other."""
    net = Network(1)
    if dialled_by_us:
        classic = ClassicNode(net, "x")
        node = net.node("a")
        node.do(ops.AddPeer(classic.address))
    else:
        node = net.node("a")
        classic = ClassicNode(net, "x", node)
    net.run(8)
    return net, node, classic


@pytest.mark.parametrize("dialled_by_us", [True, False])
def test_writes_pass_both_ways_whoever_dialled(dialled_by_us: bool) -> None:
    net, node, classic = pair(dialled_by_us=dialled_by_us)
    node.do(ops.Put("ours", "1"))
    classic.put("theirs", 2)
    net.run(15)
    assert classic.values("ours") == [1]
    assert read(node, "theirs") == [2]
    [version] = node.store.siblings("theirs")
    assert (version.node, version.author) == (node.engine.node, classic.id)


def test_what_was_there_before_they_met_passes_both_ways_too() -> None:
    net = Network(1)
    classic = ClassicNode(net, "x")
    node = net.node("a")
    for number in range(250):  # several pages of keys here, several windows of questions there
        node.do(ops.Put(f"ours {number}", "1"))
        classic.put(f"theirs {number}", 2)
    node.do(ops.AddPeer(classic.address))
    net.run(10)
    assert all(classic.values(f"ours {number}") == [1] for number in range(250))
    assert all(read(node, f"theirs {number}") == [2] for number in range(250))


def test_we_read_first_and_then_push() -> None:
    net = Network(1)
    classic = ClassicNode(net, "x")
    classic.put("theirs", 2)
    node = net.node("a")
    node.do(ops.Put("ours", "1"))
    node.do(ops.AddPeer(classic.address))
    net.run(5)
    kinds = [kind for _, kind, _ in classic.inbox if kind != "PING"]
    assert kinds[:4] == ["HANDSHAKE", "GET_KEYS", "GET_VALUE", "PUSH_UPDATE"]
    assert kinds.count("PUSH_UPDATE") == 1  # its id may come late: read again


def test_a_peer_never_gets_back_what_it_authored() -> None:
    net, node, classic = pair()
    second = ClassicNode(net, "y", node)
    for number in range(10):
        classic.put("k", number)
        second.put("l", number)
        net.run(1)
    node.do(ops.Put("k", '"over it"'))
    net.run(20)
    for peer, other in ((classic, second), (second, classic)):
        authors = {record["node_id"] for record in peer.received()}
        assert peer.id not in authors
        assert other.id in authors


def test_a_write_that_follows_another_replaces_it() -> None:
    net, node, classic = pair()
    for number in range(5):
        classic.put("k", number)
        net.run(1)
        assert read(node, "k") == [number]


def test_our_own_write_echoed_with_their_entry_in_its_clock_is_ignored() -> None:
    net, node, _classic = pair()
    node.do(ops.Put("k", "1"))
    net.run(30)  # it has pushed its whole store several times
    [version] = node.store.siblings("k")
    assert (version.node, version.seq) == (node.engine.node, 1)
    assert node.engine.parts.replica.counter == 1


def test_an_idle_mixed_cluster_goes_quiet_on_our_side() -> None:
    net, a, x = pair()
    b = net.node("b", a)
    y = ClassicNode(net, "y", b)
    for number, node in enumerate((a, b)):
        node.do(ops.Put(f"ours {number}", "1"))
        node.do(ops.Put("shared", str(number)))
    for number, classic in enumerate((x, y)):
        classic.put(f"theirs {number}", 1)
        classic.put("shared", number + 10)
    net.run(60)
    already, counters = len(net.sent), (a.engine.parts.replica.counter, b.engine.parts.replica.counter)
    net.run(60)
    ours = [
        (to, wire.decode(line).type) for who, to, line in net.sent[already:] if who in (a.address, b.address)
    ]
    answers = {"ACK", "PONG"}  # to what the classic peers never stop pushing
    assert {kind for to, kind in ours if to in (x.address, y.address)} <= {"PING", *answers}
    assert {kind for to, kind in ours if to in (a.address, b.address)} <= {"HEARTBEAT", "PING", "PONG"}
    assert counters == (a.engine.parts.replica.counter, b.engine.parts.replica.counter)
    assert net.level()
    for key in ("ours 0", "ours 1", "theirs 0", "theirs 1", "shared"):
        assert sorted(read(a, key)) == sorted(read(b, key)) != []


def test_a_delete_goes_to_them_as_null() -> None:
    net, node, classic = pair()
    node.do(ops.Put("k", "1"))
    net.run(1)
    node.do(ops.Delete("k"))
    net.run(20)
    assert classic.values("k") == [None]
    assert "deleted" not in classic.received("k")[-1]
    assert read(node, "k") == []


def test_a_tombstone_over_a_classic_write_waits_until_that_peer_is_forgotten() -> None:
    net, node, classic = pair(dialled_by_us=False)
    classic.put("k", 1)
    net.run(1)
    node.do(ops.Delete("k"))
    net.run(30)  # its store still has the value, and is pushed to us again and again
    assert read(node, "k") == []
    assert node.do(ops.Status()).waits_for == [classic.id]  # type: ignore[union-attr]
    classic.crash()
    assert node.do(ops.Forget(classic.id)) == ops.Done()
    net.run(5)
    assert not all_versions(node.store)


def test_lines_to_them_stay_short_enough() -> None:
    net, node, classic = pair()
    for number in range(30):
        node.do(ops.Put(f"k{number}", json.dumps("x" * 7_000)))
    net.run(20)
    assert all(len(classic.values(f"k{number}")) == 1 for number in range(30))
    lengths = [len(line) for who, to, line in net.sent if (who, to) == (node.address, classic.address)]
    assert 7_000 < max(lengths) <= CLASSIC_LINE


def test_what_is_too_large_for_them_is_said_once() -> None:
    net, node, classic = pair()
    for number in range(3):
        node.do(ops.Put("large", json.dumps(str(number) * 70_000)))
        net.run(1)
    node.do(ops.Put("small", "1"))
    net.run(5)
    assert classic.values("large") == []
    assert classic.values("small") == [1]
    alarms = [event.text for event in node.events if isinstance(event, Alarm)]
    assert len(alarms) == 1
    assert "'large' is too large for x:1" in alarms[0]


def test_a_peer_that_is_too_slow_for_a_burst_is_read_again_and_gets_what_it_lacks() -> None:
    net, node, classic = pair()
    large = json.dumps("x" * 50_000)
    link = node.engine.parts.links.classic()[0]
    number = 0
    while not link.outbox.dropped:  # faster than it can take
        node.do(ops.Put(f"k{number}", large))
        number += 1
    assert not link.outbox
    net.run(30)
    assert all(len(classic.values(f"k{n}")) == 1 for n in range(number))


def test_a_record_that_cannot_be_taken_is_said_and_the_rest_is_read() -> None:
    net = Network(1)
    classic = ClassicNode(net, "x")
    classic.put("bad", int("9" * 2_000))
    classic.put("good", 1)
    node = net.node("a")
    node.do(ops.AddPeer(classic.address))
    net.run(3)
    assert read(node, "good") == [1]
    assert read(node, "bad") == []
    assert any("was refused" in event.text for event in node.events if isinstance(event, Alarm))


def test_what_a_classic_peer_was_not_asked_for_is_not_kept() -> None:
    _net, node, _classic = pair()
    (link,) = node.engine.parts.links.classic()
    talk = node.engine._classic._talks[link.id]
    for _ in range(3):
        node.take(link.id, wire.encode(wire.Keys([f"k{number}" for number in range(1_000)])))
        node.take(link.id, wire.encode(wire.Value("unasked", [])))
    assert not talk.ask
    assert not talk.has


def test_a_record_that_is_refused_makes_nobody_a_peer() -> None:
    node = Network(1).node("a")
    for number in range(SIBLINGS_MAX + 50):
        author = f"{number:08x}@x:1"
        record = wire.Foreign(msgspec.Raw(str(number).encode()), author, {author: 1}, 1)
        node.turn(partial(_take, node, record))
    assert len(node.engine.parts.members.all()) == SIBLINGS_MAX


def _take(node: SimNode, record: wire.Foreign) -> None:
    with contextlib.suppress(Refused):
        node.engine._classic.take_in("k", [record])


def test_answers_on_their_own_connection_are_few_because_nobody_reads_them() -> None:
    net, node, classic = pair(dialled_by_us=False)
    node.do(ops.Put("k", json.dumps("x" * 50_000)))
    net.run(60)
    assert classic.unread < 2_000


def test_a_classic_peer_that_starts_anew_gets_everything_again() -> None:
    net, node, classic = pair()
    node.do(ops.Put("ours", "1"))
    classic.put("theirs", 2)
    net.run(10)
    before = classic.id
    classic.crash()
    net.run(1)
    classic.start()
    assert classic.id != before
    net.run(20)
    assert classic.values("ours") == [1]
    assert classic.values("theirs") == [2]  # by another author now: the one it was itself


@pytest.mark.parametrize("seed", range(8))
def test_random_histories_with_classic_peers_end_level_and_quiet(seed: int) -> None:
    net = Network(seed)
    a = net.node("a")
    b = net.node("b", a)
    x, y = ClassicNode(net, "x", a), ClassicNode(net, "y", b)
    for number in range(40):
        what = net.chance.choice((a, b, x, y, x, y, None))
        key = net.chance.choice(("k", "l", "m"))
        if isinstance(what, SimNode):
            what.do(ops.Delete(key) if net.chance.random() < 0.3 else ops.Put(key, str(number)))
        elif what is not None:
            what.put(key, number)
        elif net.chance.random() < 0.3:
            what = net.chance.choice((x, y))
            what.crash()
            what.start()
        elif net.chance.random() < 0.5:
            node = net.chance.choice((a, b))
            node.crash()
            node.start()
        net.run(net.chance.choice((0.0, 0.1, 2.0)))
    net.run(60)
    assert net.level()
    counters = [node.engine.parts.replica.counter for node in (a, b)]
    net.run(60)
    assert net.level()
    assert counters == [node.engine.parts.replica.counter for node in (a, b)]
    for peer in (x, y):
        assert all(record["node_id"] != peer.id for record in peer.received())
    for version in all_versions(a.store):
        assert not is_classic(version.node)


def test_who_writes_over_what_was_taken_in_here_does_not_hold_down_what_was_written_here_before() -> None:
    net, node, classic = pair()
    other = net.node("b", node)
    net.run(3)
    net.lose_pushes = 1.0
    node.do(ops.Put("k", '"ours"'))
    classic.put("k", "theirs")
    net.run_until(lambda: len(node.store.siblings("k")) == 2)
    taken = next(version for version in node.store.siblings("k") if version.author == classic.id)
    other.replica.apply([taken])  # it has that one only, and writes over it
    other.replica.commit()
    other.do(ops.Put("k", '"over theirs"'))
    net.lose_pushes = 0.0
    net.settle()
    assert set(read(node, "k")) == set(read(other, "k")) == {"ours", "over theirs"}


def test_a_tombstone_over_what_was_taken_in_waits_until_everybody_has_seen_that_number() -> None:
    version = builders.version(A, 4, {taken_in(A): 3, X: 7}, text=None)

    def waits(mine: list[int], **members: Seen) -> tuple[str, ...]:
        return blockers(version.clock, Reach(seen(a=mine), members), frozenset([X]))

    assert waits([1, 2, 4]) == ("",)
    assert waits([1, 2, 3, 4], other=seen(a=[1, 2])) == ("other",)
    assert waits([1, 2, 3, 4]) == ()
