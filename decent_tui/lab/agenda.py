"""Virtual time: what is to happen when."""

import heapq
from collections.abc import Callable
from typing import Final

STEP: Final = 0.25
"""Virtual seconds between two looks at a condition that is waited for."""


class Agenda:
    """A queue of things to do, and the time. Equal times keep the order in which they were entered."""

    def __init__(self) -> None:
        self.now = 0.0
        """Virtual seconds since the beginning."""
        self._queue: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._numbers = 0

    def number(self) -> int:
        """A fresh number."""
        self._numbers += 1
        return self._numbers

    def later(self, delay: float, work: Callable[..., None], *args: object) -> None:
        """Have something happen after a delay."""
        self._numbers += 1
        heapq.heappush(self._queue, (self.now + delay, self._numbers, work, args))

    def at(self, moment: float, work: Callable[..., None], *args: object) -> None:
        """Have something happen at a moment: right now, if that has come."""
        if moment <= self.now:
            work(*args)
        else:
            self.later(moment - self.now, work, *args)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end, queue = self.now + seconds, self._queue
        while queue and queue[0][0] <= end:
            self.now, _, work, args = heapq.heappop(queue)
            work(*args)
        self.now = end

    def run_until(self, done: Callable[[], bool], within: float) -> bool:
        """Let time pass until something is so; whether it came to be within so many seconds."""
        end = self.now + within
        while not done():
            if self.now >= end:
                return False
            self.run(STEP)
        return True
