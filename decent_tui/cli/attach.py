"""`decent-tui attach HOST:PORT`: the dashboard of a node that runs elsewhere."""

import argparse
import os
from collections.abc import Sequence
from typing import Final

from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.commands.configuration import configure
from decent_tui.commands.option import Front
from decent_tui.core import address
from decent_tui.service import garbage

IN_A_PAGE: Final = "TEXTUAL_DRIVER"
"""The environment variable by which Textual is told to show a screen by other means than a terminal."""


def parser() -> Parser:
    """The arguments of `decent-tui attach`."""
    made = Parser(
        prog=f"{PROGRAM} attach",
        description="Open the dashboard of a node that runs elsewhere. Closing it does not end the node.",
        allow_abbrev=False,
    )
    made.add_argument("address", metavar="HOST:PORT", type=_address, help="where the node listens")
    made.add_argument("--readonly", action="store_true", help="only look: nothing can be changed")
    flags.add_flags(made, [Front.ATTACH])
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui attach`; the exit code."""
    parsed = parser().parse_args(arguments)
    configuration = configure(flags.given(parsed))
    if not (os.isatty(0) and os.isatty(1)) and not os.environ.get(IN_A_PAGE):
        return fail("the dashboard needs a terminal; decent-tui help lists what goes without one", 2)

    from decent_tui.core.errors import Refused

    try:
        with garbage.held():
            import asyncio

            from decent_tui.tui.attach import run_attached

            key = configuration[options.CLUSTER_KEY]
            return asyncio.run(run_attached(parsed.address, readonly=parsed.readonly, cluster_key=key))
    except Refused as error:
        return fail(str(error), 1)


def _address(text: str) -> address.Address:
    """The address; what is wrong with it becomes argparse's error."""
    try:
        return address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
