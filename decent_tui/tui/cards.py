"""One version of a key as a card: who, when, the value, the clock, the ids. Pure: data in, lines out."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.clocks import owner
from decent_tui.core.operations import Inspection, SiblingView
from decent_tui.tui import json_view
from decent_tui.tui.json_text import merged
from decent_tui.tui.lines import Line, Span, crop, fit, flow, pad, plain, said, width
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago, plural, size, span

LETTERS: Final = "ab"
"""The keys that keep a sibling at once; any sibling is kept by the cursor over the cards."""

CARD: Final = 26
"""Cells a card needs to be read with ease; narrower than this and cards are stacked."""

SLIM: Final = 20
"""Cells it takes at least, where stacked cards would hide each other."""

NAMES: Final = "abcdefghijklmnopqrstuvwxyz"

DECODED: Final = 512 * 1024
"""Bytes of values that are decoded for one look; about 2 ms of work."""

FEWEST: Final = 6
"""Lines of a value that are shown where there is no room for more."""

KEPT: Final = 64
"""Values in lines that are kept for the next look."""

BARRED: Final = 6
"""Clock entries up to which each has a line and a bar of its own."""

ENTRIES: Final = 24
"""Clock entries shown; the clocks of classic peers grow for ever."""


def letter(at: int) -> str:
    """What a sibling is called on the screen: a to z, then by number."""
    return NAMES[at] if at < len(NAMES) else str(at + 1)


class Look(NamedTuple):
    """How versions are looked at: at most `most` lines of each value in `room` cells, a card not narrower
    than `card`; `tight` without blank lines between the parts of a card; `whole` with long strings and lists
    unfolded; only lines of a value with the text `find` (`!find`: without it); the sibling `chosen` with a
    lit frame; ages as of `now`."""

    roster: Roster
    room: int
    now: float
    most: int = FEWEST
    card: int = CARD
    tight: bool = False
    whole: bool = False
    find: str = ""
    chosen: int | None = None


class Shown(NamedTuple):
    """The lines of one value that are shown, whether some were folded, and how many fit the filter `of` how
    many."""

    lines: list[Line]
    folded: bool
    fitting: int
    of: int


class Values:
    """The decoded values of one inspection, within the limit, and where they differ."""

    def __init__(self, inspection: Inspection) -> None:
        self._shown: dict[tuple[object, ...], Shown] = {}
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
        self._marks = json_view.differing(shown)
        self.merge = merged(shown)
        self.left_out = sum(isinstance(value, _Folded) for value in self._values)
        """Values too large to be decoded here, which the merge lacks."""

    def lines(self, at: int, room: int, look: Look) -> Shown:
        """One value in lines of `room` cells. The second time the same is asked for, it costs nothing: what a
        clock on the wall changes is elsewhere."""
        asked = (at, room, look.most, look.whole, look.find)
        known = self._shown.get(asked)
        if known is None:
            if len(self._shown) >= KEPT:
                self._shown.clear()
            known = self._shown[asked] = self._made(self._values[at], room, look)
        return known

    def _made(self, value: object, room: int, look: Look) -> Shown:
        if isinstance(value, _Folded):
            return Shown([[Span(f"{size(value.size)}, folded; e opens it", "dim")]], True, 1, 1)
        lines, folded = json_view.written(value, room, look.most, self._marks, whole=look.whole)
        needle = look.find.lower()
        wanted = needle.removeprefix("!")
        if not wanted:
            return Shown(lines, folded, len(lines), len(lines))
        inverse = len(needle) > len(wanted)
        fitting = [line for line in lines if (wanted in plain(line).lower()) is not inverse]
        none: list[Line] = [[Span("no line of this fits", "dim")]]
        return Shown(fitting or none, folded, len(fitting), len(lines))


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
    """The cards in lines, where each of them is, in how many rows they stand, the lines of the longest value,
    whether something of a value is folded, and how many lines of the values fit the filter `of` how many."""

    lines: list[Line]
    places: list[Place]
    rows: int
    longest: int
    folded: bool
    fitting: int
    of: int


def cards(inspection: Inspection, values: Values, look: Look) -> Laid:
    """All versions side by side as far as they fit, the rest below."""
    count = len(inspection.siblings)
    across = max(1, min(count, 3, (look.room + 1) // (look.card + 1)))
    wide = (look.room - (across - 1)) // across
    highest = max((n for view in inspection.siblings for n in view.record.vc.values()), default=1)
    shown = [values.lines(at, wide - 4, look) for at in range(count)]
    made: list[Line] = []
    places: list[Place] = []
    for start in range(0, count, across):
        row = [
            body(view, shown[at].lines, look, wide - 4, highest, len(inspection.members), alone=count == 1)
            for at, view in enumerate(inspection.siblings[start : start + across], start)
        ]
        tall = max(map(len, row))
        edges = ["accent" if start + at == look.chosen else "edge" for at in range(len(row))]
        places += [
            Place(len(made), len(made) + tall + 2, at * (wide + 1), at * (wide + 1) + wide)
            for at in range(len(row))
        ]
        tops = [
            heading(view, at, count, look, wide, edges[at - start])
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
    live = [each for each, view in zip(shown, inspection.siblings, strict=True) if not view.record.deleted]
    folded = any(each.folded for each in live)
    fitting, of = sum(each.fitting for each in live), sum(each.of for each in live)
    longest = max((len(each.lines) for each in live), default=0)
    return Laid(made, places, -(-count // across), longest, folded, fitting, of)


def heading(view: SiblingView, at: int, count: int, look: Look, wide: int, edge: str = "edge") -> list[Span]:
    """The top edge of a card: its letter, the writer in its colour, how long ago."""
    face = look.roster.face(view.node)
    words = [Span("╭─ ", edge)]
    if edge == "accent":
        words += [Span("▸", "bold accent")]
    if count > 1:
        words += [Span(f"{letter(at)} ", "bold accent")]
    words.append(Span(face.label, f"bold {face.ink}"))
    age = Span(f" · {ago(look.now - view.record.ts)} ", "dim")
    name = Span(f" {face.name}")
    if face.name and width((*words, name, age)) <= wide - 2:  # when it was written counts for more
        words.append(name)
    elif width((*words, age)) > wide - 2:
        age = Span(f" · {span(look.now - view.record.ts)} ", "dim")
    words = crop((*words, age), wide - 2)
    return [*words, Span("─" * (wide - 1 - width(words)) + "╮", edge)]


def body(
    view: SiblingView,
    value: Sequence[Line],
    look: Look,
    room: int,
    highest: int,
    members: int,
    *,
    alone: bool = False,
) -> list[Line]:
    """What stands in a card: the lines of the value, its clock entry by entry, the ids, and who holds it (for
    a card that is alone the pane says that above)."""
    record, roster = view.record, look.roster
    made = list(value)
    if record.deleted:
        made = [[Span("✗ deleted", "bold red")], [Span("a tombstone, no value", "dim")]]
    gap: list[Line] = [] if look.tight else [()]
    made += [*gap, *clock(record.vc, view.entry, roster, room, highest), *gap]
    face = roster.face(view.node)
    made += _set(
        (Span("dot ", "dim"), Span(f"{face.label}·{view.seq:,}", face.ink)),
        (Span("lamport ", "dim"), Span(f"{record.lamport:,}")),
        room,
    )
    held = len(set(view.held))
    told = (Span(f"held by {held}/{members}", "dim" if held >= members else "amber"),)
    cid = (Span(f"cid {record.cid[:8]}…", "dim"),)
    if alone:  # who holds the key stands above
        made += [] if record.deleted else [cid]
    else:
        made += [told] if record.deleted else _set(cid, told, room)
    if record.node_id != view.node:
        author = roster.face(record.node_id)
        made += flow([Span("written by", "dim"), said(author.label, author.ink)], room)
    return made


def _set(left: Line, right: Line, room: int) -> list[Line]:
    """Two facts on one line, or below each other where they do not fit."""
    line = (*left, Span("  "), *right)
    return [line] if width(line) <= room else [left, right]


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
        if bar > 1 and owner(node) == node:  # a number that is counted apart measures nothing
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
