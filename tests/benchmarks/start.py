"""From the shell to the first picture, beside the smallest program with Textual."""

import sys
import tempfile
import time
from pathlib import Path

from .meter import SIZE, Quick, dashboard, free_port, of_process
from .table import Figure, interleaved, ratio, seconds

HELLO = """
from textual.app import App
from textual.widgets import Label
class Hello(App):
    def compose(self):
        yield Label("Hello")
Hello().run()
"""


def run(folder: Path, runs: int) -> list[Figure]:
    """Seconds until the first picture is out of the terminal, and CPU seconds a moment after it."""
    cpu: dict[str, list[float]] = {"ours": [], "hello": []}

    def ours() -> float:
        with tempfile.TemporaryDirectory() as name:
            began = time.perf_counter()
            with dashboard(free_port(), "--data", str(Path(name) / "a.db")) as terminal:
                return _first(terminal, rb"Keys", began, cpu["ours"])

    def hello() -> float:
        began = time.perf_counter()
        with Quick([sys.executable, "-c", HELLO], size=SIZE, env={"PYTHONDONTWRITEBYTECODE": ""}) as terminal:
            took = _first(terminal, rb"Hello", began, cpu["hello"])
            terminal.type("\x11")
            terminal.wait_exit()
            return took

    mine, theirs = interleaved(runs, ours, hello)
    more = sorted(a - b for a, b in zip(mine, theirs, strict=True))[runs // 2]
    return [
        Figure(
            "first picture",
            seconds(mine),
            f"{seconds(theirs)} Textual hello",
            f"{more * 1000:+.0f} ms",
            "+300 ms",
        ),
        Figure(
            "CPU of the start",
            seconds(cpu["ours"]),
            f"{seconds(cpu['hello'])} Textual hello",
            ratio(cpu["ours"], cpu["hello"]),
            "1.4",
        ),
    ]


def _first(terminal: Quick, expected: bytes, began: float, cpu: list[float]) -> float:
    terminal.painted("", expected, since=0)
    took = terminal.came - began
    terminal.quiet(0.5)
    cpu.append(of_process(terminal.pid)["cpu"])
    return took
