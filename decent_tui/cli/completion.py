"""Completion in bash, zsh and fish, made from the tables of commands, options and ways to start.

The shell runs the program at each Tab, and argcomplete (the extra `completion`) speaks to it: it needs all
arguments as one parser of argparse, which is made here. Keys, peers and CIDs come from the running node that
the line names, if it answers soon.
"""

import argparse
import asyncio
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Final

from decent_tui.cli import node
from decent_tui.cli.subcommands import SUBCOMMANDS
from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.commands.complete import Slot, candidates
from decent_tui.commands.configuration import ConfigError, configure
from decent_tui.commands.option import Front
from decent_tui.commands.table import COMMANDS, Command, Kind
from decent_tui.core.errors import Refused
from decent_tui.net.remote import RemoteNode

SHELLS: Final = ("bash", "zsh", "fish")

PATIENCE_S: Final = 1.0
"""Seconds for the node to answer: a guess at how long a person waits for a Tab."""

ENOUGH: Final = 100
"""Words that are offered at most; more are no help."""

_FIRST: Final = "argument 0"

_EPILOG: Final = """\
  bash   eval "$(decent-tui completion bash)"       in ~/.bashrc
  zsh    eval "$(decent-tui completion zsh)"        in ~/.zshrc, behind compinit
  fish   decent-tui completion fish | source        in ~/.config/fish/config.fish"""

_MISSING: Final = "completion needs the extra of that name: pip install 'decent-tui[completion]'"

_Completer = Callable[..., list[str]]


def parser() -> Parser:
    """The arguments of `decent-tui completion`."""
    made = Parser(
        prog=f"{PROGRAM} completion",
        description="Print what has a shell complete commands, flags, and the keys and peers of the node.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui completion`; the exit code."""
    shell: str = parser().parse_args(arguments).shell
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        return fail(_MISSING, 1)
    sys.stdout.write(shellcode([PROGRAM], shell=shell))
    return 0


def answer() -> None:
    """Tell the shell, which asks by its environment, what could be typed; ends the process."""
    try:
        from argcomplete import autocomplete
    except ImportError:
        os._exit(1)
    # flags are offered where a - is typed only
    autocomplete(everything(os.environ.get("COMP_LINE", "")), always_complete_options=False)


# ------------------------------------------------------------------ all arguments as one parser


def everything(line: str) -> ArgumentParser:
    """The parser of all that can be typed. Of the ways to start it has the flags of those in the line only,
    as each has to be loaded."""
    made = node.parser()
    flags.add_flags(made, [Front.COMMAND], without=[option.flag for option in flags.of(Front.NODE)])
    rows = made.add_subparsers(parser_class=ArgumentParser)
    words = line.split()
    for row in SUBCOMMANDS.values():
        parents = [row.load().parser()] if row.name in words else []
        rows.add_parser(row.name, help=row.summary, parents=parents, add_help=not parents)
    for command in COMMANDS.values():
        _add_arguments(rows.add_parser(command.name, help=command.summary), command)
    return made


def _add_arguments(made: ArgumentParser, command: Command) -> None:
    for at, kind in enumerate(command.arguments):
        nargs = "*" if kind is Kind.CIDS else None
        _completed(made.add_argument(f"argument {at}", nargs=nargs), kind)
    for flag, kind_behind in command.flags:
        if kind_behind is None:
            made.add_argument(flag, action="store_true")
        else:
            nargs = "*" if kind_behind is Kind.CIDS else None
            _completed(made.add_argument(flag, nargs=nargs), kind_behind)
    flags.add_flags(made, [Front.COMMAND], without=dict(command.flags))


def _completed(argument: argparse.Action, kind: Kind) -> None:
    """Have the argument completed by what it names; files are, if nobody says otherwise."""
    if kind is not Kind.FILE:
        argument.completer = _of(kind)  # type: ignore[attr-defined]  # argcomplete's, argparse has no such


def _of(kind: Kind) -> _Completer:
    def words(prefix: str, parsed_args: Namespace, **_: object) -> list[str]:
        if kind is Kind.COMMAND:
            return list(COMMANDS)
        key = getattr(parsed_args, _FIRST, None) or ""
        slot = Slot(kind, 0, prefix, key)
        try:
            return asyncio.run(_ask(slot, flags.given(parsed_args)))
        except (Refused, ConfigError, TimeoutError):
            return []

    return words


async def _ask(slot: Slot, given: dict[str, str]) -> list[str]:
    configuration = configure(given)
    where, cluster_key = configuration[options.NODE], configuration[options.CLUSTER_KEY]
    async with asyncio.timeout(PATIENCE_S), RemoteNode(where, cluster_key=cluster_key) as remote:
        return await candidates(remote, slot, ENOUGH)
