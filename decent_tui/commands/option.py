"""What an option is, and the checks that its texts pass: each raises ValueError with one plain sentence."""

from collections.abc import Callable
from enum import Enum, Flag, auto
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from decent_tui.core import address
from decent_tui.core.limits import MAX_NAME
from decent_tui.core.text import printable

T = TypeVar("T")


class Front(Flag):
    """Where an option can be given as a flag."""

    NODE = auto()
    """`decent-tui`: a node, in a dashboard or without a screen."""

    COMMAND = auto()
    """`decent-tui COMMAND`: one command for a running node."""

    ATTACH = auto()
    """`decent-tui attach`: the dashboard of a node elsewhere."""

    SERVE = auto()
    """`decent-tui serve`: that dashboard in a browser."""

    RESTORE = auto()
    """`decent-tui restore`: a backup becomes the data of a node."""


EVERYWHERE: Final = Front.NODE | Front.COMMAND | Front.ATTACH | Front.SERVE | Front.RESTORE


class Takes(Enum):
    """What stands behind an option; the value is what a person is told."""

    SWITCH = "true or false"
    NUMBER = "a number"
    TEXT = "a text in quotes"
    LIST = "a list of texts in quotes"


class Option(msgspec.Struct, Generic[T], frozen=True):
    """One option, and so a flag, a variable and a line of the configuration file.

    `check` makes the value of a text (of a list: of its texts with blanks between). `help` is a sentence
    without the default. Of two `rivals` only one can be given. One that is not `kept` cannot stand in the
    file. Its variable is `named` where that is not simply made of its name.
    """

    name: str
    default: T
    check: Callable[[str], T]
    takes: Takes
    fronts: Front
    help: str
    metavar: str = ""
    rival: str = ""
    kept: bool = True
    named: str = ""

    @property
    def flag(self) -> str:
        """The flag: `--name`."""
        return f"--{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.named or f"DECENT_{self.name.replace('-', '_').upper()}"


# ------------------------------------------------------------------ checks

_ON: Final = ("true", "yes", "on", "1")
_OFF: Final = ("false", "no", "off", "0")


def switch(text: str) -> bool:
    """Yes or no, as variables say it."""
    if text.lower() not in _ON + _OFF:
        raise ValueError("it takes true or false")
    return text.lower() in _ON


def port(text: str) -> int:
    """A port to listen on; 0 for any that is free."""
    return address.check_port(text, allow_zero=True)


def spelled(text: str) -> str:
    """An address, in its one spelling."""
    return str(address.parse(text))


def addresses(text: str) -> tuple[str, ...]:
    """Addresses with blanks or commas between."""
    return tuple(spelled(each) for each in text.replace(",", " ").split())


def name(text: str) -> str:
    """A name for a node."""
    if not text.strip() or len(text) > MAX_NAME or printable(text) != text:
        raise ValueError(f"a name has 1 to {MAX_NAME} characters that can be shown")
    return text


def file(text: str) -> Path:
    """The name of a file, which need not be there."""
    if not text or "\0" in text:
        raise ValueError("a file must have a name")
    return Path(text)


def count(text: str) -> int:
    """How many at most, at least one."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:20]) < 2**63:
        raise ValueError("it takes a number, 1 or more")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 10**9:
        raise ValueError("it takes a number of seconds")
    return value
