"""Makes a failing history small: deeds and nodes are taken out while it still fails in the same way.

Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002): whole
halves of the course first, then smaller and smaller pieces, until no single deed can be spared.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from decent_tui.lab.simulation import Outcome
from decent_tui.lab.story import Story
from decent_tui.lab.weather import Weather
from decent_tui.lab.world import World

TRIES: Final = 2_000
"""Histories played for one shrinking, at most: some minutes."""

_PLAIN: Final = World(0, 2)
"""A world in which nothing goes wrong by itself."""


def shrink(story: Story, told: Callable[[Story], None] = lambda story: None) -> Story:
    """The smallest story found that fails in the same way; `told` hears of each smaller one."""
    outcome = story.play()
    if not outcome.failed:
        raise ValueError("this story does not fail")
    wanted = _way(outcome)
    tries = 0

    def fails(candidate: Story) -> bool:
        nonlocal tries
        tries += 1
        return tries <= TRIES and _way(candidate.play()) == wanted

    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(story):
            if fails(candidate):
                story, smaller = candidate, True
                told(story)
                break
    return msgspec.structs.replace(story, found=f"{outcome.check}: {story.play().what}")


def _way(outcome: Outcome) -> tuple[str, str]:
    """In which way a history failed: by which check, and if by an exception, of which type."""
    return outcome.check, outcome.what.partition(":")[0] if outcome.check == "exception" else ""


def _smaller(story: Story) -> Iterator[Story]:
    """Stories a little smaller than this one, the boldest first."""
    course = story.course
    size = len(course)
    while size:
        for at in range(0, len(course), size):
            yield msgspec.structs.replace(story, course=course[:at] + course[at + size :])
        size //= 2
    for world in _simpler(story.world):
        yield msgspec.structs.replace(story, world=world)
    for at, step in enumerate(course):
        if step.after:
            quick = msgspec.structs.replace(step, after=0.0)
            yield msgspec.structs.replace(story, course=[*course[:at], quick, *course[at + 1 :]])


def _simpler(world: World) -> Iterator[World]:
    """Worlds in which less goes on."""
    replace = msgspec.structs.replace
    for nodes in range(2, world.nodes):
        yield replace(world, nodes=nodes)
    for name in ("classics", "volatile", "mutations", "outbox", "busy", "returns", "met"):
        plainest = getattr(_PLAIN, name)
        if getattr(world, name) != plainest:
            yield replace(world, **{name: plainest})
    if world.keys > 1:
        yield replace(world, keys=world.keys - 1)
    for name in ("tail", "lose", "duplicate", "reorder"):
        if getattr(world.weather, name):
            yield replace(world, weather=replace(world.weather, **{name: 0.0}))
    plain = Weather(0.001, 0.0)
    if world.weather != plain:
        yield replace(world, weather=plain)
