"""Taking back the last write made on this screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Get, Put
from decent_tui.net.node import Node
from decent_tui.net.settings import Settings
from decent_tui.tui.undo import Undo

from .screen import shown, text, type_line, until


@asynccontextmanager
async def real_node() -> AsyncIterator[Node]:
    async with Node(Settings(port=0, memory=True)) as node:
        yield node


async def values(node: Node, key: str) -> list[str]:
    """What `get` says, in order of the text."""
    try:
        found = await node.run(Get(key))
    except Refused:
        return []
    return sorted(bytes(record.value).decode() for record in found.versions)


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("put k 1", "put k 2", ["2"]),
        ("put k 1", "delete k", []),
        ("put other 1", "put k 2", ["2"]),
        ("unresolve k 1 [2]", "resolve k 3", ["3"]),
        ("unresolve k 1 [2]", "delete k", []),
        ("put k 1", "unresolve k 1 2 3", ["1", "2", "3"]),
    ],
)
async def test_an_undo_brings_back_what_was_there_and_a_second_one_redoes(
    before: str, line: str, after: list[str]
) -> None:
    async with real_node() as node:
        undo = Undo()
        assert not undo.is_possible
        assert await undo.back(node) is None
        await undo.run(node, before)
        there = await values(node, "k")
        await undo.run(node, line)
        assert await values(node, "k") == after
        for expected in (there, after, there):
            done = await undo.back(node)
            assert done is not None
            assert done.outcome.ok
            assert done.told.startswith("undone")
            assert await values(node, "k") == expected


@pytest.mark.parametrize("line", ["put k 2", "delete k", "resolve k 2"])
async def test_an_undo_never_overwrites_what_somebody_wrote_since(line: str) -> None:
    async with real_node() as node:
        undo = Undo()
        await undo.run(node, "unresolve k 0 1")
        await undo.run(node, line)
        await node.run(Put("k", '"newer"'))
        done = await undo.back(node)
        assert done is not None
        assert done.told == "nothing was undone: k was written again since"
        assert await values(node, "k") == ['"newer"']


async def test_the_undo_of_a_new_key_does_not_delete_what_somebody_wrote_since() -> None:
    async with real_node() as node:
        undo = Undo()
        await undo.run(node, "put k 1")
        await node.run(Put("k", "2"))
        done = await undo.back(node)
        assert done is not None
        assert not done.outcome.ok
        assert await values(node, "k") == ["2"]


async def test_what_was_refused_or_only_read_is_no_step() -> None:
    async with real_node() as node:
        undo = Undo()
        for line in ("get k", "delete k", "put k {", "put k 1 --saw " + "0" * 64, "nonsense", " ", "peers"):
            await undo.run(node, line)
            assert not undo.is_possible
        await undo.run(node, "put k 1")
        await undo.run(node, "put k 2 --saw none")  # refused: what can be undone stays the put of 1
        done = await undo.back(node)
        assert done is not None
        assert done.line.startswith("delete k --saw ")


async def test_u_takes_a_resolve_back_on_the_screen_and_says_so() -> None:
    async with real_node() as node, shown(node) as (pilot, board):
        await pilot.press("u")  # nothing to undo yet, and so no key
        await type_line(pilot, ':unresolve k {"a": 1} {"a": 2}\n')
        await until(pilot, lambda: "2 siblings" in text(board.versions))
        await pilot.press("a")
        await until(pilot, lambda: "≠ 0 conflicts" in text(board.header))
        assert "u undo" in text(board.query_one("#keybar"))
        await pilot.press("u")
        await until(pilot, lambda: "undone: k has its 2 values back, as new writes" in text(board.answer))
        assert ": unresolve k " in text(board.answer)
        await until(pilot, lambda: "2 siblings" in text(board.versions))
        await pilot.press("u")
        await until(pilot, lambda: "has its value back" in text(board.answer))
        assert len(await values(node, "k")) == 1
