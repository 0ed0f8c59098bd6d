from collections.abc import Sequence
from unittest import mock

import pytest

from decent_tui.core import version
from decent_tui.lab.shrink import shrink
from decent_tui.lab.simulation import Outcome, play_seed
from decent_tui.lab.story import Story, of_seed
from decent_tui.lab.world import Step, World


def wrong(siblings: version.Siblings, newcomer: version.Version) -> version.Siblings:
    """A merge that forgets what was there."""
    return (newcomer,)


def test_a_failing_history_becomes_small_and_still_fails_alike() -> None:
    with mock.patch("decent_tui.core.replica.merge", wrong):
        seed = next(seed for seed in range(100) if play_seed(seed).failed)
        large = of_seed(seed)
        told: list[Story] = []
        small = shrink(large, told.append)
        assert small.play().check == large.play().check
        assert small.found.startswith(small.play().check)
    assert told[-1].course == small.course
    assert len(small.course) <= 4
    assert small.world.nodes <= 3
    assert not small.play().failed


def test_what_does_not_fail_is_not_made_small() -> None:
    with pytest.raises(ValueError, match="does not fail"):
        shrink(of_seed(1))


def test_another_exception_is_another_failure() -> None:
    def played(world: World, course: Sequence[Step]) -> Outcome:
        what = "KeyError: 'x'" if len(course) >= 4 else f"TypeError: {len(course)}"
        return Outcome(world.seed, "exception", what, {}, "0", 1.0, 0.1)

    with mock.patch("decent_tui.lab.story.play", played):
        small = shrink(of_seed(1))
    assert len(small.course) == 4
    assert small.found == "exception: KeyError: 'x'"
