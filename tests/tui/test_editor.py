"""The editor: a draft, the look at what it replaces, and a store that says no. Against a real node."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from decent_tui.core.operations import Count, Get, Put, Rows, Unresolve
from decent_tui.net.node import Node
from decent_tui.net.settings import Settings
from decent_tui.tui.dashboard import Dashboard
from decent_tui.tui.draft import Draft
from decent_tui.tui.editor import Editor, Preview
from decent_tui.tui.reader import Page

from .screen import click_word, shown, text, until


@asynccontextmanager
async def editing(
    *values: str, now: Callable[[], float] = time.time
) -> AsyncIterator[tuple[Pilot[None], Dashboard, Node, Editor]]:
    """The editor, open over a key `k` with these values."""
    async with Node(Settings(port=0, memory=True)) as node:
        if len(values) == 1:
            await node.run(Put("k", values[0]))
        else:
            await node.run(Unresolve("k", values))
        async with shown(node, now=now) as (pilot, board):
            await until(pilot, lambda: "lamport" in text(board.versions))
            await pilot.press("e")
            await until(pilot, lambda: isinstance(pilot.app.screen, Editor))
            editor = pilot.app.screen
            assert isinstance(editor, Editor)
            yield pilot, board, node, editor


async def held(node: Node) -> list[str]:
    return sorted(bytes(record.value).decode() for record in (await node.run(Get("k"))).versions)


def shut(pilot: Pilot[None]) -> bool:
    return not isinstance(pilot.app.screen, Editor)


async def test_a_merge_is_looked_at_before_it_is_written() -> None:
    async with editing('{"a": 1, "b": 2}', '{"a": 1, "c": 3}') as (pilot, board, node, editor):
        assert all(part in editor.draft.text for part in ('"a": 1', '"b": 2', '"c": 3'))
        editor.draft.text = '{"a": 1,'
        await until(pilot, lambda: "✗" in text(editor.query_one(Preview)))
        await pilot.press("ctrl+s")
        assert not editor.query("#review")
        editor.draft.text = '{"a": 1, "d": [4]}'
        await until(pilot, lambda: 'resolve k {"a":1,"d":[4]}' in text(editor.query_one(Preview)))
        await pilot.press("ctrl+s")
        await until(
            pilot,
            lambda: (
                bool(editor.query("#review")) and "in place of" in text(editor.query_one("#review", Page))
            ),
        )
        page = text(editor.query_one("#review", Page))
        for words in (
            "this will be written",
            '"d": [4]  ← new',
            "a :",
            "b :",
            '"b": 2  ← goes',
            '"c": 3  ← goes',
        ):
            assert words in page, words
        assert len(await held(node)) == 2  # nothing is written before it is confirmed
        await pilot.press("escape")
        await until(pilot, lambda: not editor.query("#review"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(editor.query("#review")))
        await pilot.press("enter")
        await until(pilot, lambda: shut(pilot))
        assert await held(node) == ['{"a":1,"d":[4]}']
        await until(pilot, lambda: ": resolve k " in text(board.answer))
        await pilot.press("u")
        await until(pilot, lambda: "2 siblings" in text(board.versions))
        assert await held(node) == ['{"a":1,"b":2}', '{"a":1,"c":3}']


async def test_an_unchanged_value_is_not_written() -> None:
    async with editing('{"z": 1.50, "a": [1, 2]}') as (pilot, board, node, editor):
        counter = (await node.run(Get("k"))).versions[0].vc
        editor.draft.text = editor.draft.text + "  \n"  # blanks change nothing
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shut(pilot))
        await until(pilot, lambda: "nothing was changed, so nothing was written" in text(board.answer))
        assert (await node.run(Get("k"))).versions[0].vc == counter


async def test_a_changed_value_is_written_at_once() -> None:
    async with editing('{"a": 1}') as (pilot, _, node, editor):
        editor.draft.text = '{"a": 2}'
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shut(pilot))
        assert await held(node) == ['{"a":2}']


async def test_what_is_said_of_a_write_is_not_wiped_by_the_pause_after_the_last_key() -> None:
    async with editing("1") as (pilot, _, node, editor):
        await node.run(Put("k", '"meanwhile"'))
        editor.draft.text = '"mine"'
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "written elsewhere meanwhile" in text(editor.query_one(Preview)))
        editor._paused()
        assert "written elsewhere meanwhile" in text(editor.query_one(Preview))


@pytest.mark.parametrize("values", [("1",), ("1", "2")])
async def test_what_was_written_meanwhile_is_shown_and_not_overwritten_unseen(
    values: tuple[str, ...],
) -> None:
    async with editing(*values) as (pilot, _, node, editor):
        await node.run(Put("k", '"meanwhile"'))
        editor.draft.text = '"mine"'
        await pilot.press("ctrl+s")
        if len(values) > 1:
            await until(pilot, lambda: bool(editor.query("#review")))
            await pilot.press("enter")
        await until(
            pilot,
            lambda: (
                bool(editor.query("#review")) and '"meanwhile"' in text(editor.query_one("#review", Page))
            ),
        )
        await until(pilot, lambda: "written elsewhere meanwhile" in text(editor.query_one(Preview)))
        assert await held(node) == ['"meanwhile"']
        await pilot.press("enter")
        await until(pilot, lambda: shut(pilot))
        assert await held(node) == ['"mine"']


async def test_escape_leaves_without_a_trace_and_asks_before_it_throws_a_draft_away() -> None:
    async with editing("1") as (pilot, _, node, editor):
        editor.draft.text = "2"
        await pilot.press("escape")
        await until(pilot, lambda: "Esc again" in text(editor.query_one(Preview)))
        editor._paused()
        assert "Esc again" in text(editor.query_one(Preview))
        assert not shut(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: shut(pilot))
        assert await held(node) == ["1"]


async def test_escape_leaves_an_untouched_draft_at_once() -> None:
    async with editing("1") as (pilot, *_):
        await pilot.press("escape")
        await until(pilot, lambda: shut(pilot))


async def test_enter_is_a_new_line_in_the_draft() -> None:
    async with editing("1") as (pilot, _, node, editor):
        await pilot.press("enter", "2")
        assert editor.draft.text == "\n21"
        assert await held(node) == ["1"]


async def test_a_number_is_edited_as_it_was_written() -> None:
    async with editing("[1.0, 1e3, 12345678901234567890123]") as (pilot, _, node, editor):
        before = await held(node)
        assert "12345678901234567890123" in editor.draft.text.replace(" ", "")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shut(pilot))
        assert await held(node) == before


async def test_a_draft_has_the_colours_of_values() -> None:
    async with editing('{"a": "b", "n": 1}') as (_, _, _, editor):
        draft = editor.query_one(Draft)
        line = next(draft.get_line(at) for at in range(5) if '"a"' in draft.get_line(at).plain)
        assert len({str(span.style) for span in line.spans}) >= 3


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_while_a_merge_is_typed_its_siblings_stand_beside_it_with_what_it_would_lose(
    size: tuple[int, int],
) -> None:
    async with editing('{"a": 1, "b": 2}', '{"a": 1, "c": 3}') as (pilot, _, _, editor):
        await pilot.resize_terminal(*size)
        beside = editor.query_one("#beside", Page)
        await until(pilot, lambda: '"b": 2' in text(beside))
        assert "goes" not in text(beside)
        editor.draft.text = '{"a": 1, "c": 3}'
        await until(pilot, lambda: '"b": 2  ← goes' in text(beside))
        editor.draft.text = '{"a": 1'  # no JSON now: what was said of the last JSON stays
        await until(pilot, lambda: "✗" in text(editor.query_one(Preview)))
        assert '"b": 2  ← goes' in text(beside)


async def test_the_ages_beside_a_draft_go_on_and_no_more_is_painted_for_it() -> None:
    ahead = 0.0
    async with editing("1", "2", now=lambda: time.time() + ahead) as (pilot, _, node, editor):
        beside = editor.query_one("#beside", Page)
        await until(pilot, lambda: "ago" in text(beside) or "just now" in text(beside))
        operations: list[object] = []
        run, node.run = node.run, lambda operation: operations.append(operation) or run(operation)  # type: ignore[method-assign]
        ahead = 2 * 3600
        await until(pilot, lambda: text(beside).count("2 h ago") == 2)
        painted: list[int] = []
        beside.render_line = lambda y: painted.append(y) or Page.render_line(beside, y)  # type: ignore[method-assign]
        ahead = 3 * 3600
        await until(pilot, lambda: bool(painted))
        await pilot.pause()
        lines = [y for y in range(beside.size.height) if "3 h ago" in Page.render_line(beside, y).text]
        assert sorted(set(painted)) == lines
        assert not any(isinstance(operation, Rows | Count) for operation in operations)
        beside.render_line = lambda y: Page.render_line(beside, y)  # type: ignore[method-assign]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(editor.query("#review")))
        looked_at = editor.query_one("#review", Page)
        await until(pilot, lambda: text(looked_at).count("3 h ago") == 2)
        ahead = 2 * 86400
        await until(pilot, lambda: text(looked_at).count("2 d ago") == 2)


async def test_an_edit_of_one_value_has_the_window_to_itself() -> None:
    async with editing('{"a": 1}') as (pilot, _, _, editor):
        await until(pilot, lambda: ": put" in text(editor.query_one(Preview)))
        assert not editor.query_one("#beside").display


async def test_the_words_in_the_frame_can_be_clicked() -> None:
    async with editing("1", "2") as (pilot, _, node, editor):
        for word, seen in (("review", "#review"), ("back to", "#desk"), ("review", "#review")):
            await click_word(pilot, editor.query_one("#editor"), word)
            await until(pilot, lambda seen=seen: bool(editor.query(seen)) and editor.query_one(seen).display)  # type: ignore[misc]
        await click_word(pilot, editor.query_one("#editor"), "write")
        await until(pilot, lambda: shut(pilot))
        assert len(await held(node)) == 1
