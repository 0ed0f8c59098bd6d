"""What a write would do, before it is done: the new value, and what it takes the place of. Pure."""

from collections.abc import Sequence
from typing import Final

from decent_tui.core.operations import SiblingView
from decent_tui.tui import json_view
from decent_tui.tui.cards import letter
from decent_tui.tui.lines import Line, Span, flow
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago, plural

LINES: Final = 200
"""Lines of the new value that are shown."""

OLD: Final = 24
"""Lines shown of each value that gives way."""

MOST: Final = 12
"""Values that give way of which each is shown; the rest is counted."""


def review(
    raw: bytes, replaced: Sequence[SiblingView], roster: Roster, now: float, room: int
) -> Sequence[Line]:
    """The value `raw` in full, then each version it replaces with the parts marked that differ from it."""
    value = json_view.decode(raw)
    apart = [
        json_view.differing([value, json_view.decode(bytes(view.record.value))])
        for view in replaced[:MOST]
        if not view.record.deleted
    ]
    new = frozenset.intersection(*apart) if apart else frozenset()
    lines: list[Line] = [(Span("this will be written", "bold accent"),)]
    lines += _indented(json_view.pretty(value, room - 2, LINES, new, "  ← new"))
    if replaced:
        lines += [(), (Span("in place of", "bold accent"),), *giving_way(raw, replaced, roster, now, room)]
    told = "Nothing goes before the new value is stored; u brings it back afterwards, as a new write."
    return [*lines, (), *flow([Span(word, "dim") for word in told.split()], room)]


def giving_way(
    raw: bytes, replaced: Sequence[SiblingView], roster: Roster, now: float, room: int
) -> list[Line]:
    """Each version that `raw` would replace, with the parts marked that would go."""
    value = json_view.decode(raw)
    lines: list[Line] = []
    for at, view in enumerate(replaced[:MOST]):
        lines.append(_who(view, at, len(replaced), roster, now))
        if not view.record.deleted:
            old = json_view.decode(bytes(view.record.value))
            marks = json_view.differing([value, old])
            lines += _indented(json_view.pretty(old, room - 2, OLD, marks, "  ← goes"))
    if len(replaced) > MOST:
        lines.append((Span(f"  … and {plural(len(replaced) - MOST, 'value')} more", "dim"),))
    return lines


def _who(view: SiblingView, at: int, count: int, roster: Roster, now: float) -> Line:
    face = roster.face(view.node)
    line = [Span(f"{letter(at)} ", "bold accent")] if count > 1 else []
    line += [Span(face.label, f"bold {face.ink}"), Span(f" {face.name}" if face.name else "")]
    line.append(Span(f" · {ago(now - view.record.ts)}", "dim"))
    if view.record.deleted:
        line.append(Span("  ✗ deleted", "red"))
    return line


def _indented(lines: Sequence[Line]) -> list[Line]:
    return [(Span("  "), *line) for line in lines]
