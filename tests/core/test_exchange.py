"""What passes between two nodes of our kind, seen from outside."""

from itertools import count

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core import sync
from decent_tui.core.batch import pack
from decent_tui.core.exchange import ALONE, HEARTBEAT
from decent_tui.core.invariants import violations
from decent_tui.core.links import Link
from decent_tui.core.tuning import Tuning
from decent_tui.lab.sim_node import SimNode

from .builders import B, C, version
from .network import Network


def sent(net: Network, since: int = 0) -> list[tuple[str, wire.Line]]:
    """Who sent what."""
    return [(who.partition(":")[0], wire.decode(line)) for who, _, line in net.sent[since:]]


def kinds(net: Network, since: int = 0) -> list[str]:
    """What was sent, but for signs of life."""
    quiet = ("HEARTBEAT", "PING", "PONG")
    return [line.type for _, line in sent(net, since) if line.type not in quiet]


def two(seed: int = 1) -> tuple[Network, SimNode, SimNode]:
    """Two nodes that are linked and level."""
    net = Network(seed)
    a = net.node("a")
    b = net.node("b", a)
    net.run(3)
    return net, a, b


def test_a_write_is_one_push_and_needs_no_pull() -> None:
    net, a, _b = two()
    already = len(net.sent)
    a.do(ops.Put("k", "1"))
    net.run(3)
    assert kinds(net, already) == ["VERSIONS"]
    assert net.level()


def test_a_burst_goes_out_at_once_however_little_goes_at_a_time() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(push=1))
    net.node("b", a)
    net.run(3)
    already = len(net.sent)
    a.turn(lambda: [a.engine.operate(number, ops.Put(f"k{number}", "1")) for number in range(3)].clear())
    a.turn(lambda: None)
    assert a.engine.pushes(a.wires) is False  # the third is the last
    a.turn(lambda: None)
    pushed = [line.message for who, line in sent(net, already) if who == "a" and line.type == "VERSIONS"]
    assert [len(message.batch.keys) for message in pushed if isinstance(message, wire.Versions)] == [1, 1, 1]


def test_the_writer_knows_soon_that_the_others_have_it() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run(0.35)  # there and back, and a tenth of a second in which acknowledgements are gathered
    assert a.engine.parts.members[b.engine.node].seen == a.engine.parts.replica.seen


def test_a_lost_push_is_noticed_by_the_gap_that_the_next_one_leaves() -> None:
    net, a, _b = two()
    net.lose_pushes = 1.0
    a.do(ops.Put("k", "1"))
    net.lose_pushes = 0.0
    already = len(net.sent)
    a.do(ops.Put("l", "2"))
    net.run(0.3)
    assert kinds(net, already) == ["VERSIONS", "SYNC", "VERSIONS"]
    assert net.level()


def test_a_burst_that_does_not_fit_is_pulled() -> None:
    net, a, b = two()

    def burst() -> None:
        for number in range(100):
            a.engine.operate(number, ops.Put(f"k{number}", '"' + "x" * 60_000 + '"'))

    a.turn(burst)
    net.run(8)
    assert net.level()
    assert b.store.counts().keys == 100


def test_a_lost_last_push_is_pulled_as_soon_as_the_writers_next_heartbeat_tells_of_it() -> None:
    net = Network(1)
    a = net.node("a")
    net.run(HEARTBEAT / 2)  # so that the other's own check comes half a second after this one's heartbeat
    net.node("b", a)
    net.run(3)
    net.lose_pushes = 1.0
    a.do(ops.Put("k", "1"))
    already = len(net.sent)

    def told() -> bool:
        beats = [line.message for who, line in sent(net, already) if who == "a"]
        return any(isinstance(beat, wire.Heartbeat) and beat.seen for beat in beats)

    net.run_until(told, within=HEARTBEAT + 0.2)
    net.run(0.2)  # there, and back, and there
    assert kinds(net, already) == ["SYNC", "VERSIONS"]
    assert net.level()


def test_a_heartbeat_does_not_tell_of_a_write_that_still_waits_to_be_pushed() -> None:
    net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    already = len(net.sent)

    def write_and_beat() -> None:
        a.engine.operate(1, ops.Put("k", "1"))
        for _ in range(11):
            a.engine.at(a.engine.parts.clock.now + 0.1, 0)
            a.engine.tick()

    a.turn(write_and_beat)
    net.run(3)
    first = next(line.message for who, line in sent(net, already) if who == "a")  # before the push
    assert isinstance(first, wire.Heartbeat)
    assert not first.seen
    assert kinds(net, already) == ["VERSIONS"]
    assert net.level()


def test_pushes_are_not_relayed() -> None:
    net = Network(1)
    a = net.node("a")
    b, c = net.node("b", a), net.node("c", a)
    net.run(5)
    already = len(net.sent)
    a.do(ops.Put("k", "1"))
    net.run(5)
    pushes = [who for who, line in sent(net, already) if line.type == "VERSIONS" and line.id is None]
    assert pushes == ["a", "a"]
    assert net.level()
    assert b.store.siblings("k") == c.store.siblings("k") == a.store.siblings("k")


