"""The commands that break the network on purpose, and mend it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from decent_tui.commands.command import (
    A_PEER,
    Command,
    Kind,
    Request,
    WrongUsage,
    next_word,
    no_flag,
    number,
    only,
)
from decent_tui.commands.scan import Scanner
from decent_tui.core.dial_operations import Cut, Duplicate, Heal, Lag, Lose, Reorder, Way
from decent_tui.core.errors import Refused

_FLAGS: Final = (("--for", Kind.NUMBER), ("--in", None), ("--out", None))

_DETAILS: Final = (
    "With --for it heals by itself after S seconds. --in is only what comes from the peer, --out only what "
    "goes to it. It lasts no longer than this process. "
)


class _Typed(NamedTuple):
    """What was typed after a dial's name."""

    peer: str
    numbers: tuple[float, ...]
    direction: Way
    for_s: float | None


def _typed(scan: Scanner, name: str, least: int, most: int) -> _Typed:
    """PEER, from `least` to `most` numbers, and the flags in any order."""
    peer: str | None = None
    numbers: list[float] = []
    ways: set[str] = set()
    for_s: float | None = None
    while word := scan.word():
        if not word.is_flag and peer is None:
            peer = word.text
        elif not word.is_flag:
            numbers.append(number(word.text.removesuffix("%"), name))
        elif word.text == "--for":
            for_s = number(no_flag(next_word(scan)), "--for")
        elif word.text in ("--in", "--out"):
            ways.add(word.text)
        else:
            raise WrongUsage
    if peer is None or not least <= len(numbers) <= most:
        raise WrongUsage
    if for_s == 0:
        raise Refused("--for takes a number of seconds above 0")
    direction: Way = "both"
    if len(ways) == 1:
        direction = "in" if "--in" in ways else "out"
    return _Typed(peer, tuple(numbers), direction, for_s)


def _cut(scan: Scanner) -> Cut:
    typed = _typed(scan, "cut", 0, 0)
    return Cut(typed.peer, typed.direction, typed.for_s)


def _heal(scan: Scanner) -> Heal:
    return Heal(only(scan).text)


def _lag(scan: Scanner) -> Lag:
    typed = _typed(scan, "lag", 1, 2)
    jitter = typed.numbers[1] if len(typed.numbers) > 1 else 0.0
    return Lag(typed.peer, typed.numbers[0], jitter, typed.direction, typed.for_s)


def _share(kind: type[Lose] | type[Duplicate] | type[Reorder], name: str) -> Callable[[Scanner], Request]:
    """The parse function of a dial for a share of the messages."""

    def parse(scan: Scanner) -> Request:
        typed = _typed(scan, name, 1, 1)
        return kind(typed.peer, typed.numbers[0], typed.direction, typed.for_s)

    return parse


DIALS: Final = (
    Command(
        "cut",
        "cut PEER|all [--in|--out] [--for S]",
        "let no bytes pass to or from a peer",
        _cut,
        (Kind.PEER,),
        _FLAGS,
        "The link is dropped, and neither side can make another until heal. all are the peers known now. "
        + _DETAILS
        + A_PEER,
    ),
    Command(
        "heal",
        "heal PEER|all",
        "undo a cut and every other dial of a peer",
        _heal,
        (Kind.PEER_OR_ALL,),
        details="The peer is dialled at once. " + A_PEER,
    ),
    Command(
        "lag",
        "lag PEER MS [JITTER] [--in|--out] [--for S]",
        "have messages arrive late",
        _lag,
        (Kind.PEER, Kind.NUMBER, Kind.NUMBER),
        _FLAGS,
        "By MS milliseconds, give or take up to JITTER; they keep their order. 0 ends it. "
        + _DETAILS
        + A_PEER,
    ),
    Command(
        "lose",
        "lose PEER PERCENT [--in|--out] [--for S]",
        "have some messages vanish",
        _share(Lose, "lose"),
        (Kind.PEER, Kind.NUMBER),
        _FLAGS,
        "What is lost is a whole message: a push, a heartbeat, an answer. 0 ends it. " + _DETAILS + A_PEER,
    ),
    Command(
        "duplicate",
        "duplicate PEER PERCENT [--in|--out] [--for S]",
        "have some messages arrive twice",
        _share(Duplicate, "duplicate"),
        (Kind.PEER, Kind.NUMBER),
        _FLAGS,
        "0 ends it. " + _DETAILS + A_PEER,
    ),
    Command(
        "reorder",
        "reorder PEER PERCENT [--in|--out] [--for S]",
        "have some messages overtaken by later ones",
        _share(Reorder, "reorder"),
        (Kind.PEER, Kind.NUMBER),
        _FLAGS,
        "They are held back for a quarter of a second. 0 ends it. " + _DETAILS + A_PEER,
    ),
)
"""The rows of the table of commands."""
