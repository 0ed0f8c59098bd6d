"""The commands that tell whether everybody has everything, and why things are as they are."""

from typing import Final

from decent_tui.commands.command import Command, Kind, WrongUsage, next_word, no_flag, number
from decent_tui.commands.scan import Scanner
from decent_tui.core.convergence_operations import Wait


def _wait(scan: Scanner) -> Wait:
    key: str | None = None
    wait = Wait()
    timeout = wait.timeout_s
    while word := scan.word():
        if word.is_flag and word.text == "--timeout":
            timeout = number(no_flag(next_word(scan)), "--timeout")
        elif word.is_flag or key is not None:
            raise WrongUsage
        else:
            key = word.text
    return Wait(key, timeout)


SEEING: Final = (
    Command(
        "wait",
        "wait [KEY] [--timeout S]",
        "wait until every alive peer has everything",
        _wait,
        (Kind.KEY,),
        (("--timeout", Kind.NUMBER),),
        "Everything is all that is known here when the wait begins, or with KEY the versions of that key. It "
        "is given up after 10 seconds unless --timeout says otherwise, and then tells who lacks how much.",
    ),
)
"""The rows of the table of commands."""
