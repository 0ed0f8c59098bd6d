"""What the shell sees: looks at the arguments and starts one of the fronts, each a file here or a room below.

Exit codes: 0 when a node ended in order, 1 when it could not start, 2 on wrong usage. Whatever goes wrong
is one line on stderr. Imports wait until they are needed: `--version` is quick, and a headless node
never loads the screen.
"""

import os
import sys
from collections.abc import Sequence
from typing import Final

from decent_tui.service import garbage

with garbage.held():
    from decent_tui.cli.subcommands import SUBCOMMANDS
    from decent_tui.commands import flags
    from decent_tui.commands.arguments import fail
    from decent_tui.commands.configuration import ConfigError

    garbage.settle()

DEBUG: Final = "DECENT_TUI_DEBUG"
"""The environment variable that has a bug show its traceback."""

COMPLETING: Final = "_ARGCOMPLETE"
"""The environment variable by which a shell asks what could be typed, see `completion`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the process's exit code."""
    _keep_standard_files()
    try:
        if COMPLETING in os.environ:
            from decent_tui.cli import completion

            completion.answer()
        return _run(sys.argv[1:] if arguments is None else arguments)
    except ConfigError as error:
        return fail(str(error), 2)
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
    at = flags.first_word(arguments)
    if at is None:
        with garbage.held():
            from decent_tui.cli import node

            return node.main(arguments)
    if arguments[at] in SUBCOMMANDS:
        return SUBCOMMANDS[arguments[at]].load().main([*arguments[:at], *arguments[at + 1 :]])
    from decent_tui.commands import oneshot

    return oneshot.main(arguments)


def _keep_standard_files() -> None:
    """Put /dev/null where a standard file is closed, lest a database or a socket gets its number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
