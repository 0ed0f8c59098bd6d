"""How a timeline is painted: one event a line, a lane for each node, arrows between them."""

from collections.abc import Sequence
from typing import Final, Literal

from decent_tui.core.text import printable
from decent_tui.lab.timeline import Kind, Mark
from decent_tui.tui.lines import Line, Span, cells, crop, fit
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
    last = max(source, to)
    for at in range(last + 1):
        line += _segment(at, source, to, wide, mark, roster, ink)
    return crop([*line, *_told(_words(mark), len(lanes) - last - 1, wide, ink)], room)


def _told(words: str, lanes: int, wide: int, ink: str) -> list[Span]:
    """The words right of the last lane that an event touches; they run over `lanes` that follow, as far as
    they must."""
    line = [Span(f" {words}", ink)]
    used = 1 + cells(words)
    for at in range(1, lanes + 1):
        gap = at * wide - 1 - used
        if gap > 0:
            line += [Span(" " * gap), Span("│", "edge")]
            used += gap + 1
    return line


def _segment(at: int, source: int, to: int, wide: int, mark: Mark, roster: Roster, ink: str) -> list[Span]:
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
    return [on] if at == max(source, to) else [on, Span(" " * (wide - 1))]


def _glyph(mark: Mark) -> str:
    if mark.kind == "network" and not mark.text.startswith("cut"):
        return "≈"
    return _GLYPHS[mark.kind]


def _words(mark: Mark) -> str:
    """What an event is about, made safe."""
    match mark.kind:
        case "network":
            return printable(mark.text)
        case "forget":
            return printable(f"{mark.key[:100]} {mark.text}")
        case _:
            beside = f": {mark.siblings} siblings" if mark.siblings else ""
            return printable(f"{mark.text} {mark.key[:100]}{beside}")