def test_level_nodes_exchange_signs_of_life_only() -> None:
    net, a, _b = two()
    a.do(ops.Put("k", "1"))
    net.run(3)
    already = len(net.sent)
    net.run(30)
    assert kinds(net, already) == []
    heartbeats = [line for _, line in sent(net, already) if line.type == "HEARTBEAT"]
    assert 58 <= len(heartbeats) <= 70  # one a second each way, and the answers to some
    assert all(isinstance(line.message, wire.Heartbeat) and not line.message.seen for line in heartbeats)


def test_a_pull_goes_on_chunk_by_chunk() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(chunk=1))
    for number in range(10):
        a.do(ops.Put(f"k{number}", "1"))
    b = net.node("b", a)
    net.run(3)
    told = [line.message for who, line in sent(net) if who == "a"]
    answers = [message for message in told if isinstance(message, wire.Versions)]
    assert [(len(said.batch.keys), said.more) for said in answers] == [(1, True)] * 9 + [(1, False)]
    assert net.level()
    assert b.engine.parts.tally.applied == 10


def test_the_next_chunk_is_asked_for_before_the_last_one_is_taken_in() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(chunk=1))
    for number in range(3):
        a.do(ops.Put(f"k{number}", "1"))
    net.node("b", a)
    net.run(3)
    node = a.engine.node
    asked = [line.message for who, line in sent(net) if who == "b" and line.type == "SYNC"]
    assert [(ask.seen, ask.coming) for ask in asked if isinstance(ask, wire.Sync)] == [
        ({}, {}),
        ({}, {node: [1, 1]}),
        ({node: [1, 1]}, {node: [2, 2]}),
    ]


def test_what_is_only_coming_does_not_count_as_seen() -> None:
    _net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.do(ops.Put("k", "1"))
    a.take(link.id, wire.encode(wire.Sync({}, coming={a.engine.node: [1, 1]}), 1))
    assert not a.engine.parts.members[b.engine.node].seen


def test_a_claim_that_overtook_what_it_builds_on_is_not_taken() -> None:
    net, a, b = two()
    link, node = b.engine.parts.links.to(a.engine.node), a.engine.node
    assert link is not None
    b.turn(lambda: b.engine._exchange.pull(link))
    assert link.pull is not None
    chunk = wire.Line(wire.Versions(pack([version(node, 1)]), more=True), link.pull.id)
    assert isinstance(chunk.message, wire.Versions)
    b.engine.arrives(link.id, chunk.message, chunk.id)
    b.take(link.id, wire.encode(wire.Versions(seen={node: [1, 1]}), link.pull.id))  # by a dial, say
    net.run(0)
    assert not b.engine.parts.replica.seen[node]
    assert link.pull is None


def test_a_pull_without_an_answer_is_given_up_and_asked_again() -> None:
    net, a, b = two()
    link = b.engine.parts.links.to(a.engine.node)
    assert link is not None
    connection = b.wires[link.id]
    net.lose_pushes = 1.0
    a.do(ops.Put("k", "1"))
    connection.void = set(connection.ends)
    b.turn(lambda: b.engine._exchange.pull(link))
    net.run(0.5)
    connection.void = set()
    net.run(5)
    assert not net.level()
    net.run(10)
    assert net.level()


def test_only_one_pull_per_peer_is_under_way() -> None:
    net, a, b = two()
    link = b.engine.parts.links.to(a.engine.node)
    assert link is not None
    already = len(net.sent)
    for _ in range(2):
        b.turn(lambda: b.engine._exchange.pull(link))
    assert kinds(net, already) == ["SYNC"]


def test_an_answer_to_another_pull_is_ignored() -> None:
    _net, a, b = two()
    link = b.engine.parts.links.to(a.engine.node)
    assert link is not None
    b.turn(lambda: b.engine._exchange.pull(link))
    false = wire.Versions(seen={B: [1, 9]})
    for number in (None, 0, "1", (link.pull.id if link.pull else 0) + 1):
        b.take(link.id, wire.encode(false, number))
    assert not b.engine.parts.replica.seen[B]


def test_the_answering_side_collects_nothing_for_a_while_after_a_page() -> None:
    net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    b.crash()
    a.do(ops.Forget(b.engine.node))
    a.do(ops.Put("k", "1"))
    a.do(ops.Delete("k"))
    net.run(2)
    assert a.engine.parts.replica.floor  # collected: it counts nobody
    b.start(a.address)
    net.run(2)  # under a new id, with a full answer
    b.do(ops.Put("l", "1"))
    b.do(ops.Delete("l"))
    net.run(20)
    assert a.store.siblings("l")
    net.run(15)
    assert not a.store.siblings("l")
    assert not b.store.siblings("l")


