"""A pane of lines with a frame that it paints itself.

A frame of the styles would be painted whole, with everything in it, whenever a number in its title
changes; here a title is one row like any other.
"""

from typing import Final

from textual import events
from textual.cache import LRUCache
from textual.strip import Strip

from decent_tui.tui.footing import press_clicked
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, crop, pad, width

KEPT: Final = 200
"""Painted lines a pane keeps: three screens of them."""


class Pane(LineView):
    """Lines in a rounded frame: a title above on the left, a word below on the right."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._title: Line = ()
        self._footing: Line = ()
        self._thumb = range(0)
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(KEPT)

    @property
    def rows(self) -> int:
        """Rows inside the frame."""
        return max(0, self.size.height - 2)

    @property
    def room(self) -> int:
        """Cells inside the frame."""
        return max(0, self.size.width - 2)

    @property
    def name_ink(self) -> str:
        """How the name in the frame is written: it says too whether keys go here."""
        return "bold focus" if self.has_focus else "bold text"

    def label(self, title: Line, subtitle: Line = ()) -> None:
        """Set what stands in the frame; costs nothing when it is the same as before."""
        if title != self._title:
            self._title = title
            self.refresh_lines(0)
        if subtitle != self._footing:
            self._footing = subtitle
            self.refresh_lines(self.size.height - 1)

    def _label(self) -> None:
        """Say in the frame what is shown (see `label`)."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Everything anew."""
        self._strips.clear()
        self._label()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Paint what a pane has laid out for its new size: it was painted once before this was said to it."""
        self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The frame, its words and the cursor's line show whether keys go here. (`on_focus` would come before
        `has_focus` says so.)"""
        super().watch_has_focus(has_focus)
        self.repaint()

    def mark_place(self, first: int, shown: int, total: int) -> None:
        """Light the part of the right edge that says which of all lines are shown; none when all are."""
        thumb = range(0)
        if 0 < shown < total and self.rows:
            size = max(1, round(self.rows * shown / total))
            start = round((self.rows - size) * first / (total - shown))
            thumb = range(start, start + size)
        if thumb != self._thumb:
            changed = set(thumb) ^ set(self._thumb)
            self._thumb = thumb
            self.refresh_rows(*changed)

    def refresh_rows(self, *rows: int) -> None:
        """Paint only these rows inside the frame anew."""
        self.refresh_lines(*(row + 1 for row in rows if 0 <= row < self.rows))

    def row_at(self, event: events.MouseEvent) -> int | None:
        """The row inside the frame under the mouse."""
        offset = event.get_content_offset(self)
        return offset.y - 1 if offset is not None and 1 <= offset.y <= self.rows else None

    def on_click(self, event: events.Click) -> None:
        """Do what the word in the frame below says that is under the mouse."""
        press_clicked(event, self, self._footing)

    def render_line(self, y: int) -> Strip:
        """Paint one row or an edge of the frame (the line API). A line that was painted before, on whatever
        row, costs little: while messages scroll, most of them were."""
        width, height = self.size
        edge = "accent" if self.has_focus else "edge"
        if y == 0:
            return self.inks.strip(top(self._title, width - 2, edge), width)
        if y == height - 1:
            return self.inks.strip(bottom(self._footing, width - 2, edge), width)
        line, ground = self.row(y - 1)
        lit = y - 1 in self._thumb
        known = (tuple(line), ground, edge, lit, width)
        strip = self._strips.get(known)
        if strip is None:
            strip = self._strips[known] = self._framed(line, ground, edge, lit, width - 2)
        return strip

    def _framed(self, line: Line, ground: str, edge: str, lit: bool, room: int) -> Strip:
        inks = self.inks
        side = inks.strip((Span("│", edge),), 1)
        right = inks.strip((Span("┃", "dim"),), 1) if lit else side
        return Strip.join((side, inks.strip(crop(line, room), room, ground), right))


class FilteredPane(Pane):
    """A pane that can show some of its lines only. `FILTER` says in a few words what may be typed."""

    FILTER = ""

    @property
    def command(self) -> str:
        """The line of the command language that lists what is shown; empty when there is none."""
        return ""

    @property
    def filter(self) -> str:
        """The filter as typed."""
        raise NotImplementedError

    def set_filter(self, text: str) -> None:
        """Show only what fits."""
        raise NotImplementedError


def top(title: Line, room: int, edge: str) -> Line:
    """The upper edge with the title on the left."""
    if not title or room < 6:
        return (Span(f"╭{'─' * room}╮", edge),)
    words = crop(title, room - 4)
    rest = room - 3 - width(words)
    return (Span("╭─ ", edge), *words, Span(f" {'─' * rest}╮", edge))


def bottom(words: Line, room: int, edge: str) -> Line:
    """The lower edge with a few words on the right."""
    if not words or room < 6:
        return (Span(f"╰{'─' * room}╯", edge),)
    words = crop(words, room - 4)
    rest = room - 3 - width(words)
    return pad((Span(f"╰{'─' * rest} ", edge), *words, Span(" ─╯", edge)), room + 2)
