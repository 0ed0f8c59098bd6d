"""Where answers appear: one line above the command line, more when there is more to say."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from textual import events

from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cut, said, spread, width, wrapped
from decent_tui.tui.roster import Roster

LINES: Final = 2_000
"""Lines of an answer that are shown; whoever wants more asks from a shell."""

LONG: Final = 4_000
"""Characters shown of one line."""


WELCOME: Final = (
    Span(" press ", "dim"),
    Span(":", "bold accent"),
    Span(" to type a command, ", "dim"),
    Span("?", "bold accent"),
    Span(" for all keys and commands", "dim"),
)
"""What is said before anything was asked."""


class AnswerView(LineView):
    """The last command and what came of it. One row while there is little to say; it grows up to a limit."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._hint: Line = ()
        self._said: tuple[Line, ...] = (WELCOME,)
        self._tail: Line = ()
        self._top = 0
        self._limit = 12
        self._folded = True
        self._rows: list[Line] = [WELCOME]
        self._question = ""

    @property
    def question(self) -> str:
        """The command that waits for a yes; empty when none does."""
        return self._question

    def ask(self, command: str, why: str) -> None:
        """Ask before a command is carried out; whatever is shown next takes the question back."""
        self.show(f": {command}", (f"{why}.",), "bold amber")
        first, *rest = self._said
        self._said = ((*first, Span("  y", "bold accent"), Span(" do it  "), Span("n", "bold accent"),
                       Span(" leave it")), *rest)  # fmt: skip
        self._question = command
        self._arrange()

    def take_back(self) -> str:
        """The question is settled, one way or the other; the command that was asked about."""
        command, self._question = self._question, ""
        return command

    @property
    def is_open(self) -> bool:
        """Whether more than one row is taken."""
        return len(self._rows) > 1 and not self._folded

    @property
    def is_longer(self) -> bool:
        """Whether there is more than can be seen of it: the pages of the keyboard are then its own."""
        return self.is_open and len(self._rows) > self.size.height

    def show(
        self,
        command: str,
        answer: Iterable[str],
        ink: str = "text",
        *,
        brief: bool = False,
        tail: Line = (),
        names: Roster | None = None,
    ) -> None:
        """Show a command and its answer; a brief one takes one row until it is asked for. The `tail` stands
        at the right end of the first row. With `names`, nodes are called by their labels."""
        if self.take_back():
            self.screen.refresh_bindings()
        words: list[Line] = []
        for text in islice(answer, LINES + 1):
            safe = said(text, ink, most=LONG)
            words.append((safe,) if names is None else names.named(safe.text, ink))
        if len(words) > LINES:
            words[LINES:] = [(Span("… there is more; ask for it from a shell", "dim"),)]
        first = [Span(" "), said(command[:200], "dim", most=200)]
        if len(words) == 1:
            room = max(20, self.size.width - width(words[0]) - 6 - width(tail))
            first[1] = Span(cut(first[1].text, max(room, self.size.width // 3)), "dim")
            self._said = ((*first, Span("  ─  " if command else "", "dim"), *words[0]),)
        else:
            self._said = (tuple(first), *((Span(" "), *word) for word in words))
        self._tail = tail
        self._hint, self._top, self._folded = (), 0, brief
        self._arrange()

    def hint(self, line: Line) -> None:
        """Show a hint in place of the answer; an empty one brings the answer back."""
        if line != self._hint:
            self._hint = line
            self._arrange()

    def fold(self) -> None:
        """Take no more than one row."""
        self._folded, self._top = True, 0
        self._arrange()

    def limit(self, rows: int) -> None:
        """The most rows that may be taken."""
        if rows != self._limit:
            self._limit = max(1, rows)
            self._arrange()

    def _arrange(self) -> None:
        room = max(20, self.size.width)
        lines: Sequence[Line] = (self._hint,) if self._hint else self._said
        self._rows = [row for line in lines for row in wrapped(line, room)] or [()]
        self.styles.height = 1 if self._folded or self._hint else min(len(self._rows), self._limit)
        self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """One row; the last one says how to go on."""
        if self._folded and not self._hint:
            return spread(self._said[0], self._tail, self.size.width), "bar"
        at = self._top + y
        line = self._rows[at] if at < len(self._rows) else ()
        height = self.size.height
        left = len(self._rows) - self._top - height
        if y == height - 1 and len(self._rows) > height:
            how = " Esc folds" if self.is_open else ""
            word = f" {left:,} more lines · PgDn" if left > 0 else " PgUp"
            return spread(
                line, (Span(f"{word}{' ·' + how if how else ''} ", "accent"),), self.size.width
            ), "bar"
        return line, "bar"

    def scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self._scroll(pages * max(1, self.size.height - 1))

    def _scroll(self, by: int) -> None:
        top = max(0, min(self._top + by, len(self._rows) - max(1, self.size.height)))
        if top != self._top:
            self._top = top
            self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        self._scroll(2)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        self._scroll(-2)
        event.stop()

    def on_click(self) -> None:
        """Unfold or fold."""
        self._folded = not self._folded
        self._top = 0
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew."""
        if event.size.width != self._wrapped_at:
            self._wrapped_at = event.size.width
            self._arrange()

    _wrapped_at = 0
