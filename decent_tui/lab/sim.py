"""`decent-tui sim`: what the shell sees of the simulator."""

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from decent_tui.commands.arguments import Parser, fail
from decent_tui.core.text import printable
from decent_tui.lab.farm import Summary, farm
from decent_tui.lab.shrink import shrink
from decent_tui.lab.simulation import Outcome, play
from decent_tui.lab.story import Story, load, of_seed, save, written
from decent_tui.lab.world import NODES_MAX

STEPS_MAX: Final = 100_000
"""Deeds that a person may ask for: hours."""

_SEEDS: Final = range(1_000)

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


class _NoScheduler(Exception):
    """Nobody answers where Dask was said to be."""


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui sim`; the exit code."""
    options = parser().parse_args(arguments)
    if idle := _idle(options):
        return fail(idle, 2)
    try:
        code = _run(options)
        sys.stdout.flush()  # here a broken pipe still has somebody who knows what to do about it
        return code
    except ValueError as error:
        return fail(str(error), 2)
    except _NoScheduler as error:
        return fail(str(error), 1)


def _run(options: argparse.Namespace) -> int:
    if options.report:
        return _report()
    if options.shrink is not None:
        _check_writable(options.shrink)
    if options.story is not None:
        return _one(load(options.story), options)
    if options.seed is not None:
        return _one(of_seed(options.seed, options.nodes, options.steps), options)
    return _many(options)


def _idle(options: argparse.Namespace) -> str:
    """What is wrong with options that would do nothing beside the others, in a sentence; or ""."""
    out: tuple[str, ...]
    if options.report:
        mode, out = "--report", ("trace", "shrink", "dask", "jobs", "keep_going", "nodes", "steps")
    elif options.story is not None:
        mode, out = "--story", ("dask", "jobs", "keep_going", "nodes", "steps")
    elif options.seed is not None:
        mode, out = "--seed", ("dask", "jobs", "keep_going")
    else:
        mode, out = "--seeds", ("trace", "shrink")
        if options.dask is not None:
            mode, out = "--dask", (*out, "jobs")
    for name in out:
        if getattr(options, name) not in (None, False):
            return f"--{name.replace('_', '-')} does nothing with {mode}; --help explains"
    return ""


def _check_writable(path: Path) -> None:
    """ValueError, in one sentence, if the file cannot be written; it is left as it was."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None


def parser() -> Parser:
    """The arguments of `decent-tui sim`."""
    made = Parser(
        prog="decent-tui sim",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    what = made.add_mutually_exclusive_group()
    what.add_argument("--seeds", type=_seeds, metavar="A:B", help="from A up to, not B (default 0:1000)")
    what.add_argument("--seed", type=int, metavar="S", help="one seed")
    what.add_argument("--story", type=Path, metavar="FILE", help="a history that was written down")
    what.add_argument("--report", action="store_true", help="measure how a write spreads")
    add("--nodes", type=_within(2, NODES_MAX), metavar="N", help="so many nodes (else the seed draws 2 to 9)")
    add(
        "--steps", type=_within(0, STEPS_MAX), metavar="N", help="so many deeds (else the seed draws 4 to 31)"
    )
    add("--jobs", type=_within(1), metavar="N", help="processes (default: one per core)")
    add("--dask", metavar="HOST:PORT", help="hand the seeds to this Dask scheduler (extra: farm)")
    add("--keep-going", action="store_true", help="do not stop at the first failure")
    add("--trace", action="store_true", help="with one history: tell it")
    add("--shrink", type=Path, metavar="FILE", help="with one that fails: make it small, write it to FILE")
    return made


def _seeds(text: str) -> range:
    first, colon, beyond = text.partition(":")
    try:
        seeds = range(int(first), int(beyond)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B with two numbers") from None
    if not seeds:
        raise argparse.ArgumentTypeError(f"{text!r} names no seed")
    return seeds


class _within:
    def __init__(self, lowest: int, highest: int | None = None) -> None:
        self._lowest, self._highest = lowest, highest

    def __call__(self, text: str) -> int:
        """The number; argparse puts what is wrong with it into a sentence."""
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if number < self._lowest:
            raise argparse.ArgumentTypeError(f"it must be at least {self._lowest}")
        if self._highest is not None and number > self._highest:
            raise argparse.ArgumentTypeError(f"it must be at most {self._highest:,}")
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
        if options.shrink is not None:
            return fail("it does not fail, so there is nothing to make small", 2)
        return 0
    if options.shrink is not None:
        small = shrink(story, _say_size)
        _say(small.found)
        try:
            save(small, options.shrink)
        except OSError as error:
            say(written(small))
            return fail(f"{options.shrink} cannot be written ({error.strerror}): the story is on stdout", 1)
        _say(f"written to {options.shrink}")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")


def _say_size(story: Story) -> None:
    sys.stdout.write(f"  {len(story.course)} deeds, {story.world.nodes} nodes\n")


def _told(outcome: Outcome) -> str:
    """An outcome in a few lines."""
    happened = ", ".join(f"{name} {count}" for name, count in outcome.tally.items())
    verdict = f"BROKEN {outcome.check}: {printable(outcome.what)}" if outcome.failed else "all is well"
    return (
        f"what happened in {outcome.virtual:.1f} virtual seconds: {happened}\n"
        f"course {outcome.course}\nseed {outcome.seed}: {verdict}"
    )


# ------------------------------------------------------------------ many


def _many(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    summary, begun, stopped = Summary(), time.monotonic(), False
    seeds = _SEEDS if options.seeds is None else options.seeds
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        _executor(options, len(seeds)) as (executor, workers),
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("seeds", total=len(seeds))
        try:
            for outcome in farm(executor, workers, seeds, options.nodes, options.steps):
                summary.add(outcome)
                progress.advance(task)
                if outcome.failed:
                    progress.console.print(f"seed {outcome.seed}: {outcome.check}", markup=False)
                    if not options.keep_going:
                        break
        except KeyboardInterrupt:
            stopped = True
            for process in multiprocessing.active_children():
                process.terminate()  # what it is at would be waited for
    if stopped:
        sys.stdout.write(f"stopped: {len(seeds) - summary.seeds:,} seeds were not played\n")
    sys.stdout.write(_summed_up(summary, time.monotonic() - begun, _sizes(options)))
    return 130 if stopped else 1 if summary.failed else 0


@contextmanager
def _executor(options: argparse.Namespace, seeds: int) -> Iterator[tuple[Executor, int]]:
    """What plays the seeds, and how many at a time."""
    if options.dask is None:
        jobs = min(options.jobs or os.cpu_count() or 1, seeds)
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _let_interrupts_be) as pool:
            with _no_interrupts():
                for _ in range(jobs):
                    pool.submit(int)  # a process for each
            yield pool, jobs
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("--dask needs the extra farm: pip install 'decent-tui[farm]'") from None
    try:
        client = Client(options.dask, timeout=5)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise _NoScheduler(f"there is no Dask scheduler at {options.dask}: {error}") from None
    with client:
        executor: Executor = client.get_executor()  # type: ignore[no-untyped-call]
        workers: dict[str, int] = client.nthreads()  # type: ignore[no-untyped-call]
        yield executor, max(1, sum(workers.values()))


def _let_interrupts_be() -> None:
    """In each process: ctrl+c at a terminal goes to all of them, and only the first has an answer to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Processes started meanwhile know of no ctrl+c from their first moment, not only once they run."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _sizes(options: argparse.Namespace) -> str:
    """What was asked of the worlds: without it a seed is another history."""
    asked = (("--nodes", options.nodes), ("--steps", options.steps))
    return "".join(f" {flag} {number}" for flag, number in asked if number is not None)


def _summed_up(summary: Summary, seconds: float, sizes: str) -> str:
    """What became of it all, as a few lines; `sizes` are the options of the worlds."""
    speed = summary.seeds / summary.cpu if summary.cpu else 0.0
    lines = [
        f"{summary.seeds} seeds in {seconds:.1f} s, {speed:.1f} a second and core",
        "what really happened:",
        *(f"  {count:>12,}  {name}" for name, count in sorted(summary.tally.items(), key=_by_count)),
    ]
    for outcome in sorted(summary.failed, key=lambda outcome: outcome.seed):
        lines.append(f"seed {outcome.seed}: BROKEN {outcome.check}: {printable(outcome.what)}")
    if summary.failed:
        seed = min(outcome.seed for outcome in summary.failed)
        lines.append(f"decent-tui sim --seed {seed}{sizes} --trace tells the story")
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
