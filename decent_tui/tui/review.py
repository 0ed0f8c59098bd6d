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


class Review:
    """The value `raw`, and the versions it would replace with the parts marked that would go.

    The values are laid out once for a width: after that only their ages change, and those cost little.
    """

    def __init__(self, raw: bytes, replaced: Sequence[SiblingView], roster: Roster) -> None:
        self._raw, self._replaced, self._roster = raw, replaced, roster
        self._new: tuple[int, Sequence[Line]] = (0, ())
        self._old: tuple[int, Sequence[Sequence[Line]]] = (0, ())

    def lines(self, now: float, room: int) -> Sequence[Line]:
        """The new value in full, then each version it replaces."""
        if self._new[0] != room:
            self._new = (room, self._written(room))
        lines: list[Line] = [(Span("this will be written", "bold accent"),), *self._new[1]]
        if self._replaced:
            lines += [(), *self.giving_way(now, room)]
        told = "Nothing goes before the new value is stored; u brings it back afterwards, as a new write."
        return [*lines, (), *flow([Span(word, "dim") for word in told.split()], room)]

    def giving_way(self, now: float, room: int) -> list[Line]:
        """Each version that would be replaced."""
        if self._old[0] != room:
            self._old = (room, self._given(room))
        lines: list[Line] = [(Span("in place of", "bold accent"),)]
        count = len(self._replaced)
        for at, (view, value) in enumerate(zip(self._replaced, self._old[1], strict=False)):
            lines += [_who(view, at, count, self._roster, now), *value]
        if count > MOST:
            lines.append((Span(f"  … and {plural(count - MOST, 'value')} more", "dim"),))
        return lines

    def _written(self, room: int) -> Sequence[Line]:
        """The new value, with the parts marked that none of the others has."""
        value = json_view.decode(self._raw)
        apart = [
            json_view.differing([value, json_view.decode(bytes(view.record.value))])
            for view in self._replaced[:MOST]
            if not view.record.deleted
        ]
        new = frozenset.intersection(*apart) if apart else frozenset()
        return _indented(json_view.pretty(value, room - 2, LINES, new, "  ← new"))

    def _given(self, room: int) -> Sequence[Sequence[Line]]:
        """The values that would go; nothing for one that is deleted."""
        value = json_view.decode(self._raw)
        given: list[Sequence[Line]] = []
        for view in self._replaced[:MOST]:
            lines: Sequence[Line] = ()
            if not view.record.deleted:
                old = json_view.decode(bytes(view.record.value))
                marks = json_view.differing([value, old])
                lines = _indented(json_view.pretty(old, room - 2, OLD, marks, "  ← goes"))
            given.append(lines)
        return given


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
