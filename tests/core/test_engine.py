"""The engine's contract: turns, effects, and lines that are no messages."""

import random

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.engine import BAD_LINES, Engine
from decent_tui.core.errors import ProtocolError, StorageError
from decent_tui.core.events import Alarm, Changed, Conflict, PeerChanged, Settled
from decent_tui.core.memory import MemoryStore
from decent_tui.core.outputs import Answered, Dial, Drop, Send
from decent_tui.core.parts import Self
from decent_tui.core.store import Root
from decent_tui.core.tuning import Tuning

from .builders import A, B, FullDisk
from .network import Network
from .nodes import done, torn, two

PEER = 7
"""The number of a connection."""


def engine(*, store: MemoryStore | None = None) -> Engine:
    """An engine by itself."""
    store = store or MemoryStore()
    if store.load() is None:
        store.save(root=Root(A))
        store.commit()
    made = Engine(store, Self("me", "me:1", "tag", False, "", Tuning(chunk=1000)), random.Random(1))
    made.at(0.0, 0)
    return made


def said(to: Engine) -> list[wire.Message]:
    """What it wants sent to the peer."""
    return [effect.message for effect in to.take_effects() if isinstance(effect, Send)]


def guest() -> Engine:
    """An engine with somebody on the line."""
    made = engine()
    made.opened(PEER, "127.0.0.1:5555", None)
    return made


def test_who_accepts_a_connection_says_nothing_unasked() -> None:
    assert said(guest()) == []


def test_who_dials_speaks_first() -> None:
    made = engine()
    made.start(["b:1"])
    made.tick()
    assert made.take_effects() == [Dial("b:1")]
    made.opened(PEER, "b:1", "b:1")
    [hello] = said(made)
    assert isinstance(hello, wire.Handshake)
    assert (hello.node_id, hello.listen, hello.protocol) == (A, "me:1", wire.PROTOCOL)


# ------------------------------------------------------------------ turns


def test_effects_and_events_are_taken_once() -> None:
    made = engine()
    made.operate(1, ops.Put("k", "1"))
    assert [type(effect) for effect in made.take_effects()] == [Answered]
    assert made.take_effects() == []
    assert [type(event) for event in made.take_events()] == [Changed]
    assert made.take_events() == []
    assert made.commit()
    assert not made.commit()


def fails_to_commit(made: Engine, store: FullDisk) -> None:
    """A turn ends while the disk is full, and is undone."""
    store.full = True
    with pytest.raises(StorageError):
        made.commit()
    made.undo()
    store.full = False


def test_when_the_store_fails_nothing_of_the_turn_happened() -> None:
    store = FullDisk()
    made = engine(store=store)
    made.operate(1, ops.Put("k", "1"))
    made.commit()
    made.take_effects(), made.take_events()
    made.opened(PEER, "127.0.0.1:5555", None)
    made.operate(2, ops.Put("k", "2"))
    fails_to_commit(made, store)
    assert not any(isinstance(effect, Answered | Send) for effect in made.take_effects())
    assert not any(isinstance(event, Changed) for event in made.take_events())
    made.operate(3, ops.Get("k"))
    [answered] = made.take_effects()
    assert isinstance(answered, Answered)
    assert isinstance(answered.outcome, ops.Versions)
    assert bytes(answered.outcome.versions[0].value) == b"1"


def test_a_write_of_this_node_is_known_as_such_also_under_a_number_that_failed_before() -> None:
    """Its events are told after the disk has it: no turn with such a write may pass for one without."""
    store = FullDisk()
    made = engine(store=store)
    made.operate(1, ops.Put("k", "1"))
    made.commit()
    assert made.wrote_own
    made.commit()
    assert not made.wrote_own
    made.operate(2, ops.Put("k", "2"))
    fails_to_commit(made, store)
    made.operate(3, ops.Put("k", "3"))
    made.commit()
    assert made.wrote_own


