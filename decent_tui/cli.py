"""What the shell sees: reads the arguments and starts one of the fronts.

Exit codes: 0 when a node ended in order, 1 when it could not start, 2 on wrong usage. Whatever goes wrong
is one line on stderr. Imports wait until they are needed: `--version` is quick, and a headless node
never loads the screen.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from decent_tui import __version__
from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.core import address
from decent_tui.core.limits import MAX_NAME
from decent_tui.core.text import printable

if TYPE_CHECKING:
    from decent_tui.lab.scenario import Scenario
    from decent_tui.net.settings import Settings

T = TypeVar("T")

DEBUG: Final = "DECENT_TUI_DEBUG"
"""The environment variable that has a bug show its traceback."""

_EPILOG: Final = """\
examples:
  decent-tui                                       a node on port 9001, in a dashboard
  decent-tui --port 9002 --peers 127.0.0.1:9001    a second one, beside it
  decent-tui --headless --json < commands          no screen: commands in, answers out
  decent-tui put colour '"red"'                    have a running node do something; see decent-tui help
  decent-tui demo                                  real nodes and a story of a minute: see it converge
  decent-tui attach 192.168.1.5:9001               the dashboard of a node that runs elsewhere

Without --data the node's file lies under the platform's data folder, one per host and port.
--headless reads commands from stdin, one a line (try help); exit, SIGINT and SIGTERM end it in order.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the process's exit code."""
    _keep_standard_files()
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains once more when it ends
        return 141  # whoever read has had enough; as shells have it: 128 + SIGPIPE
    except KeyboardInterrupt:
        return 130  # before the node took over; as shells have it: 128 + SIGINT
    except Exception as error:  # the last resort: a bug, in one line like all that goes wrong
        if os.environ.get(DEBUG):
            raise
        return fail(f"a bug: {type(error).__name__}: {error} ({DEBUG}=1 shows where)", 1)


def _run(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in _SUBCOMMANDS:
        return _SUBCOMMANDS[arguments[0]](arguments[1:])
    if any(not argument.startswith("-") for argument in arguments):
        from decent_tui.commands import oneshot

        if oneshot.is_command(arguments):
            return oneshot.main(arguments)
    options = _parser().parse_args(arguments)
    if options.json and not options.headless:
        return fail("--json goes with --headless", 2)
    if not options.headless and not (os.isatty(0) and os.isatty(1)):
        return fail("the dashboard needs a terminal; --headless runs a node without one", 2)

    import asyncio

    from decent_tui.net.settings import Settings, StartError

    settings = Settings(
        host=options.host,
        port=options.port,
        peers=tuple(options.peers),
        name=options.name,
        data=options.data,
        memory=options.memory,
        advertise=options.advertise,
    )
    try:
        return asyncio.run(_front(settings, options))
    except StartError as error:
        return fail(str(error), 1)


def _attach(arguments: Sequence[str]) -> int:
    """`attach HOST:PORT`: the dashboard of a node that runs elsewhere."""
    parser = Parser(
        prog=f"{PROGRAM} attach",
        description="Open the dashboard of a node that runs elsewhere. Closing it does not end the node.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "address", metavar="HOST:PORT", type=_checked(address.parse), help="where the node listens"
    )
    parser.add_argument("--readonly", action="store_true", help="only look: nothing can be changed")
    options = parser.parse_args(arguments)
    if not (os.isatty(0) and os.isatty(1)):
        return fail("the dashboard needs a terminal; decent-tui help lists what goes without one", 2)

    import asyncio
    import gc

    from decent_tui.core.errors import Unreachable

    gc.disable()  # until the first frame
    from decent_tui.tui.attach import run_attached

    try:
        return asyncio.run(run_attached(options.address, readonly=options.readonly))
    except Unreachable as error:
        return fail(str(error), 1)


def _sim(arguments: Sequence[str]) -> int:
    from decent_tui.lab import sim

    return sim.main(arguments)


def _play(arguments: Sequence[str]) -> int:
    from decent_tui.lab import play

    return play.main(arguments, _show)


def _demo(arguments: Sequence[str]) -> int:
    from decent_tui.lab import demo

    return demo.main(arguments, _show)


def _show(scenario: "Scenario", speed: float) -> int:
    """Show a scenario on the screen of the lab."""
    if not (os.isatty(0) and os.isatty(1)):
        return fail("the lab needs a terminal; decent-tui play FILE --check goes without one", 2)
    import asyncio

    from decent_tui.tui.lab_app import run_lab

    return asyncio.run(run_lab(scenario, speed))


_SUBCOMMANDS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "attach": _attach,
    "demo": _demo,
    "sim": _sim,
    "play": _play,
}
"""What stands first and is no command of a node."""


async def _front(settings: "Settings", options: argparse.Namespace) -> int:
    if options.headless:
        await _headless(settings, as_json=options.json)
        return 0
    import gc

    gc.disable()  # until the first frame, which it brings 8 % nearer
    from decent_tui.tui.app import run_dashboard

    return await run_dashboard(settings)


async def _headless(settings: "Settings", *, as_json: bool) -> None:
    import gc

    from decent_tui.commands import headless
    from decent_tui.commands.logs import log_to_stderr
    from decent_tui.net.node import Node

    log_to_stderr()
    stop = headless.stop_on_signals()
    async with Node(settings, retired=stop.set) as node:
        gc.freeze()  # what the start made stays: no collection need look at it again (20 ms each time)
        await headless.serve(node, stop, as_json=as_json)


# ------------------------------------------------------------------ arguments


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description="A leaderless, replicated key-value node that you can watch think.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--host",
        default="127.0.0.1",
        type=_checked(address.check_host),
        help="the address to listen on (default %(default)s; 0.0.0.0 or :: for every interface)",
    )
    add(
        "--port",
        default=9001,
        type=_checked(_port),
        help="the port to listen on (default %(default)s; 0 takes a free one, in memory without --data)",
    )
    add(
        "--peers",
        nargs="*",
        action="extend",
        default=[],
        metavar="HOST:PORT",
        type=_checked(_address),
        help="nodes to talk to; they tell of the others",
    )
    add("--name", type=_checked(_name), help="what other nodes call this one")
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument("--data", type=_checked(_file), metavar="FILE", help="the file that keeps everything")
    keep.add_argument("--memory", action="store_true", help="keep nothing: gone when the node ends")
    add("--headless", action="store_true", help="no screen: commands on stdin, answers on stdout")
    add("--json", action="store_true", help="with --headless: one JSON object a line")
    add(
        "--advertise",
        metavar="HOST:PORT",
        type=_checked(_address),
        help="the address that peers are told, if it is not the one listened on",
    )
    add("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def _checked(check: Callable[[str], T]) -> Callable[[str], T]:
    """The check as argparse wants it: its sentence as the error's text."""

    def convert(text: str) -> T:
        try:
            return check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def _port(text: str) -> int:
    return address.check_port(text, allow_zero=True)


def _address(text: str) -> str:
    return str(address.parse(text))


def _name(text: str) -> str:
    if not text.strip() or len(text) > MAX_NAME or printable(text) != text:
        raise ValueError(f"a name has 1 to {MAX_NAME} characters that can be shown")
    return text


def _file(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("a file must have a name")
    return Path(text)


# ------------------------------------------------------------------ standard files


def _keep_standard_files() -> None:
    """Put /dev/null where a standard file is closed, lest a database or a socket gets its number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
