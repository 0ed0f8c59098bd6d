"""`decent-tui`: a node, in a dashboard or without a screen."""

import argparse
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Final

from decent_tui import __version__
from decent_tui.cli.subcommands import SUBCOMMANDS
from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.commands.configuration import Configuration, configure
from decent_tui.commands.option import Front
from decent_tui.core.address import Address
from decent_tui.net.interface import Beside
from decent_tui.net.settings import Limits, Settings, StartError
from decent_tui.service import garbage

_EPILOG: Final = """\
examples:
  decent-tui                                       a node on port 9001, in a dashboard
  decent-tui --port 9002 --peers 127.0.0.1:9001    a second one, beside it
  decent-tui --headless --json < commands          no screen: commands in, answers out
  decent-tui put colour '"red"'                    have a running node do something; see decent-tui help

other ways to start, each with a --help of its own:
{subcommands}

Without --data the node's file lies under the platform's data folder, one per host and port.
--headless reads commands from stdin, one a line (try help); exit, SIGINT and SIGTERM end it in order.
Each option is a variable too (DECENT_PORT for --port) and a line of the configuration file; flags count over
variables, those over the file. decent-tui config shows what they come to.
"""


def parser() -> Parser:
    """The arguments of `decent-tui` alone."""
    rows = SUBCOMMANDS.values()
    subcommands = "\n".join(f"  {f'{PROGRAM} {row.usage}':47}  {row.summary}" for row in rows)
    made = Parser(
        prog=PROGRAM,
        description="A leaderless, replicated key-value node that you can watch think.",
        epilog=_EPILOG.format(subcommands=subcommands),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    flags.add_flags(made, [Front.NODE])
    made.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run a node until it ends; the exit code."""
    given = flags.given(parser().parse_args(arguments))
    configuration = configure(given)
    headless, as_json = configuration[options.HEADLESS], configuration[options.JSON]
    if "json" in given and as_json and not headless:
        return fail("--json goes with --headless", 2)
    if not headless and not (os.isatty(0) and os.isatty(1)):
        return fail("the dashboard needs a terminal; --headless runs a node without one", 2)

    import asyncio

    settings, beside = _settings(configuration), _beside(configuration)
    try:
        with _logging(configuration):
            return asyncio.run(
                _headless(settings, beside, as_json=as_json) if headless else _dashboard(settings, beside)
            )
    except StartError as error:
        return fail(str(error), 1)


def _settings(configuration: Configuration) -> Settings:
    return Settings(
        host=configuration[options.HOST],
        port=configuration[options.PORT],
        peers=configuration[options.PEERS],
        name=configuration[options.NAME],
        data=configuration[options.DATA],
        memory=configuration[options.MEMORY],
        advertise=configuration[options.ADVERTISE],
        cluster_key=configuration[options.CLUSTER_KEY],
        insecure=configuration[options.INSECURE],
        max_bytes=configuration[options.MAX_BYTES],
        limits=Limits(
            peers=configuration[options.MAX_PEERS],
            connections=configuration[options.MAX_CONNECTIONS],
            per_host=configuration[options.MAX_PER_ADDRESS],
        ),
    )


def _logging(configuration: Configuration) -> AbstractContextManager[None]:
    """Have everything logged to the file that the configuration names, if it does."""
    path = configuration[options.LOG_FILE]
    if path is None:
        return nullcontext()
    from decent_tui.service.log_file import log_to_file

    return log_to_file(path)


def _beside(configuration: Configuration) -> Beside:
    """What goes on beside the node."""
    from decent_tui.service.observed import observed

    port = configuration[options.METRICS_PORT]
    return partial(
        observed,
        logged=configuration[options.HEADLESS] or configuration[options.LOG_FILE] is not None,
        metrics=None if port is None else Address(configuration[options.METRICS_HOST], port),
    )


async def _dashboard(settings: Settings, beside: Beside) -> int:
    from decent_tui.tui.app import run_dashboard

    return await run_dashboard(settings, beside)


async def _headless(settings: Settings, beside: Beside, *, as_json: bool) -> int:
    from decent_tui.commands import headless
    from decent_tui.commands.logs import log_to_stderr
    from decent_tui.net.node import Node
    from decent_tui.service.ready import tell_ready

    log_to_stderr()
    stop = headless.stop_on_signals()
    async with Node(settings, retired=stop.set) as node, beside(node):
        garbage.settle()
        tell_ready()
        await headless.serve(node, stop, as_json=as_json)
    return 0
