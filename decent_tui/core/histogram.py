"""Counting numbers by size, for whoever asks later how large they were."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """`counts[i]` numbers were at most `bounds[i]` (rising) but above the bound before; the last count is of
    those above all bounds. `total` is the sum of all numbers."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, number: float) -> None:
        """Count one in."""
        self.counts[bisect_left(self.bounds, number)] += 1
        self.total += number
