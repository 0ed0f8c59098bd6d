"""Random histories by the seed. More of them: `decent-tui sim --seeds 0:10000`."""

from unittest import mock

import pytest

from decent_tui.core.engine import Engine
from decent_tui.lab.deed import Deed
from decent_tui.lab.simulation import play, play_seed
from decent_tui.lab.world import draw_steps, draw_world

from .test_world import EVERY_DEED


@pytest.mark.parametrize("kind", EVERY_DEED, ids=lambda kind: kind.__name__)
def test_every_deed_really_happens(kind: type[Deed]) -> None:
    for seed in range(300):
        steps = draw_steps(draw_world(seed))
        names = [step.deed.name for step in steps if isinstance(step.deed, kind)]
        if names and play_seed(seed).tally.get(names[0]):
            return
    pytest.fail("it is drawn, and never comes about")


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_the_rules_hold(seed: int) -> None:
    outcome = play_seed(seed)
    assert not outcome.failed, f"decent-tui sim --seed {seed} --trace: {outcome.check}: {outcome.what}"


def test_a_seed_is_the_same_history_whether_it_is_told_or_not() -> None:
    world, told = draw_world(11), list[str]()
    course = draw_steps(world)
    assert play(world, course).course == play(world, course, told.append).course
    assert any(" puts " in line for line in told)
    assert any("VERSIONS" in line for line in told)
    assert any("calm" in line for line in told)


def test_what_a_bug_raises_is_an_outcome() -> None:
    with mock.patch.object(Engine, "pushes", side_effect=LookupError("of somebody")):
        outcome = play_seed(1)
    assert (outcome.check, outcome.what) == ("exception", "LookupError: of somebody")
