"""Each rule of the core is made wrong and caught: by a seed that is fine otherwise, or a directed history."""

import warnings
from collections.abc import Callable

import pytest

from decent_tui.lab.simulation import play_seed

from . import histories
from .mutant import SEEDS, Mutant, caught, search
from .mutants import BY_NAME, MUTANTS

BY_CHANCE = [mutant for mutant in MUTANTS if mutant.check]
DIRECTED = [mutant for mutant in MUTANTS if mutant.story]


def by_name(value: object) -> str:
    return value.name if isinstance(value, Mutant) else getattr(value, "__name__", "")


@pytest.mark.timeout(1_800)  # only where worlds are drawn otherwise than when the seeds were found
@pytest.mark.parametrize("mutant", BY_CHANCE, ids=by_name)
def test_chance_catches_it_by_the_check_named(mutant: Mutant) -> None:
    outcome = caught(mutant, mutant.seed)
    if outcome is not None and outcome.check == mutant.check:
        return
    found = search(mutant, check=mutant.check)
    assert found.seed >= 0, (
        f"{mutant.what} Of {SEEDS} seeds none is broken by it in the check {mutant.check!r}; "
        f"`python -m tests.lab.mutants {mutant.name}` tells whether another check finds it"
    )
    warnings.warn(f"{mutant.name} is caught by seed {found.seed} now, not by {mutant.seed}", stacklevel=1)


@pytest.mark.parametrize("mutant", DIRECTED, ids=by_name)
def test_a_directed_history_catches_it(mutant: Mutant) -> None:
    assert mutant.story is not None
    with mutant.patch(), pytest.raises(AssertionError, match=mutant.says):
        mutant.story()


@pytest.mark.parametrize("story", dict.fromkeys(mutant.story for mutant in DIRECTED), ids=by_name)
def test_the_history_goes_well_as_the_rules_stand(story: Callable[[], None]) -> None:
    story()


def test_every_mutant_is_caught_somehow_and_none_is_there_twice() -> None:
    assert len(BY_NAME) == len(MUTANTS) >= 14
    assert len({mutant.what for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.check or (mutant.story and mutant.says) for mutant in MUTANTS)
    assert all((mutant.seed in range(SEEDS)) is bool(mutant.check) for mutant in MUTANTS)


def test_a_patch_is_taken_back() -> None:
    for mutant in MUTANTS:
        with mutant.patch():
            pass
    histories.a_key_is_written_anew_after_a_rollback()
    assert not play_seed(0).failed
