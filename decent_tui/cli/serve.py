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
from decent_tui.core.address import Address
from decent_tui.core.errors import Unreachable
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
        asyncio.run(_serve(PageServer(node, attach, configuration[options.WEB_PORT]), node))
    except (StartError, Unreachable) as error:
        return fail(str(error), 1)
    return 0


async def _serve(server: "PageServer", node: Address) -> None:
    """Serve until a signal comes; raises Unreachable when no node answers, and StartError."""
    stop = stop_on_signals()
    async with RemoteNode(node):
        pass
    async with server.serving():
        sys.stdout.write(f"the dashboard of {node} is at {server.address} (ctrl+c ends this, not the node)\n")
        sys.stdout.flush()
        await stop.wait()
