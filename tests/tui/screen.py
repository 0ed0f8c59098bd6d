"""What the tests of the dashboard share: a running app, and what it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot
from textual.widget import Widget

from decent_tui.net.interface import NodeInterface
from decent_tui.tui.app import DashboardApp
from decent_tui.tui.dashboard import Dashboard

DEADLINE = 10.0
"""Seconds that anything may take on a busy machine."""

SIZES = [(120, 36), (100, 30), (200, 60), (80, 24), (40, 12)]
"""Terminals in which all must be seen, by columns and lines."""


@asynccontextmanager
async def shown(
    node: NodeInterface,
    size: tuple[int, int] = (120, 36),
    *,
    history: Path | None = None,
    now: Callable[[], float] | None = None,
) -> AsyncIterator[tuple[Pilot[None], Dashboard]]:
    """The dashboard of this node, once it shows the node's numbers."""
    app = DashboardApp(history=history, now=now)
    async with app.run_test(size=size, notifications=True) as pilot:
        app.post_message(DashboardApp.Opened(node))
        await until(pilot, lambda: "opening" not in text(app.dashboard.header))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        yield pilot, app.dashboard


def text(widget: Widget) -> str:
    """What stands on the screen where the widget is, border included."""
    return "\n".join(strip.text for strip in widget.render_lines(widget.outer_size.region))


async def click_word(pilot: Pilot[None], box: Widget, word: str) -> None:
    """Click a word in the lower edge of a box."""
    at = text(box).splitlines()[-1].index(word)
    await pilot.click(box, offset=(at, box.outer_size.height - 1))


async def until(pilot: Pilot[None], holds: Callable[[], bool], what: str = "") -> None:
    """Wait until something holds; fail when it does not in time."""
    end = monotonic() + DEADLINE
    while not holds():
        assert monotonic() < end, f"never came: {what or holds}"
        await pilot.pause(0.01)
    await pilot.pause()


async def type_line(pilot: Pilot[None], line: str) -> None:
    """Press one key a letter."""
    await pilot.press(*(NAMES.get(letter, letter) for letter in line))


NAMES = {
    ":": "colon",
    "/": "slash",
    " ": "space",
    "\n": "enter",
    '"': "quotation_mark",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    ",": "comma",
    ".": "full_stop",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "!": "exclamation_mark",
    "?": "question_mark",
    "@": "at",
    "=": "equals_sign",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
}
