"""View 2: what it says, and that it opens, follows the node and closes."""

from typing import cast

import msgspec
import pytest

from decent_tui.core import operations as ops
from decent_tui.core.records import to_record
from decent_tui.tui.convergence import ConvergenceScreen
from decent_tui.tui.convergence_lines import CELL, Picture, body, cell, columns, headline
from decent_tui.tui.lines import plain, width
from decent_tui.tui.roster import Colours, roster

from .screen import shown, text, until
from .scripted import HERON, LYNX, WREN, Scripted, story, three_peers

ME = "aa11aa11aa11aa11"


def picture(node: Scripted, **view: object) -> Picture:
    """What the scripted node shows."""
    found = node._convergence()
    fields = {name: getattr(found, name) for name in found.__struct_fields__} | view
    peers = list(node.peers)
    who = roster(node._status(), peers, Colours())
    return Picture(ops.ConvergenceView(**fields), peers, who, (0, 3, 12), (0, 100, 2048.0))


def lines(shown: Picture, room: int = 120) -> list[str]:
    """The text of the view."""
    return [plain(line) for line in (headline(shown, room), *body(shown, room))]


def test_the_headline_has_the_numbers_of_the_scripts() -> None:
    line = lines(picture(story()))[0]
    for part in ("98 % settled", "settle p50 38.0 ms", "p95 210 ms", "12 writes in flight"):
        assert part in line


def test_the_table_says_who_lacks_what_of_whom_and_why() -> None:
    node = story()
    node.peers[2] = ops.PeerView(
        "127.0.0.1:9004", WREN, "wren", "down", cut=True,
        dials=[ops.DialView("127.0.0.1:9004", "cut", "both", since_s=125)],
    )  # fmt: skip
    rows = [ops.LackRow(ME, {}), ops.LackRow(LYNX, {}), ops.LackRow(HERON, {ME: 12})]
    shown = lines(picture(node, rows=[*rows, ops.LackRow(WREN, {ME: 31, LYNX: 2})]))
    assert [word for word in shown[1].split() if word.startswith(":")] == [":9001", ":9002", ":9003", ":9004"]
    here, lynx, heron, wren = shown[2:6]
    assert here.split()[:2] == [":9001", "here"]
    assert here.count("·") == 4
    assert "level" in here
    assert "level, 1.2 ms" in lynx
    assert "12 ▂" in heron
    assert "12 behind, catching up, 3.0 ms" in heron
    assert "31 ▂" in wren
    assert "2 ▁" in wren
    assert "33 behind, cut by you 2 min ago" in wren


def test_who_is_not_heard_is_level_only_as_far_as_it_was_heard_last() -> None:
    node = story()
    node.peers[0] = msgspec.structs.replace(node.peers[0], state="suspect")
    shown = lines(picture(node, rows=[ops.LackRow(ME, {}), ops.LackRow(LYNX, {})]))
    assert "level when last heard, suspect" in shown[3]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "·"), (3, "3 ▁"), (31, "31 ▂"), (999, "999 ▃"), (4_000_000, "4,000,000 ▇")]
)
def test_a_cell_is_a_number_and_a_bar_of_its_size(count: int, shown: str) -> None:
    assert cell(count).text.strip() == shown
    assert width([cell(count)]) == CELL


def test_columns_without_room_become_one() -> None:
    old = "ff" * 8
    rows = [ops.LackRow(ME, {}), ops.LackRow(LYNX, {old: 2})]
    view = picture(story(), rows=rows, writers=[ME, LYNX, old, "ee" * 8]).view
    assert columns(view, 5) == ([ME, LYNX, old], [])
    assert columns(view, 2) == ([ME], [LYNX, old])


def test_what_deletions_wait_for_is_named() -> None:
    shown = lines(picture(story(), waits_for={WREN: 3, HERON: 1}))
    assert " 3 deletions wait for :9004 before they can be forgotten" in shown
    assert " 1 deletion waits for :9003 before it can be forgotten" in shown


def test_the_curves_say_the_last_and_the_most() -> None:
    settle, flying, traffic = (line for line in lines(picture(story())) if " most " in line)
    assert "38.0 ms" in settle
    assert "210 ms" in settle
    assert "12" in flying
    assert "2.0 KiB" in traffic


