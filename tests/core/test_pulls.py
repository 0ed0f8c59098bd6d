"""Pulls between two nodes: chunk by chunk, one at a time, and from whom."""

from itertools import count

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core import sync
from decent_tui.core.batch import pack
from decent_tui.core.exchange import ALONE
from decent_tui.core.links import Link
from decent_tui.core.tuning import Tuning

from .builders import B, C, version
from .network import Network, kinds, sent
from .nodes import two


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
