"""The screen as a whole: header, peers, messages, focus, zoom, sizes, themes."""

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from decent_tui.core.events import Alarm, Attached, Collected, Skipped
from decent_tui.core.operations import PeerView
from decent_tui.tui.chooser import Chooser, Found
from decent_tui.tui.dial_panel import DialPane, DialPanel
from decent_tui.tui.header import Facts, header_line
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.lines import Line, Span, plain, width
from decent_tui.tui.numbers import Numbers
from decent_tui.tui.reader import Reader

from .screen import click_word, shown, text, type_line, until
from .scripted import HERON, LYNX, WREN, Scripted, messages, story

SIZES = [(120, 36), (100, 30), (200, 60), (80, 24), (40, 12)]


async def test_the_header_says_how_it_goes() -> None:
    async with shown(story()) as (_, board):
        line = text(board.header)
        for part in (
            "decent",
            ":9001 otter",
            "2 of 3 peers",
            "24 keys",
            "≠ 1 conflict",
            "98 % settled",
            "0 w/s",
        ):
            assert part in line


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


@pytest.mark.parametrize("room", [40, 60, 80, 100, 120, 200])
async def test_the_header_fits_and_keeps_the_conflicts_longest(room: int) -> None:
    status = story()._status()
    line, zones = header_line(Facts(status=status, cuts=1), room)
    assert width(line) == room
    said = {zone.part: plain(line)[zone.start : zone.end] for zone in zones}
    assert said["cut"].strip() == "✂ 1 cut"
    assert said["name"].endswith("otter")
    assert room < 120 or said["conflicts"] == "≠ 1 conflict"
    assert "cut" in plain(line)
    assert any(span.ink.endswith("on red") for span in line)  # a banner, not a word among others
    assert room < 60 or "conflict" in plain(line)


async def test_peers_come_with_their_evidence() -> None:
    node = story()
    node.peers += [
        PeerView("127.0.0.1:9005", None, None, "down", last_error="connection refused", retry_s=2.0),
        PeerView("127.0.0.1:9006", "9f@127.0.0.1:9006", None, "alive", 2.0, classic=True),
        PeerView("127.0.0.1:9007", "ee55", "owl", "alive", 2.0, ahead=3, heard_s=0.1),
    ]
    async with shown(node, (160, 40)) as (_, board):
        lines = text(board.peers).splitlines()
        for words in (
            ("● :9002", "lynx", "1.2 ms", "in sync"),
            ("● :9003", "heron", "12 behind"),
            ("◐ :9004", "wren", "no word for 4 s", "2 behind"),
            ("○ :9005", "down", "connection refused", "retry in 2 s"),
            ("● :9006", "classic"),
            ("● :9007", "owl", "3 ahead"),
        ):
            assert any(all(word in line for word in words) for line in lines), words


async def test_x_cuts_and_heals_and_shows_the_command() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await pilot.press("tab", "tab")
        assert board.focused is board.peers
        await pilot.press("x")
        await until(pilot, lambda: "✂ 1 cut" in text(board.header))
        assert ": cut 127.0.0.1:9002" in text(board.answer)
        assert "cut by you" in text(board.peers)
        await pilot.press("x")
        await until(pilot, lambda: "✂" not in text(board.header))
        assert ": heal 127.0.0.1:9002" in text(board.answer)
        await until(pilot, lambda: "healed" in text(board.messages))


async def test_messages_follow_freeze_and_follow_again() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        messages(node)
        await until(pilot, lambda: "suspect" in text(board.messages))
        for at in range(40):
            node.carried("SYNC", f"line {at}")
        await until(pilot, lambda: "line 39" in text(board.messages))
        board.set_focus(board.messages)
        await pilot.press("up", "up", "up")
        before = text(board.messages)
        for at in range(40, 50):
            node.carried("SYNC", f"line {at}")
        await until(pilot, lambda: "10 new" in text(board.messages))
        assert before.splitlines()[1:-1] == text(board.messages).splitlines()[1:-1]
        await pilot.press("end")
        await until(pilot, lambda: "line 49" in text(board.messages))
        assert "new" not in text(board.messages)


