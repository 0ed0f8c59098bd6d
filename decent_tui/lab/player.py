"""Plays a scenario on a stage, step by step."""

from collections.abc import Awaitable, Callable
from typing import Final

from decent_tui.commands.session import run_line
from decent_tui.lab.scenario import Expect, Scenario, Step
from decent_tui.lab.stage import Stage, unmet

LOOK: Final = 0.05
"""Seconds between two looks at whether an expectation has come true."""


class Failed(Exception):
    """A scenario did not go as it says: one sentence with its line."""


async def _no_pause(step: Step) -> None:
    """Go on at once."""


async def play(
    scenario: Scenario,
    stage: Stage,
    *,
    caption: Callable[[str], None] = lambda text: None,
    done: Callable[[Step, str], None] = lambda step, text: None,
    before: Callable[[Step], Awaitable[None]] = _no_pause,
) -> None:
    """Play all steps, once all nodes are linked; raises Failed at the first that does not go as it should.

    `before` is awaited ahead of each step (whoever watches makes pauses there), `caption` is told what a step
    says, and `done` what a node was told to do and what it answered.
    """
    await _await("the nodes do not find each other", Expect(level=True), stage)
    for step in scenario.step:
        await before(step)
        if step.caption:
            caption(step.caption)
        await _act(step, stage, done)
        if step.expect is not None:
            await _await(f"line {step.expect_line}", step.expect, stage)


async def _act(step: Step, stage: Stage, done: Callable[[Step, str], None]) -> None:
    if step.stop:
        await stage.stop(step.stop)
    if step.save:
        await stage.save(step.save)
    if step.restore:
        await stage.restore(step.restore)
    if step.start:
        await stage.start(step.start)
    if not step.do:
        return
    node = stage.node(step.node)
    if node is None:
        raise Failed(f"line {step.do_line}: {step.node} is not running")
    outcome = await run_line(node, step.do)
    if outcome is None:
        return
    if outcome.ok == step.refused:
        why = "was done, and should have been refused" if outcome.ok else outcome.error
        raise Failed(f"line {step.do_line}: {step.node}: {step.do}: {why}")
    done(step, "\n".join(outcome.text()))


async def _await(what: str, expect: Expect, stage: Stage) -> None:
    waited = 0.0
    while why := await unmet(stage, expect):
        if waited >= expect.within:
            raise Failed(f"{what}: not within {expect.within:g} s: {why}")
        await stage.sleep(LOOK)
        waited += LOOK
