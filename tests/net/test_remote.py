"""A node elsewhere behaves as one in this process; what the wire adds are limits and a connection to lose."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.errors import NoValue, Refused, Stale, Unreachable
from decent_tui.core.events import AnyEvent, Attached, Carried, Changed, Conflict, Skipped
from decent_tui.net.node import Node, Settings
from decent_tui.net.remote import RemoteNode
from tests.net.support import address, client, eventually, memory_node

WRITES = 8_000
"""Of a kilobyte each: several times what two small sockets and a node's buffers hold together."""


def remote(node: Node, *wanted: str) -> RemoteNode:
    return RemoteNode(Address(node.host, node.port), wanted)


@pytest_asyncio.fixture
async def node() -> AsyncIterator[Node]:
    async with memory_node(name="otter") as node:
        yield node


async def test_every_operation_has_the_same_answer_as_here(node: Node) -> None:
    asked: list[ops.AnyOperation] = [
        ops.Put("a key 'with' \"quotes\" \u202e", '{"a": [1, 2.5, null]}'),
        ops.Put("b", "2"),
        ops.Get("b"),
        ops.Resolve("b", value="3"),
        ops.Keys(),
        ops.Keys(prefix="b"),
        ops.Rows(),
        ops.Inspect("b"),
        ops.Snapshot(),
        ops.Entries(),
        ops.Count(),
        ops.Delete("b"),
        ops.Wait(),
        ops.Wait("b", timeout_s=0),
        ops.Convergence(),
        ops.Why("b"),
        ops.History("b"),
        ops.Recall(),
        ops.Peers(),
        ops.Gossip(),
        ops.Heal("all"),
        ops.Status(),
    ]
    async with remote(node) as there:
        for operation in asked:
            answer = await there.run(operation)
            assert type(answer) is ops.answer_type(operation)
        for same in (ops.Keys(), ops.Inspect("b"), ops.Rows()):
            assert await there.run(same) == await node.run(same)


async def test_a_write_is_answered_when_it_is_on_disk(tmp_path: Path) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as node, remote(node) as there:
        synced = 0
        make_durable = node._store.make_durable

        def count() -> None:
            nonlocal synced
            make_durable()
            synced += 1

        node._store.make_durable = count  # type: ignore[method-assign]
        await there.run(ops.Put("k", "1"))
        assert synced >= 1


async def test_refusals_keep_their_kind_and_their_sentence(node: Node) -> None:
    async with remote(node) as there:
        with pytest.raises(NoValue, match=r"^no value$"):
            await there.run(ops.Get("k"))
        await there.run(ops.Put("k", "1"))
        with pytest.raises(Stale, match="read it again"):
            await there.run(ops.Put("k", "2", saw=("0" * 64,)))
        with pytest.raises(Refused, match="not valid JSON"):
            await there.run(ops.Put("k", "{"))
        with pytest.raises(Refused, match="control characters"):
            await there.run(ops.Put("a\nb", "1"))
        with pytest.raises(Refused, match="not valid Unicode"):
            await there.run(ops.Put("\ud800", "1"))


async def test_pipelined_writes_take_effect_in_their_order(node: Node) -> None:
    async with remote(node) as there:
        answers = await asyncio.gather(*(there.run(ops.Put("k", str(i))) for i in range(500)))
        lamports = [answer.versions[0].lamport for answer in answers]
        assert lamports == sorted(lamports)
        assert bytes((await node.run(ops.Get("k"))).versions[0].value) == b"499"


async def test_an_answer_longer_than_a_line_comes_whole(node: Node) -> None:
    value = json.dumps('"\\' * 60_000 + "\U0001f600" * 1000)
    for i in range(8):
        await node.run(ops.Put(f"k{i}", value))
    async with remote(node) as there:
        snapshot = (await there.run(ops.Snapshot())).snapshot
        assert {key: bytes(records[0].value) for key, records in snapshot.data.items()} == {
            f"k{i}": bytes((await node.run(ops.Get(f"k{i}"))).versions[0].value) for i in range(8)
        }


async def test_many_keys_come_page_by_page(node: Node) -> None:
    await asyncio.gather(*(node.run(ops.Put(f"k{i:05}", "1")) for i in range(2_500)))
    async with remote(node) as there:
        assert await there.run(ops.Keys(limit=10**6)) == await node.run(ops.Keys(limit=10**6))
        cut = await there.run(ops.Keys(limit=2_400, after="k00050"))
        assert (len(cut.keys), cut.keys[0], cut.more) == (2_400, "k00051", True)
        with pytest.raises(Refused, match="a page has at most"):
            await there.run(ops.Rows(limit=10**6))


async def test_a_number_that_no_list_has_is_refused_and_the_connection_lives(node: Node) -> None:
    async with client(node) as stranger:
        for limit in (-1, 0, 10**30, "1"):
            stranger.say("OPERATE", operation={"op": "keys", "limit": limit})
            assert (await stranger.hear() or {})["type"] == "ERR"
            stranger.say("OPERATE", operation={"op": "keys"})
            assert await stranger.hear() == {
                "type": "ANSWER",
                "payload": {"answer": {"keys": [], "more": False}},
            }


