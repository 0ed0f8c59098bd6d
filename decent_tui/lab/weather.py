"""What the network does to a line by itself: delay, loss, duplication, reordering."""

from collections.abc import Iterator
from random import Random
from typing import Annotated, Final

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_600)]
"""Virtual seconds, as a file may give them."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

OVERTAKE: Final = 0.5
"""Seconds by which a line may come too late when lines are reordered, at most."""


class Weather(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The law by which lines travel. Times are seconds one way, the rest are shares of the lines.

    `base` and up to `spread` more is what a line takes; a share of `tail` takes ten times as long. Lines
    between nodes of our kind may get lost, come twice, or be overtaken: a connection of TCP does none of
    these, but a person's dials do, and the rules must bear it.
    """

    base: Seconds = 0.001
    spread: Seconds = 0.03
    tail: Share = 0.0
    lose: Share = 0.0
    duplicate: Share = 0.0
    reorder: Share = 0.0

    def latency(self, draw: Random) -> float:
        """How long one line takes."""
        taken = self.base + self.spread * draw.random()
        return taken * 10 if self.tail and draw.random() < self.tail else taken

    def fate(self, draw: Random) -> Iterator[tuple[float, bool]]:
        """When each copy of a line arrives, and whether it keeps its place in the row; none if it is lost."""
        if self.lose and draw.random() < self.lose:
            return
        copies = 2 if self.duplicate and draw.random() < self.duplicate else 1
        for _ in range(copies):
            if self.reorder and draw.random() < self.reorder:
                yield self.latency(draw) + OVERTAKE * draw.random(), False
            else:
                yield self.latency(draw), True

    @property
    def calm(self) -> "Weather":
        """The same network on a day on which nothing goes wrong."""
        return Weather(self.base, self.spread)
