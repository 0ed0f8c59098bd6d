"""The two lines that are typed: a command, a filter."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.dropdown import Dropdown
from decent_tui.tui.history import History

if TYPE_CHECKING:
    from decent_tui.commands.complete import Completions

_UNSHOWABLE: Final = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""What must not be in a line that is shown while it is typed: controls, what reorders text, surrogates."""


PATIENCE: Final = 2.0
"""Seconds that Enter waits for the letters before it; they are a few callbacks away."""


class Line(Input):
    """A one-line editor whose text can always be shown; pasted lines are submitted one by one."""

    def __init__(self, *, id: str, placeholder: str = "", suggester: Suggester | None = None) -> None:
        super().__init__(
            id=id, placeholder=placeholder, suggester=suggester, compact=True, select_on_focus=False
        )
        self.cursor_blink = False  # a blinking cursor paints twice a second, for ever

    def validate_value(self, value: str) -> str:
        """No text gets in that could do something to the terminal."""
        if value.isascii() and value.isprintable():
            return value
        return re.sub(_UNSHOWABLE, "\ufffd", value)

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted; each line break in it is an Enter."""
        event.stop()
        event.prevent_default()
        self.take(event.text)

    async def settled(self) -> None:
        """Return when the line has taken in the letters that still wait for it."""
        taken = asyncio.Event()
        self.call_later(taken.set)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(taken.wait(), PATIENCE)

    def lines_of(self, text: str) -> list[str]:
        """The lines of a pasted text."""
        return re.split("\r\n|\r|\n", text)

    def take(self, text: str) -> None:
        """Insert text as if it were typed."""
        *whole, last = self.lines_of(text)
        for line in whole:
            self.insert_text_at_cursor(line)
            self.post_message(self.Submitted(self, self.value))
            self.value = ""
        self.insert_text_at_cursor(last)


class CommandLine(Line):
    """Where a command is typed: history, completion, and a way back with Esc."""

    HELP = (
        "Type a command. What the word could become is listed above: Tab completes it, ↓ goes into the list. "
        "With nothing chosen there, ↑ and ↓ recall earlier lines, of earlier runs too."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        # with priority, so that they come in the order they were pressed: Enter has it too
        Binding("up", "older", "older", id="command.older", tooltip="The line before", priority=True),
        Binding(
            "down",
            "newer",
            "newer",
            show=False,
            id="command.newer",
            tooltip="Into the list, or a newer line",
            priority=True,
        ),
        Binding(
            "tab", "complete", "complete", id="command.complete", tooltip="Complete the word", priority=True
        ),
        Binding("escape", "leave", "back", id="command.leave", tooltip="Back to the pane"),
        Binding("pageup", "answer(-1)", "Answer up", show=False, id="command.answer_up"),
        Binding("pagedown", "answer(1)", "Answer down", show=False, id="command.answer_down"),
        Binding("ctrl+u", "clear_line", "Clear", show=False, id="command.clear", tooltip="Empty the line"),
    ]

    class Left(Message):
        """Esc was pressed."""

    class ScrollAnswer(Message):
        """The answer above is to be scrolled by pages."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    def __init__(self, history: History, dropdown: Dropdown, *, id: str) -> None:
        self._ghost = Ghost(self._found)
        super().__init__(id=id, suggester=self._ghost, placeholder="")
        self._history = history
        self._dropdown = dropdown
        self._node: NodeInterface | None = None
        self._recalled = ""  # the line as the history gave it; nothing is offered for it
        self._offered: Completions | None = None

    def attach(self, node: NodeInterface) -> None:
        """Complete with the keys and peers of this node."""
        self._node = node
        self._ghost.node = node

    def begin(self) -> None:
        """Somebody begins to type: offer what the line could become."""
        self._recalled = ""
        if self._node is not None and not self.value:
            alongside(self, partial(self._ghost.look, "", 50), "offer", exclusive=True)

    def lines_of(self, text: str) -> list[str]:
        """The commands in a pasted text; a value may be written in several lines."""
        from decent_tui.commands.scan import pasted

        return pasted(text, self.value[: self.cursor_position])

    def remember(self, line: str) -> None:
        """Keep a submitted line in the history."""
        self._history.add(line)

    def _found(self, line: str, found: "Completions") -> None:
        """What the line could become; too late when it reads otherwise by now."""
        if line != self.value or self.screen.focused is not self or (line and line == self._recalled):
            return
        self._offered = found
        words = found.words if found.words != (line[found.start :],) else ()
        self._dropdown.show(words, self.region.x + found.start - 1)

    async def action_older(self) -> None:
        """The choice before, if the list above is gone through; else recall the line before."""
        await self.settled()
        if not (self._dropdown.choice and self._dropdown.move(-1)):
            self._recall(self._history.older(self.value))

    async def action_newer(self) -> None:
        """The next choice of the list above; where there is none, recall the line after."""
        await self.settled()
        if not self._dropdown.move(1):
            self._recall(self._history.newer())

    def _recall(self, line: str | None) -> None:
        if line is not None:
            self._dropdown.hide()
            self._recalled = line
            self._set(line)

    def _set(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(self.value)

    def take_choice(self, word: str = "") -> bool:
        """Put the marked choice (or this word) into the line; False when there is none."""
        word = word or self._dropdown.choice
        if not word or self._offered is None:
            return False
        self._dropdown.hide()
        self._set(f"{self.value[: self._offered.start]}{word} ")
        return True

    def action_leave(self) -> None:
        """Give up the line and go back."""
        self._history.leave()
        self.value = ""
        self.post_message(self.Left())

    def action_clear_line(self) -> None:
        """Empty the line."""
        self.value = ""
        self.begin()

    def action_answer(self, pages: int) -> None:
        """Scroll the answer while typing."""
        self.post_message(self.ScrollAnswer(pages))

    async def action_complete(self) -> None:
        """Complete the last word as far as it is certain; then go through what it could become."""
        from decent_tui.commands.complete import complete

        await self.settled()
        if self._node is None or self.take_choice():
            return
        line = self.value
        found = await complete(self._node, line)
        if not found.words or line != self.value:
            return
        self._recalled = ""
        if len(found.words) == 1:
            self._set(line[: found.start] + found.words[0] + " ")
            return
        certain = line[: found.start] + _common_start(found.words)
        if len(certain) > len(line):
            self._set(certain)
            return
        self._found(line, found)
        self._dropdown.move(1)


def _common_start(words: tuple[str, ...]) -> str:
    """The longest beginning that all words share."""
    low, high = min(words), max(words)
    return low[: next((at for at, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))]


class FilterLine(Line):
    """Where a pane's filter is typed; every letter filters at once."""

    HELP = "Type what to look for. Enter keeps the filter, Esc takes it away."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "no filter", id="filter.leave", tooltip="Take the filter away"),
        Binding("enter", "submit", "keep", id="filter.keep", tooltip="Keep the filter and go back"),
        Binding("ctrl+u", "clear_line", "Clear", show=False, id="filter.clear"),
    ]

    class Left(Message):
        """Esc was pressed."""

    def action_leave(self) -> None:
        """Take the filter away and go back."""
        self.value = ""
        self.post_message(self.Left())

    def action_clear_line(self) -> None:
        """Empty the line."""
        self.value = ""


class Ghost(Suggester):
    """The rest of the line as it would be completed; whoever offers a list hears of all the words."""

    def __init__(self, found: Callable[[str, "Completions"], None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.node: NodeInterface | None = None
        self._tell = found

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line, completed; None when nothing fits."""
        if self.node is None or not value.strip():
            return None
        found = await self.look(value, 50)
        if not found.words:
            return None
        line = value[: found.start] + found.words[0]
        return line if line.startswith(value) and line != value else None

    async def look(self, value: str, limit: int) -> "Completions":
        """What the line could become."""
        from decent_tui.commands.complete import Completions, complete

        found = Completions(0, ())
        if self.node is not None:
            found = await complete(self.node, value, limit=limit)
            self._tell(value, found)
        return found
