"""The one table of commands.

It serves everybody: parsing (dashboard, stdin, shell), usage sentences, help, completion and the palette.
To add a command, add its operation to `core.operations`, a parse function here and a row to `COMMANDS`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import msgspec

from decent_tui.commands.scan import Scanner, Word
from decent_tui.core import address
from decent_tui.core.errors import Refused
from decent_tui.core.operations import (
    AddPeer,
    AnyOperation,
    Cut,
    Delete,
    Forget,
    Get,
    GetPeer,
    Gossip,
    Heal,
    Keys,
    Leave,
    Peers,
    Put,
    Resolve,
    Snapshot,
    Status,
)


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


Request = AnyOperation | Help | Exit | Watch | Export | Import


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


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how it is written, what it does, how its arguments are read and completed.

    `parse` reads the arguments that follow the name; it raises Refused or WrongUsage and nothing else.
    `flags` says what follows each flag (None: nothing). `asks` is what a person should know before it is
    carried out, because nothing undoes it; empty for what can be undone.
    """

    name: str
    usage: str
    summary: str
    parse: Callable[[Scanner], Request]
    arguments: tuple[Kind, ...] = ()
    flags: tuple[tuple[str, Kind | None], ...] = ()
    details: str = ""
    asks: str = ""


# ------------------------------------------------------------------ reading arguments

_CID: Final = re.compile(r"[0-9a-fA-F]{64}")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")  # more digits than any list has keys, and no more than 64 bits


def _only(scan: Scanner) -> Word:
    """The last argument: there is one and nothing after it."""
    word = _next(scan)
    _end(scan)
    return word


def _next(scan: Scanner) -> Word:
    word = scan.word()
    if word is None:
        raise WrongUsage
    return word


def _end(scan: Scanner) -> None:
    if not scan.at_end:
        raise WrongUsage


def _value(scan: Scanner) -> str:
    text = scan.json()
    if text is None:
        raise WrongUsage
    return text


def _cid(text: str) -> str:
    if not _CID.fullmatch(text):
        raise Refused("a CID has exactly 64 hexadecimal digits; get shows those of a key")
    return text.lower()


def _limit(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) == 0:
        raise Refused("--limit takes a number of 1 or more")
    return int(text)


def _nothing(request: Request) -> Callable[[Scanner], Request]:
    """The parse function of a command without arguments."""

    def parse(scan: Scanner) -> Request:
        _end(scan)
        return request

    return parse


def _put(scan: Scanner) -> Put:
    key, value = _next(scan).text, _value(scan)
    saw: list[str] | None = None
    while word := scan.word():
        if word.is_flag and word.text == "--saw":
            saw = saw or []
        elif word.is_flag:
            raise WrongUsage
        elif saw is None:
            raise Refused(f'after the JSON value comes "{word.text[:20]}", which is no part of it')
        else:
            saw.append(_cid(word.text))
    if saw == []:
        raise WrongUsage
    return Put(key, value, None if saw is None else tuple(saw))


def _get(scan: Scanner) -> Get:
    return Get(_only(scan).text)


def _delete(scan: Scanner) -> Delete:
    return Delete(_only(scan).text)


def _keys(scan: Scanner) -> Keys:
    prefix: str | None = None
    conflicts, limit, after = False, 1000, ""
    while word := scan.word():
        if not word.is_flag:
            if prefix is not None:
                raise WrongUsage
            prefix = word.text
        elif word.text == "--conflicts":
            conflicts = True
        elif word.text == "--limit":
            limit = _limit(_next(scan).text)
        elif word.text == "--after":
            after = _next(scan).text
        else:
            raise WrongUsage
    return Keys(prefix or "", conflicts, limit, after)


def _resolve(scan: Scanner) -> Resolve:
    key = _next(scan).text
    start = scan.at
    if _CID.fullmatch(rest := scan.rest()):
        return Resolve(key, cid=rest.lower())
    scan.at = start
    value = _value(scan)
    _end(scan)
    return Resolve(key, value=value)


def _getpeer(scan: Scanner) -> GetPeer:
    return GetPeer(_next(scan).text, _only(scan).text)


def _addpeer(scan: Scanner) -> AddPeer:
    try:
        return AddPeer(str(address.parse(_only(scan).text)))
    except ValueError as error:
        raise Refused(str(error)) from None


def _cut(scan: Scanner) -> Cut:
    return Cut(_only(scan).text)


def _heal(scan: Scanner) -> Heal:
    return Heal(_only(scan).text)


def _forget(scan: Scanner) -> Forget:
    return Forget(_only(scan).text)


def _export(scan: Scanner) -> Export:
    file = _next(scan).text
    return Export(file) if scan.at_end else Export(file, _only(scan).text)


def _import(scan: Scanner) -> Import:
    return Import(_only(scan).text)


def _watch(scan: Scanner) -> Watch:
    return Watch() if scan.at_end else Watch(_only(scan).text)


def _help(scan: Scanner) -> Help:
    return Help() if scan.at_end else Help(_only(scan).text.lower())


# ------------------------------------------------------------------ the table

