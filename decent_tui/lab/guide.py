"""Tells a scenario to somebody who watches: with its pauses, at a speed, and stopped at any time."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from decent_tui.core.errors import Refused
from decent_tui.lab.player import Failed, play
from decent_tui.lab.rewind import rewind
from decent_tui.lab.scenario import Scenario, Step
from decent_tui.lab.stage import Stage
from decent_tui.net.settings import StartError

State = Literal["playing", "paused", "rewinding", "over", "stuck"]


class Guide:
    """The state of the telling, for whoever shows it; `changed` is called when any of it does."""

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        *,
        speed: float = 1.0,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.scenario = scenario
        self.speed = speed
        self.state: State = "playing"
        self.caption = ""
        """What the story says now."""
        self.done: tuple[str, ...] = ()
        """What was done since that caption: `anna: put lunch "pizza"`."""
        self.answer: tuple[str, ...] = ()
        """What a node said about it, when it was asked for an explanation."""
        self.told = 0
        """How many captions were said, of `captions`."""
        self.captions = sum(bool(step.caption) for step in scenario.step)
        self.note = ""
        """Why the story does not go on, if it does not."""
        self._stage = stage
        self._changed = changed
        self._wake = asyncio.Event()
        self._again = asyncio.Event()
        self._hurry = False

    # ------------------------------------------------------------------ what a person does

    def pause(self) -> None:
        """Stand still before the next step."""
        if self.state == "playing":
            self._be("paused")

    def go_on(self) -> None:
        """Go on after a pause."""
        if self.state == "paused":
            self._be("playing")

    def step(self) -> None:
        """Go on to the next caption, and stand still there."""
        if self.state in ("playing", "paused"):
            self._hurry = True
            self._be("paused")

    def take_over(self, what: str) -> None:
        """A person gave a command of their own: the story waits."""
        if self.state in ("playing", "paused"):
            self._be("paused", f"You took over ({what}), so the story waits. Space goes on with it.")

    def replay(self) -> None:
        """Begin again."""
        if self.state != "rewinding":
            self._again.set()

    # ------------------------------------------------------------------ telling

    async def run(self) -> None:
        """Tell the story, and again whenever a replay is asked for; until cancelled."""
        while True:
            self._again.clear()
            telling = asyncio.create_task(self._tell())
            again = asyncio.create_task(self._again.wait())
            try:
                await asyncio.wait({telling, again}, return_when=asyncio.FIRST_COMPLETED)
                if telling.done():
                    telling.result()
                    await again
            finally:
                telling.cancel()
                again.cancel()
                await asyncio.gather(telling, again, return_exceptions=True)
            await self._rewind()

    async def _rewind(self) -> None:
        self.caption, self.done, self.answer, self.told = "", (), (), 0
        self._be("rewinding")
        try:
            await rewind(self.scenario, self._stage)
        except (Failed, StartError) as error:
            self._be("stuck", str(error))
            await self._again.wait()
            return
        self._hurry = False
        self._be("playing")

    async def _tell(self) -> None:
        if self.state == "stuck":
            return
        try:
            await play(self.scenario, self._stage, caption=self._say, done=self._did, before=self._before)
        except (Failed, Refused, StartError) as error:
            self._be("stuck", f"The story cannot go on: {error}.")
            return
        self._be("over")

    async def _before(self, step: Step) -> None:
        """Make the pause before a step; time passes only while the story plays."""
        left = step.after / self.speed
        while left > 0 and not self._hurry:
            playing, since = self.state == "playing", time.monotonic()
            self._wake.clear()
            with suppress(TimeoutError):
                # not wait_for: before Python 3.12 it loses a cancellation that comes together with the event
                async with asyncio.timeout(left if playing else None):
                    await self._wake.wait()
            if playing:
                left -= time.monotonic() - since
        if step.after:
            self._hurry = False

    def _say(self, text: str) -> None:
        self.caption, self.done, self.answer = text, (), ()
        self.told += 1
        self._changed()

    def _did(self, step: Step, text: str) -> None:
        self.done = (*self.done, f"{step.node}: {step.do}")
        if step.do.split()[0] in ("why", "history", "wait"):
            self.answer = tuple(line for line in text.splitlines()[1:] if not line.startswith("  "))
        self._changed()

    def _be(self, state: State, note: str = "") -> None:
        self.state, self.note = state, note
        self._wake.set()
        self._changed()
