"""A figure beside its limit or its peer, and the table of them."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured, beside what it is compared with; `ratio` is ours to theirs and `goal` says how large
    it may be. All are medians, of ratios the median of the ratios of each run."""

    what: str
    ours: str
    beside: str
    ratio: str
    goal: str


def interleaved(runs: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Each of the measures in turn, `runs` times: a machine that is busy for a while is so for all."""
    results: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for measure, into in zip(measures, results, strict=True):
            into.append(measure())
    return results


def ratio(ours: list[float], theirs: list[float]) -> str:
    """The median of the ratios, run by run, and their spread."""
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def seconds(times: list[float]) -> str:
    """The median in a unit that suits it."""
    middle = statistics.median(times)
    if middle >= 1:
        return f"{middle:.2f} s"
    return f"{middle * 1e3:.0f} ms" if middle >= 0.01 else f"{middle * 1e3:.2f} ms"


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Append the seconds that the block took."""
    began = perf_counter()
    yield
    into.append(perf_counter() - began)


def print_table(figures: list[Figure]) -> None:
    """As Markdown, the columns lined up."""
    rows = [Figure("what", "seen", "beside", "ratio", "goal"), *figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for at, row in enumerate(rows):
        print("|", " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), "|")  # noqa: T201
        if at == 0:
            print("|", " | ".join("-" * width for width in widths), "|")  # noqa: T201
