"""One version of a key as a card: who, when, the value, the clock, the ids. Pure: data in, lines out."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.operations import Inspection, SiblingView
from decent_tui.tui import json_view
from decent_tui.tui.json_view import Path
from decent_tui.tui.lines import Line, Span, crop, fit, flow, pad, said, width
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago, plural, size

LETTERS: Final = "ab"
"""The keys that keep a sibling at once; any sibling is kept by the cursor over the cards."""

CARD: Final = 26
"""Cells a card needs to be read; narrower than this and cards are stacked."""

NAMES: Final = "abcdefghijklmnopqrstuvwxyz"

DECODED: Final = 512 * 1024
"""Bytes of values that are decoded for one look; about 2 ms of work."""

BARRED: Final = 6
"""Clock entries up to which each has a line and a bar of its own."""

ENTRIES: Final = 24
"""Clock entries shown; the clocks of classic peers grow for ever."""


def letter(at: int) -> str:
    """What a sibling is called on the screen: a to z, then by number."""
    return NAMES[at] if at < len(NAMES) else str(at + 1)


class Values:
    """The decoded values of one inspection, within the limit, and where they differ."""

    def __init__(self, inspection: Inspection) -> None:
        self._values: list[object] = []
        left = DECODED
        for view in inspection.siblings:
            raw = bytes(view.record.value)
            left -= len(raw)
            self._values.append(json_view.decode(raw) if left >= 0 else _Folded(len(raw)))
        shown = [
            value
            for view, value in zip(inspection.siblings, self._values, strict=True)
            if not view.record.deleted and not isinstance(value, _Folded)
        ]
        self.marks = json_view.differing(shown)
        self.merge = json_view.merged(shown)
        self.left_out = sum(isinstance(value, _Folded) for value in self._values)
        """Values too large to be decoded here, which the merge lacks."""

    def __getitem__(self, at: int) -> object:
        return self._values[at]


class _Folded(msgspec.Struct, frozen=True):
    size: int


class Place(NamedTuple):
    """Where a card stands: its first line and the line behind its last one, its first cell and the one
    behind its last one."""

    top: int
    bottom: int
    left: int
    right: int


class Laid(NamedTuple):
    """The cards in lines, and where each of them is."""

    lines: list[Line]
    places: list[Place]


def cards(
    inspection: Inspection,
    values: Values,
    roster: Roster,
    room: int,
    lines: int,
    now: float,
    chosen: int | None = None,
) -> Laid:
    """All versions side by side as far as they fit, the rest below, in lines of `room` cells. The frame of
    the `chosen` one is lit."""
    count = len(inspection.siblings)
    across = max(1, min(count, 3, (room + 1) // (CARD + 1)))
    wide = (room - (across - 1)) // across
    most = max(6, lines)
    highest = max((n for view in inspection.siblings for n in view.record.vc.values()), default=1)
    made: list[Line] = []
    places: list[Place] = []
    for start in range(0, count, across):
        row = [
            body(view, values[at], values.marks, roster, wide - 4, most, highest, len(inspection.members))
            for at, view in enumerate(inspection.siblings[start : start + across], start)
        ]
        tall = max(map(len, row))
        edges = ["accent" if start + at == chosen else "edge" for at in range(len(row))]
        places += [
            Place(len(made), len(made) + tall + 2, at * (wide + 1), at * (wide + 1) + wide)
            for at in range(len(row))
        ]
        tops = [
            heading(view, at, count, roster, now, wide, edges[at - start])
            for at, view in enumerate(inspection.siblings[start : start + across], start)
        ]
        made.append(_joined(tops))
        for y in range(tall):
            made.append(
                _joined(
                    [
                        _boxed(card[y] if y < len(card) else (), wide, edge)
                        for card, edge in zip(row, edges, strict=True)
                    ]
                )
            )
        made.append(_joined([[Span("╰" + "─" * (wide - 2) + "╯", edge)] for edge in edges]))
    return Laid(made, places)


def heading(
    view: SiblingView, at: int, count: int, roster: Roster, now: float, wide: int, edge: str = "edge"
) -> list[Span]:
    """The top edge of a card: its letter, the writer in its colour, how long ago."""
    face = roster.face(view.node)
    words = [Span("╭─ ", edge)]
    if edge == "accent":
        words += [Span("▸", "bold accent")]
    if count > 1:
        words += [Span(f"{letter(at)} ", "bold accent")]
    words.append(Span(face.label, f"bold {face.ink}"))
    if face.name:
        words.append(Span(f" {face.name}"))
    words.append(Span(f" · {ago(now - view.record.ts)} ", "dim"))
    words = crop(words, wide - 2)
    return [*words, Span("─" * (wide - 1 - width(words)) + "╮", edge)]


def body(
    view: SiblingView,
    value: object,
    marks: frozenset[Path],
    roster: Roster,
    room: int,
    most: int,
    highest: int,
    members: int,
) -> list[Line]:
    """What stands in a card: the value, its clock entry by entry, and the ids."""
    record = view.record
    made: list[Line]
    if record.deleted:
        made = [[Span("✗ deleted", "bold red")], [Span("a tombstone, no value", "dim")]]
    elif isinstance(value, _Folded):
        made = [[Span(f"{size(value.size)}, folded; e opens it", "dim")]]
    else:
        made = json_view.pretty(value, room, most, marks)
    made = [*made, (), *clock(record.vc, view.entry, roster, room, highest)]
    ids = [
        Span("dot", "dim"),
        Span(f"{roster.face(view.node).label}·{view.seq}", roster.face(view.node).ink),
        Span(" lamport", "dim"),
        Span(f"{record.lamport:,}"),
    ]
    made += [(), *flow(ids, room)]
    held = len(set(view.held))
    held_ink = "dim" if held >= members else "amber"
    tail = [
        Span("cid", "dim"),
        Span(record.cid[:8] + "…", "dim"),
        Span(f" held by {held}/{members}", held_ink),
    ]
    if record.deleted:
        tail = tail[2:]
    made += flow(tail, room)
    if record.node_id != view.node:
        author = roster.face(record.node_id)
        made += flow([Span("written by", "dim"), said(author.label, author.ink)], room)
    return made


def clock(entries: Mapping[str, int], writer: str, roster: Roster, room: int, highest: int) -> list[Line]:
    """A vector clock in node colours; few entries get a bar each, many are set as text."""
    ordered = sorted(entries.items(), key=lambda entry: (roster.face(entry[0]).label, entry[0]))
    if len(ordered) > BARRED:
        words = [Span("clock", "dim")]
        for node, number in ordered[:ENTRIES]:
            face = roster.face(node)
            words.append(Span(f"{face.label} {number:,}", f"bold {face.ink}" if node == writer else face.ink))
        if len(ordered) > ENTRIES:
            words.append(Span(f"… {plural(len(ordered) - ENTRIES, 'entry more', 'entries more')}", "dim"))
        return list(flow(words, room, indent=6))
    labels = max((len(roster.face(node).label) for node, _ in ordered), default=0)
    digits = max((len(f"{number:,}") for _, number in ordered), default=0)
    bar = min(room - 6 - labels - digits - 2, 16)
    made: list[Line] = []
    for at, (node, number) in enumerate(ordered):
        face = roster.face(node)
        line = [Span("clock " if at == 0 else "      ", "dim"), Span(fit(face.label, labels), face.ink)]
        line.append(Span(f" {number:>{digits},} ", "bold text" if node == writer else "text"))
        if bar > 1:
            line.append(Span("▇" * max(1, round(bar * number / highest)), face.ink))
        made.append(line)
    return made


def _boxed(line: Line, wide: int, edge: str) -> list[Span]:
    return [Span("│ ", edge), *pad(line, wide - 4), Span(" │", edge)]


def _joined(parts: Sequence[Sequence[Span]]) -> Line:
    joined: list[Span] = []
    for at, part in enumerate(parts):
        if at:
            joined.append(Span(" "))
        joined += part
    return joined
