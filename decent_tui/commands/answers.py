"""What a command can answer: what the node says, and the little that is said without one."""

import msgspec

from decent_tui.commands.backup import BackedUp
from decent_tui.commands.exporting import Exported
from decent_tui.commands.importing import Imported
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
