"""The one table of commands.

It serves everybody: parsing (dashboard, stdin, shell), usage sentences, help, completion and the palette.
To add a command, add its operation to `core.operations`, a parse function here and a row to `COMMANDS`.
"""

import re
from typing import Final

from decent_tui.commands.command import A_PEER, next_word, nothing, only
from decent_tui.commands.command import Backup as Backup
from decent_tui.commands.command import Command as Command
from decent_tui.commands.command import Exit as Exit
from decent_tui.commands.command import Export as Export
from decent_tui.commands.command import Help as Help
from decent_tui.commands.command import Import as Import
from decent_tui.commands.command import Kind as Kind
from decent_tui.commands.command import Request as Request
from decent_tui.commands.command import Watch as Watch
from decent_tui.commands.command import WrongUsage as WrongUsage
from decent_tui.commands.dials import DIALS
from decent_tui.commands.scan import Scanner
from decent_tui.commands.seeing import SEEING
from decent_tui.commands.streaming import STREAMING
from decent_tui.core import address
from decent_tui.core.errors import Refused
from decent_tui.core.operations import (
    AddPeer,
    Delete,
    Forget,
    Get,
    GetPeer,
    Gossip,
    Keys,
    Leave,
    Peers,
    Put,
    Resolve,
    Snapshot,
    Status,
    Unresolve,
)

# ------------------------------------------------------------------ reading arguments

_CID: Final = re.compile(r"[0-9a-fA-F]{64}")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")  # more digits than any list has keys, and no more than 64 bits


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


def _saw(scan: Scanner) -> tuple[str, ...] | None:
    """The CIDs after `--saw`, up to the end of the line; None without the flag. `--saw none` is the empty
    list: there must be no value."""
    cids: list[str] | None = None
    none = False
    while word := scan.word():
        if word.is_flag and word.text == "--saw":
            cids = cids or []
        elif word.is_flag or cids is None:
            raise WrongUsage
        elif word.text.lower() == "none":
            none = True
        else:
            cids.append(_cid(word.text))
    if cids is not None and bool(cids) is none:  # neither or both
        raise WrongUsage
    return None if cids is None else tuple(cids)


def _put(scan: Scanner) -> Put:
    key, value = next_word(scan).text, _value(scan)
    if not scan.at_end and not scan.at_flag:
        raise Refused(f'after the JSON value comes "{scan.bare_word()[:20]}", which is no part of it')
    return Put(key, value, _saw(scan))


def _get(scan: Scanner) -> Get:
    return Get(only(scan).text)


def _delete(scan: Scanner) -> Delete:
    return Delete(next_word(scan).text, _saw(scan))


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
            limit = _limit(next_word(scan).text)
        elif word.text == "--after":
            after = next_word(scan).text
        else:
            raise WrongUsage
    return Keys(prefix or "", conflicts, limit, after)


def _resolve(scan: Scanner) -> Resolve:
    key = next_word(scan).text
    start = scan.at
    if _CID.fullmatch(cid := scan.bare_word()):
        return Resolve(key, cid=cid.lower(), saw=_saw(scan))
    scan.at = start
    value = _value(scan)
    return Resolve(key, value=value, saw=_saw(scan))


def _unresolve(scan: Scanner) -> Unresolve:
    key = next_word(scan).text
    values: list[str] = []
    while not scan.at_end and not scan.at_flag:
        values.append(_value(scan))
    return Unresolve(key, tuple(values), _saw(scan))


def _getpeer(scan: Scanner) -> GetPeer:
    return GetPeer(next_word(scan).text, only(scan).text)


def _addpeer(scan: Scanner) -> AddPeer:
    try:
        return AddPeer(str(address.parse(only(scan).text)))
    except ValueError as error:
        raise Refused(str(error)) from None


def _forget(scan: Scanner) -> Forget:
    return Forget(only(scan).text)


def _help(scan: Scanner) -> Help:
    return Help() if scan.at_end else Help(only(scan).text.lower())


# ------------------------------------------------------------------ the table

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
        "With --saw none the key must have no value. Only KEY may be quoted; the JSON is taken as it stands.",
    ),
    Command(
        "get",
        "get KEY",
        "show the values of a key",
        _get,
        (Kind.KEY,),
        details="More than one value is a conflict: they were written without knowing of each other.",
        looks=True,
    ),
    Command(
        "delete",
        "delete KEY [--saw CID …]",
        "delete a key",
        _delete,
        (Kind.KEY,),
        (("--saw", Kind.CIDS),),
        "All values that this node holds go, here and on every peer; a value written elsewhere at "
        "the same time stays. --saw as in put.",
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
        looks=True,
    ),
    Command(
        "resolve",
        "resolve KEY CID|JSON [--saw CID …]",
        "settle a conflict",
        _resolve,
        (Kind.KEY, Kind.CID_OR_JSON),
        (("--saw", Kind.CIDS),),
        "Keeps the value with that CID (exactly 64 hexadecimal digits), or writes a new one instead. "
        "--saw as in put.",
    ),
    Command(
        "unresolve",
        "unresolve KEY JSON JSON … [--saw CID …]",
        "write values side by side, in conflict",
        _unresolve,
        (Kind.KEY, Kind.JSON, Kind.JSON),
        (("--saw", Kind.CIDS),),
        "They take the place of all that this node holds for the key. It takes back a resolve, and it "
        "shows what a conflict is with one node alone. --saw as in put.",
    ),
    Command(
        "getpeer",
        "getpeer PEER KEY",
        "ask one peer for its values of a key",
        _getpeer,
        (Kind.PEER, Kind.KEY),
        details="Says how they stand to ours: same, ahead (it has what we lack), behind, concurrent, absent. "
        + A_PEER,
        looks=True,
    ),
    Command("peers", "peers", "list the peers and how they do", nothing(Peers()), looks=True),
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
        nothing(Gossip()),
        details="Nodes do this by themselves; the answer tells how many versions went each way.",
    ),
    *DIALS,
    *SEEING,
    *STREAMING,
    Command("status", "status", "show this node in numbers", nothing(Status()), looks=True),
    Command(
        "snapshot",
        "snapshot",
        "show the whole store as one JSON object",
        nothing(Snapshot()),
        details="In the form of the original program.",
        looks=True,
    ),
    Command(
        "forget",
        "forget PEER",
        "remove a node from the cluster for good",
        _forget,
        (Kind.PEER,),
        details="For a node that never comes back: nobody waits for it any more. " + A_PEER,
        asks="nobody waits for that node any more; should it return, it joins as a new one",
    ),
    Command(
        "leave",
        "leave",
        "retire this node from the cluster and end",
        nothing(Leave()),
        details="Nobody waits for it any more; started again, it joins as a new node. To return, use exit.",
        asks="this node ends and is no member any more; exit only ends it",
    ),
    Command(
        "help", "help [COMMAND]", "list the commands, or explain one", _help, (Kind.COMMAND,), looks=True
    ),
    Command("exit", "exit", "end this node in order", nothing(Exit()), looks=True),
    Command("quit", "quit", "the same as exit", nothing(Exit()), looks=True),
)

COMMANDS: Final[dict[str, Command]] = {command.name: command for command in _ROWS}
"""Every command by its name, in the order of the help."""
