"""`decent-tui sim`: what the shell sees of the simulator."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from decent_tui.commands.arguments import Parser, fail
from decent_tui.core.text import printable
from decent_tui.lab.farm import Summary, farm
from decent_tui.lab.shrink import shrink
from decent_tui.lab.simulation import Outcome, play
from decent_tui.lab.story import Story, load, of_seed, save

_DESCRIPTION: Final = """\
Plays random histories of several nodes on virtual time, with everything that can go wrong, and checks the
rules after every step. Each is a seed: the same seed is the same history, on any machine."""

_EPILOG: Final = """\
examples:
  decent-tui sim --seeds 0:10000          play ten thousand histories on all cores
  decent-tui sim --seed 42 --trace        tell the story of one, line by line
  decent-tui sim --seed 42 --shrink F     make a failing one small and write it to the file F
  decent-tui sim --story F --trace        play what such a file holds
  decent-tui sim --report                 measure how fast and at what cost a write reaches everybody

The exit code is 1 if a check was broken; the seed is said."""


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui sim`; the exit code."""
    options = _parser().parse_args(arguments)
    if options.report:
        return _report()
    try:
        if options.story is not None:
            return _one(load(options.story), options)
        if options.seed is not None:
            return _one(of_seed(options.seed, options.nodes, options.steps), options)
        return _many(options)
    except ValueError as error:
        return fail(str(error), 2)
    except ConnectionError as error:
        return fail(str(error), 1)


def _parser() -> Parser:
    parser = Parser(
        prog="decent-tui sim",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--seeds", type=_seeds, default=range(1000), metavar="A:B", help="from A up to, not B")
    what.add_argument("--seed", type=int, metavar="S", help="one seed")
    what.add_argument("--story", type=Path, metavar="FILE", help="a history that was written down")
    what.add_argument("--report", action="store_true", help="measure how a write spreads")
    add("--nodes", type=_at_least(2), metavar="N", help="so many nodes (else the seed draws 2 to 9)")
    add("--steps", type=_at_least(0), metavar="N", help="so many deeds (else the seed draws 7 to 52)")
    add("--jobs", type=_at_least(1), metavar="N", default=os.cpu_count() or 1, help="processes")
    add("--dask", metavar="HOST:PORT", help="hand the seeds to this Dask scheduler (extra: farm)")
    add("--keep-going", action="store_true", help="do not stop at the first failure")
    add("--trace", action="store_true", help="with one history: tell it")
    add("--shrink", type=Path, metavar="FILE", help="with one that fails: make it small, write it to FILE")
    return parser


def _seeds(text: str) -> range:
    first, colon, beyond = text.partition(":")
    try:
        seeds = range(int(first), int(beyond)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B with two numbers") from None
    if not seeds:
        raise argparse.ArgumentTypeError(f"{text!r} names no seed")
    return seeds


class _at_least:
    def __init__(self, lowest: int) -> None:
        self._lowest = lowest

    def __call__(self, text: str) -> int:
        """The number; argparse puts what is wrong with it into a sentence."""
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if number < self._lowest:
            raise argparse.ArgumentTypeError(f"it must be at least {self._lowest}")
        return number


# ------------------------------------------------------------------ one


def _one(story: Story, options: argparse.Namespace) -> int:
    """Play one history, tell it if asked to, and make it small if it fails and that is asked for."""
    say = sys.stdout.write
    outcome = play(story.world, story.course, _say if options.trace else None)
    if options.trace:
        say("\n")
    say(f"the world: {story.world}\n")
    say(_told(outcome) + "\n")
    if not outcome.failed:
        if options.shrink:
            return fail("it does not fail, so there is nothing to make small", 2)
        return 0
    if options.shrink:
        small = shrink(story, _say_size)
        save(small, options.shrink)
        say(f"{small.found}\nwritten to {options.shrink}\n")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")


def _say_size(story: Story) -> None:
    sys.stdout.write(f"  {len(story.course)} deeds, {story.world.nodes} nodes\n")


def _told(outcome: Outcome) -> str:
    """An outcome in a few lines."""
    happened = ", ".join(f"{name} {count}" for name, count in outcome.tally.items())
    verdict = f"BROKEN {outcome.check}: {outcome.what}" if outcome.failed else "all is well"
    return (
        f"what happened in {outcome.virtual:.1f} virtual seconds: {happened}\n"
        f"course {outcome.course}\nseed {outcome.seed}: {verdict}"
    )


# ------------------------------------------------------------------ many


def _many(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    summary, begun = Summary(), time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _executor(options) as (executor, workers),
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("seeds", total=len(options.seeds))
        for outcome in farm(executor, workers, options.seeds, options.nodes, options.steps):
            summary.add(outcome)
            progress.advance(task)
            if outcome.failed:
                progress.console.print(f"seed {outcome.seed}: {outcome.check}", markup=False)
                if not options.keep_going:
                    break
    sys.stdout.write(_summed_up(summary, time.monotonic() - begun))
    return 1 if summary.failed else 0


@contextmanager
def _executor(options: argparse.Namespace) -> Iterator[tuple[Executor, int]]:
    """What plays the seeds, and how many at a time."""
    if options.dask is None:
        jobs = min(options.jobs, len(options.seeds))
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            yield pool, jobs
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("--dask needs the extra farm: pip install 'decent-tui[farm]'") from None
    try:
        client = Client(options.dask, timeout=5)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise ConnectionError(f"there is no Dask scheduler at {options.dask}: {error}") from None
    with client:
        executor: Executor = client.get_executor()  # type: ignore[no-untyped-call]
        workers: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]
        yield executor, max(1, sum(workers.values()))


def _summed_up(summary: Summary, seconds: float) -> str:
    """What became of it all, as a few lines."""
    speed = summary.seeds / summary.cpu if summary.cpu else 0.0
    lines = [
        f"{summary.seeds} seeds in {seconds:.1f} s, {speed:.1f} a second and core",
        "what really happened:",
        *(f"  {count:>12,}  {name}" for name, count in sorted(summary.tally.items(), key=_by_count)),
    ]
    for outcome in sorted(summary.failed, key=lambda outcome: outcome.seed):
        lines.append(f"seed {outcome.seed}: BROKEN {outcome.check}: {printable(outcome.what)}")
    if summary.failed:
        lines.append(f"decent-tui sim --seed {min(o.seed for o in summary.failed)} --trace tells the story")
    else:
        lines.append("no check was broken")
    return "\n".join(lines) + "\n"


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _report() -> int:
    from decent_tui.lab.report import report

    sys.stdout.write(report(_progress) + "\n")
    return 0


def _progress(text: str) -> None:
    """What is being measured now, for whoever waits at a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")
