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

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack
from decent_tui.core.engine import Engine
from decent_tui.core.parts import Self
from decent_tui.core.store import Root
from decent_tui.core.version import Version
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


# ------------------------------------------------------------------ statements


def test_a_version_that_arrives_is_one_row_written_and_little_else(node: Node) -> None:
    node.take(line())
    assert node.store.counts().keys == MANY
    assert node.statements <= 1.06 * MANY


def test_a_write_is_one_row_and_little_else(node: Node) -> None:
    node.put(1, MANY)
    assert node.store.counts().keys == MANY
    assert node.statements <= 1.06 * MANY


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
    assert calls(lambda: node.take(many)) <= 75 * MANY


def test_a_version_that_is_sent_costs_so_many_calls() -> None:
    versions = written(range(1, 1 + MANY))
    assert calls(lambda: [wire.encode(wire.Versions(pack(versions)))].clear()) <= 12 * MANY


def test_a_write_costs_so_many_calls(node: Node) -> None:
    assert calls(lambda: node.put(1, MANY)) <= 200 * MANY
