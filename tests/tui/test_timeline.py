"""View 3: how events are painted, and that the view follows, stands still, lights and writes files."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import cast

import pytest

from decent_tui.core.operations import Happened
from decent_tui.lab.timeline import Timeline
from decent_tui.tui.app import DashboardApp
from decent_tui.tui.lines import plain, width
from decent_tui.tui.reader import Page, Reader
from decent_tui.tui.roster import Colours, roster
from decent_tui.tui.subject import Subject
from decent_tui.tui.timeline import TimelineScreen
from decent_tui.tui.timeline_lines import lane_width, lanes_line, mark_line

from .screen import shown, text, type_line, until
from .scripted import HERON, LYNX, WREN, Scripted, story, three_peers

ME = "aa11aa11aa11aa11"


def painted(timeline: Timeline, wide: int = 16) -> list[str]:
    """The lines, without their times."""
    who = roster(Scripted()._status(), three_peers(), Colours())
    lanes = timeline.lanes
    lines = [mark_line(mark, lanes, who, wide, 100, "none") for mark in timeline]
    return [plain(line)[15:].rstrip() for line in lines]


def of(node: Scripted, *lanes: str) -> Timeline:
    """The timeline of what the script's node remembers."""
    timeline = Timeline()
    for lane in lanes:
        timeline.lane(lane)
    for one in node.happened:
        timeline.happened(node.me, one)
    return timeline


def test_a_write_stands_on_its_lane() -> None:
    node = Scripted(peers=three_peers())
    node.write(ME, "k", "1")
    assert painted(of(node, ME, LYNX)) == ["● 1 k           │"]


def test_a_delivery_is_an_arrow_from_lane_to_lane() -> None:
    node = Scripted(peers=three_peers())
    node.write(HERON, "k", "1")
    write, delivery = painted(of(node, ME, LYNX, HERON))
    assert write == "│               │               ● 1 k"
    assert delivery == "○←──────────────┼───────────────┤ 1 k"


def test_an_arrow_to_the_right_ends_before_its_mark() -> None:
    node = Scripted(peers=three_peers())
    node.write(LYNX, "k", "1")
    assert painted(of(node, LYNX, HERON, ME))[1] == "├───────────────┼──────────────→○ 1 k"


def test_a_conflict_is_another_mark_and_says_how_many_there_are() -> None:
    node = Scripted(peers=three_peers())
    node.write(ME, "k", "1")
    node.write(LYNX, "k", "2", context={})
    assert painted(of(node, ME, LYNX))[2] == "≠←──────────────┤ 1 k: 2 siblings"


def test_a_delete_is_another_mark() -> None:
    node = Scripted(peers=three_peers())
    node.write(ME, "k", "1")
    node.write(ME, "k", None)
    assert painted(of(node, ME))[1] == "✗ 2 k"


@pytest.mark.parametrize("room", [40, 80, 120])
def test_every_line_fits_and_no_key_acts_on_the_screen(room: int) -> None:
    node = story()
    node.write(LYNX, "k" * 400, "1")
    timeline = of(node, ME, LYNX, HERON, WREN)
    nasty = "\x1b[31m\u202e" + "x" * 400
    timeline.happened(ME, Happened(1.0, "", "network", "", "", 0, {}, 1.0, False, 0, nasty))
    who = roster(node._status(), node.peers, Colours())
    wide = lane_width(4, room, 0)
    for mark in timeline:
        line = mark_line(mark, timeline.lanes, who, wide, room, "none")
        assert width(line) <= room
        assert plain(line).isprintable()
    assert width(lanes_line(timeline.lanes, who, wide, room)) <= room


def test_lanes_share_the_room_and_can_be_wider_or_narrower() -> None:
    assert lane_width(3, 120, 0) == 35
    assert lane_width(3, 120, 1) == 39
    assert lane_width(3, 120, -8) == 8
    assert lane_width(0, 120, 0) == 40


