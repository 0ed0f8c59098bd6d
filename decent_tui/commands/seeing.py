"""The commands that tell whether everybody has everything, and why things are as they are."""

from typing import Final

from decent_tui.commands.command import Command, Kind, WrongUsage, next_word, no_flag, number, only
from decent_tui.commands.scan import Scanner
from decent_tui.core.convergence_operations import Wait
from decent_tui.core.why_operations import History, Why


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


def _why(scan: Scanner) -> Why:
    return Why(only(scan).text)


def _history(scan: Scanner) -> History:
    return History(only(scan).text)


SEEING: Final = (
    Command(
        "why",
        "why KEY",
        "tell why a key is as it is",
        _why,
        (Kind.KEY,),
        details="Why it has these values, who lacks them since when, what a deletion waits for: in plain "
        "sentences, by what this node holds, remembers and has heard.",
        looks=True,
    ),
    Command(
        "history",
        "history KEY",
        "tell how a key came to be as it is",
        _history,
        (Kind.KEY,),
        details="What this node holds of it, tombstones included, and the changes since it was started.",
        looks=True,
    ),
    Command(
        "wait",
        "wait [KEY] [--timeout S]",
        "wait until every alive peer has everything",
        _wait,
        (Kind.KEY,),
        (("--timeout", Kind.NUMBER),),
        "Everything is all that is known here when the wait begins, or with KEY the versions of that key. It "
        "is given up after 10 seconds unless --timeout says otherwise, and then tells who lacks how much.",
        looks=True,
    ),
)
"""The rows of the table of commands."""
