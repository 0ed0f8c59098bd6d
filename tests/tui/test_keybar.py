"""The key bar: what may be pressed here, and the way out."""

import pytest

from decent_tui.tui.keybar import KeyBar

from .screen import SIZES, shown, text, until
from .scripted import story


async def test_the_key_bar_explains_the_key_under_the_mouse() -> None:
    async with shown(story()) as (pilot, board):
        bar = board.query_one(KeyBar)
        await pilot.hover(bar, offset=(text(bar).index("zoom"), 0))
        await until(pilot, lambda: bar.tooltip == "This pane alone, or all")


async def test_where_there_is_little_room_the_views_share_a_word_and_each_can_be_clicked() -> None:
    async with shown(story(), (100, 30)) as (pilot, board):
        bar = board.query_one(KeyBar)
        assert "2/3 views" in text(bar)
        await pilot.click(bar, offset=(text(bar).index("2/3") + 2, 0))
        await until(pilot, lambda: "timeline" in type(pilot.app.screen).__name__.lower())
        await pilot.press("1")
        await until(pilot, lambda: pilot.app.screen is board)
        await pilot.resize_terminal(200, 30)
        await until(pilot, lambda: "2 convergence  3 timeline" in text(bar))


async def test_the_key_bar_shows_whole_words_at_every_width() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.messages)
        bar = board.query_one(KeyBar)
        for width in range(100, 126):
            await pilot.resize_terminal(width, 36)
            await until(pilot, lambda width=width: bar.size.width == width)  # type: ignore[misc]
            assert text(bar).rstrip().endswith("quit"), width


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_out_is_always_on_the_screen(size: tuple[int, int]) -> None:
    async with shown(story(), size) as (pilot, board):
        bar = board.query_one(KeyBar)
        for _ in range(4):
            await until(pilot, lambda: "? help" in text(bar) and "^q quit" in text(bar))
            assert len(text(bar)) == size[0]
            await pilot.press("tab")
