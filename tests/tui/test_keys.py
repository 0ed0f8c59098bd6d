"""The key list on the screen."""

from pathlib import Path

from textual.pilot import Pilot

from decent_tui.core.operations import Rows
from decent_tui.tui.dashboard import Dashboard

from .screen import click_word, shown, text, type_line, until
from .scripted import HERON, LYNX, Scripted, story


def line_of(board: Dashboard, key: str) -> str:
    """The row of a key."""
    return next(line for line in text(board.keys).splitlines() if f" {key} " in line)


async def test_rows_say_what_stands_behind_a_key() -> None:
    async with shown(story()) as (_, board):
        assert "≠ user:42" in line_of(board, "user:42")
        assert " 2 " in line_of(board, "user:42")
        assert "3/4" in line_of(board, "user:42")
        assert "✗ cart:9" in line_of(board, "cart:9")
        assert "deleted" in line_of(board, "cart:9")
        assert "◌ cart:10" in line_of(board, "cart:10")
        assert "2/4" in line_of(board, "cart:10")
        assert "1 of 25" in text(board.keys)


async def test_an_empty_node_says_what_to_do() -> None:
    async with shown(Scripted()) as (_, board):
        assert "no keys yet" in text(board.keys)
        assert "put hello" in text(board.keys)
        assert "decent-tui --port 9002 --peers 127.0.0.1:9001" in text(board.peers)


async def test_moving() -> None:
    async with shown(story()) as (pilot, board):
        order = story().order
        for key, at in (
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("up", 0),
            ("G", 24),
            ("g", 0),
            ("end", 24),
            ("home", 0),
        ):
            await pilot.press(key)
            assert board.keys.key == order[at], key
        await pilot.press("ctrl+d", "ctrl+u")
        assert board.keys.key == order[0]
        await pilot.press("pagedown")
        assert board.keys.key == order[board.keys.rows - 1]


async def test_the_versions_follow_the_cursor() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("G")
        await until(pilot, lambda: "user:63" in text(board.versions))


async def test_the_cursor_stays_on_its_key_while_rows_come_and_go() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await pilot.press("j", "j", "j")
        assert board.keys.key == "user:42"
        for at in range(30):
            node.write(LYNX, f"a{at}", "1")
        await until(pilot, lambda: "of 55" in text(board.keys))
        assert board.keys.key == "user:42"
        node.forget("user:42")
        await until(pilot, lambda: board.keys.key == "user:43")


async def test_filter_and_conflicts_only() -> None:
    node = story()
    node.write(HERON, "theme", '"light"', context={})
    async with shown(node) as (pilot, board):
        await type_line(pilot, "/user:4")
        await until(pilot, lambda: "cart" not in text(board.keys) and "user:49" in text(board.keys))
        assert "/ user:4" in text(board.keys)
        await pilot.press("enter")
        assert board.focused is board.keys
        assert board.keys.filter == "user:4"
        await pilot.press("escape")
        await until(pilot, lambda: "cart:9" in text(board.keys))
        await pilot.press("c")
        await until(pilot, lambda: "cart:9" not in text(board.keys) and "theme" in text(board.keys))
        assert "conflicts only" in text(board.keys)
        await pilot.press("c")
        await until(pilot, lambda: "cart:9" in text(board.keys))


async def test_an_inverse_filter_and_how_many_fit() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await type_line(pilot, "/user:4")
        await until(pilot, lambda: "8 of 25" in text(board.keys))
        await pilot.press("escape")
        await type_line(pilot, "/!user:")
        await until(pilot, lambda: "3 of 25" in text(board.keys) and "user:42" not in text(board.keys))
        assert all(line_of(board, key) for key in ("cart:9", "cart:10", "theme"))
        node.write(LYNX, "shop", "1")
        await until(pilot, lambda: "4 of 26" in text(board.keys))
        await pilot.press("end", "enter", "G")
        assert board.keys.key == "theme"


