"""Strangers and members that do not behave, over real sockets: a clear ERR or an end, and the node lives."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.events import AnyEvent
from decent_tui.core.limits import MAX_CLOCK, MAX_KEY, MAX_NODES, MAX_NUMBER, MAX_VALUE
from decent_tui.net.caller import READS
from decent_tui.net.node import Node, Settings
from decent_tui.net.settings import Limits
from tests.net.support import Client, address, alive, client, eventually, memory_node, values

MEMBER = "f" * 16


def put(key: str = "k", **record: object) -> bytes:
    """A PUT_VALUE with a record that is right but for what is given; a text beginning with ! is raw JSON."""
    right = {"value": 1, "node_id": "me", "vc": {"me": 1}, "lamport": 1, "ts": 1.0}
    text = json.dumps({"type": "PUT_VALUE", "payload": {"key": key, "version": right | record}})
    for value in record.values():
        if isinstance(value, str) and value.startswith("!"):
            text = text.replace(json.dumps(value), value[1:])
    return text.encode()


@asynccontextmanager
async def member(node: Node) -> AsyncIterator[Client]:
    """Connect as a node of the cluster, by hand."""
    async with client(node, buffer=64 * 1024) as one:
        one.say("HANDSHAKE", node_id=MEMBER, listen="127.0.0.1:9", protocol=1, tag="t")
        assert (await one.hear() or {})["type"] == "PEERS"
        yield one


async def told(one: Client, kind: str) -> dict[str, object]:
    """The next message of a kind."""
    while True:
        heard = await one.hear(20)
        assert heard is not None, f"the connection ended before any {kind}"
        if heard["type"] == kind:
            payload = heard["payload"]
            assert isinstance(payload, dict)
            return payload


async def ends(one: Client) -> str:
    """The last ERR before the end of the connection."""
    said = ""
    while heard := await one.hear(20):
        if heard["type"] == "ERR":
            said = str(heard["payload"])
    return said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (put(value="!" + "[" * 10_000 + "]" * 10_000), "nested"),
        (b"[" * 10_000, ""),
        (put(value="!NaN"), "not JSON"),
        (put(value="!Infinity"), "not JSON"),
        (put(value='!"\\ud800"'), ""),
        (put(value="!" + "9" * 5_000), "number"),
        (put(value="x" * MAX_VALUE), "value"),
        (put(lamport=MAX_NUMBER + 1), "wrong form"),
        (put(lamport=-1), "wrong form"),
        (put(lamport="!1e400"), ""),
        (put(vc={"me": MAX_NUMBER + 1}), "wrong form"),
        (put(vc={"me" * 100: 1}), "wrong form"),
        (put(node_id="x" * 129), "wrong form"),
        (put("two\nlines"), "control"),
        (put(""), "empty"),
        (put("k" * (MAX_KEY + 1)), "key"),
        (b'{"type":"PUT_VALUE","payload":{"key":"\\udc00","version":{"value":1,"node_id":"me"}}}', ""),
        (b'{"type":"GET_VALUE","payload":{"key":"\xff\xfe"}}', ""),
    ],
    ids=lambda part: str(part[-30:]),
)
async def test_what_no_honest_peer_sends_gets_an_err_and_the_connection_lives(
    line: bytes, words: str
) -> None:
    async with memory_node() as a, client(a) as stranger:
        stranger.send(line)
        assert words in str((await told(stranger, "ERR"))["err"])
        stranger.say("PING")
        await told(stranger, "PONG")
        assert not (await a.run(ops.Keys())).keys


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("SYNC", {"seen": {MEMBER: [2, 1]}}),
        ("SYNC", {"seen": {MEMBER: [1]}}),
        ("SYNC", {"seen": {"no id": [1, 2]}}),
        ("SYNC", {"seen": {f"{number:016x}": [1, 1] for number in range(MAX_NODES + 1)}}),
        ("HEARTBEAT", {"digest": "0" * 16, "seen": {MEMBER: [3, 3, 3, 3]}}),
    ],
    ids=["falling", "half a pair", "no id", "too many ids", "touching"],
)
async def test_a_seen_that_no_replica_has_ends_the_link_with_a_word(
    kind: str, payload: dict[str, object]
) -> None:
    async with memory_node() as a, member(a) as liar:
        liar.say(kind, **payload)
        assert "seen-set" in await ends(liar)
        assert await values(a, "k") == []


async def test_a_context_that_is_too_long_ends_the_link_with_a_word() -> None:
    ids = [f"{number:016x}" for number in range(MAX_CLOCK // 16)]
    batch = {
        "nodes": [MEMBER, *ids], "runs": [0, 1], "keys": ["k"], "values": [1], "seqs": [1], "lamports": [1],
        "times": [1], "contexts": [[part for at in range(len(ids)) for part in (at + 1, 1)]],
    }  # fmt: skip
    async with memory_node() as a, member(a) as liar:
        liar.say("VERSIONS", batch=batch)
        assert "a context is too long" in await ends(liar)
        assert await values(a, "k") == []


# ------------------------------------------------------------------ those who wait


async def test_a_stranger_who_never_speaks_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("decent_tui.net.door.FIRST_BYTE", 0.1)
    async with memory_node() as a, client(a) as stranger:
        assert await stranger.hear(20) is None


async def test_a_stranger_who_never_ends_a_line_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("decent_tui.core.reach.SILENCE", 0.3)
    async with memory_node() as a, client(a) as stranger, client(a) as person:
        stranger.writer.write(b'{"type": "PI')
        person.say("PING")
        await told(person, "PONG")
        assert "nothing was said" in await ends(stranger)
        person.say("PING")  # who has spoken may take all the time in the world
        await told(person, "PONG")


# ------------------------------------------------------------------ those who are many


def connect(node: Node, source: str = "127.0.0.1") -> socket.socket:
    """A connection from an address of this machine's own network."""
    return socket.create_connection((node.host, node.port), 5, (source, 0))


