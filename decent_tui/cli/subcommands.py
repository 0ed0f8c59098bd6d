"""The one table of ways to start that are no commands of a node.

To add one, add a row here and a function that carries it out: it gets the arguments behind its name and
returns the exit code. Its imports stand in the function, so that the others start no slower.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One way to start: how it is written, what it does, and who does it."""

    name: str
    usage: str
    summary: str
    main: Callable[[Sequence[str]], int]


def _attach(arguments: Sequence[str]) -> int:
    from decent_tui.cli import attach

    return attach.main(arguments)


def _demo(arguments: Sequence[str]) -> int:
    from decent_tui.cli.lab import show
    from decent_tui.lab import demo

    return demo.main(arguments, show)


def _play(arguments: Sequence[str]) -> int:
    from decent_tui.cli.lab import show
    from decent_tui.lab import play

    return play.main(arguments, show)


def _sim(arguments: Sequence[str]) -> int:
    from decent_tui.lab import sim

    return sim.main(arguments)


def _config(arguments: Sequence[str]) -> int:
    from decent_tui.cli import config

    return config.main(arguments)


_ROWS: Final = (
    Subcommand("attach", "attach HOST:PORT", "the dashboard of a node that runs elsewhere", _attach),
    Subcommand("demo", "demo", "real nodes and a story of a minute: see it converge", _demo),
    Subcommand("play", "play FILE", "a story of your own", _play),
    Subcommand("sim", "sim", "random histories on virtual time, with every rule checked", _sim),
    Subcommand("config", "config", "the options, and where each has its value from", _config),
)

SUBCOMMANDS: Final[dict[str, Subcommand]] = {row.name: row for row in _ROWS}
"""Every one by its name, in the order of the help."""
