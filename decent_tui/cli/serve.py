"""`decent-tui serve`: the dashboard of a running node in a browser."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.commands.configuration import configure
from decent_tui.commands.headless import stop_on_signals
from decent_tui.commands.logs import log_to_stderr
from decent_tui.commands.option import Front
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Status
from decent_tui.net.remote import RemoteNode
from decent_tui.net.settings import StartError

if TYPE_CHECKING:
    from decent_tui.service.web_page import PageServer


def parser() -> Parser:
    """The arguments of `decent-tui serve`."""
    made = Parser(
        prog=f"{PROGRAM} serve",
        description="Show the dashboard of a running node in a browser of this machine. Neither closing the "
        "page nor ending this ends the node.",
        allow_abbrev=False,
    )
    made.add_argument("--readonly", action="store_true", help="only look: nothing can be changed")
    flags.add_flags(made, [Front.SERVE])
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui serve`; the exit code."""
    parsed = parser().parse_args(arguments)
    given = flags.given(parsed)
    configuration = configure(given)
    try:
        from decent_tui.service.web_page import PageServer
    except ImportError:
        return fail("the page needs a library more: pip install 'decent-tui[web]'", 1)
    node = configuration[options.NODE]
    attach = [sys.executable, "-m", "decent_tui", "attach", str(node), *flags.passed_on(given, Front.ATTACH)]
    if parsed.readonly:
        attach.append("--readonly")
    log_to_stderr()
    try:
        server = PageServer(node, attach, configuration[options.WEB_PORT])
        asyncio.run(_serve(server, RemoteNode(node, cluster_key=configuration[options.CLUSTER_KEY])))
    except (StartError, Refused) as error:
        return fail(str(error), 1)
    return 0


async def _serve(server: "PageServer", asked: RemoteNode) -> None:
    """Serve until a signal comes; raises StartError, and Refused when no node answers as it should."""
    stop = stop_on_signals()
    async with asked:
        await asked.run(Status())
    async with server.serving():
        where = f"the dashboard of {asked.address} is at {server.address}"
        sys.stdout.write(f"{where} (ctrl+c ends this, not the node)\n")
        sys.stdout.flush()
        await stop.wait()
