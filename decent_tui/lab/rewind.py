"""Back to the beginning of a story, on the same nodes: others may have joined them."""

from collections.abc import Sequence
from typing import Final

from decent_tui.commands.parse import parse
from decent_tui.commands.scan import quote
from decent_tui.commands.session import run_line
from decent_tui.core.operations import Delete, Put, Resolve
from decent_tui.lab.player import LOOK, Failed
from decent_tui.lab.scenario import Expect, Scenario
from decent_tui.lab.stage import Stage, unmet, values

WITHIN: Final = 20.0
"""Seconds in which everybody must be level again."""


def keys_of(scenario: Scenario) -> list[str]:
    """The keys that a scenario writes, in the order in which it first does."""
    keys: dict[str, None] = {}
    for step in scenario.step:
        request = parse(step.do)[1] if step.do else None
        if isinstance(request, Put | Delete | Resolve):
            keys[request.key] = None
    return list(keys)


async def rewind(scenario: Scenario, stage: Stage) -> None:
    """Start every node, heal every link, and delete the keys that the story writes; raises Failed."""
    for name in stage.names:
        await stage.start(name)
    for name in stage.names:
        await _do(stage, name, "heal all")
    await _until(stage, Expect(level=True))
    for key in keys_of(scenario):
        for name in stage.names[:1]:
            if await values(stage.node(name), key):
                await _do(stage, name, f"delete {quote(key)}")
    await _gone(stage, keys_of(scenario))


async def _gone(stage: Stage, keys: Sequence[str]) -> None:
    for key in keys:
        await _until(stage, Expect(key=key, values=[]))


async def _do(stage: Stage, name: str, line: str) -> None:
    node = stage.node(name)
    if node is not None:
        await run_line(node, line)


async def _until(stage: Stage, expect: Expect) -> None:
    waited = 0.0
    while why := await unmet(stage, expect):
        if waited >= WITHIN:
            raise Failed(f"the story cannot begin again: {why}")
        await stage.sleep(LOOK)
        waited += LOOK
