"""The peers: who is there, with the evidence."""

from decent_tui.core.operations import PeerView
from decent_tui.tui.reader import Reader

from .screen import click_word, shown, text, type_line, until
from .scripted import story


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


async def test_the_words_in_the_frame_of_the_peers_can_be_clicked() -> None:
    async with shown(story()) as (pilot, board):
        board.set_focus(board.peers)
        await until(pilot, lambda: "x cut" in text(board.peers))
        await click_word(pilot, board.peers, "x cut")
        await until(pilot, lambda: "cut by you" in text(board.peers))


async def test_when_a_peer_is_dialled_again_is_seen_however_long_its_error_is() -> None:
    node = story()
    node.peers = [PeerView("127.0.0.1:9005", None, None, "down", last_error="refused " * 20, retry_s=2.0)]
    async with shown(node, (100, 30)) as (pilot, board):
        await until(pilot, lambda: "down · retry in 2 s · re" in text(board.peers))