async def test_heartbeats_are_hidden_and_shown_on_demand() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        messages(node)
        await until(pilot, lambda: "suspect" in text(board.messages))
        assert "HEARTBEAT" not in text(board.messages)
        assert "heartbeats hidden" in text(board.messages)
        board.set_focus(board.messages)
        await pilot.press("t")
        await until(pilot, lambda: "HEARTBEAT" in text(board.messages))


async def test_messages_filter() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        messages(node)
        await until(pilot, lambda: "suspect" in text(board.messages))
        board.set_focus(board.messages)
        await type_line(pilot, "/sync\n")
        await until(
            pilot, lambda: "VERSIONS" in text(board.messages) and "suspect" not in text(board.messages)
        )
        assert board.focused is board.messages
        await pilot.press("escape")
        await until(pilot, lambda: "suspect" in text(board.messages))


async def test_messages_like_this_one() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        messages(node)
        node.carried("SYNC", "the other way")
        await until(pilot, lambda: "the other way" in text(board.messages))
        board.set_focus(board.messages)
        await pilot.press("f")
        await until(pilot, lambda: board.prompt.filter.value == "peer:127.0.0.1:9002 type:sync")
        await until(pilot, lambda: "1 of 7 fit" in text(board.messages))
        assert "dir:in" in text(board.answer)  # says what else may be typed
        await pilot.press("enter")
        assert board.focused is board.messages
        await pilot.press("escape")
        await until(pilot, lambda: "suspect" in text(board.messages))


async def test_peers_are_filtered() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.peers)
        await type_line(pilot, "/!alive\n")
        await until(pilot, lambda: "1 of 3" in text(board.peers))
        assert ":9004" in text(board.peers)
        assert ":9002" not in text(board.peers)
        await pilot.press("escape")
        await until(pilot, lambda: ":9002" in text(board.peers))


async def test_enter_opens_a_peer_with_all_the_evidence() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.peers)
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.pause()
        page = text(pilot.app.screen.query_one("Page"))
        for words in ("heron", "127.0.0.1:9003", "12 writes", "3.0 ms", "last heard"):
            assert words in page
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_the_help_finds() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        page = pilot.app.screen.query_one("Page")
        await until(pilot, lambda: "First steps" in text(page))
        await type_line(pilot, "/undo cut")
        await until(pilot, lambda: "heal PEER" in text(page) and "First steps" not in text(page))
        await type_line(pilot, "zzz")
        await until(pilot, lambda: "nothing in the help" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: "First steps" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_ctrl_c_says_what_leaves() -> None:
    async with shown(story()) as (pilot, _):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: len(pilot.app._notifications) == 1)
        (told,) = pilot.app._notifications
        assert "ctrl+q leaves, and ends the node" in told.message
        assert pilot.app.is_running


async def test_the_key_bar_explains_the_key_under_the_mouse() -> None:
    async with shown(story()) as (pilot, board):
        bar = board.query_one(KeyBar)
        await pilot.hover(bar, offset=(text(bar).index("zoom"), 0))
        await until(pilot, lambda: bar.tooltip == "This pane alone, or all")


async def test_the_parts_of_the_header_say_what_they_mean_and_lead_there() -> None:
    async with shown(story()) as (pilot, board):
        line = text(board.header)
        await pilot.hover(board.header, offset=(line.index("settled"), 0))
        await until(pilot, lambda: "all writes" in str(board.header.tooltip))
        await pilot.click(board.header, offset=(line.index("peers"), 0))
        await until(pilot, lambda: board.focused is board.peers)
        await pilot.click(board.header, offset=(line.index("conflict"), 0))
        await until(pilot, lambda: board.focused is board.keys and board.keys.key == "user:42")


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


async def test_the_words_in_the_frame_of_the_peers_can_be_clicked() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.peers)
        await until(pilot, lambda: "x cut" in text(board.peers))
        await click_word(pilot, board.peers, "x cut")
        await until(pilot, lambda: "cut by you" in text(board.peers))


@pytest.mark.parametrize(("key", "box"), [("question_mark", "Page"), ("ctrl+p", "#chooser")])
async def test_a_window_is_closed_by_a_click_on_the_word_for_it(key: str, box: str) -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press(key)
        await until(pilot, lambda: bool(pilot.app.screen.query(box)))
        await click_word(pilot, pilot.app.screen.query_one(box), "close")
        await until(pilot, lambda: pilot.app.screen is board)


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


