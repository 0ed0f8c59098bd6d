"""A timeline as a picture (SVG) and as a log that ShiViz reads."""

import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from decent_tui.core.text import printable
from decent_tui.lab.timeline import Mark, Timeline

Label = Callable[[str], str]
"""What a node is called."""

ROW: Final = 22
LANE: Final = 190
LEFT: Final = 100
TOP: Final = 50
"""Pixels of a row and a lane, and of the margins."""

COLOURS: Final = ("#7aa2f7", "#9ece6a", "#e6cf78", "#bb9af7", "#5fd3c4", "#f59fd0", "#8fb8c9", "#c3a6a0")


def shiviz(timeline: Timeline, label: Label) -> str:
    """The log, as ShiViz takes a file: the pattern that reads an event, an empty line (there is one run),
    and two lines an event, `description` and `host {"host": n, …}`.

    By the source of ShiViz (`js/model/parser.js`, `modelGraph.js`): an event's clock has an entry for its
    host; a host's events are numbered 1, 2, 3 … by it; and every entry names an event that there is.
    """
    hosts = _hosts(timeline.lanes, label)
    clocks: dict[int, dict[str, int]] = {}
    last: dict[str, int] = {}
    lines = [r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})", ""]
    for mark in timeline.in_order():
        host = hosts[mark.lane]
        clock: dict[str, int] = {}
        for before in (*mark.after, last.get(mark.lane, -1)):
            for name, count in clocks.get(before, {}).items():
                clock[name] = max(count, clock.get(name, 0))
        clock[host] = clock.get(host, 0) + 1
        clocks[mark.number] = clock
        last[mark.lane] = mark.number
        lines += [_told(mark), f"{host} {json.dumps(clock)}"]
    return "\n".join(lines) + "\n"


def _hosts(lanes: Sequence[str], label: Label) -> dict[str, str]:
    """Names without blanks, as ShiViz wants them, and no two alike: a node has two lanes when it came back
    under another id."""
    hosts: dict[str, str] = {}
    for lane in lanes:
        name = host = "_".join(printable(label(lane)).split()) or "node"
        number = 2
        while host in hosts.values():
            host, number = f"{name}_{number}", number + 1
        hosts[lane] = host
    return hosts


def _told(mark: Mark) -> str:
    beside = f" ({mark.siblings} siblings)" if mark.siblings else ""
    return printable(f"{mark.kind} {mark.key} {mark.text}{beside}".replace("  ", " "))


def svg(timeline: Timeline, label: Label, marks: Sequence[Mark] | None = None) -> str:
    """The diagram: lanes side by side, time downwards, one event a row."""
    shown = timeline.in_order() if marks is None else list(marks)
    x = {lane: LEFT + LANE * at + LANE // 2 for at, lane in enumerate(timeline.lanes)}
    y = {mark.number: TOP + ROW * (at + 1) for at, mark in enumerate(shown)}
    colour = {lane: COLOURS[at % len(COLOURS)] for at, lane in enumerate(timeline.lanes)}
    width, height = LEFT + LANE * max(1, len(timeline.lanes)), TOP + ROW * (len(shown) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="monospace" font-size="12">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#8f97c2"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#14151f"/>',
    ]
    for lane in timeline.lanes:
        parts.append(
            f'<line x1="{x[lane]}" y1="{TOP}" x2="{x[lane]}" y2="{height - ROW}" stroke="#3a4060"/>'
            f'<text x="{x[lane]}" y="{TOP - 16}" fill="{colour[lane]}" text-anchor="middle">'
            f"{_text(label(lane))}</text>"
        )
    writes = {mark.dot: mark for mark in shown if mark.kind in ("write", "delete")}
    for mark in shown:
        parts += _drawn(mark, x, y, colour, writes.get(mark.dot) if mark.origin else None)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn(
    mark: Mark, x: dict[str, int], y: dict[int, int], colour: dict[str, str], write: Mark | None
) -> list[str]:
    here, row = x[mark.lane], y[mark.number]
    parts = []
    if write is not None:
        parts.append(
            f'<line x1="{x[write.lane]}" y1="{y[write.number]}" x2="{here}" y2="{row}" '
            'stroke="#8f97c2" marker-end="url(#tip)"/>'
        )
    fill = "none" if mark.kind in ("delivery", "forget") else colour[mark.lane]
    stroke = "#ffa657" if mark.kind == "conflict" else colour[mark.lane]
    parts.append(f'<circle cx="{here}" cy="{row}" r="5" fill="{fill}" stroke="{stroke}" stroke-width="2"/>')
    parts.append(f'<text x="{here + 10}" y="{row + 4}" fill="#c8d1f5">{_text(_told(mark)[:60])}</text>')
    return parts


def _text(words: str) -> str:
    return escape(printable(words))
