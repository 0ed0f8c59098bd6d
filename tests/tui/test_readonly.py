"""Who only looks is offered nothing that would be refused."""

from textual.widgets import Input

from decent_tui.tui.chooser import Chooser, Found
from decent_tui.tui.dial_panel import DialPane, DialPanel
from decent_tui.tui.keybar import KeyBar

from .screen import shown, text, type_line, until
from .scripted import Scripted, story


async def test_who_only_looks_is_offered_nothing_that_is_refused() -> None:
    node = story()
    node.readonly = True
    async with shown(node) as (pilot, board):
        bar = board.query_one(KeyBar)
        board.keys.show_key("user:42")
        await until(pilot, lambda: "t history" in text(board.versions))
        assert "keep" not in text(board.versions)
        assert "merge" not in text(board.versions)
        board.set_focus(board.peers)
        await until(pilot, lambda: "X dials" in text(board.peers))
        assert "x cut" not in text(board.peers)
        await until(pilot, lambda: "Enter open" in text(bar))
        for word in ("edit", "put", "delete", "cut", "gossip"):
            assert word not in text(bar)
        await pilot.press("d")
        await until(pilot, lambda: "only looks" in text(board.answer))


async def test_who_only_looks_finds_in_the_palette_only_what_works() -> None:
    node = story()
    node.readonly = True
    async with shown(node) as (pilot, board):
        board.set_focus(board.peers)
        await pilot.pause()
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        found = pilot.app.screen.query_one(Found)
        for word, offered in (
            ("put", False), ("delete", False), ("undo", False),
            ("messages late", False), ("edit", False), ("exchange", False), ("every change", False),
            ("get", True), ("export", True),
            ("dials", True), ("zoom", True), ("filter", True),
        ):  # fmt: skip
            await type_line(pilot, word)
            await until(pilot, lambda word=word: pilot.app.screen.query_one(Input).value == word)  # type: ignore[misc]
            assert ("nothing is called that" in text(found)) is not offered, text(found)
            await pilot.press("ctrl+u")


async def test_who_only_looks_is_told_in_the_dials_and_offered_none() -> None:
    node = story()
    node.readonly = True
    async with shown(node) as (pilot, _):
        await pilot.press("X")
        await until(pilot, lambda: isinstance(pilot.app.screen, DialPanel))
        dials = pilot.app.screen.query_one(DialPane)
        await until(pilot, lambda: ":9003" in text(dials))
        for word in ("more, less", "heal all", "type it", "turns what goes"):
            assert word not in text(dials)
        assert "this only looks at the node" in text(dials)
        await pilot.press("enter")  # nothing is begun that would be refused
        assert pilot.app.screen.query_one(DialPane) is dials
        await pilot.press("x")
        await until(pilot, lambda: ": cut 127.0.0.1:9002" in text(dials))


async def test_who_only_looks_at_an_empty_node_is_not_told_to_write() -> None:
    node = Scripted()
    node.readonly = True
    async with shown(node) as (pilot, board):
        await until(pilot, lambda: "no keys yet" in text(board.keys))
        assert "put" not in text(board.keys)
