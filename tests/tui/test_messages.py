"""The messages: what crossed the wire, and what happened."""

from decent_tui.core.events import Alarm, Attached, Collected, Skipped
from decent_tui.tui.reader import Reader

from .screen import shown, text, type_line, until
from .scripted import messages, story


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
