"""What a dial delays waits here for its time."""

import asyncio
import heapq
import time
from collections.abc import Callable
from typing import Final

MOST: Final = 16 * 1024 * 1024
"""Bytes of messages that wait at most; what comes beyond is lost, as on a full link."""


class Late:
    """Work put off to a time: done in order of time, and of arrival where times are equal (the timers of
    asyncio alone do not promise the second)."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, int, Callable[[], object]]] = []
        self._count = 0
        self.size = 0
        """Bytes that wait."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, at: float, size: int, work: Callable[[], object]) -> bool:
        """Do the work at the (monotonic) time; False if too many bytes wait already."""
        if self.size + size > MOST:
            return False
        self._count += 1
        self.size += size
        heapq.heappush(self._waiting, (at, self._count, size, work))
        self._arm()
        return True

    def clear(self) -> None:
        """Nothing that waits is done any more."""
        self._waiting.clear()
        self.size = 0
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            delay = max(0.0, self._waiting[0][0] - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._due)

    def _due(self) -> None:
        self._timer = None
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, size, work = heapq.heappop(self._waiting)
            self.size -= size
            work()
        self._arm()
