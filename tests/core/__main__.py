"""More seeds than the tests have time for: `python -m tests.core FROM TO`, from the root of the project.

Each seed is one history on the network, one with rollbacks, and ten of a crowd. What fails is printed with
the seed and the course of events; the seed then belongs into a test.
"""

import sys
import traceback
from collections.abc import Callable
from functools import partial

from . import crowd, history
from .test_identity import WithRollbacks


def stories(seed: int) -> list[Callable[[], None]]:
    """All that is played for a seed."""
    kinds = (history.History, WithRollbacks)
    return [
        *(partial(lambda kind: history.play(kind(seed)), kind) for kind in kinds),
        *(partial(crowd.play, 10 * seed + number) for number in range(10)),
    ]


def main(first: int, beyond: int) -> int:
    """Play them all; how many failed."""
    failed = 0
    for seed in range(first, beyond):
        for story in stories(seed):
            try:
                story()
            except Exception:  # noqa: BLE001 - whatever it is, it is what we are looking for
                failed += 1
                sys.stdout.write(traceback.format_exc() + "\n")
                sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.stdout.write(f"{main(int(sys.argv[1]), int(sys.argv[2]))} failed\n")