def test_what_comes_on_a_closed_connection_is_passed_over() -> None:
    made = engine()
    made.received(99, wire.Line(wire.Ping()))
    made.lost(99, "gone")
    made.carried(99, 10, outgoing=False)
    made.faulty(99, ProtocolError("no"))
    assert list(made.slices(99, wire.Versions(), 5)) == []
    assert made.take_effects() == []


# ------------------------------------------------------------------ the original protocol


def test_anybody_may_speak_the_original_protocol() -> None:
    made = guest()
    put = wire.decode(
        b'{"type":"PUT_VALUE","payload":{"key":"k","version":'
        b'{"value":[1],"vc":{"me":1},"lamport":3,"node_id":"me","ts":1.5}}}'
    )
    for line in (wire.Line(wire.Ping()), put, wire.Line(wire.GetKeys()), wire.Line(wire.GetValue("k"), 5)):
        made.received(PEER, line)
    pong, ack, keys, value = said(made)
    assert isinstance(pong, wire.Pong)
    assert ack == wire.Ack()
    assert keys == wire.Keys(["k"])
    assert isinstance(value, wire.Value)
    [record] = value.versions
    assert (bytes(record.value), record.node_id, record.lamport, record.ts) == (b"[1]", "me", 3, 1.5)


def test_an_answer_repeats_the_id_of_its_question() -> None:
    made = guest()
    made.received(PEER, wire.Line(wire.Ping(), "seven"))
    [effect] = made.take_effects()
    assert isinstance(effect, Send)
    assert effect.request == "seven"


def test_an_unknown_type_gets_the_answer_of_the_original_program() -> None:
    made = guest()
    made.received(PEER, wire.Line(wire.Unknown("DANCE"), 3))
    assert said(made) == [wire.Err("unknown message type")]
    assert made.parts.links.get(PEER) is not None


@pytest.mark.parametrize(
    "message",
    [
        wire.Sync({}),
        wire.Versions(),
        wire.Heartbeat("0" * 16),
        wire.Bye(),
        wire.Gone({A: "left"}),
        wire.Audit(("", 0)),
        wire.Held(),
    ],
    ids=wire.type_name,
)
def test_who_did_not_say_who_it_is_gets_nothing_of_ours(message: wire.Message) -> None:
    made = guest()
    made.received(PEER, wire.Line(message))
    [err] = said(made)
    assert err == wire.Err("say HANDSHAKE first")
    assert made.node == A


def test_who_becomes_a_member_is_noted_with_the_turn() -> None:
    """Killed before that, a node would collect tombstones that the new member has not seen."""
    store = MemoryStore()
    made = engine(store=store)
    made.opened(PEER, "127.0.0.1:5555", None)
    made.received(PEER, wire.Line(wire.Handshake(B, "b:1", protocol=1, tag="tag")))
    made.received(PEER, wire.Line(wire.Heartbeat("0" * 16, {B: [1, 3]})))
    made.commit()
    store.rollback()
    state = store.load()
    assert state is not None
    assert state.members[B].seen == {B: ((1, 3),)}


def test_a_node_that_was_taken_for_a_classic_peer_by_mistake_is_dialled_anew() -> None:
    made = engine()
    made.start(["b:1"])
    made.tick()
    made.opened(PEER, "b:1", "b:1")
    made.received(PEER, wire.Line(wire.Peers([])))  # its answer lost what says that it is one of us
    made.take_effects()
    made.received(PEER, wire.Line(wire.Heartbeat("0" * 16)))
    assert Drop(PEER) in made.take_effects()


def test_a_record_that_is_none_is_named_and_the_others_are_taken() -> None:
    made = guest()
    line = (
        b'{"type":"PUSH_UPDATE","payload":{"snapshot":{"data":{'
        b'"good":[{"value":1,"vc":{"me":1},"node_id":"me"}],'
        b'"bad\\n":[{"value":1,"vc":{"me":1},"node_id":"me"}]}}}}'
    )
    made.received(PEER, wire.decode(line))
    [err] = said(made)
    assert isinstance(err, wire.Err)
    assert "control characters" in err.err
    assert made.parts.replica.store.siblings("good")


