"""How the shell's arguments are read, alike by every front: what is wrong is one line on stderr."""

import argparse
import sys
from typing import Final, NoReturn

from decent_tui.core.text import printable

PROGRAM: Final = "decent-tui"


def fail(message: str, code: int) -> int:
    """Say what went wrong in one line on stderr; the code."""
    sys.stderr.write(f"{PROGRAM}: {printable(message)}\n")
    return code


def say(line: str) -> None:
    """One line on stdout, harmless whatever it holds."""
    sys.stdout.write(f"{printable(line)}\n")


class Parser(argparse.ArgumentParser):
    """An argument parser without the usage that argparse would print before an error."""

    def error(self, message: str) -> NoReturn:
        """One line and exit code 2."""
        sys.exit(fail(f"{message}; --help explains", 2))
