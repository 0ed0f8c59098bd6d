"""A word in the corner when a conflict came up that nobody is looking at, and the way there.

One word at a time, however many conflicts come: it counts them, and takes back those that were settled
meanwhile. Nothing in it is the library's toast: that one reads markup, and a click only closes it.
"""

import contextlib
from collections.abc import Sequence
from typing import Final

import msgspec
from textual import events
from textual.message import Message
from textual.timer import Timer

from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.events import AnyEvent, Changed, Conflict, Settled
from decent_tui.core.operations import Rows
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, crop, cut, pad, said, width
from decent_tui.tui.words import plural

STAYS: Final = 10.0
"""Seconds after the last new conflict: time to read it, and to press the key."""

COUNTED: Final = 10_000
"""Conflicts that are remembered one by one; beyond it the number says that there are more."""

WIDTH: Final = 44
"""Cells it takes at most."""


async def next_conflict(node: NodeInterface, after: str) -> str:
    """The next key in conflict behind this one, round the end; empty when there is none."""
    for start in dict.fromkeys((after, "")):
        with contextlib.suppress(Refused, StorageError):
            page = await node.run(Rows(wanted="conflicts", start=start, inclusive=False, limit=1, preview=0))
            if page.rows:
                return page.rows[0].key
    return ""


class Told(msgspec.Struct):
    """The conflicts that came up unseen, oldest first, and whether some were missed."""

    keys: dict[str, int] = {}
    missed: bool = False

    def take(self, happened: Sequence[AnyEvent], selected: str, *, skipped: bool = False) -> bool:
        """Take in what happened; True when there is something new to tell. A conflict at the selected key
        is on the screen already, and one that was made here (by an undo) is no news."""
        own: set[str] = set()
        fresh = False
        for event in happened:
            match event:
                case Changed(keys=keys, by=""):
                    own.update(keys)
                case Conflict(key=key, values=values):
                    if len(self.keys) < COUNTED or key in self.keys:
                        self.keys.pop(key, None)
                        self.keys[key] = values
                    else:
                        self.missed = True
                    fresh = True
                case Settled(key=key):
                    self.keys.pop(key, None)
                case _:
                    pass
        for key in own | {selected}:
            self.keys.pop(key, None)
        self.missed = self.missed or (skipped and bool(self.keys))
        return fresh and bool(self.keys)

    @property
    def newest(self) -> str:
        """The key that came into conflict last; empty when none is left."""
        return next(reversed(self.keys), "")

    def clear(self) -> None:
        """All of it is known now."""
        self.keys, self.missed = {}, False

    def lines(self, room: int) -> list[Line]:
        """What is said, in lines of at most `room` cells."""
        count = len(self.keys)
        if not count:
            return []
        go: Line = (Span("n", "bold accent"), Span(" goes there", "dim"))
        key = Span(cut(said(self.newest).text, room - 22 if count == 1 else room - 10), "bold text")
        if count == 1:
            word = Span(f" has {plural(self.keys[self.newest], 'value')}", "text")
            return [(Span("≠ ", "bold amber"), key, word), go]
        more = "more than " if self.missed else ""
        many = Span(f"≠ {more}{plural(count, 'new conflict')}", "bold amber")
        return [(many,), (Span("the last: ", "dim"), key), go]


class ConflictToast(LineView):
    """Shows what was told, for a while. A click goes there."""

    class Go(Message):
        """A click: go to the newest conflict."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.told = Told()
        self._timer: Timer | None = None
        self._lines: list[Line] = []

    def take(self, happened: Sequence[AnyEvent], selected: str, *, skipped: bool = False) -> None:
        """Take in what happened, and show it if it is news."""
        if self.told.take(happened, selected, skipped=skipped):
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(STAYS, self.hide)
        self._arrange()

    def hide(self) -> None:
        """It was read, or it is too late."""
        self.told.clear()
        self._arrange()

    def visit(self) -> str:
        """The key to go to, once; empty when there is none."""
        key = self.told.newest
        self.hide()
        return key

    def _arrange(self) -> None:
        lines = self.told.lines(WIDTH - 4)
        if lines != self._lines:
            self._lines = lines
            wide = max(map(width, lines), default=0) + 4
            self.styles.width, self.styles.height = wide, len(lines) + 2
            self.display = bool(lines)
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """One row, the frame included."""
        room = self.size.width - 4
        if y == 0:
            return (Span(f"╭{'─' * (room + 2)}╮", "amber"),), "bar"
        if y > len(self._lines):
            return (Span(f"╰{'─' * (room + 2)}╯", "amber"),), "bar"
        line = pad(crop(self._lines[y - 1], room), room)
        return (Span("│ ", "amber"), *line, Span(" │", "amber")), "bar"

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        event.stop()
        self.post_message(self.Go())
