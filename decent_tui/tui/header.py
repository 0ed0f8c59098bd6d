"""The line at the top: the node and its numbers."""

from collections import deque
from typing import Final

import msgspec
from textual import events

from decent_tui.core.operations import NodeStatus
from decent_tui.core.text import printable
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, said, spread, width
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import plural, sparkline

SECONDS: Final = 12
"""Seconds that the curve of writes shows, one bar each."""


class Facts(msgspec.Struct, frozen=True):
    """What the line is made of; without a status the node is still `progress`ing to its start, or `lost`."""

    status: NodeStatus | None = None
    roster: Roster = Roster()
    cuts: int = 0
    rates: tuple[int, ...] = (0,) * SECONDS
    progress: str = "starting …"
    lost: bool = False


class Header(LineView):
    """Name, peers, keys, conflicts, how much is settled, writes a second, cuts."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._facts = Facts()
        self._line: Line = ()

    def show(self, facts: Facts) -> None:
        """Show these numbers; nothing is painted when they read the same."""
        self._facts = facts
        self._compute()

    def on_resize(self, event: events.Resize) -> None:
        """More or fewer numbers find room."""
        self._compute()

    def _compute(self) -> None:
        line = header_line(self._facts, self.size.width)
        if line != self._line:
            self._line = line
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        return self._line, "bar"


class Rates:
    """Writes in each of the last seconds, from a total that only grows until the node is started anew."""

    def __init__(self) -> None:
        self._total: int | None = None
        self._last: deque[int] = deque([0] * SECONDS, SECONDS)

    def sample(self, total: int) -> tuple[int, ...]:
        """Called once a second."""
        self._last.append(max(0, total - self._total) if self._total is not None else 0)
        self._total = total
        return tuple(self._last)


def broken(cuts: int, dials: int) -> list[Span]:
    """The banner while a person here keeps the network from working."""
    words = ([f"✂ {cuts} cut"] if cuts else []) + ([f"≈ {plural(dials, 'dial')}"] if dials else [])
    return [Span(f" {' · '.join(words)} ", "bold ground on red")] if words else []


def header_line(facts: Facts, room: int) -> Line:
    """Who on the left, how it goes on the right; the least important parts go first when it is narrow."""
    status, roster, rates, cuts = facts.status, facts.roster, facts.rates, facts.cuts
    name = [Span(" decent", "bold accent")]
    if status is None:
        return spread(
            [*name, Span("  "), said(facts.progress, "bold ground on red" if facts.lost else "dim")], (), room
        )
    face = roster.face(status.node_id, status.address)
    who = [*name, Span("  "), Span(face.label, f"bold {face.ink}"), Span(" "), Span(printable(status.name))]
    peers_ink = "green" if status.peers_known and status.peers_alive == status.peers_known else "amber"
    glyph = "●" if status.peers_alive else "○"
    peers = [
        Span(f"{glyph} ", peers_ink if status.peers_known else "dim"),
        Span(f"{status.peers_alive} of {status.peers_known}"),
        Span(" peer" + ("" if status.peers_known == 1 else "s"), "dim"),
    ]
    keys = [Span(f"{status.keys:,}"), Span(" key" if status.keys == 1 else " keys", "dim")]
    conflicts = [
        Span(f"≠ {plural(status.conflicts, 'conflict')}", "bold amber" if status.conflicts else "dim")
    ]
    percent = int(status.settled * 100) if status.settled < 1 else 100
    settled = [Span(f"{percent:>3} %", "green" if percent == 100 else "amber"), Span(" settled", "dim")]
    curve = [
        Span(sparkline([float(rate) for rate in rates]), "accent"),
        Span(f" {rates[-1]:>5,}"),
        Span(" w/s", "dim"),
    ]
    cut = broken(cuts, sum(view.dial != "cut" or view.direction != "both" for view in status.dials))
    alarm = [Span(f"✗ {plural(len(status.alarms), 'alarm')}", "bold red")] if status.alarms else []
    # from the left edge inwards; the numbers say which part is dropped first
    parts = [(9, cut), (8, alarm), (5, peers), (4, keys), (7, conflicts), (3, settled), (1, curve)]
    shown = [(rank, part) for rank, part in parts if part]
    gap = 3 if room >= 110 else 2
    spare = room - width(who) - 2
    while shown and sum(width(part) + gap for _, part in shown) > spare:
        shown.remove(min(shown, key=lambda ranked: ranked[0]))
    right: list[Span] = []
    for _, part in shown:
        right += [*part, Span(" " * gap)]
    if right:
        right[-1] = Span(" ")
    return spread(who, right, room)
