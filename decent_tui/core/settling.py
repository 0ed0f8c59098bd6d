"""How long writes take to settle: from the write until every alive peer is known to have it.

Measured on this node's own writes, by its own clock. What it hears of others' `seen` comes in
acknowledgements (see `exchange.WORD`), so a number here is never too small, and too large by one way of the
network and up to a tenth of a second when much is written.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from decent_tui.core.histogram import Histogram
from decent_tui.core.seen import Seen

RECENT: Final = 300.0
"""Seconds for which a settled write counts as recent."""

KEPT: Final = 500
"""Settled writes kept at most."""

FLYING: Final = 100_000
"""Writes in flight that are timed at most; while more are under way the oldest are not."""

BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds by which settle times are counted: from a local network to a peer that was away for a while."""


class _Settled(msgspec.Struct, frozen=True):
    at: float
    took: float


class Settling:
    """This node's writes on their way."""

    def __init__(self) -> None:
        self._node = ""
        self._flying: deque[tuple[int, float]] = deque()
        """Number and time of each write that somebody alive still lacks, rising."""
        self._settled: deque[_Settled] = deque(maxlen=KEPT)
        self._waited_for: frozenset[str] = frozenset()
        self._late: set[str] | None = None
        """Who lacked the first write in flight at the last look and has not been heard to have it since; None
        when nobody has looked yet."""
        self.took = Histogram(BOUNDS)
        """The seconds of every write of this run that settled."""

    def wrote(self, node: str, seq: int, now: float) -> None:
        """This node made a write (a number that was taken back by a failing disk comes again)."""
        if node != self._node:
            self._node = node
            self._flying.clear()
        while self._flying and self._flying[-1][0] >= seq:
            self._flying.pop()
        if not self._flying:
            self._waited_for, self._late = frozenset(), None
        self._flying.append((seq, now))
        if len(self._flying) > FLYING:
            self._flying.popleft()

    def can_settle(self, node: str, seen: Seen) -> bool:
        """Whether a look is worth while, now that a peer was heard to have seen this: only the last that a
        write waits for settles it. (With 50 peers each write is acknowledged 50 times.)"""
        if not self._flying or self._late is None:
            return bool(self._flying)
        if seen.base(self._node) >= self._flying[0][0]:
            self._late.discard(node)
        return not self._late

    def look(self, alive: Mapping[str, Seen], now: float) -> None:
        """See what has settled, by what the alive peers are known to have seen."""
        someone_left = not self._waited_for <= alive.keys()
        self._waited_for = frozenset(alive)
        reached = min((seen.base(self._node) for seen in alive.values()), default=None)
        while self._flying and (reached is None or self._flying[0][0] <= reached):
            _, began = self._flying.popleft()
            if reached is not None and not someone_left:  # else it was given up, not settled
                self._settled.append(_Settled(now, now - began))
                self.took.note(now - began)
        if self._flying:
            first = self._flying[0][0]
            self._late = {node for node, seen in alive.items() if seen.base(self._node) < first}

    @property
    def in_flight(self) -> int:
        """Writes that an alive peer is not known to have."""
        return len(self._flying)

    def oldest(self, now: float) -> float:
        """Seconds for which the oldest of them is under way."""
        return now - self._flying[0][1] if self._flying else 0.0

    def recent(self, now: float) -> list[float]:
        """The seconds that recent writes took, oldest first."""
        return [settled.took for settled in self._settled if now - settled.at <= RECENT]


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that so many percent of all do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(0, int(rank) - 1)]


def newest(values: Iterable[float], count: int) -> list[float]:
    """The last few of the values, in milliseconds."""
    listed = list(values)
    return [round(1000 * value, 2) for value in islice(listed, max(0, len(listed) - count), None)]
