"""What a command is, and how its words are read one by one."""

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

import msgspec

from decent_tui.commands.scan import Scanner, Word
from decent_tui.core.errors import Refused
from decent_tui.core.operations import AnyOperation

A_PEER: Final = "A PEER is its host:port, its node id, a unique beginning of that, or its name."

_NUMBER: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class Help(msgspec.Struct, frozen=True):
    """Answered here, without the node: the list of commands, or everything about one."""

    topic: str | None = None


class Exit(msgspec.Struct, frozen=True):
    """Answered here, without the node: whoever read it ends in order."""


class Watch(msgspec.Struct, frozen=True):
    """Answered by whoever read it, who then tells of every change of the keys with this prefix."""

    prefix: str = ""


class Export(msgspec.Struct, frozen=True):
    """Carried out by whoever read it, with its own files."""

    file: str
    prefix: str = ""


class Import(msgspec.Struct, frozen=True):
    """Carried out by whoever read it, with its own files."""

    file: str


class Backup(msgspec.Struct, frozen=True):
    """Carried out by whoever read it, with its own files."""

    file: str


Request = AnyOperation | Help | Exit | Watch | Export | Import | Backup


class Kind(Enum):
    """What an argument names, and so what completes it."""

    KEY = auto()
    PREFIX = auto()
    JSON = auto()
    CID_OR_JSON = auto()
    CIDS = auto()  # any number of them, to the end of the line
    PEER = auto()
    PEER_OR_ALL = auto()
    ADDRESS = auto()
    NUMBER = auto()
    COMMAND = auto()
    FILE = auto()


class WrongUsage(Exception):
    """The arguments do not fit the command's usage (too few, too many, unknown flag)."""


class Command(msgspec.Struct, frozen=True):
    """One command: how it is written, what it does, how its arguments are read and completed.

    `parse` reads the arguments that follow the name; it raises Refused or WrongUsage and nothing else.
    `flags` says what follows each flag (None: nothing). `asks` is what a person should know before it is
    carried out, because it is hard to take back; empty for what just runs. `looks` is true of those that
    change nothing at the node.
    """

    name: str
    usage: str
    summary: str
    parse: Callable[[Scanner], Request]
    arguments: tuple[Kind, ...] = ()
    flags: tuple[tuple[str, Kind | None], ...] = ()
    details: str = ""
    asks: str = ""
    looks: bool = False


def only(scan: Scanner) -> Word:
    """The last argument: there is one and nothing after it."""
    word = next_word(scan)
    end(scan)
    return word


def next_word(scan: Scanner) -> Word:
    """The next argument: there must be one."""
    word = scan.word()
    if word is None:
        raise WrongUsage
    return word


def end(scan: Scanner) -> None:
    """Nothing may follow."""
    if not scan.at_end:
        raise WrongUsage


def number(text: str, what: str) -> float:
    """A number of 0 or more, perhaps with a fraction; Refused (naming `what` it is of) if it is none."""
    if not _NUMBER.fullmatch(text):
        raise Refused(f"{what} takes a number of 0 or more")
    return float(text)


def no_flag(word: Word) -> str:
    """The text of an argument that is no flag."""
    if word.is_flag:
        raise WrongUsage
    return word.text


def nothing(request: Request) -> Callable[[Scanner], Request]:
    """The parse function of a command without arguments."""

    def parse(scan: Scanner) -> Request:
        end(scan)
        return request

    return parse
