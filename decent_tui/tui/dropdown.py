"""What the word being typed could become: a short list above the command line."""

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.message import Message

from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cells, cut, fit, said, spread

ROWS: Final = 8
"""Choices shown at a time."""

WIDEST: Final = 40
"""Cells of the longest choice shown."""


class Dropdown(LineView):
    """Choices with one of them marked; none is marked until a key or the mouse points at it."""

    class Chosen(Message):
        """A choice was clicked."""

        def __init__(self, word: str) -> None:
            super().__init__()
            self.word = word

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._words: Sequence[str] = ()
        self._at = -1
        self._top = 0
        self.display = False

    @property
    def choice(self) -> str:
        """The choice that is marked; empty when none is."""
        return self._words[self._at] if 0 <= self._at < len(self._words) else ""

    def show(self, words: Sequence[str], column: int) -> None:
        """Offer these, below each other from this column of the screen on; none hides the list."""
        if not words:
            self.hide()
            return
        self._words, self._at, self._top = words, -1, 0
        self.styles.height = min(ROWS, len(words))
        width = self._width()
        self.styles.width = width
        self.styles.margin = (0, 0, 3, max(0, min(column, self.screen.size.width - width)))
        self.display = True
        self.refresh()

    def hide(self) -> None:
        """Offer nothing."""
        self._words, self._at = (), -1
        self.display = False

    def move(self, by: int) -> bool:
        """Mark the next choice; False when nothing is offered."""
        if not self.display or not self._words:
            return False
        self._at = by - 1 if self._at < 0 and by > 0 else (self._at + by) % len(self._words)
        self._top = max(self._at - ROWS + 1, min(self._top, self._at))
        self.refresh()
        return True

    def row(self, y: int) -> tuple[Line, str]:
        """One choice; a command with what it does."""
        at = self._top + y
        if at >= len(self._words):
            return (), "bar"
        word = self._words[at]
        size = self._longest()
        line: list[Span] = [Span(" "), Span(fit(said(word).text, size), "bold text"), Span(" ")]
        if summary := _summary(word):
            line.append(Span(cut(summary, WIDEST + 10), "dim"))
        left = len(self._words) - at - 1
        more = (Span(f" ↓ {left} more ", "accent"),) if y == ROWS - 1 and left else ()
        return spread(line, more, self.size.width), "cursor" if at == self._at else "bar"

    def _longest(self) -> int:
        return min(WIDEST, max((cells(said(word).text) for word in self._words), default=0))

    def _width(self) -> int:
        summaries = [len(_summary(word)) for word in self._words]
        more = 11 if len(self._words) > ROWS else 0
        return self._longest() + 3 + min(WIDEST + 10, max(summaries, default=0)) + more

    def on_click(self, event: events.Click) -> None:
        """Take the choice under the mouse."""
        at = self._top + event.y
        if at < len(self._words):
            self.post_message(self.Chosen(self._words[at]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next choice."""
        self.move(1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The choice before."""
        self.move(-1)
        event.stop()


def _summary(word: str) -> str:
    """What a command does; empty for a word that is none."""
    from decent_tui.commands.table import COMMANDS

    command = COMMANDS.get(word)
    return command.summary if command is not None else ""