async def test_3_opens_the_view_which_says_that_it_is_what_this_node_knows() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await pilot.press("3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))
        view = cast(TimelineScreen, pilot.app.screen)
        await until(pilot, lambda: "user:42" in text(view.events))
        assert "what :9001 knows" in text(view.headline)
        assert "following" in text(view.headline)
        for label in (":9001", ":9002", ":9003"):
            assert label in text(view.lanes)
        node.write(LYNX, "fresh", "1")
        await until(pilot, lambda: "fresh" in text(view.events))
        cut = Happened(node.now, "", "network", "", "", 0, {}, node.now, False, 0, "cut: lynx")
        node.happened.append(cut)
        node.write(LYNX, "later", "1")
        await until(pilot, lambda: "cut: lynx" in text(view.events))
        await pilot.press("1")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_a_selected_event_stands_still_and_lights_its_past_and_future() -> None:
    node = Scripted(peers=three_peers())
    node.write(ME, "k", "1")
    node.write(LYNX, "k", "2")
    node.write(HERON, "l", "3")
    node.write(ME, "k", "4")
    async with shown(node) as (pilot, _):
        await pilot.press("3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))
        view = cast(TimelineScreen, pilot.app.screen)
        await until(pilot, lambda: "2 k" in text(view.events))
        await pilot.press("g", "j")  # the write of :9002, which had seen the first
        await until(pilot, lambda: "standing" in text(view.headline))
        signs = [line[13] for line in text(view.events).splitlines()[:6]]
        assert signs == ["<", "=", ">", " ", ">", ">"]
        node.write(ME, "new", "1")
        await until(pilot, lambda: "7 events" in text(view.headline))
        await pilot.press("f")
        await until(pilot, lambda: "only k" in text(view.headline))
        assert "new" not in text(view.events)
        await pilot.press("f", "G")
        await until(pilot, lambda: "following" in text(view.headline))
        assert "new" in text(view.events)


@pytest.mark.parametrize(("key", "told"), [("2", "Back to view 1"), ("3", "Write it as SVG")])
async def test_a_question_mark_shows_the_keys_of_the_view(key: str, told: str) -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is not board)
        view = pilot.app.screen
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await until(pilot, lambda: told in text(pilot.app.screen.query_one(Page)))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is view)


async def test_w_writes_a_picture_and_a_log(tmp_path: Path) -> None:
    node = story()
    async with shown(node) as (pilot, board):
        view = TimelineScreen(board, Subject(node, lambda: board._watch.roster), tmp_path)
        cast(DashboardApp, pilot.app).push_screen(view)
        await until(pilot, lambda: view.is_mounted and "user:42" in text(view.events))
        await pilot.press("w")
        await until(pilot, lambda: "/timeline-" in text(view.answer))
    _check_files(tmp_path)


def _check_files(folder: Path) -> None:
    (log,), (picture,) = folder.glob("*.log"), folder.glob("*.svg")
    assert ":9001" in log.read_text()
    ElementTree.fromstring(picture.read_text())


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with shown(story()) as (pilot, board):
        view = TimelineScreen(board, Subject(story(), lambda: board._watch.roster), tmp_path / "none")
        cast(DashboardApp, pilot.app).push_screen(view)
        await until(pilot, lambda: view.is_mounted and "user:42" in text(view.events))
        await pilot.press("w")
        await until(pilot, lambda: "nothing was written" in text(view.answer))


async def test_a_filter_shows_keys_that_begin_so_and_esc_takes_it_away() -> None:
    node = Scripted(peers=three_peers())
    for key in ("user:1", "user:2", "cart:1"):
        node.write(ME, key, "1")
    async with shown(node) as (pilot, board):
        await pilot.press("3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))
        view = cast(TimelineScreen, pilot.app.screen)
        await until(pilot, lambda: "cart:1" in text(view.events))
        await type_line(pilot, "/user\n")
        await until(pilot, lambda: "cart" not in text(view.events))
        assert "only user" in text(view.headline)
        assert "2 of 3 events" in text(view.headline)
        await pilot.press("escape")
        await until(pilot, lambda: "cart:1" in text(view.events))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)
