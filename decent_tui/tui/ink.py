"""Inks: what a colour's name looks like in the theme of the moment."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from decent_tui.core.text import printable
from decent_tui.tui.lines import Line, Span

_ANSI: Final = "ansi_"
_DEFAULT: Final = Color.default()


def _parsed(colour: str) -> Color:
    """`#rrggbb`, or a colour of the terminal under the library's name for it."""
    return Color.parse(colour.removeprefix(_ANSI))


class Inks:
    """Turns lines of named inks into what a widget paints. Make a new one when the theme changes."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._colours = {
            name.removeprefix("ink-"): value for name, value in variables.items() if name.startswith("ink-")
        }
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, ink: str, ground: str = "ground") -> Style:
        """The style of an ink such as `dim`, `bold amber` or `amber on mark`, else on `ground`."""
        known = self._styles.get((ink, ground))
        if known is None:
            known = self._styles[ink, ground] = self._resolve(ink, ground)
        return known

    def foreground(self, ink: str) -> Style:
        """The ink without a ground: for text that stands on somebody else's."""
        style = self.style(ink)
        return Style(color=style.color, bold=style.bold, underline=style.underline)

    def colour(self, name: str) -> str:
        """The colour of that name: `#rrggbb`, `ansi_…`, or a word for how to draw without one."""
        return self._colours.get(name, self._colours["text"])

    def _resolve(self, ink: str, ground: str) -> Style:
        fore, _, back = ink.partition(" on ")
        words = fore.split()
        flags = {"bold", "underline", "reverse", "italic"} & set(words)
        name = next((word for word in words if word not in flags), "text")
        below = self.colour(back or ground)
        if below == "underline":
            flags.add("underline")
            below = self.colour("ground")
        elif below == "reverse":  # one calm bar: colours in reverse would be patches of ground
            return Style(color=_DEFAULT, bgcolor=_DEFAULT, bold="bold" in flags, reverse=True)
        elif back and below.startswith(_ANSI):  # which text can be read on it? the terminal's ground can
            return Style(color=_parsed(below), bgcolor=_DEFAULT, bold="bold" in flags, reverse=True)
        if self.colour(name) == "reverse":
            return Style(color=_DEFAULT, bgcolor=_DEFAULT, bold="bold" in flags, reverse=True)
        if self.colour(name) == "faint":  # the terminal's text, drawn weaker: for frames, never for words
            return Style(color=_DEFAULT, bgcolor=_parsed(below), dim=True)
        return Style(
            color=_parsed(self.colour(name)),
            bgcolor=_parsed(below),
            bold="bold" in flags,
            underline="underline" in flags,
            reverse="reverse" in flags,
            italic="italic" in flags,
        )

    def strip(self, line: Iterable[Span], room: int, ground: str = "ground") -> Strip:
        """The line as a strip of exactly `room` cells. Every text passes the door once more."""
        segments = [Segment(printable(text), self.style(ink, ground)) for text, ink in line if text]
        return Strip(segments).adjust_cell_length(room, self.style("text", ground))

    def content(self, line: Line) -> Content:
        """The line for a border title or another place that takes Content."""
        return Content.assemble(*((printable(text), self._markup(ink)) for text, ink in line))

    def _markup(self, ink: str) -> str:
        """A Textual style for program-chosen ink; never built from data."""
        words = [word if word in {"bold", "underline"} else self.colour(word) for word in ink.split()]
        return " ".join(words)