async def test_a_filter_that_nothing_fits_says_so() -> None:
    async with shown(story()) as (pilot, board):
        await type_line(pilot, "/nothing")
        await until(pilot, lambda: "no key starts with nothing" in text(board.keys))
        await pilot.press("escape")
        await until(pilot, lambda: "user:42" in text(board.keys))


async def test_mouse() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.click(board.keys, offset=(5, 4))
        assert board.keys.key == story().order[3]
        await pilot.click(board.keys, offset=(5, 4), times=2)
        assert board.focused is board.versions


async def test_a_hundred_thousand_keys_cost_a_window() -> None:
    node = Scripted()
    node.fill(100_000)
    async with shown(node) as (pilot, board):
        assert "1 of 100,000" in text(board.keys)
        await pilot.press("G")
        await until(pilot, lambda: board.keys.key == "key:0099999")
        assert "100,000 of 100,000" in text(board.keys)
        await pilot.press("pageup", "pageup", "pageup", "pageup", "k")
        await pilot.press("g")
        await until(pilot, lambda: board.keys.key == "key:0000000")
        for _ in range(20):
            await pilot.press("pagedown")
        await until(pilot, lambda: board.keys.key > "key:0000150")
        asked = [operation for operation in node.asked if isinstance(operation, Rows)]
        assert all(operation.limit <= 100 for operation in asked)


async def test_holding_a_key_down_never_runs_off_the_window(tmp_path: Path) -> None:
    node = Scripted()
    node.fill(5_000)
    async with shown(node) as (pilot, board):
        await press_fast(pilot, "j", 400)
        await until(pilot, lambda: board.keys.key == "key:0000400", board.keys.key)


async def press_fast(pilot: Pilot[None], key: str, times: int) -> None:
    """Press a key many times without waiting for what it does."""
    for _ in range(times // 20):
        await pilot.press(*([key] * 20))


async def test_what_a_filter_shows_is_told_as_a_command() -> None:
    async with shown(story()) as (pilot, board):
        await type_line(pilot, "/user:\n")
        await until(pilot, lambda: ": keys user:  ─  lists these in a script" in text(board.answer))
        await pilot.press("c")
        await until(pilot, lambda: ": keys user: --conflicts" in text(board.answer))
        await type_line(pilot, "/!\n")  # what a beginning is left out of, no command lists
        assert "keys !" not in text(board.answer)


async def test_deleted_keys_are_counted_beside_the_others() -> None:
    async with shown(story()) as (pilot, board):
        await until(pilot, lambda: "25, 1 deleted" in text(board.keys))


async def test_where_the_versions_are_out_of_sight_the_keys_say_how_to_get_there() -> None:
    async with shown(story(), (80, 24)) as (pilot, board):
        await until(pilot, lambda: "Enter versions" in text(board.keys))
        await click_word(pilot, board.keys, "Enter")
        await until(pilot, lambda: board.focused is board.versions)
        await pilot.resize_terminal(120, 36)
        board.set_focus(board.keys)
        await until(pilot, lambda: "1 of 25" in text(board.keys) and "Enter" not in text(board.keys))
        await pilot.press("z")
        await until(pilot, lambda: "Enter versions" in text(board.keys))


async def test_an_empty_list_says_how_to_see_the_keys_again() -> None:
    node = story()
    node.store = {key: held for key, held in node.store.items() if key != "user:42"}
    node.order.remove("user:42")
    async with shown(node) as (pilot, board):
        await pilot.press("c")
        await until(pilot, lambda: "no conflicts" in text(board.keys))
        assert "c shows all keys" in text(board.keys)
        await pilot.press("c")
        await type_line(pilot, "/nothing\n")
        await until(pilot, lambda: "Esc shows all keys" in text(board.keys))
        await pilot.press("escape")
        await until(pilot, lambda: "user:43" in text(board.keys))
