"""What the network does to a line by itself: delay, loss, duplication, reordering."""

from collections.abc import Iterator
from random import Random
from typing import Annotated, Final, NamedTuple

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=3_600)]
"""Virtual seconds, as a file may give them."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

OVERTAKE: Final = 0.5
"""Seconds by which a line may come too late when lines are reordered, at most."""


class Draws(NamedTuple):
    """A stream for each thing that may become of a line: one more loss shifts no latency, and so on."""

    latency: Random
    loss: Random
    duplication: Random
    reordering: Random


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

    def fate(self, draws: Draws) -> Iterator[tuple[float, bool]]:
        """When each copy of a line arrives, and whether it keeps its place in the row; none if it is lost.
        Each stream gets on by one line, whatever becomes of it in the others."""
        copies = [self.latency(draws.latency)]
        if self.duplicate:
            again, chance = self.latency(draws.duplication), draws.duplication.random()
            if chance < self.duplicate:
                copies.append(again)
        if self.reorder:
            held = [(draws.reordering.random(), OVERTAKE * draws.reordering.random()) for _ in range(2)]
        if self.lose and draws.loss.random() < self.lose:
            return
        for number, latency in enumerate(copies):
            if self.reorder and held[number][0] < self.reorder:
                yield latency + held[number][1], False
            else:
                yield latency, True

    @property
    def calm(self) -> "Weather":
        """The same network on a day on which nothing goes wrong."""
        return Weather(self.base, self.spread)
