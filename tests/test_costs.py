"""What things cost, in counts that are the same on every machine: statements, bytes, messages, calls.

How long they take is measured in `tests/benchmarks`. A bound here stands a little above what was counted when
it was set; whoever must raise one says why.
"""

import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from unittest import mock

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.engine import Engine
from decent_tui.core.limits import MAX_LEARNED_PEERS
from decent_tui.core.members import Membership
from decent_tui.core.outputs import Send
from decent_tui.core.parts import Self
from decent_tui.core.seen import Seen
from decent_tui.core.store import Change, Root
from decent_tui.core.version import Version, merge
from decent_tui.storage.sqlite import SqliteStore

from .core.builders import A, B, version
from .core.network import Network

MANY = 1_000
SLICE = 64
"""Versions taken in at a time, as real nodes do."""

LINK = 1


class Node:
    """A node on a file, linked to the member B, and how many statements its database has carried out."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.store.save(root=Root(A))
        self.store.commit()
        me = Self("a", "127.0.0.1:1", "tag", volatile=False, data=str(path))
        self.engine = Engine(self.store, me, random.Random(1))
        self.engine.at(1.0, 1_000)
        self.engine.opened(LINK, "127.0.0.1:2", None)
        hello = wire.Handshake(B, "127.0.0.1:2", protocol=wire.PROTOCOL, tag="other")
        self.engine.received(LINK, wire.Line(hello))
        self.engine.received(LINK, wire.Line(wire.Sync({}), 1))
        self.turn()
        self.statements = 0
        self.store._connection.set_trace_callback(self._count)

    def _count(self, _statement: str) -> None:
        self.statements += 1

    def turn(self) -> None:
        """End a turn."""
        self.engine.pushes([LINK])
        self.engine.commit()
        self.engine.take_effects()
        self.engine.take_events()

    def take(self, line: bytes) -> None:
        """A message of versions arrives."""
        decoded = wire.decode(line)
        assert isinstance(decoded.message, wire.Versions)
        for _ in self.engine.slices(LINK, decoded.message, SLICE):
            pass
        self.engine.received(LINK, decoded)
        self.turn()

    def put(self, first: int, count: int) -> None:
        """Local writes, all in one turn."""
        for start in range(first, first + count, SLICE):
            numbers = range(start, min(start + SLICE, first + count))
            puts = {at: ops.Put(key(at), text(at)) for at in numbers}
            self.engine.expect(puts.values())
            for at, put in puts.items():
                self.engine.operate(at, put)
        self.turn()


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "a.db")


def key(at: int) -> str:
    """A key of 16 bytes."""
    return f"k{at:015}"


def text(at: int) -> str:
    """A value of about 100 bytes."""
    return json.dumps({"n": at, "text": 80 * "x"}, separators=(",", ":"))


def line(first: int = 1) -> bytes:
    """Many versions, as they come from B."""
    return wire.encode(wire.Versions(pack(written(range(first, first + MANY)))))


def written(numbers: Sequence[int]) -> list[Version]:
    return [version(B, n, key=key(n), text=text(n), lamport=n, ts=10**12 + 37 * n) for n in numbers]


def calls(work: Callable[[], None]) -> int:
    """How many functions are called, built-in ones included."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def steps(work: Callable[[], None]) -> int:
    """How many lines are carried out, those of a loop as often as it goes round."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


# ------------------------------------------------------------------ statements


def test_versions_that_arrive_share_their_statements(node: Node) -> None:
    node.take(line())
    assert node.store.counts().keys == MANY
    assert node.statements <= 0.08 * MANY


def test_new_keys_share_their_statements(node: Node) -> None:
    node.put(1, MANY)
    assert node.store.counts().keys == MANY
    assert node.statements <= 0.12 * MANY


def test_a_write_over_another_is_one_row_changed(node: Node) -> None:
    node.put(1, MANY)
    node.statements = 0
    node.put(1, MANY)
    assert node.store.counts().versions == MANY
    assert node.statements <= 1.06 * MANY


def test_a_version_that_is_known_touches_no_row(node: Node) -> None:
    node.take(line())
    node.statements = 0
    node.take(line())
    assert node.statements == 0


# ------------------------------------------------------------------ bytes


def size_above_content(versions: Sequence[Version]) -> float:
    """Bytes per version of a message, above those of its key and value."""
    content = sum(len(one.key) + len(one.value or b"") for one in versions)
    return (len(wire.encode(wire.Versions(pack(versions)))) - content) / len(versions)


def test_a_version_takes_few_bytes_besides_its_key_and_value() -> None:
    assert size_above_content(written(range(1, 1 + MANY))) <= 7


def test_a_version_over_another_takes_a_few_more() -> None:
    over = [
        version(B, n, {A: n - 7}, key=key(n), text=text(n), lamport=n, ts=10**12 + 7 * n * n)
        for n in range(8, 8 + MANY)
    ]
    assert size_above_content(over) <= 18


# ------------------------------------------------------------------ messages


def test_a_hundred_writes_of_one_turn_are_one_message_to_each_peer_and_one_back() -> None:
    net = Network(1)
    a = net.node("a")
    net.node("b", a)
    net.run(3.2)  # just after a heartbeat
    already = len(net.sent)
    a.turn(lambda: [a.engine.operate(at, ops.Put(f"k{at}", "1")) for at in range(100)].clear())
    net.run(0.5)
    assert [wire.decode(sent).type for _, _, sent in net.sent[already:]] == ["VERSIONS", "HEARTBEAT"]


# ------------------------------------------------------------------ calls


def test_a_version_that_arrives_costs_so_many_calls(node: Node) -> None:
    many = line()
    assert calls(lambda: node.take(many)) <= 45 * MANY


def test_a_version_that_is_sent_costs_so_many_calls() -> None:
    versions = written(range(1, 1 + MANY))
    assert calls(lambda: [wire.encode(wire.Versions(pack(versions)))].clear()) <= 9 * MANY


def test_a_write_costs_so_many_calls(node: Node) -> None:
    assert calls(lambda: node.put(1, MANY)) <= 180 * MANY


# ------------------------------------------------------------------ many peers


class Among(Node):
    """A node linked to so many others, each of which has written, and heard to have all of it."""

    def __init__(self, path: Path, others: int) -> None:
        super().__init__(path)
        self.others = {LINK + at: f"{at:016x}" for at in range(1, others)}
        for link, node in self.others.items():
            address = f"127.0.0.1:{1_000 + link}"
            self.engine.opened(link, address, None)
            self.engine.received(
                link, wire.Line(wire.Handshake(node, address, protocol=wire.PROTOCOL, tag=node))
            )
            self.engine.received(link, wire.Line(wire.Sync({}), 1))
        self.others[LINK] = B
        for link, node in self.others.items():
            message = wire.Versions(pack([version(node, n, key=f"{node} {n}") for n in range(1, 4)]))
            for _ in self.engine.slices(link, message, SLICE):
                pass
            self.engine.received(link, wire.Line(message))
            self.turn()
        self.said(self.engine.parts.replica.seen)
        self.second()

    def said(self, seen: Seen) -> None:
        """Each of the others tells that it has seen this."""
        for link in self.others:
            self.engine.received(link, wire.Line(wire.Sync(seen.to_wire()), 2))
        self.turn()

    def turn(self) -> None:
        self.engine.pushes(range(100))
        super().turn()

    def beat(self, link: int) -> None:
        """A heartbeat comes, from whoever has the same as this node."""
        self.engine.carried(link, 60, outgoing=False)
        self.engine.received(link, wire.Line(wire.Heartbeat(self.engine.parts.replica.digest())))
        self.turn()

    def second(self) -> None:
        """A second in which nothing happens."""
        clock = self.engine.parts.clock
        for _ in range(10):
            self.engine.at(clock.now + 0.1, clock.wall + 100)
            self.engine.tick()
            self.turn()
        for link in self.others:
            self.beat(link)

    def write(self, at: int) -> None:
        """A local write, and each of the others tells that it has it."""
        self.put(at, 1)
        replica = self.engine.parts.replica
        told = {replica.node: [1, replica.counter]}
        for link in self.others:
            self.engine.received(link, wire.Line(wire.Heartbeat(replica.digest(), told)))
            self.turn()

    def ask(self, operation: ops.AnyOperation) -> None:
        """An operation is carried out."""
        self.engine.operate(1, operation)
        self.turn()


@pytest.fixture
def few(tmp_path: Path) -> Among:
    return Among(tmp_path / "few.db", 5)


@pytest.fixture
def many(tmp_path: Path) -> Among:
    return Among(tmp_path / "many.db", 50)


def test_a_heartbeat_costs_the_same_however_many_peers_there_are(few: Among, many: Among) -> None:
    assert calls(lambda: many.beat(LINK)) == calls(lambda: few.beat(LINK)) <= 60
    assert steps(lambda: many.beat(30)) == steps(lambda: few.beat(3)) <= 150


def test_an_idle_second_costs_as_much_more_as_there_are_peers(few: Among, many: Among) -> None:
    assert calls(many.second) <= 10 * calls(few.second)
    assert steps(many.second) <= 10 * steps(few.second)
    unlike = Seen.__eq__
    with mock.patch.object(Seen, "__eq__", autospec=True, side_effect=unlike) as compared:
        many.second()
    assert not compared.called  # what is level was found to be so once


def test_the_heartbeats_of_a_second_are_one_message(many: Among) -> None:
    """So the network encodes it once. Every tenth measures the round trip, and every fifth to a peer that is
    not level tells everything: those, too, are the same for all."""
    for _ in range(6):
        clock = many.engine.parts.clock
        many.engine.at(clock.now + 1.0, clock.wall + 1_000)
        many.engine.tick()
        many.engine.pushes(many.others)
        sent = [effect.message for effect in many.engine.take_effects() if isinstance(effect, Send)]
        beats = [message for message in sent if isinstance(message, wire.Heartbeat)]
        assert len(beats) == len(many.others)
        assert len({id(beat) for beat in beats}) == 1


def test_a_write_that_many_acknowledge_costs_the_same_for_each(few: Among, many: Among) -> None:
    cost = []
    for node in (few, many):
        node.write(1)
        cost.append((calls(lambda node=node: node.write(2)), steps(lambda node=node: node.write(3))))
    assert cost[1][0] <= 10 * cost[0][0]
    assert cost[1][1] <= 10 * cost[0][1]


class Asked(list[int]):
    """Which links were asked about."""

    def __contains__(self, link: object) -> bool:
        self.append(link if isinstance(link, int) else -1)
        return True


def test_only_a_link_with_something_to_send_is_looked_at(many: Among) -> None:
    ready = Asked()
    many.engine.pushes(ready)
    assert ready == []


@pytest.mark.parametrize(
    "operation", [ops.Peers(), ops.Status(), ops.Convergence()], ids=lambda one: type(one).__name__
)
def test_to_look_at_peers_costs_so_many_calls_for_each(many: Among, operation: ops.AnyOperation) -> None:
    """Where all are level, and where each of 50 lacks something of each of 50: that is some 2 ms."""
    assert calls(lambda: many.ask(operation)) <= 200 * len(many.others)
    known = many.engine.parts.replica.seen
    many.said(Seen({node: ((1, high - 1),) for node, ((_, high),) in known.items() if high > 1}))
    assert calls(lambda: many.ask(operation)) <= 17 * len(many.others) ** 2


def test_a_tombstone_that_waits_costs_the_same_however_many_members_it_waits_for(
    few: Among, many: Among
) -> None:
    for node in (few, many):
        node.put(1, MANY // 10)
        for at in range(1, 1 + MANY // 10):
            node.ask(ops.Delete(key(at)))
    collect = [calls(node.engine._exchange._collect) for node in (few, many)]
    assert collect[1] <= collect[0] + 10 * len(many.others) <= 40 * MANY // 10


def test_to_note_that_an_id_is_gone_costs_the_same_however_many_are() -> None:
    members = Membership({})
    ids = [f"{number:016x}" for number in range(MAX_LEARNED_PEERS + 1)]

    def note(node: str) -> None:
        members.mark(node, "forgotten")

    first = steps(lambda: note(ids[0]))
    for node in ids:
        note(node)
    assert steps(lambda: note(ids[-1])) <= first


def test_a_version_beside_a_thousand_others_costs_few_steps_for_each_of_them() -> None:
    many = tuple(version(B, number, lamport=1) for number in range(1, 1_001))
    newcomer = version(A, 1, lamport=1)
    beside = merge(many, newcomer)

    def take_in() -> None:
        Change.of("k", many, merge(many, newcomer))

    assert len(beside) == 1_001
    assert steps(take_in) < 12 * len(many)
    assert calls(take_in) < 3 * len(many)
