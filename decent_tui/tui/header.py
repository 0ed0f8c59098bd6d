"""The line at the top: the node and its numbers."""

from collections import deque
from typing import Final

import msgspec
from textual import events
from textual.message import Message

from decent_tui.core.operations import NodeStatus
from decent_tui.core.text import printable
from decent_tui.tui.banner import broken
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, said, spread, width
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import plural, sparkline

SECONDS: Final = 12
"""Seconds that the curve of writes shows, one bar each."""


class Facts(msgspec.Struct, frozen=True):
    """What the line is made of; without a status the node is still `progress`ing to its start, or `lost`.
    `readonly`: nothing can be changed here."""

    status: NodeStatus | None = None
    roster: Roster = Roster()
    cuts: int = 0
    rates: tuple[int, ...] = (0,) * SECONDS
    progress: str = "starting …"
    lost: bool = False
    readonly: bool = False


ABOUT: Final = {
    "name": "This node: its address, and the name it goes by",
    "cut": "What you do to the network on purpose; a click goes to the peers",
    "alarm": "Something needs a person; a click tells what",
    "peers": "Peers alive, of those that are known; a click goes there",
    "keys": "Keys that have a value; a click goes there",
    "conflicts": "Keys that have several values; a click goes to the next one",
    "settled": "How much of all writes all the others have; a click shows who lacks what",
    "rate": "Writes a second, made here or taken in; the curve shows the last seconds",
}
"""What each part says, for the mouse."""


class Zone(msgspec.Struct, frozen=True):
    """Where a part of the line stands: from a cell to before another one."""

    part: str
    start: int
    end: int


class Header(LineView):
    """Name, peers, keys, conflicts, how much is settled, writes a second, cuts."""

    class Clicked(Message):
        """A part of the line was clicked."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._facts = Facts()
        self._line: Line = ()
        self._zones: list[Zone] = []

    def show(self, facts: Facts) -> None:
        """Show these numbers; nothing is painted when they read the same."""
        self._facts = facts
        self._compute()

    def on_resize(self, event: events.Resize) -> None:
        """More or fewer numbers find room."""
        self._compute()

    def _compute(self) -> None:
        line, self._zones = header_line(self._facts, self.size.width)
        if line != self._line:
            self._line = line
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        return self._line, "bar"

    def _under(self, x: int) -> str:
        return next((zone.part for zone in self._zones if zone.start <= x < zone.end), "")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the part under the mouse means."""
        self.tooltip = ABOUT.get(self._under(event.x))

    def on_click(self, event: events.Click) -> None:
        """Tell whoever knows where it leads."""
        if part := self._under(event.x):
            self.post_message(self.Clicked(part))


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


def header_line(facts: Facts, room: int) -> tuple[Line, list[Zone]]:
    """Who on the left, how it goes on the right; the least important parts go first when it is narrow."""
    status, roster, rates, cuts = facts.status, facts.roster, facts.rates, facts.cuts
    name = [Span(" decent", "bold accent")]
    if status is None:
        ink = "bold ground on red" if facts.lost else "dim"
        return spread([*name, Span("  "), said(facts.progress, ink)], (), room), []
    face = roster.face(status.node_id, status.address)
    who = [*name, Span("  "), Span(face.label, f"bold {face.ink}"), Span(" "), Span(printable(status.name))]
    who += [Span("  only looking", "amber")] if facts.readonly else []
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
    parts = [
        (9, "cut", cut),
        (8, "alarm", alarm),
        (5, "peers", peers),
        (4, "keys", keys),
        (7, "conflicts", conflicts),
        (3, "settled", settled),
        (1, "rate", curve),
    ]
    shown = [each for each in parts if each[2]]
    gap = 3 if room >= 110 else 2
    spare = room - width(who) - 2
    while shown and sum(width(part) + gap for _, _, part in shown) > spare:
        shown.remove(min(shown, key=lambda ranked: ranked[0]))
    right: list[Span] = []
    for _, _, part in shown:
        right += [*part, Span(" " * gap)]
    if right:
        right[-1] = Span(" ")
    zones = [Zone("name", 0, width(who))]
    x = room - width(right)
    for _, name_of, part in shown:
        zones.append(Zone(name_of, x, x + width(part)))
        x += width(part) + gap
    return spread(who, right, room), zones
