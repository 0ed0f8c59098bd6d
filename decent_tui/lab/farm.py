"""Many seeds: handed out to an executor, and summed up.

Any `concurrent.futures` executor will do. Processes of this machine are the default; a Dask cluster gives one
with the same face (`distributed.Client.get_executor`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from decent_tui.lab.simulation import Outcome, play_seed

BATCH: Final = 10
"""Seeds in one piece of work: a second or two, so that a summary is never far."""

AHEAD: Final = 4
"""Pieces of work under way for each worker."""


@dataclass(slots=True)
class Summary:
    """What became of many seeds."""

    seeds: int = 0
    cpu: float = 0.0
    """Seconds of CPU, over all workers."""
    tally: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one in."""
        self.seeds += 1
        self.cpu += outcome.cpu
        self.tally.update(outcome.tally)
        if outcome.failed:
            self.failed.append(outcome)


def play_seeds(seeds: Sequence[int], nodes: int | None, steps: int | None) -> list[Outcome]:
    """One piece of work, in whatever process."""
    return [play_seed(seed, nodes, steps) for seed in seeds]


def farm(
    executor: Executor, workers: int, seeds: Sequence[int], nodes: int | None, steps: int | None
) -> Iterator[Outcome]:
    """Play seeds on an executor; the outcomes come as they are there, not in order."""
    pieces = iter(seeds[at : at + BATCH] for at in range(0, len(seeds), BATCH))
    under_way: set[Future[list[Outcome]]] = set()
    try:
        while True:
            room = max(workers, 1) * AHEAD - len(under_way)
            under_way |= {executor.submit(play_seeds, piece, nodes, steps) for piece in islice(pieces, room)}
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    finally:
        for future in under_way:
            future.cancel()
