"""`decent-tui keygen FILE`: a new cluster key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from decent_tui.commands.arguments import PROGRAM, Parser, fail
from decent_tui.net.cluster_key import make_file

_WHAT: Final = (
    "Make a cluster key, in a new file that only you can read. Copy it to every machine of the cluster, "
    "and start each node and command with --cluster-key FILE (or DECENT_CLUSTER_KEY_FILE)."
)
_CHANGE: Final = (
    "A file may hold several keys, one a line: the first is used, all are accepted. To change the key of a "
    "running cluster, add the new one below the old on all nodes, then move it to the top on all, then "
    "take the old one out on all. peers shows who still uses the old one."
)


def parser() -> Parser:
    """The arguments of `decent-tui keygen`."""
    made = Parser(prog=f"{PROGRAM} keygen", description=_WHAT, epilog=_CHANGE, allow_abbrev=False)
    made.add_argument("file", metavar="FILE", type=Path, help="where to write it; never an existing file")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui keygen`; the exit code."""
    try:
        make_file(parser().parse_args(arguments).file)
    except ValueError as error:
        return fail(str(error), 1)
    return 0
