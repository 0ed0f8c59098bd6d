"""The headless front over real pipes, with a node of a few lines behind it."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from decent_tui.commands.headless import GRACE_S, WINDOW, Headless
from decent_tui.commands.stdio import Input, Output
from decent_tui.core.limits import MAX_LINE
from tests.commands.fakes import FakeNode

WITHIN = 20  # seconds for anything at all


async def until(reached: Callable[[], object]) -> None:
    """Let the loop turn until it is so; the fixture's deadline bounds it."""
    while not reached():  # noqa: ASYNC110  # there is no event for what a test may look at
        await asyncio.sleep(0)


class Front:
    """A headless front and the two ends of its pipes that a person would hold."""

    def __init__(self, node: FakeNode, *, as_json: bool = True) -> None:
        self.node = node
        self.stop = asyncio.Event()
        stdin, self.stdin = os.pipe()
        self.stdout, stdout = os.pipe()
        self._open = {stdin, self.stdin, self.stdout, stdout}
        self._ours = stdout
        front = Headless(node, Input(stdin), Output(stdout), as_json=as_json)
        self.serving = asyncio.create_task(front.serve(self.stop))

    async def send(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[await asyncio.to_thread(os.write, self.stdin, data) :]

    async def lines(self, count: int) -> list[bytes]:
        """The next lines of output, as many."""
        text = b""
        while text.count(b"\n") < count:
            text += await asyncio.to_thread(os.read, self.stdout, 1 << 20)
        assert text.count(b"\n") == count
        return text.splitlines()

    async def answers(self, count: int) -> list[dict[str, Any]]:
        return [json.loads(line) for line in await self.lines(count)]

    async def ended(self) -> None:
        await self.serving

    def close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.remove(descriptor)
            os.close(descriptor)

    async def close_all(self) -> None:
        self.close(self.stdin)  # ends the reading thread, whose descriptor must not be reused before
        self.serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.serving
        self.close(self.stdout)
        self.close(self._ours)


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with asyncio.timeout(WITHIN):
        front = Front(FakeNode())
        assert await front.answers(1) == [
            {"event": "listening", "node_id": "n1", "name": "otter", "host": "127.0.0.1", "port": 9001}
        ]
        yield front
        await front.close_all()


async def test_answers_come_in_the_order_of_the_lines(front: Front) -> None:
    await front.send("put k 1\n\n  \r\nget k\r\nnope\ndelete k\nget k\nput k\nkeys\n")
    answers = await front.answers(7)
    assert [(answer["command"], answer["ok"]) for answer in answers] == [
        ("put", True),
        ("get", True),
        ("nope", False),
        ("delete", True),
        ("get", False),
        ("put", False),
        ("keys", True),
    ]


async def test_a_slow_command_does_not_hold_up_the_later_ones_but_their_answers(front: Front) -> None:
    await front.send("put a 1\ngossip\nput b 2\n")
    assert (await front.answers(1))[0]["key"] == "a"
    await until(lambda: "b" in front.node.values)
    front.node.gate.set()
    assert [answer["command"] for answer in await front.answers(2)] == ["gossip", "put"]


async def test_the_window_is_bounded_and_opens_again(front: Front) -> None:
    await front.send("gossip\n" + "put k 1\n" * (2 * WINDOW))
    await until(lambda: len(front.node.started) == WINDOW)
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(front.node.started) == WINDOW
    front.node.gate.set()
    assert len(await front.answers(2 * WINDOW + 1)) == 2 * WINDOW + 1


async def test_twenty_thousand_puts(front: Front) -> None:
    sending = asyncio.create_task(front.send("".join(f"put k{n} {n}\n" for n in range(20_000)) + "exit\n"))
    answers = await front.answers(20_001)
    await sending
    assert [answer.get("key") for answer in answers[:-1]] == [f"k{n}" for n in range(20_000)]
    assert answers[-1] == {"command": "exit", "ok": True}


async def test_exit_waits_for_earlier_answers_and_nothing_later_is_carried_out(front: Front) -> None:
    await front.send("put a 1\ngossip\nexit\nput b 2\n")
    assert (await front.answers(1))[0]["key"] == "a"
    assert not front.serving.done()
    front.node.gate.set()
    assert [answer["command"] for answer in await front.answers(2)] == ["gossip", "exit"]
    await front.ended()
    assert "b" not in front.node.values


async def test_leave_ends_the_node_unless_it_was_refused(front: Front) -> None:
    front.node.may_leave = False
    await front.send("leave\nput a 1\n")
    assert [answer["ok"] for answer in await front.answers(2)] == [False, True]
    front.node.may_leave = True
    await front.send("leave\nput b 1\n")
    assert (await front.answers(1))[0] == {"command": "leave", "ok": True}
    await front.ended()
    assert "b" not in front.node.values


async def test_the_end_of_stdin_does_not_end_the_node(front: Front) -> None:
    await front.send("put k 1")
    front.close(front.stdin)
    assert (await front.answers(1))[0]["ok"]
    assert not front.serving.done()
    front.stop.set()
    await front.ended()


async def test_a_stop_prints_what_is_under_way(front: Front) -> None:
    await front.send("gossip\nput k 1\n")
    await until(lambda: len(front.node.started) == 2)
    front.stop.set()
    await asyncio.sleep(0)
    front.node.gate.set()
    assert [answer["command"] for answer in await front.answers(2)] == ["gossip", "put"]
    await front.ended()


async def test_a_stop_does_not_wait_for_ever(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    assert GRACE_S < 5
    monkeypatch.setattr("decent_tui.commands.headless.GRACE_S", 0.01)
    await front.send("gossip\n")
    await until(lambda: front.node.started)
    front.stop.set()
    await front.ended()


async def test_bytes_that_are_not_utf8(front: Front) -> None:
    await front.send(b"put k \xff\nput\xffk 1\nget k\n")
    first, second, third = await front.answers(3)
    assert first == {"command": "put", "ok": False, "error": "the line is not valid UTF-8"}
    assert second["command"] == "put\ufffdk"
    assert third["error"] == "no value"


async def test_a_long_line_is_taken_and_a_longer_one_refused(front: Front) -> None:
    value = json.dumps("x" * 200_000)
    sending = asyncio.create_task(
        front.send(f"put k {value}\n" + "y" * (MAX_LINE + 1) + "\n" + "z" * (3 * MAX_LINE) + "\nget k\n")
    )
    first, second, third, fourth = await front.answers(4)
    await sending
    assert first["versions"][0]["value"] == fourth["versions"][0]["value"] == "x" * 200_000
    for answer in (second, third):
        assert answer["error"] == f"the line is longer than {MAX_LINE:,} bytes"


async def test_a_reader_that_goes_away_does_not_stop_the_node(front: Front) -> None:
    front.close(front.stdout)
    await front.send("put a 1\n" * 1000 + "put b 2\n")
    await until(lambda: "b" in front.node.values)
    assert not front.serving.done()
    await front.send("exit\n")
    await front.ended()


async def test_a_reader_that_pauses_holds_the_lines_back_and_loses_nothing(front: Front) -> None:
    value = json.dumps("x" * 10_000)
    sending = asyncio.create_task(front.send(f"put k {value}\n" * 1_000 + "exit\n"))
    reached = -1
    while reached != len(front.node.started):  # until nothing moves any more
        reached = len(front.node.started)
        await asyncio.sleep(0.2)
    assert reached < 1_000
    assert len(await front.answers(1_001)) == 1_001
    await sending
    await front.ended()


async def test_a_stop_ends_a_node_whose_reader_pauses(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("decent_tui.commands.headless.GRACE_S", 0.01)
    value = json.dumps("x" * 100_000)
    await front.send(f"put k {value}\n" * 3)
    await until(lambda: len(front.node.started) == 3)
    front.stop.set()
    await front.ended()


async def test_without_json_the_answers_are_text() -> None:
    async with asyncio.timeout(WITHIN):
        front = Front(FakeNode(), as_json=False)
        await front.send("put k 1\nget nothing\nexit\n")
        assert await front.lines(4) == [
            b"otter (node n1) listens on 127.0.0.1:9001; type help for the commands",
            b"k = 1",
            b"get: no value",
            b"exit: done",
        ]
        await front.ended()
        await front.close_all()