_A_PEER: Final = "A PEER is its host:port, its node id, a unique beginning of that, or its name."

_ROWS: Final = (
    Command(
        "put",
        "put KEY JSON [--saw CID …]",
        "write a value",
        _put,
        (Kind.KEY, Kind.JSON),
        (("--saw", Kind.CIDS),),
        "The value replaces all that this node holds for the key, so a put also settles a conflict. With "
        "--saw it is refused as stale unless the values here are exactly those with the CIDs that follow. "
        "Only KEY may be quoted; the JSON is taken as it stands.",
    ),
    Command(
        "get",
        "get KEY",
        "show the values of a key",
        _get,
        (Kind.KEY,),
        details="More than one value is a conflict: they were written without knowing of each other.",
    ),
    Command(
        "delete",
        "delete KEY",
        "delete a key",
        _delete,
        (Kind.KEY,),
        details="All values that this node holds go, here and on every peer; a value written elsewhere at "
        "the same time stays.",
        asks="it goes from every node",
    ),
    Command(
        "keys",
        "keys [PREFIX] [--conflicts] [--limit N] [--after KEY]",
        "list keys in order",
        _keys,
        (Kind.PREFIX,),
        (("--conflicts", None), ("--limit", Kind.NUMBER), ("--after", Kind.KEY)),
        "1,000 are listed unless --limit says otherwise; --after goes on behind a key. With --conflicts only "
        "keys with more than one value. Quote a PREFIX that begins with --.",
    ),
    Command(
        "resolve",
        "resolve KEY CID|JSON",
        "settle a conflict",
        _resolve,
        (Kind.KEY, Kind.CID_OR_JSON),
        details="Keeps the value with that CID (exactly 64 hexadecimal digits), or writes a new one instead.",
    ),
    Command(
        "getpeer",
        "getpeer PEER KEY",
        "ask one peer for its values of a key",
        _getpeer,
        (Kind.PEER, Kind.KEY),
        details="Says how they stand to ours: same, ahead (it has what we lack), behind, concurrent, absent. "
        + _A_PEER,
    ),
    Command(
        "watch",
        "watch [PREFIX]",
        "tell of every change as it comes",
        _watch,
        (Kind.PREFIX,),
        details="Each key that changes is told with what it holds then; a reader that is too slow is told "
        "how much it missed. It goes on beside later commands until the node or the connection ends.",
    ),
    Command(
        "export",
        "export FILE [PREFIX]",
        "write keys and values as JSON lines",
        _export,
        (Kind.FILE, Kind.PREFIX),
        details='A line is {"key": …, "value": …}; a key in conflict has its other values in "others". The '
        "file is on the side where this is typed.",
    ),
    Command(
        "import",
        "import FILE",
        "write all keys of such a file here",
        _import,
        (Kind.FILE,),
        details="Each line is an ordinary put, so it replaces what the key holds here. Of a conflict only "
        "the newest value is written. The file is on the side where this is typed.",
    ),
    Command("peers", "peers", "list the peers and how they do", _nothing(Peers())),
    Command(
        "addpeer",
        "addpeer HOST:PORT",
        "learn of a peer and dial it",
        _addpeer,
        (Kind.ADDRESS,),
        details="An IPv6 address is written [host]:port. Peers tell each other of those they know.",
    ),
    Command(
        "gossip",
        "gossip",
        "exchange everything with every peer, at once",
        _nothing(Gossip()),
        details="Nodes do this by themselves; the answer tells how many versions went each way.",
    ),
    Command(
        "cut",
        "cut PEER",
        "let no bytes pass to or from a peer",
        _cut,
        (Kind.PEER,),
        details="Until heal, and no longer than this process. " + _A_PEER,
    ),
    Command(
        "heal",
        "heal PEER|all",
        "undo a cut",
        _heal,
        (Kind.PEER_OR_ALL,),
        details="The peer is dialled at once. " + _A_PEER,
    ),
    Command("status", "status", "show this node in numbers", _nothing(Status())),
    Command(
        "snapshot",
        "snapshot",
        "show the whole store as one JSON object",
        _nothing(Snapshot()),
        details="In the form of the original program.",
    ),
    Command(
        "forget",
        "forget PEER",
        "remove a node from the cluster for good",
        _forget,
        (Kind.PEER,),
        details="For a node that never comes back: nobody waits for it any more. " + _A_PEER,
        asks="nobody waits for that node any more; should it return, it joins as a new one",
    ),
    Command(
        "leave",
        "leave",
        "retire this node from the cluster and end",
        _nothing(Leave()),
        details="Nobody waits for it any more; started again, it joins as a new node. To return, use exit.",
        asks="this node ends and is no member any more; exit only ends it",
    ),
    Command("help", "help [COMMAND]", "list the commands, or explain one", _help, (Kind.COMMAND,)),
    Command("exit", "exit", "end this node in order", _nothing(Exit())),
    Command("quit", "quit", "the same as exit", _nothing(Exit())),
)

COMMANDS: Final[dict[str, Command]] = {command.name: command for command in _ROWS}
"""Every command by its name, in the order of the help."""
