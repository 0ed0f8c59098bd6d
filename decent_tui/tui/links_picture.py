"""The links between nodes as a picture: nodes on a line, neighbours joined on it, the others by arcs below.

Pure: what each end of a link says of it, and what is on its way, become lines of text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from decent_tui.core.dial_operations import DialView, in_words
from decent_tui.core.operations import PeerView
from decent_tui.tui.lines import Line, Span, cut

State = Literal["up", "slow", "cut", "down", "off"]
"""Linked; linked with dials on; cut by a person; not linked though both run; one of them does not run."""

Cells = list[tuple[int, int]]
"""Places in the picture, column and row, from one end of a link to the other."""


class Link(NamedTuple):
    """A link between the nodes of two columns, the left one first; `words` say what is wrong with it."""

    left: int
    right: int
    state: State
    words: str = ""


class Pulse(NamedTuple):
    """A message between two columns, `at` a share of its way. A `lost` one gets half of it."""

    start: int
    end: int
    at: float
    ink: str
    glyph: str = "●"
    lost: bool = False


class Node(NamedTuple):
    """A node: the column of its middle, its ink, and whether it runs."""

    x: int
    ink: str
    up: bool


def link(left: int, right: int, ends: Sequence[PeerView | None], names: Sequence[str]) -> Link:
    """How a link stands by what its two ends say, the left one first; None if that node does not run or knows
    nothing of the other."""
    views = [(name, view) for name, view in zip(names, ends, strict=True) if view is not None]
    if len(views) < 2:
        return Link(left, right, "off" if not views else "down", "")
    cutters = [name for name, view in views if view.cut]
    if cutters:
        return Link(left, right, "cut", f"✗ cut by {' and '.join(cutters)}")
    if any(view.state != "alive" for _, view in views):
        return Link(left, right, "down", "not linked")
    dials = [(name, dial) for name, view in views for dial in view.dials]
    if any(dial.dial == "cut" for _, dial in dials):
        return Link(left, right, "cut", "✗ " + _words(dials))
    if dials:
        return Link(left, right, "slow", _words(dials))
    return Link(left, right, "up")


def _words(dials: Sequence[tuple[str, DialView]]) -> str:
    return " · ".join(dict.fromkeys(f"{in_words(dial)} ({name})" for name, dial in dials))


# ------------------------------------------------------------------ where the lines run


def lanes(nodes: int) -> dict[tuple[int, int], int]:
    """The row of each link: neighbours on row 0, the others below, the short ones first, two on one row only
    where they do not touch."""
    rows: dict[tuple[int, int], int] = {}
    for apart in range(1, nodes):
        for left in range(nodes - apart):
            right = left + apart
            if apart == 1:
                rows[left, right] = 0
                continue
            row = 1
            while any(at == row and a < right and left < b for (a, b), at in rows.items()):
                row += 1
            rows[left, right] = row
    return rows


def height(nodes: int, stretch: int = 1) -> int:
    """The rows of the picture, with the arcs `stretch` rows from each other."""
    return max(lanes(nodes).values(), default=0) * stretch + 1


def ways(columns: Sequence[int], stretch: int = 1) -> dict[tuple[int, int], Cells]:
    """The cells of each link, by the columns of the nodes."""
    rows = lanes(len(columns))
    deepest = max(rows.values(), default=0)
    found: dict[tuple[int, int], Cells] = {}
    for (left, right), row in rows.items():
        if row == 0:
            found[left, right] = [(x, 0) for x in range(columns[left] + 1, columns[right])]
            continue
        low = row * stretch
        # deep arcs leave nearest to their node, so that no two of one node cross
        start = columns[left] + deepest - row
        end = columns[right] - deepest + row
        down: Cells = [(start, y) for y in range(1, low)]
        across: Cells = [(x, low) for x in range(start, end + 1)]
        up: Cells = [(end, y) for y in range(low - 1, 0, -1)]
        found[left, right] = down + across + up
    return found


# ------------------------------------------------------------------ painting


_INKS: Final[Mapping[State, str]] = {"up": "dim", "slow": "amber", "cut": "red", "down": "dim", "off": "dim"}

_EVERY: Final[Mapping[State, int]] = {"up": 1, "slow": 2, "cut": 3, "down": 4, "off": 0}
"""Every how many cells a line is drawn: whole, dotted, broken, barely, not at all."""

_CORNERS: Final = "╰╯"


def picture(
    nodes: Sequence[Node], links: Iterable[Link], pulses: Iterable[Pulse], room: int, stretch: int = 1
) -> list[Line]:
    """The picture in `room` columns."""
    paths = ways([node.x for node in nodes], stretch)
    cells: dict[tuple[int, int], Span] = {}
    drawn = sorted(links, key=lambda each: lanes(len(nodes)).get((each.left, each.right), 0), reverse=True)
    for each in drawn:
        _draw(cells, paths[each.left, each.right], each)
    for each in drawn:
        _write(cells, paths[each.left, each.right], each)
    for pulse in pulses:
        _place(cells, paths, pulse)
    for node in nodes:
        cells[node.x, 0] = Span("●", f"bold {node.ink}") if node.up else Span("○", "dim")
    return [
        [cells.get((x, y), Span(" ")) for x in range(room)] for y in range(height(len(nodes), stretch))
    ]  # fmt: skip


def _draw(cells: dict[tuple[int, int], Span], path: Cells, each: Link) -> None:
    every, ink = _EVERY[each.state], _INKS[each.state]
    for at, (x, y) in enumerate(path):
        glyph = _glyph(path, at, dotted=every == 2)
        if every and (at % every == 0 or glyph in _CORNERS):
            cells[x, y] = Span(glyph, ink)


def _glyph(path: Cells, at: int, *, dotted: bool) -> str:
    x, y = path[at]
    if y == 0:
        return "·" if dotted else "─"
    before = path[at - 1] if at else (x, y - 1)
    after = path[at + 1] if at + 1 < len(path) else (x, y - 1)
    if before[0] == after[0] == x:
        return ":" if dotted else "│"
    if before[1] == after[1] == y:
        return "·" if dotted else "─"
    return "╰" if after[0] > x or before[0] < x - 1 else "╯"


def _write(cells: dict[tuple[int, int], Span], path: Cells, each: Link) -> None:
    """What is wrong with a link, in the middle of its line."""
    y = max((y for _, y in path), default=0)
    across = [x for x, row in path if row == y]
    room = len(across) - 4
    if not each.words or room < 3:
        return
    words = f" {cut(each.words, room - 2)} "
    start = across[0] + (len(across) - len(words)) // 2
    for at, letter in enumerate(words):
        cells[start + at, y] = Span(letter, _INKS[each.state])


def _place(cells: dict[tuple[int, int], Span], paths: Mapping[tuple[int, int], Cells], pulse: Pulse) -> None:
    path = paths.get((min(pulse.start, pulse.end), max(pulse.start, pulse.end)), [])
    if not path or not 0 <= pulse.at <= 1:
        return
    share = min(pulse.at, 0.5) if pulse.lost else pulse.at
    at = round(share * (len(path) - 1))
    place = path[at if pulse.start < pulse.end else len(path) - 1 - at]
    lost = pulse.lost and pulse.at >= 0.5
    cells[place] = Span("✗", "bold red") if lost else Span(pulse.glyph, f"bold {pulse.ink}")
