"""A progress bar on stderr, for a person at a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from decent_tui.commands.progress import Progress, Step, untold

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


@contextmanager
def shown(what: str) -> Iterator[Progress]:
    """Show the steps that are told to it, from the first one on; the bar is gone at the end. Where stderr is
    no terminal nothing is shown."""
    if not sys.stderr.isatty():
        yield untold
        return
    bars: list[Bar] = []

    def progress(step: Step) -> None:
        if not bars:
            bars.append(_bar(what))
        told = f"{step.bytes / 1e6:,.1f} MB" if step.keys is None else f"{step.keys:,} keys"
        bars[0].update(bars[0].task_ids[0], completed=step.share, told=told)

    try:
        yield progress
    finally:
        for bar in bars:
            bar.stop()


def _bar(what: str) -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[told]}", markup=False),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(what, total=1.0, told="")
    bar.start()
    return bar
