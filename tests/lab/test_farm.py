from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from decent_tui.lab.farm import BATCH, Summary, farm
from decent_tui.lab.simulation import Outcome, play_seed


@contextmanager
def threads() -> Iterator[Executor]:
    """An executor that is always there."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@contextmanager
def dask() -> Iterator[Executor]:
    """A local Dask cluster of two worker processes."""
    distributed = pytest.importorskip("distributed", reason="the extra farm is not installed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


@pytest.mark.parametrize("made", [threads, dask])
def test_every_seed_is_played_once_and_the_same_wherever_it_is_played(made: object) -> None:
    assert callable(made)
    seeds = range(3, 3 + BATCH + 2)
    with made() as executor:
        outcomes = {outcome.seed: outcome for outcome in farm(executor, 2, seeds, 2, 5)}
    assert sorted(outcomes) == list(seeds)
    assert outcomes[4].course == play_seed(4, 2, 5).course


def test_whoever_has_seen_enough_ends_it() -> None:
    with threads() as executor:
        outcomes = farm(executor, 1, range(1_000_000), 2, 0)
        assert next(outcomes).seed < 1_000
        outcomes.close()


def test_a_summary_adds_up_and_names_what_failed() -> None:
    summary = Summary()
    summary.add(Outcome(1, tally={"writes": 2}, cpu=0.5))
    summary.add(Outcome(2, "lost", "a value", {"writes": 3}, cpu=0.5))
    assert (summary.seeds, summary.cpu, summary.tally["writes"]) == (2, 1.0, 5)
    assert [outcome.seed for outcome in summary.failed] == [2]