async def test_the_key_bar_shows_whole_words_at_every_width() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.messages)
        bar = board.query_one(KeyBar)
        for width in range(100, 126):
            await pilot.resize_terminal(width, 36)
            await until(pilot, lambda width=width: bar.size.width == width)  # type: ignore[misc]
            assert text(bar).rstrip().endswith("quit"), width


async def test_a_page_is_written_for_the_width_beside_its_scrollbar() -> None:
    rooms: list[int] = []

    def write(room: int, _: str) -> list[Line]:
        rooms.append(room)
        return [(Span("x"),)] * 100

    async with shown(story()) as (pilot, _):
        page = Reader((), (), write)
        pilot.app.push_screen(page)
        await until(pilot, lambda: any(room > 0 for room in rooms))
        await pilot.pause()
        assert len({room for room in rooms if room > 0}) == 1


async def test_enter_opens_a_message_decoded_and_raw() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        node.carried("SYNC", "asks", raw=b'{"type":"SYNC","payload":{"seen":{"[/]":[1,2]}}}')
        await until(pilot, lambda: "asks" in text(board.messages))
        board.set_focus(board.messages)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.pause()
        page = text(pilot.app.screen.query_one("Page"))
        assert "decoded" in page
        assert '"[/]": [1, 2]' in page
        assert '{"type":"SYNC"' in page
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_alarms_and_collections_are_lines() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        node.emit(Alarm(node.now, "the disk is full"), Collected(node.now, 3))
        await until(pilot, lambda: "3 tombstones forgotten" in text(board.messages))
        assert "✗" in text(board.messages)
        assert "the disk is full" in text(board.messages)


async def test_a_node_that_goes_and_comes_back_is_two_lines_and_none_is_empty() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        node.emit(Attached(node.now, up=False, why="the connection was closed"))
        node.emit(Attached(node.now, up=True), Skipped(node.now, 0))
        await until(pilot, lambda: "answers again" in text(board.messages))
        assert "the connection was closed" in text(board.messages)
        assert "2 kept" in text(board.messages)
        board.messages.set_filter("answers")
        await until(pilot, lambda: "1 of 2 fit" in text(board.messages))


async def test_when_a_peer_is_dialled_again_is_seen_however_long_its_error_is() -> None:
    node = story()
    node.peers = [PeerView("127.0.0.1:9005", None, None, "down", last_error="refused " * 20, retry_s=2.0)]
    async with shown(node, (100, 30)) as (pilot, board):
        await until(pilot, lambda: "down · retry in 2 s · re" in text(board.peers))


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


async def test_help_is_made_of_the_bindings_and_the_commands() -> None:
    async with shown(story(), (120, 60)) as (pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.pause()
        page = text(pilot.app.screen.query_one("Page"))
        assert "Edit the value, or merge the siblings" in page
        for _ in range(20):
            await pilot.press("pagedown")
        page = text(pilot.app.screen.query_one("Page"))
        assert "≠" in page
        await pilot.press("escape")


async def test_help_says_in_its_frame_what_is_looked_for() -> None:
    async with shown(story()) as (pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await type_line(pilot, "/merge")
        page = pilot.app.screen.query_one("Page")
        await until(pilot, lambda: "Help  / merge" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: "/ merge" not in text(page))


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


async def test_a_write_told_of_between_two_readings_is_asked_for_again() -> None:
    node, numbers = story(), Numbers()
    await numbers.read(node)
    assert not (await numbers.read(node)).spread
    node.write(node.me, "fresh", "1")  # shown as held by one; before the next reading all say they have it
    assert (await numbers.read(node)).spread
    assert not (await numbers.read(node)).spread


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_out_is_always_on_the_screen(size: tuple[int, int]) -> None:
    async with shown(story(), size) as (pilot, board):
        bar = board.query_one(KeyBar)
        for _ in range(4):
            await until(pilot, lambda: "? help" in text(bar) and "^q quit" in text(bar))
            assert len(text(bar)) == size[0]
            await pilot.press("tab")