def test_alone_there_is_nobody_to_lack_anything() -> None:
    assert " no other node is a member yet" in lines(picture(Scripted()))


@pytest.mark.parametrize("room", [40, 80, 100, 200])
def test_every_line_fits(room: int) -> None:
    node = story()
    node.write(ME, "k" * 500, "1")
    shown = picture(node)
    full = Picture(
        shown.view, shown.peers, shown.roster, reasons=[node._why("cart:10"), node._why("k" * 500)]
    )
    assert all(width(line) <= room for line in body(full, room))


async def test_2_opens_the_view_and_1_returns() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        board.keys.show_key("cart:10")
        await until(pilot, lambda: board.keys.key == "cart:10")
        await pilot.press("2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConvergenceScreen))
        view = cast(ConvergenceScreen, pilot.app.screen)
        await until(pilot, lambda: "held by 2/4" in text(view.body))
        assert "lacks it for 12 s: it is linked" in text(view.body)
        assert "98 % settled" in text(view.headline)
        await pilot.press("1")
        await until(pilot, lambda: pilot.app.screen is board)
        assert len(node._listeners) == 1  # only the dashboard's own


async def test_the_view_follows_the_node() -> None:
    node = story()
    async with shown(node, (80, 24)) as (pilot, _):
        await pilot.press("2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConvergenceScreen))
        view = cast(ConvergenceScreen, pilot.app.screen)
        await until(pilot, lambda: "98 % settled" in text(view.headline))
        node.lacking = {}
        node.write(LYNX, "fresh", "1")
        await until(pilot, lambda: "100 % settled" in text(view.headline))
        await until(pilot, lambda: "fresh" in text(view.body))
        assert "behind" not in text(view.body)


async def test_a_node_that_refuses_leaves_the_last_picture() -> None:
    node = story()
    async with shown(node) as (pilot, _):
        await pilot.press("2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConvergenceScreen))
        view = cast(ConvergenceScreen, pilot.app.screen)
        await until(pilot, lambda: "98 % settled" in text(view.headline))
        node.refuse = "the node has stopped"
        await until(pilot, lambda: "the node has stopped; trying again" in text(view.headline))
        assert "98 % settled" in text(view.headline)
        node.refuse = ""
        await until(pilot, lambda: "trying again" not in text(view.headline))


async def test_while_all_are_level_and_nothing_changes_the_keys_are_not_asked_about_again() -> None:
    node = Scripted(peers=three_peers())
    node.write(ME, "k", "1")
    async with shown(node) as (pilot, _):
        await pilot.press("2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConvergenceScreen))
        view = cast(ConvergenceScreen, pilot.app.screen)
        await until(pilot, lambda: "held by 4/4" in text(view.body))
        asked = node.asked
        before = sum(isinstance(one, ops.Why) for one in asked)
        readings = sum(isinstance(one, ops.Convergence) for one in asked)
        await until(pilot, lambda: sum(isinstance(one, ops.Convergence) for one in asked) > readings + 1)
        assert sum(isinstance(one, ops.Why) for one in asked) == before
        version = node.write(ME, "l", "1")
        await until(pilot, lambda: " l " in text(view.body))
        node.lacking[LYNX] = {version.dot}
        await until(pilot, lambda: "held by 3/4" in text(view.body))
        node.lacking = {}
        await until(pilot, lambda: "held by 3/4" not in text(view.body))


def test_a_deleted_key_is_called_so_and_a_forgotten_one_too() -> None:
    node = story()
    gone = to_record(node.store["cart:9"][0])
    reasons = [
        ops.KeyReasons("cart:9", [gone], [], 3, 4, [], []),
        ops.KeyReasons("cart:8", [], [], 4, 4, [], []),
    ]
    told = lines(msgspec.structs.replace(picture(node), reasons=reasons))
    assert any("✗ cart:9  deleted  held by 3/4" in line for line in told), told
    assert any("○ cart:8  deleted, and forgotten by all" in line for line in told), told
