"""What a command can answer: what the node says, and the little that is said without one."""

import msgspec

from decent_tui.commands.parse import find
from decent_tui.commands.table import COMMANDS, Help
from decent_tui.core.operations import AnyAnswer, Waited


class CommandHelp(msgspec.Struct, frozen=True):
    """One command, explained."""

    name: str
    usage: str
    summary: str
    details: str


class HelpAnswer(msgspec.Struct, frozen=True):
    """All commands, or the one that was asked about."""

    commands: list[CommandHelp]


class Watching(msgspec.Struct, frozen=True):
    """The changes of keys with this prefix follow."""

    prefix: str


class Exported(msgspec.Struct, frozen=True):
    """What a file got: `count` keys in so many `bytes`; `conflicts` of them had several values."""

    file: str
    count: int
    bytes: int
    conflicts: int


class Imported(msgspec.Struct, frozen=True):
    """What was read from a file: `count` keys from so many `bytes`; of `conflicts` only the newest value."""

    file: str
    count: int
    bytes: int
    conflicts: int


class BackedUp(msgspec.Struct, frozen=True):
    """What a file got: a copy with `count` live keys, so many `bytes` long."""

    file: str
    count: int
    bytes: int


Answer = AnyAnswer | HelpAnswer | Watching | Exported | Imported | BackedUp


def shortfall(answer: Answer) -> str:
    """Why an answer is not what was asked for, in one plain sentence; empty where it is."""
    if isinstance(answer, Waited) and not answer.converged:
        lacking = [f"{address} lacks {count:,}" for address, count in answer.missing.items()]
        return f"not everybody has it yet: {', '.join(lacking)}"
    return ""


def explain(request: Help) -> HelpAnswer:
    """The answer to `help`; raises Refused for a command that does not exist."""
    commands = [find(request.topic)] if request.topic is not None else COMMANDS.values()
    return HelpAnswer([CommandHelp(each.name, each.usage, each.summary, each.details) for each in commands])
