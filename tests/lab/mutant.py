"""What a mutant is, and how it is caught by chance."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Final, NamedTuple
from unittest import mock

from decent_tui.lab.simulation import Outcome, play_seed
from decent_tui.lab.world import World, draw_world

SEEDS: Final = 2_000
"""Seeds among which chance must catch a mutant."""

Patch = Callable[[], AbstractContextManager[object]]


def anywhere(world: World) -> bool:
    """Any world may catch it."""
    return True


def among_classics(world: World) -> bool:
    """Only a world with classic peers can catch it."""
    return bool(world.classics)


def set_back(world: World) -> bool:
    """Only a world in which disks are set back can catch it."""
    return world.sets_back


def with_a_liar(world: World) -> bool:
    """Only a world in which somebody sends mutated lines can catch it."""
    return bool(world.mutations)


@dataclass(frozen=True)
class Mutant:
    """One rule of the core made wrong: by which check chance catches it and at which seed, or by which
    directed history it is caught and in what words."""

    name: str
    what: str
    patch: Patch
    check: str = ""
    seed: int = -1
    needs: Callable[[World], bool] = anywhere
    story: Callable[[], None] | None = None
    says: str = ""


def instead(*places: tuple[object, str, object]) -> Patch:
    """Patches that put each of these in the place named."""

    def patch() -> AbstractContextManager[object]:
        patches = ExitStack()
        for where, name, wrong_rule in places:
            patches.enter_context(mock.patch.object(where, name, wrong_rule))
        return patches

    return patch


class Catch(NamedTuple):
    """The first seed that catches a mutant (-1: none does), by which check, and the search in CPU seconds."""

    seed: int
    check: str
    what: str
    seconds: float


def caught(mutant: Mutant, seed: int) -> Outcome | None:
    """What the simulator says of a seed with the mutant at work, if it fails then and only then."""
    if not mutant.needs(draw_world(seed)):
        return None
    with mutant.patch():
        outcome = play_seed(seed)
    return outcome if outcome.failed and not play_seed(seed).failed else None


def search(mutant: Mutant, seeds: Iterable[int] = range(SEEDS), check: str = "") -> Catch:
    """The first seed that catches a mutant, by the check that is named if one is."""
    begun = time.process_time()
    for seed in seeds:
        outcome = caught(mutant, seed)
        if outcome is not None and check in ("", outcome.check):
            return Catch(seed, outcome.check, outcome.what, time.process_time() - begun)
    return Catch(-1, "", "", time.process_time() - begun)