async def test_thousands_of_connections_from_one_address_leave_room_for_others() -> None:
    limits = Limits(connections=20, per_host=10)
    async with Node(Settings(port=0, limits=limits)) as a, AsyncExitStack() as crowd:
        for number in range(2_000):
            one = await asyncio.to_thread(connect, a)
            if number % 50:
                one.close()
            else:
                crowd.callback(one.close)
        assert a._door._inside.total() <= limits.per_host + 1  # the last may be on its way out
        async with client(a) as person, memory_node(a):
            person.say("PING")
            await told(person, "PONG")
            await eventually(lambda: _has_alive(a, 1))


async def test_the_limit_per_address_counts_each_address_by_itself() -> None:
    if not _has_second_loopback():
        pytest.skip("this machine has one loopback address only")
    async with (
        Node(Settings(port=0, limits=Limits(connections=20, per_host=2))) as a,
        client(a) as one,
        client(a) as two,
        client(a) as three,
    ):
        other = await asyncio.to_thread(connect, a, "127.0.0.2")
        for stranger in (two, three):
            stranger.say("PING")
            await told(stranger, "PONG")
        assert await one.hear(20) is None  # the oldest had to go, for the third of its address
        other.sendall(b'{"type": "PING"}\n')
        assert b"PONG" in await asyncio.to_thread(other.recv, 1000)
        other.close()


async def test_peers_are_not_sent_away_for_strangers() -> None:
    async with (
        Node(Settings(port=0, limits=Limits(connections=3, per_host=3))) as a,
        memory_node(a) as b,
        AsyncExitStack() as crowd,
    ):
        await eventually(lambda: _has_alive(a, 1))
        happened: list[AnyEvent] = []
        a.subscribe(happened.extend, ["peerchanged"])
        for _ in range(20):
            stranger = await crowd.enter_async_context(client(a))
            stranger.say("PING")
            await told(stranger, "PONG")
        await b.run(ops.Put("k", "1"))
        await eventually(lambda: _shows(a, "k", [1]))
        assert not happened


# ------------------------------------------------------------------ those who do not read


async def test_a_member_that_does_not_read_costs_no_memory_and_gets_all_by_its_next_sync() -> None:
    async with memory_node() as a, member(a) as slow:
        await eventually(lambda: _has_alive(a, 1))
        slow.pause()
        large = json.dumps("x" * 200_000)
        for number in range(200):  # 40 MB
            await a.run(ops.Put(f"k{number:03}", large))
        peer = (await a.run(ops.Peers())).peers[0]
        assert a.load().unsent + peer.waiting_bytes < 6 * 1024 * 1024
        slow.resume()
        got: set[str] = set()
        number, claimed = 0, False
        while not claimed:
            number += 1
            question = {"type": "SYNC", "payload": {"seen": _ranges(a, got)}, "id": number}
            slow.send(json.dumps(question).encode())
            answered = False
            while not answered:
                heard = await slow.hear(20)
                assert heard is not None
                payload = heard["payload"]
                assert isinstance(payload, dict)
                if heard["type"] == "VERSIONS":
                    got.update(payload.get("batch", {}).get("keys", []))
                    answered = heard.get("id") == number
                    claimed = answered and "seen" in payload
        assert len(got) == 200


