"""From a line to a request."""

import difflib
from typing import NamedTuple

from decent_tui.commands.scan import BLANKS, Scanner
from decent_tui.commands.table import COMMANDS, Command, Request, WrongUsage
from decent_tui.core.errors import Refused


class Parsed(NamedTuple):
    """A command and what it asks for."""

    command: Command
    request: Request


def is_blank(line: str) -> bool:
    """True for a line that asks for nothing."""
    return not line.strip(BLANKS)


def first_word(line: str) -> str:
    """What an answer calls the line's command: its first word, by its proper name if it has one."""
    word = Scanner(line).bare_word()
    return name if (name := word.lower()) in COMMANDS else word


def parse(line: str) -> Parsed:
    """What the line asks for. Raises Refused with one plain sentence, and nothing else, for any text."""
    if not line.isascii():
        _check_unicode(line)
    scan = Scanner(line)
    command = find(scan.bare_word())
    try:
        return Parsed(command, command.parse(scan))
    except WrongUsage:
        raise Refused(f"usage: {command.usage}") from None


def question(line: str) -> str:
    """What a person should know before this line is carried out; empty when it may be, or is no command."""
    try:
        return parse(line).command.asks
    except Refused:
        return ""


def find(name: str) -> Command:
    """The command of that name; raises Refused with the nearest one."""
    command = COMMANDS.get(name.lower())
    if command is None:
        near = difflib.get_close_matches(name[:20].lower(), COMMANDS, n=1, cutoff=0.5)
        shown = name if len(name) <= 40 else f"{name[:40]}…"
        advice = f'did you mean "{near[0]}"?' if near else "type help for the list"
        raise Refused(f'there is no command "{shown}"; {advice}')
    return command


def _check_unicode(line: str) -> None:
    try:
        line.encode()
    except UnicodeEncodeError:
        raise Refused("the line is not valid Unicode") from None
