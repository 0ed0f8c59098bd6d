"""The same seed is the same history, whatever Python's hashes are."""

import os
import subprocess
import sys

import pytest

SEEDS = 200
"""Of every kind of world some: sets whose order got into what was said were found by one seed in thirty."""

COURSES = f"""
from decent_tui.lab.simulation import play_seed
for seed in range({SEEDS}):
    outcome = play_seed(seed)
    print(seed, outcome.course, outcome.tally)
"""


def courses(hash_seed: str) -> subprocess.Popen[str]:
    """The courses of the seeds, told by a process of its own with these hashes."""
    return subprocess.Popen(
        [sys.executable, "-c", COURSES],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(300)  # five seconds each, where they are alone on a machine
def test_a_seed_tells_the_same_history_under_any_hashes() -> None:
    with courses("1") as first, courses("2") as second:
        one, other = (process.communicate()[0].splitlines() for process in (first, second))
    assert len({line.split()[1] for line in one}) == SEEDS
    assert [line for line, same in zip(one, other, strict=True) if line != same] == []
