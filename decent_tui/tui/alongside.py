"""Work alongside everything else: what a widget has its node do while keys and paint go on."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import WorkType

Work = Callable[[], Coroutine[Any, Any, object]]
"""A function that begins the work. It is no coroutine yet: a worker that is cancelled before its first
turn would leave one that nobody ever awaits, and Python complains of that at its next garbage collection."""


def alongside(widget: DOMNode, work: Work, group: str, *, exclusive: bool = False) -> None:
    """Carry out `work` while `widget` is there; `exclusive` gives up what is under way in `group`."""
    job: WorkType[object] = work
    widget.run_worker(job, group=group, exclusive=exclusive)
