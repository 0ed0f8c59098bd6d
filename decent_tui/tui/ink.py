"""Inks: what a colour's name looks like in the theme of the moment."""

from collections.abc import Iterable, Mapping

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from decent_tui.core.text import printable
from decent_tui.tui.lines import Line, Span


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

    def colour(self, name: str) -> str:
        """The colour of that name, as `#rrggbb`."""
        return self._colours.get(name, self._colours["text"])

    def _resolve(self, ink: str, ground: str) -> Style:
        fore, _, back = ink.partition(" on ")
        words = fore.split()
        flags = {"bold", "underline", "reverse", "italic"} & set(words)
        name = next((word for word in words if word not in flags), "text")
        return Style(
            color=Color.parse(self.colour(name)),
            bgcolor=Color.parse(self.colour(back or ground)),
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
