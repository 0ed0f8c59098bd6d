"""How much work may be done in one go on an event loop that others share."""

import asyncio
from time import monotonic
from typing import Final

SLICE: Final = 0.001
"""Seconds of work after which everybody else gets a turn."""


class Pace:
    """Held by whoever has a lot to do: `await pace.step()` after each small piece.

    `pause` is how long the others get (seconds). Zero is a bare turn of the loop; a screen, whose keys need
    some eight turns to be seen, wants a real pause.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._begun = monotonic()

    async def step(self) -> None:
        """Go on at once, or after a pause when the slice is used up."""
        if monotonic() - self._begun >= SLICE:
            await asyncio.sleep(self._pause)
            self._begun = monotonic()

    def rested(self) -> None:
        """The caller has just waited for something else: the slice begins anew."""
        self._begun = monotonic()
