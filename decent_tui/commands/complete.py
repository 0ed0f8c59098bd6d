"""Completion of a line that is being typed, from the table of commands and what the node knows.

Only words that look on a screen as they are get offered: what completion puts into a line is raw text, and
a key with a right-to-left override must not get to a terminal that way (it can still be typed, or copied).
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from decent_tui.commands.scan import Scanner, quote
from decent_tui.commands.table import COMMANDS, Command, Kind
from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.operations import Get, Peers, Rows, Versions
from decent_tui.core.text import printable
from decent_tui.net.interface import NodeInterface

_HEX: Final = re.compile(r"[0-9a-f]{0,64}")
_MAX_VALUE: Final = 1_000
"""Characters of a value that is offered for editing: a guess at what a person edits in one line."""
_QUOTED: Final = (Kind.KEY, Kind.PREFIX, Kind.PEER, Kind.PEER_OR_ALL)
"""What is quoted in a line as in a shell."""


class Completions(NamedTuple):
    """What may stand in place of `line[start:]`, best first, quoted as it must be typed."""

    start: int
    words: tuple[str, ...]


class Slot(NamedTuple):
    """The word that is being typed: what it names (None: a flag), where it began, what there is of it,
    the key that stands before it, the flags that could stand there, and whether it follows a command."""

    kind: Kind | None
    start: int
    typed: str
    key: str = ""
    flags: tuple[str, ...] = ()
    is_argument: bool = True


def usage(line: str) -> str | None:
    """The usage of the command that the line begins with, None if there is no such command (yet)."""
    command = COMMANDS.get(Scanner(line).bare_word().lower())
    return command.usage if command else None


async def complete(node: NodeInterface, line: str, limit: int = 50) -> Completions:
    """What the end of the line could become, at most `limit` words. Never refuses."""
    slot = _slot(line)
    if slot is None:
        return Completions(len(line), ())
    words = await candidates(node, slot, limit)
    if slot.kind in _QUOTED:
        words = [quote(word) for word in words]
    return Completions(slot.start, tuple(words))


async def candidates(node: NodeInterface, slot: Slot, limit: int = 50) -> list[str]:
    """What the word could become, as it is and not as it is typed, at most `limit`. Never refuses."""
    try:
        words = await _words(node, slot, limit)
    except (Refused, StorageError):
        return []
    return [word for word in words if printable(word) == word][:limit]


# ------------------------------------------------------------------ where in the line we are


def _slot(line: str) -> Slot | None:
    """The word at the end of the line; None where nothing can be said about it."""
    scan = Scanner(line)
    scan.skip_blanks()
    start = scan.at
    name = scan.bare_word()
    if scan.at == len(line):
        return Slot(Kind.COMMAND, start, name, is_argument=False)
    command = COMMANDS.get(name.lower())
    return _argument(command, scan) if command else None


def _argument(command: Command, scan: Scanner) -> Slot | None:
    flags = dict(command.flags)
    names = tuple(flags)
    wanted = list(command.arguments)
    after_flag: Kind | None = None
    key = ""
    while True:
        scan.skip_blanks()
        start = scan.at
        kind = after_flag or (wanted[0] if wanted else None)
        if kind in (Kind.JSON, Kind.CID_OR_JSON):
            wanted.pop(0)
            if scan.at_end or (kind is Kind.CID_OR_JSON and _HEX.fullmatch(scan.line, start)):
                return Slot(kind, start, scan.line[start:], key)
            if not _passed_json(scan):
                return None
            continue
        word = scan.partial_word()
        if word is None or scan.at == len(scan.line):
            if word and word.is_flag and after_flag is None:
                kind = None
            return Slot(kind, start, word.text if word else "", key, names)
        if after_flag is None and word.is_flag and word.text in flags:
            after_flag = flags[word.text]
        elif after_flag is not None:
            after_flag = after_flag if after_flag is Kind.CIDS else None
        elif wanted and wanted.pop(0) is Kind.KEY:
            key = word.text


def _passed_json(scan: Scanner) -> bool:
    """Go behind the JSON; False while it is still being typed."""
    try:
        scan.json()
    except Refused:
        return False
    return scan.at < len(scan.line)


# ------------------------------------------------------------------ what could stand there


async def _words(node: NodeInterface, slot: Slot, limit: int) -> list[str]:
    match slot.kind:
        case None:
            return _beginning(slot.typed, slot.flags)
        case Kind.COMMAND:
            return _beginning(slot.typed.lower(), _commands(node, slot))
        case Kind.KEY | Kind.PREFIX:
            page = await node.run(Rows(wanted="live", prefix=slot.typed, limit=limit, preview=0))
            return [row.key for row in page.rows]
        case Kind.PEER | Kind.PEER_OR_ALL:
            return await _peers(node, slot)
        case Kind.JSON:
            found: Versions = await node.run(Get(slot.key))
            values = (bytes(record.value).decode() for record in found.versions)
            return [value for value in values if len(value) <= _MAX_VALUE]
        case Kind.CIDS | Kind.CID_OR_JSON:
            found = await node.run(Get(slot.key))
            return _beginning(slot.typed, (record.cid for record in found.versions))
        case Kind.ADDRESS | Kind.NUMBER | Kind.FILE:
            return []


def _commands(node: NodeInterface, slot: Slot) -> Iterable[str]:
    """All commands to read of; to carry out, those that are not refused."""
    every = slot.is_argument or not node.readonly
    return (name for name, command in COMMANDS.items() if every or command.looks)


async def _peers(node: NodeInterface, slot: Slot) -> list[str]:
    """Addresses, then names; ids only once one has begun (nobody wants to read them all)."""
    peers = (await node.run(Peers())).peers
    words: list[str] = []
    if slot.kind is Kind.PEER_OR_ALL:  # of the peers, healing concerns those that are cut off
        words = ["all"]
        peers = [peer for peer in peers if peer.cut]
    words += [peer.address for peer in peers]
    words += [peer.name for peer in peers if peer.name]
    if slot.typed:
        words += [peer.node_id for peer in peers if peer.node_id]
    return _beginning(slot.typed, words)


def _beginning(typed: str, words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(typed)]
