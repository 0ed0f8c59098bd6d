"""What a turn lets out, and when: nothing of one's own before it is on the disk."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.events import AnyEvent, Changed
from decent_tui.net.node import Node, Settings
from tests.net.support import alive, eventually, memory_node


def hold_up(node: Node, key: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Event, Event]:
    """Let the disk of a node wait once there is something for a key, until the second event is set (twenty
    seconds at most); the first says that it waits."""
    waits, go_on = Event(), Event()
    commit, make_durable = node._store.commit, node._store.make_durable
    held = False

    def noted() -> bool:
        nonlocal held
        held = held or bool(node._store.siblings(key))
        return commit()

    def late() -> None:
        if held:
            waits.set()
            go_on.wait(20)
        make_durable()

    monkeypatch.setattr(node._store, "commit", noted)
    monkeypatch.setattr(node._store, "make_durable", late)
    return waits, go_on


def told(node: Node) -> list[str]:
    """The keys of the changes that a watcher is told of from now on."""
    keys: list[str] = []

    def listener(events: Sequence[AnyEvent]) -> None:
        keys.extend(key for event in events if isinstance(event, Changed) for key in event.keys)

    node.subscribe(listener)
    return keys


async def _is(keys: list[str], wanted: list[str]) -> bool:
    return keys == wanted


async def test_what_another_wrote_is_shown_while_the_disk_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on the disk of its writer already: if it is lost here with the power, it comes again."""
    async with memory_node() as a, Node(Settings(port=0, data=tmp_path / "b.db")) as b:
        await b.run(ops.AddPeer(f"{a.host}:{a.port}"))
        await eventually(lambda: _links(a, 1))
        (_, go_on), keys = hold_up(b, "k", monkeypatch), told(b)
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: _is(keys, ["k"]))
        go_on.set()


async def test_what_was_written_here_is_neither_shown_nor_answered_before_it_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        (waits, go_on), keys = hold_up(a, "k", monkeypatch), told(a)
        writing = asyncio.create_task(a.run(ops.Put("k", "1")))
        assert await asyncio.to_thread(waits.wait, 15)
        assert not keys
        assert not writing.done()
        go_on.set()
        await writing
        assert keys == ["k"]


async def _links(node: Node, count: int) -> bool:
    return await alive(node) == count
