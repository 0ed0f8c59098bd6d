"""How a timeline is painted: one event a line, a lane for each node, arrows between them."""

from collections.abc import Sequence
from typing import Final, Literal

from decent_tui.core.text import printable
from decent_tui.lab.timeline import Kind, Mark
from decent_tui.tui.lines import Line, Span, cells, crop, cut, fit
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import clock

WHEN: Final = 15
"""Cells for the time and for how an event stands to the selected one."""

NARROW: Final = 8
"""Cells of a lane at least."""

Light = Literal["none", "selected", "past", "future", "concurrent"]
"""How an event stands to the selected one (none is selected: `none`)."""

_GLYPHS: Final[dict[Kind, str]] = {
    "write": "●", "delete": "✗", "delivery": "○", "conflict": "≠", "forget": "◌", "network": "✂",
}  # fmt: skip

_SIGNS: Final[dict[Light, str]] = {
    "none": " ", "selected": "=", "past": "<", "future": ">", "concurrent": " ",
}  # fmt: skip

_INKS: Final[dict[Light, str]] = {
    "none": "text", "selected": "bold text", "past": "accent", "future": "green", "concurrent": "dim",
}  # fmt: skip


def lane_width(lanes: int, room: int, zoom: int) -> int:
    """Cells of one lane: all there is, or more or less by `zoom` steps."""
    even = (room - WHEN) // max(1, lanes)
    return max(NARROW, min(even, 40) + 4 * zoom)


def lanes_line(lanes: Sequence[str], roster: Roster, wide: int, room: int) -> Line:
    """The names over the lanes."""
    line = [Span(" " * WHEN)]
    for lane in lanes:
        face = roster.face(lane)
        name = f"{face.label} {face.name}" if face.name and wide >= 16 else face.label
        line.append(Span(fit(printable(name), wide - 1) + " ", f"bold {face.ink}"))
    return crop(line, room)


def mark_line(mark: Mark, lanes: Sequence[str], roster: Roster, wide: int, room: int, light: Light) -> Line:
    """One event."""
    to = lanes.index(mark.lane)
    source = lanes.index(mark.origin) if mark.origin in lanes and mark.origin != mark.lane else to
    ink = _INKS[light]
    line = [Span(f"{fit(clock(mark.at), 12)} {_SIGNS[light]} ", ink if light != "none" else "dim")]
    words = _words(mark)
    for at in range(len(lanes)):
        line += _segment(at, source, to, wide, mark, words if at == max(source, to) else "", roster, ink)
    return crop(_with_room(line, words, to == len(lanes) - 1 or source == len(lanes) - 1, ink), room)


def _with_room(line: list[Span], words: str, last: bool, ink: str) -> list[Span]:
    """In the last lane the words need not stop at its edge."""
    if not last or not words:
        return line
    return [*line[:-1], Span(f" {words}", ink)] if line[-1].text.startswith(" ") else line


def _segment(
    at: int, source: int, to: int, wide: int, mark: Mark, words: str, roster: Roster, ink: str
) -> list[Span]:
    """One lane of a line: what stands on it, and what lies between it and the next one."""
    arrow = ink if ink != "text" else "dim"
    low, high = min(source, to), max(source, to)
    if at == to:
        face = roster.face(mark.lane)
        on = Span(_glyph(mark), f"bold {face.ink}" if mark.kind != "conflict" else "bold amber")
    elif at == source:
        on = Span("├" if source < to else "┤", arrow)
    elif low < at < high:
        on = Span("┼", arrow)
    else:
        on = Span("│", "edge")
    if low <= at < high:
        between = "─" * (wide - 1)
        if to > source and at == high - 1:
            between = between[:-1] + "→"
        elif to < source and at == to:
            between = "←" + between[1:]
        return [on, Span(between, arrow)]
    text = cut(words, wide - 3)
    return [on, Span(f" {text}" + " " * (wide - 2 - cells(text)), ink)]


def _glyph(mark: Mark) -> str:
    if mark.kind == "network" and not mark.text.startswith("cut"):
        return "≈"
    return _GLYPHS[mark.kind]


def _words(mark: Mark) -> str:
    """What an event is about, made safe."""
    if mark.kind in ("write", "delete"):
        return printable(f"{mark.text} {mark.key[:100]}")
    if mark.kind == "forget":
        return printable(f"{mark.key[:100]} {mark.text}")
    return printable(mark.text if not mark.key else f"{mark.key[:100]} ({mark.text})")
