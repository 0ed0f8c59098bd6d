"""How late the event loop is: what else runs on it waits as long."""

import asyncio
from types import TracebackType
from typing import Final, Self

from decent_tui.core.histogram import Histogram

EVERY: Final = 0.1
"""Seconds between two looks."""

BOUNDS: Final = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds: nothing is to hold the loop for more than two milliseconds, and a person sees fifty."""


class LoopLag:
    """`async with LoopLag() as lag: …` measures the loop it runs on: `lag.seen` counts by how many seconds a
    timer came too late."""

    def __init__(self) -> None:
        self.seen = Histogram(BOUNDS)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._again(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + EVERY
        self._timer = loop.call_at(due, self._look, loop, due)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.seen.note(max(0.0, loop.time() - due))
        self._again(loop)
