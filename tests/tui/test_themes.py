"""Which theme it starts with, how it changes, and that the choice is kept."""

from pathlib import Path

import pytest

from decent_tui.tui import themes
from decent_tui.tui.app import DashboardApp
from decent_tui.tui.pane import Pane
from decent_tui.tui.themes import DESCRIBED, NO_COLOUR, THEMES

from .screen import shown, text, until
from .scripted import story

NAMES = [theme.name for theme in THEMES]


@pytest.fixture(autouse=True)
def _neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)


def test_the_choice_is_kept_and_nonsense_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "new" / "theme"
    assert themes.first(path) == "decent-dark"
    assert themes.keep(path, "decent-ansi")
    assert themes.first(path) == "decent-ansi"
    path.write_bytes(b"\xff[/] nonsense" * 1000)
    assert themes.first(path) == "decent-dark"
    assert not themes.keep(tmp_path / "new" / "theme" / "no folder", "decent-ansi")


def test_the_environment_counts_for_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    themes.keep(tmp_path / "theme", "decent-light")
    monkeypatch.setenv("TEXTUAL_THEME", "decent-colour-blind")
    assert themes.first(tmp_path / "theme") == "decent-colour-blind"
    monkeypatch.setenv("NO_COLOR", "1")
    assert themes.first(tmp_path / "theme") == NO_COLOUR.name


async def test_the_key_goes_through_all_of_them_and_says_which() -> None:
    async with shown(story()) as (pilot, board):
        for name in (*NAMES[1:], NAMES[0]):
            await pilot.press("ctrl+t")
            await until(pilot, lambda name=name: pilot.app.theme == name)  # type: ignore[misc]
            assert f"theme: {DESCRIBED[name]}" in text(board.answer)
            assert "user:42" in text(board.keys)


async def test_the_next_run_begins_with_the_theme_of_the_last(tmp_path: Path) -> None:
    for name in (*NAMES[1:], NAMES[0]):
        app = DashboardApp(theme_file=tmp_path / "theme")
        async with app.run_test() as pilot:
            await pilot.press("ctrl+t")
            await until(pilot, lambda app=app, name=name: app.theme == name)  # type: ignore[misc]
        assert DashboardApp(theme_file=tmp_path / "theme").theme == name


async def test_no_color_stays_without_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = DashboardApp(theme_file=tmp_path / "theme")
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "NO_COLOR is set" in text(app.dashboard.answer))
        assert app.theme == NO_COLOUR.name
    assert not (tmp_path / "theme").exists()


@pytest.mark.parametrize("name", [*NAMES, NO_COLOUR.name])
async def test_no_state_is_told_by_colour_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    node = story()
    async with shown(node) as (pilot, board):
        pilot.app.theme = name
        await pilot.pause()
        await until(pilot, lambda: "12 behind" in text(board.peers))
        keys, peers = text(board.keys), text(board.peers)
        assert {"≠", "✗", "◌"} <= set(keys)
        assert "no word for 4 s" in peers
        assert {"●", "◐"} <= set(peers)
        board.keys.show_key("user:42")
        await until(pilot, lambda: "← differs" in text(board.versions))


async def test_without_colours_the_name_of_the_focused_pane_is_in_reverse() -> None:
    async with shown(story()) as (pilot, board):
        pilot.app.theme = NO_COLOUR.name
        panes = (board.keys, board.versions, board.peers, board.messages)
        for pane in panes:
            board.set_focus(pane)
            await until(pilot, lambda pane=pane: [each for each in panes if _marked(each)] == [pane])  # type: ignore[misc]


def _marked(pane: Pane) -> bool:
    return any(segment.style is not None and segment.style.reverse for segment in pane.render_line(0))