def test_long_lists_are_bounded_and_say_that_there_is_more() -> None:
    made = guest()
    for number in range(700):
        made.operate(number, ops.Put(f"{number:04}" + "k" * 1000, "1"))
    made.take_effects()
    made.received(PEER, wire.Line(wire.GetKeys()))
    [keys] = said(made)
    assert isinstance(keys, wire.Keys)
    assert keys.more
    assert len(wire.encode(keys)) < 1024 * 1024
    assert 200 < len(keys.keys) < 700


# ------------------------------------------------------------------ lines that are no messages


def test_a_line_that_is_no_message_gets_an_err_and_the_third_in_a_row_closes() -> None:
    made = guest()
    for _ in range(BAD_LINES - 1):
        made.faulty(PEER, ProtocolError("the line is not JSON"))
    made.received(PEER, wire.Line(wire.Ping()))
    for _ in range(BAD_LINES - 1):
        made.faulty(PEER, ProtocolError("the line is not JSON"))
    assert said(made).count(wire.Err("the line is not JSON")) == 2 * (BAD_LINES - 1)
    made.faulty(PEER, ProtocolError("the line is not JSON"))
    assert Drop(PEER) in made.take_effects()
    assert made.parts.links.get(PEER) is None


def test_a_broken_limit_closes_at_once() -> None:
    made = guest()
    made.faulty(PEER, ProtocolError("the line is too long", fatal=True))
    assert made.take_effects() == [Send(PEER, wire.Err("the line is too long")), Drop(PEER)]


def test_a_broken_batch_closes_the_link_and_what_came_before_it_is_kept() -> None:
    net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    line = (
        b'{"type":"VERSIONS","payload":{"batch":{"nodes":["%b"],"runs":[0,2],"keys":["k","k"],"values":[1,2],'
        b'"seqs":[1,-9],"lamports":[1,1],"times":[1,1],"contexts":[[],[]]}}}' % B.encode()
    )
    a.take(link.id, line)
    assert a.engine.parts.links.get(link.id) is None
    net.run(3)
    assert done(a, ops.Status()).peers_alive == 1  # it may try again
    assert net.level()


# ------------------------------------------------------------------ events


def test_conflicts_and_their_ends_are_told() -> None:
    net, a, b = torn()
    assert [event.values for event in a.events if isinstance(event, Conflict)] == [2]
    done(b, ops.Put("k", "1"))
    net.run(1)
    assert [event.key for event in a.events if isinstance(event, Settled)] == ["k"]


def test_changes_say_whose_they_are() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    done(b, ops.Put("l", "1"))
    net.run(1)
    changes = [(event.keys, event.by) for event in a.events if isinstance(event, Changed)]
    assert changes == [(("k",), ""), (("l",), b.engine.node)]


def test_a_peers_coming_and_going_is_told_with_the_reason() -> None:
    net, a, b = two()
    b.stop()
    net.run(1)
    told = [(event.state, event.why) for event in a.events if isinstance(event, PeerChanged)]
    assert told == [("alive", "linked"), ("down", "it said goodbye")]


def test_an_alarm_is_told_once() -> None:
    net = Network(1)
    a = net.node("a")
    for _ in range(3):
        a.turn(lambda: a.engine.parts.alarm("something is wrong"))
    assert [event.text for event in a.events if isinstance(event, Alarm)] == ["something is wrong"]
    assert done(a, ops.Status()).alarms == ["something is wrong"]


def test_a_dial_of_a_turn_that_the_disk_undid_is_dialled_all_the_same() -> None:
    net = Network(1)
    a = net.node("a")
    a.engine.operate(1, ops.AddPeer("b:1"))
    a.engine.tick()
    a.engine.undo()
    assert [effect for effect in a.engine.take_effects() if isinstance(effect, Dial)] == [Dial("b:1")]