def asked_of(node: Node, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The operations that are started from now on."""
    asked: list[object] = []
    run = node._turns.run

    def counted(operation: ops.Operation[Any]) -> Awaitable[Any]:
        asked.append(operation)
        return run(operation)

    monkeypatch.setattr(node._turns, "run", counted)
    return asked


async def test_a_program_that_asks_and_does_not_read_has_few_answers_waiting_and_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with memory_node() as node, client(node, buffer=16_384) as greedy:
        await node.run(ops.Put("k", json.dumps("x" * 200_000)))
        asked = asked_of(node, monkeypatch)
        monkeypatch.setattr("decent_tui.net.caller.UNREAD", 1.0)
        greedy.pause()
        for number in range(300):
            question = {"type": "OPERATE", "payload": {"operation": {"op": "get", "key": "k"}}, "id": number}
            greedy.send(json.dumps(question).encode())
        await eventually(lambda: _has_asked(asked, READS))
        await eventually(lambda: _is_alone(node))
        assert len(asked) < 4 * READS


async def test_one_whole_store_at_a_time_waits_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async with memory_node() as node, AsyncExitStack() as stack:
        for number in range(30):
            await node.run(ops.Put(f"k{number}", json.dumps("x" * 200_000)))
        asked = asked_of(node, monkeypatch)
        greedy = [await stack.enter_async_context(client(node, buffer=16_384)) for _ in range(3)]
        for one in greedy:
            one.pause()
            one.say("OPERATE", operation={"op": "snapshot"})
        await eventually(lambda: _has_asked(asked, 1))
        async with client(node) as other:
            for _ in range(3):  # each is read after what was sent before it
                other.say("OPERATE", operation={"op": "count"})
                assert (await other.hear() or {})["type"] == "ANSWER"
            assert sum(isinstance(operation, ops.Snapshot) for operation in asked) == 1
            for one in greedy:
                one.writer.transport.abort()
            other.say("OPERATE", operation={"op": "snapshot"})
            assert (await other.hear(20) or {})["type"] == "ANSWER"


async def _has_asked(asked: list[object], many: int) -> bool:
    return len(asked) >= many


async def _is_alone(node: Node) -> bool:
    return not node.load().connections


def _ranges(node: Node, got: set[str]) -> dict[str, list[int]]:
    """What was got, as a seen-set: the number of a write is the one in its key and one more."""
    flat: list[int] = []
    for number in sorted(int(key[1:]) + 1 for key in got):
        if flat and flat[-1] == number - 1:
            flat[-1] = number
        else:
            flat += [number, number]
    return {node.node_id: flat} if flat else {}


# ------------------------------------------------------------------ those who tell tales


async def test_one_who_tells_of_a_thousand_peers_fills_neither_the_list_nor_the_network() -> None:
    async with memory_node() as a, member(a) as liar:
        liar.say("PEERS", peers=[f"127.1.{n // 250}.{n % 250 + 2}:1" for n in range(1_000)])
        liar.say("PING")
        await told(liar, "PONG")
        assert 200 < len((await a.run(ops.Peers())).peers) <= 257
        async with memory_node(a) as b:
            await eventually(lambda: _has_alive(b, 1))
            await a.run(ops.Put("k", "1"))
            await eventually(lambda: _shows(b, "k", [1]))


async def test_the_limit_of_peers_can_be_set_and_the_operator_is_not_bound_by_it() -> None:
    async with Node(Settings(port=0, limits=Limits(peers=3))) as a, member(a) as liar:
        liar.say("PEERS", peers=[f"127.0.0.1:{port}" for port in range(1, 9)])
        liar.say("PING")
        await told(liar, "PONG")
        assert len((await a.run(ops.Peers())).peers) == 3
        async with memory_node() as b:
            await a.run(ops.AddPeer(address(b)))
            await eventually(lambda: _has_alive(b, 1))


def _has_second_loopback() -> bool:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
    except OSError:
        return False
    return True


async def _has_alive(node: Node, count: int) -> bool:
    return await alive(node) >= count


async def _shows(node: Node, key: str, expected: list[object]) -> bool:
    return await values(node, key) == expected