async def test_an_operation_that_only_a_newer_program_knows_is_refused_in_words(node: Node) -> None:
    class Fly(ops.Operation[ops.Done], frozen=True):
        pass

    async with remote(node) as there:
        with pytest.raises(Refused, match="did not understand this"):
            await there.run(Fly())
        assert await there.run(ops.Keys()) == ops.KeyList([], False)


async def test_nobody_there_is_one_sentence() -> None:
    async with memory_node() as node:
        gone = remote(node)
    with pytest.raises(Unreachable, match=rf"^no node answers at {address(node)}: connection refused$"):
        await gone.connect()


async def test_a_node_that_stops_refuses_what_is_asked_and_says_that_it_is_gone() -> None:
    seen: list[AnyEvent] = []
    async with remote_of_a_node_that_stops(seen) as there:
        with pytest.raises(Unreachable, match="closed the connection"):
            await there.run(ops.Keys())
    assert [event.up for event in seen if isinstance(event, Attached)] == [False]


def remote_of_a_node_that_stops(seen: list[AnyEvent]) -> "_Stopped":
    return _Stopped(seen)


class _Stopped:
    def __init__(self, seen: list[AnyEvent]) -> None:
        self.seen = seen

    async def __aenter__(self) -> RemoteNode:
        async with memory_node() as node:
            self.there = remote(node)
            await self.there.connect()
            self.there.subscribe(self.seen.extend)
            await self.there.watching()
        await eventually(self._told)
        return self.there

    async def _told(self) -> bool:
        return bool(self.seen)

    async def __aexit__(self, *_: object) -> None:
        await self.there.close()


async def test_a_program_of_another_kind_is_named_as_such() -> None:
    async def nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, RemoteNode(Address("127.0.0.1", port)) as there:
        with pytest.raises(Unreachable, match="no node of this kind"):
            await there.run(ops.Keys())


# ------------------------------------------------------------------ watching


async def test_a_watcher_elsewhere_is_told_the_same_events(node: Node) -> None:
    here: list[AnyEvent] = []
    seen: list[AnyEvent] = []
    async with remote(node) as there:
        there.subscribe(seen.extend)
        await there.watching()
        node.subscribe(here.extend)
        await node.run(ops.Put("k", "1"))
        await node.run(ops.Delete("k"))
        async with client(node) as stranger:
            stranger.say("GET_KEYS")
            await stranger.hear()

        async def both() -> bool:
            return len(seen) >= 4 and seen == here

        await eventually(both)
        assert [type(event) for event in seen] == [Changed, Changed, Carried, Carried]


async def test_a_watcher_is_told_only_of_what_it_wants(node: Node) -> None:
    seen: list[AnyEvent] = []
    async with remote(node, "conflict") as there:
        there.subscribe(seen.extend)
        await there.watching()
        await node.run(ops.Put("k", "1"))
        async with memory_node() as other:
            await other.run(ops.Put("k", "2"))
            await other.run(ops.AddPeer(address(node)))

            async def told() -> bool:
                return bool(seen)

            await eventually(told)
        assert {type(event) for event in seen} == {Conflict}


async def test_what_a_watcher_does_itself_makes_no_events_without_end(node: Node) -> None:
    seen: list[AnyEvent] = []
    async with remote(node) as there:
        there.subscribe(seen.extend)
        await there.watching()
        await there.run(ops.Keys())
        await there.run(ops.Put("last", "1"))

        async def told() -> bool:
            return any(isinstance(event, Changed) for event in seen)

        await eventually(told)
        assert [type(event) for event in seen] == [Changed]


async def test_a_watcher_that_does_not_read_costs_no_memory_and_learns_how_much_it_missed(node: Node) -> None:
    async with client(node, buffer=16_384) as slow:
        slow.say("SUBSCRIBE", wanted=["changed"])
        await slow.hear()
        slow.pause()
        keys = [f"{i:03}" + "x" * 1_000 for i in range(200)]
        for _ in range(WRITES // len(keys)):
            await asyncio.gather(*(node.run(ops.Put(key, "1")) for key in keys))
        slow.resume()
        told = missed = 0
        while told + missed < WRITES:
            payload = cast(dict[str, Any], (await slow.hear() or {})["payload"])
            told += sum(len(event["keys"]) for event in payload.get("events", []))
            missed += payload.get("skipped", 0)
        assert told + missed == WRITES
        assert missed > WRITES / 10, "all of it was kept somewhere"


async def test_a_leave_from_elsewhere_tells_whoever_runs_the_node() -> None:
    retired = asyncio.Event()
    async with Node(Settings(port=0), retired=retired.set) as node, remote(node) as there:
        assert await there.run(ops.Leave()) == ops.Done()
        await asyncio.wait_for(retired.wait(), 5)


async def test_a_question_with_the_last_word_is_still_answered(node: Node) -> None:
    async with client(node) as stranger:
        stranger.say("OPERATE", operation={"op": "put", "key": "k", "value": "1"})
        stranger.writer.write_eof()
        heard = await stranger.hear()
        assert heard is not None
        assert heard["type"] == "ANSWER"


def test_a_skipped_event_is_an_event_like_any_other() -> None:
    assert Skipped(1.0, 3).count == 3