def test_tombstones_wait_for_a_member_that_is_down_and_status_says_for_whom() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run(2)
    b.crash()
    a.do(ops.Delete("k"))
    net.run(5)
    status = a.do(ops.Status())
    assert isinstance(status, ops.NodeStatus)
    assert (status.tombstones, status.waits_for) == (1, [b.engine.node])
    b.start()
    net.run(10)
    assert not a.store.siblings("k")
    assert not b.store.siblings("k")


def test_nobody_waits_for_a_volatile_node_that_is_down() -> None:
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a, volatile=True)
    net.run(2)
    a.do(ops.Put("k", "1"))
    net.run(1)
    b.crash()
    a.do(ops.Delete("k"))
    net.run(3)
    assert not a.store.siblings("k")
    b.start(a.address)
    net.run(10)
    assert net.level()
    assert not b.store.siblings("k")


def test_a_node_that_was_away_for_long_gets_a_full_answer_in_pages() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(page=4))
    b = net.node("b", a)
    net.run(2)
    for number in range(30):
        a.do(ops.Put(f"k{number}", "1"))
    net.run(2)
    b.crash()
    a.do(ops.Forget(b.engine.node))
    for number in range(0, 30, 2):
        a.do(ops.Delete(f"k{number}"))
    net.run(2)
    assert not a.store.tombstones(sync.START, 99)
    b.start(a.address)
    b.do(ops.Put("k0", '"written over it while away"'))
    already = len(net.sent)
    net.run(20)
    pages = [
        line.message
        for who, line in sent(net, already)
        if who == "a" and isinstance(line.message, wire.Versions) and line.message.listed is not None
    ]
    assert len(pages) == 4
    assert net.level()
    keys = ["k0", *sorted(f"k{number}" for number in range(1, 30, 2))]
    for node in (a, b):
        assert node.store.page(limit=99) == keys


# ------------------------------------------------------------------ liars


@pytest.mark.parametrize("again", [False, True])
def test_a_claim_with_numbers_of_ours_that_we_never_made_is_not_taken(again: bool) -> None:
    net, a, b = two()
    if again:  # within the minute in which no further new id is taken
        a.turn(lambda: a.engine._rename("once"))
        net.run(3)
    mine = a.engine.node
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.turn(lambda: a.engine._exchange.pull(link))
    assert link.pull is not None
    lie = wire.Versions(pack([version(B, 1, key="lie")]), seen={mine: [1, 9], B: [1, 7]})
    a.take(link.id, wire.encode(lie, link.pull.id))
    replica = a.engine.parts.replica
    assert not replica.seen[mine]
    assert replica.seen[B] in ((), ((1, 1),))
    assert (a.engine.node == mine) is again
    assert a.engine.parts.links.get(link.id) is None
    assert violations(replica) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_version_of_ours_that_we_never_made_is_not_taken_nor_what_comes_with_it(again: bool) -> None:
    net, a, b = two()
    if again:
        a.turn(lambda: a.engine._rename("once"))
        net.run(3)
    mine = a.engine.node
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    a.turn(lambda: a.engine._exchange.pull(link))
    assert link.pull is not None
    lie = wire.Versions(pack([version(mine, 3), version(B, 1)]), seen={B: [1, 7]})
    a.take(link.id, wire.encode(lie, link.pull.id))
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


def test_who_joins_many_takes_a_long_difference_from_one_of_them_only() -> None:
    net = Network(7)
    a = net.node("a", tuning=Tuning(chunk=2_000))
    others = [net.node(name, a, tuning=Tuning(chunk=2_000)) for name in "bcd"]
    for number in range(400):
        a.do(ops.Put(f"k{number}", f'"{"x" * 50}"'))
    net.settle()
    net.run(3)
    already = len(net.sent)
    net.node("e", a, *others, tuning=Tuning(chunk=2_000))
    net.settle()
    came = sum(
        len(line.message.batch.keys)
        for _, receiver, raw in net.sent[already:]
        if receiver == "e:1" and isinstance((line := wire.decode(raw)).message, wire.Versions)
    )
    assert 400 <= came < 600


def test_who_always_has_more_keeps_others_waiting_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network(7)
    a, b, c = net.node("a"), net.node("b"), net.node("c")
    numbers = count(1)

    def more(link: Link, _question: wire.Sync, request: wire.RequestId) -> None:
        lie = version(C, number := next(numbers), key=f"lie {number}")
        b.engine.parts.out.send(link.id, wire.Versions(pack([lie]), more=True), request)

    monkeypatch.setattr(b.engine._exchange, "asked", more)
    a.do(ops.AddPeer(b.address))
    c.do(ops.Put("k", "1"))
    net.run(3)
    assert a.store.siblings("lie 1")
    a.do(ops.AddPeer(c.address))
    net.run_until(lambda: bool(a.store.siblings("k")), within=ALONE + 15)


def test_whoever_sends_a_version_is_known_to_hold_it_at_once() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run_until(lambda: bool(b.store.siblings("k")))
    answer = b.do(ops.Inspect("k"))
    assert isinstance(answer, ops.Inspection)
    assert set(answer.siblings[0].held) == {a.engine.node, b.engine.node}
