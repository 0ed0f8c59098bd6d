"""The board of dials without its screen: how each stands, and which command a key stands for."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

import msgspec

from decent_tui.core.dial_operations import DialView, Way
from decent_tui.core.faults import BOTH, Direction
from decent_tui.core.operations import PeerView

Column = Literal["cut", "lag", "jitter", "lose", "duplicate", "reorder"]
"""Named like the commands, but for the jitter, which is the second number of `lag`."""

COLUMNS: Final[tuple[Column, ...]] = get_args(Column)

WAYS: Final[tuple[Way, ...]] = ("both", "out", "in")

TIMES: Final = (None, 10, 30, 60, 300)
"""Seconds after which a dial heals by itself; None: it does not."""

_DELAYS: Final = (0, 20, 50, 100, 200, 500, 1_000, 2_000)
_SHARES: Final = (0, 1, 2, 5, 10, 20, 50, 80, 100)
"""What one step more or less leads to: milliseconds and percent. Anything between can be typed."""


class Board(msgspec.Struct, frozen=True):
    """Some peers with their dials, one cell of the board chosen, and how the next key turns it: for which
    way, and for how long."""

    peers: Sequence[PeerView] = ()
    address: str = ""
    column: Column = "cut"
    way: Way = "both"
    time: int | None = None

    @property
    def peer(self) -> PeerView | None:
        """The peer that is chosen."""
        chosen = (peer for peer in self.peers if peer.address == self.address)
        return next(chosen, self.peers[0] if self.peers else None)

    def step(self, by: int) -> str:
        """The command for so many steps more (or less); empty if there is nothing to turn."""
        if self.column == "cut":
            return self.cut() if by > 0 else self.off()
        now = self._now(self.column)
        steps = _DELAYS if self.column in ("lag", "jitter") else _SHARES
        if by > 0:
            return self._turn(next((float(step) for step in steps if step > now), now))
        return self._turn(next((float(step) for step in reversed(steps) if step < now), 0.0)) if now else ""

    def off(self) -> str:
        """The command that turns the chosen dial off. A cut is undone by `heal`, and all else with it."""
        if self.column != "cut":
            return self._turn(0.0) if self._now(self.column) else ""
        return self.heal() if self._now("cut") else ""

    def cut(self) -> str:
        """The command that cuts the chosen link."""
        return f"cut {self.peer.address}{self._flags}" if self.peer is not None else ""

    def heal(self) -> str:
        """The command that heals the chosen link; empty if nothing is dialled for it."""
        return f"heal {self.peer.address}" if self.peer is not None and self.peer.dials else ""

    def begun(self) -> str:
        """The beginning of the command for the chosen cell, for a person to type its number."""
        if self.peer is None:
            return ""
        verb = "lag" if self.column == "jitter" else self.column
        lag = f"{self._now('lag'):g} " if self.column == "jitter" else ""
        return f"{verb} {self.peer.address} {lag}"

    def _turn(self, amount: float) -> str:
        if self.peer is None or amount == self._now(self.column):
            return ""
        verb, numbers = str(self.column), f"{amount:g}"
        if self.column == "jitter":
            verb, numbers = "lag", f"{self._now('lag') or amount:g} {amount:g}"
        elif self.column == "lag" and amount and self._now("jitter"):
            numbers += f" {min(amount, self._now('jitter')):g}"
        return f"{verb} {self.peer.address} {numbers}{self._flags if amount else self._side}"

    @property
    def _side(self) -> str:
        return "" if self.way == "both" else f" --{self.way}"

    @property
    def _flags(self) -> str:
        return self._side + (f" --for {self.time}" if self.time is not None else "")

    def _now(self, column: Column) -> float:
        """How the chosen dial stands; for both ways the stronger one."""
        ways: Sequence[Direction] = BOTH if self.way == "both" else (self.way,)
        return max(amount(self.peer, column, way) for way in ways) if self.peer is not None else 0.0


def dial(peer: PeerView, column: Column, way: Direction) -> DialView | None:
    """A dial of a peer for one direction, if it is on."""
    kind = "lag" if column == "jitter" else column
    return next((view for view in peer.dials if view.dial == kind and view.direction in ("both", way)), None)


def amount(peer: PeerView, column: Column, way: Direction) -> float:
    """How a dial stands: milliseconds, percent, or 100 for a cut; 0 when it is off."""
    view = dial(peer, column, way)
    if view is None:
        return 0.0
    match column:
        case "cut":
            return 100.0
        case "lag":
            return view.ms or 0.0
        case "jitter":
            return view.jitter_ms or 0.0
        case _:
            return view.percent or 0.0


def sides(peer: PeerView) -> Sequence[Sequence[Direction]]:
    """The lines that a peer takes: one where both directions are alike, else one for each."""
    alike = all(amount(peer, column, "out") == amount(peer, column, "in") for column in COLUMNS)
    return (("out", "in"),) if alike else (("out",), ("in",))
