"""The one table of ways to start that are no commands of a node.

To add one, add a row here and a function that loads it: what carries it out gets the arguments behind its
name and returns the exit code, and its parser explains and completes them. The imports stand in the function,
so that the others start no slower.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec


class Start(msgspec.Struct, frozen=True):
    """A way to start, loaded."""

    parser: Callable[[], ArgumentParser]
    main: Callable[[Sequence[str]], int]


class Subcommand(msgspec.Struct, frozen=True):
    """One way to start: how it is written, what it does, and how to load it."""

    name: str
    usage: str
    summary: str
    load: Callable[[], Start]


def _attach() -> Start:
    from decent_tui.cli import attach

    return Start(attach.parser, attach.main)


def _serve() -> Start:
    from decent_tui.cli import serve

    return Start(serve.parser, serve.main)


def _demo() -> Start:
    from decent_tui.cli.lab import show
    from decent_tui.lab import demo

    return Start(demo.parser, partial(demo.main, show=show))


def _play() -> Start:
    from decent_tui.cli.lab import show
    from decent_tui.lab import play

    return Start(play.parser, partial(play.main, show=show))


def _sim() -> Start:
    from decent_tui.lab import sim

    return Start(sim.parser, sim.main)


def _restore() -> Start:
    from decent_tui.cli import restore

    return Start(restore.parser, restore.main)


def _check() -> Start:
    from decent_tui.cli import check

    return Start(check.parser, check.main)


def _keygen() -> Start:
    from decent_tui.cli import keygen

    return Start(keygen.parser, keygen.main)


def _config() -> Start:
    from decent_tui.cli import config

    return Start(config.parser, config.main)


def _completion() -> Start:
    from decent_tui.cli import completion

    return Start(completion.parser, completion.main)


_ROWS: Final = (
    Subcommand("attach", "attach HOST:PORT", "the dashboard of a node that runs elsewhere", _attach),
    Subcommand("serve", "serve", "that dashboard in a browser", _serve),
    Subcommand("demo", "demo", "real nodes and a story of a minute: see it converge", _demo),
    Subcommand("play", "play FILE", "a story of your own", _play),
    Subcommand("sim", "sim", "random histories on virtual time, with every rule checked", _sim),
    Subcommand("restore", "restore FILE", "make a backup the data of a node, under a new id", _restore),
    Subcommand("check", "check FILE", "whether a data file is sound, without a node", _check),
    Subcommand("keygen", "keygen FILE", "a new cluster key, for TLS between all nodes and programs", _keygen),
    Subcommand("config", "config", "the options, and where each has its value from", _config),
    Subcommand("completion", "completion SHELL", "what has a shell complete all this by Tab", _completion),
)

SUBCOMMANDS: Final[dict[str, Subcommand]] = {row.name: row for row in _ROWS}
"""Every one by its name, in the order of the help."""
