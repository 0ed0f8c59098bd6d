"""The screen as a whole: focus, zoom, sizes, themes."""

import pytest
from textual import events
from textual.screen import Screen

from decent_tui.core.operations import PeerView

from .screen import SIZES, click_word, shown, text, type_line, until
from .scripted import HERON, LYNX, WREN, Scripted, messages, story


async def test_a_conflict_is_seen_without_a_key_press() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        node.write(HERON, "theme", '"light"', context={})
        await until(pilot, lambda: "≠ 2 conflicts" in text(board.header))
        await until(pilot, lambda: "≠ theme" in text(board.keys) or board.keys.key != "theme")
        assert "conflict" in text(board.messages)


async def test_a_dial_that_is_on_is_said_in_the_banner_the_peers_and_the_log_and_x_heals_it() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("tab", "tab")
        board.run_command("lag 127.0.0.1:9002 200")
        await until(pilot, lambda: "≈ 1 dial" in text(board.header))
        assert "lag 200 ms" in text(board.peers)
        await until(pilot, lambda: "lag 200 ms" in text(board.messages))
        assert "x heal" in text(board.peers)
        await pilot.press("x")
        await until(pilot, lambda: "dial" not in text(board.header))
        assert ": heal 127.0.0.1:9002" in text(board.answer)


async def test_ctrl_c_says_what_leaves() -> None:
    async with shown(story()) as (pilot, _):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: len(pilot.app._notifications) == 1)
        (told,) = pilot.app._notifications
        assert "ctrl+q leaves, and ends the node" in told.message
        assert pilot.app.is_running


async def test_a_size_that_is_told_again_is_not_laid_out_again() -> None:
    async with shown(story()) as (pilot, board):
        told: list[Screen[object]] = []
        board.screen_layout_refresh_signal.subscribe(board, told.append, immediate=True)
        for _ in range(3):
            board.post_message(events.Resize.from_dimensions((120, 36), None))
        await pilot.pause()
        assert told == []
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: board.has_class("-narrow") and bool(told))
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: board.has_class("-wide") and board.size == (120, 36))


@pytest.mark.parametrize(("key", "box"), [("question_mark", "Page"), ("ctrl+p", "#chooser")])
async def test_a_window_is_closed_by_a_click_on_the_word_for_it(key: str, box: str) -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press(key)
        await until(pilot, lambda: bool(pilot.app.screen.query(box)))
        await click_word(pilot, pilot.app.screen.query_one(box), "close")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_tab_goes_round_and_back() -> None:
    async with shown(story()) as (pilot, board):
        round_trip = []
        for _ in range(4):
            await pilot.press("tab")
            round_trip.append(board.focused)
        assert round_trip == [board.versions, board.peers, board.messages, board.keys]
        await pilot.press("shift+tab")
        assert board.focused is board.messages


async def test_the_words_of_a_frame_follow_the_focus_at_once() -> None:
    async with shown(story()) as (pilot, board):
        board._watch.second = lambda: None  # type: ignore[method-assign]  # nothing else paints
        await pilot.press("tab", "tab")
        assert "x cut" in text(board.peers)
        await pilot.press("tab")
        assert "x cut" not in text(board.peers)


async def test_zoom_and_back() -> None:
    async with shown(story()) as (pilot, board):
        small = board.keys.size
        await pilot.press("z")
        await pilot.pause()
        assert board.keys.size.width == 120
        assert not board.peers.display
        await pilot.press("tab")
        await pilot.pause()
        assert board.focused is board.versions
        assert board.versions.size.width >= 116
        await pilot.press("shift+tab", "z")
        await pilot.pause()
        assert board.keys.size == small


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_size_shows_what_it_can(size: tuple[int, int]) -> None:
    node = story()
    async with shown(node, size) as (pilot, board):
        messages(node)
        panes = [board.keys, board.versions, board.peers, board.messages]
        wide = size[0] >= 100
        assert sum(pane.display and pane.size.height > 0 for pane in panes) == (4 if wide else 1)
        assert board.tabs.display is not wide
        for pane in (*panes, board.keys):
            board.set_focus(None)
            await pilot.pause()
            board.set_focus(pane) if pane.display else await pilot.press("tab")
            await pilot.pause()
        await type_line(pilot, ":put a 1\n")
        await until(pilot, lambda: "a" in node.store)


async def test_resizing_live() -> None:
    async with shown(story()) as (pilot, board):
        for width_, height in ((80, 24), (200, 60), (40, 10), (120, 36)):
            await pilot.resize_terminal(width_, height)
            await pilot.pause()
        assert "user:42" in text(board.keys)
        assert board.focused is board.keys


async def test_panes_are_painted_as_they_were_laid_out_for_a_new_size() -> None:
    node = story()
    async with shown(node, (200, 36)) as (pilot, board):
        messages(node)
        await until(pilot, lambda: " B " in text(board.messages))
        assert "lynx" in text(board.peers)
        await pilot.resize_terminal(100, 36)
        await until(pilot, lambda: "lynx" not in text(board.peers))
        assert " B " in text(board.messages)
        await pilot.resize_terminal(200, 36)
        await until(pilot, lambda: "lynx" in text(board.peers))
        assert all(
            line.rstrip(" │").endswith(" B") for line in text(board.messages).splitlines() if " B" in line
        )


async def test_light_theme_and_back() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert board.keys.inks.colour("ground") == "#fafafc"
        pilot.app.theme = "textual-light"
        await pilot.pause()
        pilot.app.theme = "decent-dark"
        await pilot.pause()
        assert "user:42" in text(board.keys)


async def test_a_node_that_refuses_to_answer_is_no_crash() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        node.refuse = "the disk is gone"
        node.write(LYNX, "user:42", "1")
        await pilot.press("j", "j", "G")
        await type_line(pilot, ":get user:42\n")
        await until(pilot, lambda: "the disk is gone" in text(board.answer))
        node.refuse = ""
        node.write(WREN, "user:42", "2")
        await until(pilot, lambda: "user:63" in text(board.versions))


async def test_idle_paints_nothing() -> None:
    node = Scripted(peers=[PeerView("127.0.0.1:9002", LYNX, "lynx", "alive", 1.2, heard_s=0.4)])
    async with shown(node, now=lambda: 0.0) as (pilot, board):
        painted: list[object] = []
        for pane in (board.header, board.keys, board.versions, board.peers, board.messages):
            pane.refresh = lambda *regions, **more: painted.append(regions)  # type: ignore[method-assign]
        board._watch.second()
        await pilot.app.workers.wait_for_complete()
        board._watch.look()
        await pilot.pause()
        assert painted == []
