"""The same seed is the same history, whatever Python's hashes are."""

import os
import subprocess
import sys

SEEDS = (2, 6, 19, 102)
"""A few worlds: some with mutated lines, with classic peers, with disks that are set back."""

COURSES = f"""
from decent_tui.lab.simulation import play_seed
for seed in {SEEDS}:
    print(play_seed(seed).course)
"""


def courses(hash_seed: str) -> list[str]:
    """The courses of the seeds, in a process of its own with these hashes."""
    told = subprocess.run(
        [sys.executable, "-c", COURSES],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split()


def test_a_seed_tells_the_same_history_under_any_hashes() -> None:
    one, other = courses("1"), courses("2")
    assert len(set(one)) == len(SEEDS)
    assert one == other
