"""Nothing that comes from outside can style, link, ring or move the screen."""

import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events

from decent_tui.core.events import Alarm, PeerChanged
from decent_tui.core.operations import PeerView
from decent_tui.core.values import check_key
from decent_tui.tui.cards import Look, Values, cards
from decent_tui.tui.editor import Draft, Editor
from decent_tui.tui.ink import Inks
from decent_tui.tui.palette import DARK, variables
from decent_tui.tui.reader import Reader
from decent_tui.tui.roster import Colours, roster

from .screen import shown, text, type_line, until
from .scripted import LYNX, NOON, Scripted

NASTY = (
    "[/]",
    "[@click=app.quit]x[/]",
    "[red]a[/red]",
    "[/",
    "\\[",
    "$primary",
    "\x1b[2J\x1b[H\x07",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnirts",
    "a\u200bb\ufeff",
    "日本語テキスト",
    "e\u0301" * 30,
    "👩‍👩‍👧‍👦",
    "a\r\nb\tc",
    "x" * 300,
)

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def key_of(nasty: str) -> str:
    """The nearest key that the node would take: keys hold no controls."""
    return check_key(re.sub("[\x00-\x1f\x7f-\x9f]", "?", nasty))


async def everything(nasty: str) -> str:
    """All that the screen shows when every name, key, value, error and message is this text."""
    node = Scripted(name=nasty)
    node.peers = [
        PeerView("127.0.0.1:9002", LYNX, nasty, "down", last_error=nasty, retry_s=1.0),
        PeerView(f"{key_of(nasty)[:20]}:9003", nasty, None, "suspect", heard_s=5.0),
    ]
    quoted = '"' + nasty.translate({at: f"\\u{at:04x}" for at in [*range(32), 34, 92]}) + '"'
    node.write(LYNX, key_of(nasty), f'{{{quoted}: {quoted}, "other": 1}}', context={})
    node.write(node.me, key_of(nasty), quoted, context={})
    node.alarms = [nasty]
    seen: list[str] = []
    async with shown(node) as (pilot, board):
        node.carried(
            nasty, nasty, key=nasty, raw=b'{"type":' + quoted.encode(errors="replace") + b"}\x1b\x07"
        )
        node.emit(Alarm(NOON, nasty), PeerChanged(NOON, nasty, nasty, "down", nasty))
        await until(pilot, lambda: "alarm" in text(board.messages))
        for line in (f":get {key_of(nasty)[:40]}", ":peers", ":status", f":{nasty}", f":cut {nasty}"):
            board.action_command()
            board.prompt.command.take(line[1:].replace("\n", " ").replace("\r", " "))
            await pilot.press("enter")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            seen.append(text(board.answer))
        board.action_filter()
        board.prompt.filter.take(nasty)
        await pilot.press("enter")
        seen += [
            text(pane) for pane in (board.keys, board.versions, board.peers, board.messages, board.header)
        ]
        seen.append(text(board.prompt))
        board.set_focus(board.messages)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.pause()
        seen.append(text(pilot.app.screen.query_one("Page")))
        await pilot.press("escape", "e")
        await pilot.pause()
        seen.append(text(pilot.app.screen))
        shot = pilot.app.export_screenshot()
        assert "@click" not in shot or "onclick" not in shot
        assert pilot.app.is_running
    return "\n".join(seen)


@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: repr(text)[:24])
async def test_it_is_text_and_nothing_else(nasty: str) -> None:
    found = UNSAFE.search((await everything(nasty)).replace("\n", ""))
    assert found is None, repr(found)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
async def test_any_text(nasty: str) -> None:
    assert UNSAFE.search((await everything(nasty)).replace("\n", "")) is None


async def test_a_click_on_hostile_text_does_nothing_of_its_own() -> None:
    node = Scripted()
    node.write(node.me, "[@click=app.quit]x[/]", '"[@click=app.quit]y[/]"')
    async with shown(node) as (pilot, board):
        for pane in (board.keys, board.versions, board.messages, board.header):
            for x in range(2, 30, 5):
                await pilot.click(pane, offset=(x, 1))
        assert pilot.app.is_running


async def test_a_huge_value_is_folded() -> None:
    node = Scripted()
    node.write(node.me, "big", '"' + "x" * 200_000 + '"')
    node.write(node.me, "wide", "[" + ",".join(str(at) for at in range(40_000)) + "]")
    async with shown(node) as (pilot, board):
        await until(pilot, lambda: "200,000 characters" in text(board.versions))
        await pilot.press("j")
        await until(pilot, lambda: re.search(r"39,9\d\d more", text(board.versions)) is not None)
        await type_line(pilot, ":get big\n")
        await until(pilot, lambda: "xxx" in text(board.answer))


def test_every_segment_passes_the_door_last() -> None:
    node = Scripted()
    for at, nasty in enumerate(NASTY):
        node.write(
            f"{at:016x}",
            "k",
            '"\\u001b[2J' + nasty.encode("unicode_escape").decode().replace("\\", "") + '"',
            context={},
        )
    inspection = node._inspect("k")
    look = Look(roster(node._status(), [], Colours()), 80, NOON, most=40)
    lines = cards(inspection, Values(inspection), look).lines
    inks = Inks(variables(DARK))
    for line in lines:
        strip = inks.strip(line, 80)
        assert strip.cell_length == 80
        assert UNSAFE.search(strip.text) is None


async def test_the_editor_shows_escapes_for_what_cannot_be_shown_and_keeps_the_value() -> None:
    nasty = "a\u202eb\x7fc\x9b31m\u200d\U000e0101 日本語\u3000é"
    node = Scripted()
    node.write(node.me, "k", msgspec.json.encode({nasty: [nasty]}).decode())
    async with shown(node) as (pilot, _):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Editor))
        draft = pilot.app.screen.query_one(Draft)
        assert not UNSAFE.search(draft.text.replace("\n", ""))
        assert "日本語" in draft.text
        assert msgspec.json.decode(draft.text) == {nasty: [nasty]}
        draft.select_all()
        draft.post_message(events.Paste(f'["\u202e\x9b31m",\n"{nasty}"]'))
        await until(pilot, lambda: draft.text.startswith("["))
        assert draft.text.count("31m") == 2
        assert not UNSAFE.search(draft.text.replace("\n", ""))
        assert msgspec.json.decode(draft.text) == ["\u202e\x9b31m", nasty]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Editor))
