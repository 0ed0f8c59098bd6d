"""Answers as a person reads them: lines of text.

Every line passed the one door (`printable`), so it may be shown anywhere.
"""

from collections.abc import Iterator, Sequence
from functools import singledispatch
from textwrap import wrap
from typing import Final

from decent_tui.commands import render_seeing as seeing
from decent_tui.commands.answers import Answer, BackedUp, Exported, HelpAnswer, Imported, Watching
from decent_tui.commands.encode import encode_snapshot
from decent_tui.commands.render_seeing import moment, value
from decent_tui.commands.render_status import status
from decent_tui.commands.scan import quote
from decent_tui.core.dial_operations import in_words
from decent_tui.core.operations import (
    Address,
    Addresses,
    DialView,
    Done,
    Exchanges,
    KeyHistory,
    KeyList,
    KeyOnly,
    KeyReasons,
    NodeStatus,
    PeerList,
    PeerVersions,
    PeerView,
    SnapshotAnswer,
    Versions,
    Waited,
)
from decent_tui.core.records import Record
from decent_tui.core.text import printable

_WIDTH: Final = 78  # of explanations; the narrowest terminal the program is made for has 80 columns

_RELATIONS: Final = {
    "same": "has the same as we have",
    "ahead": "has what we lack",
    "behind": "lacks what we have",
    "concurrent": "has what we lack and lacks what we have",
    "absent": "has no value",
}


def lines(command: str, answer: Answer) -> Iterator[str]:
    """The answer to the command, line by line; a long one costs only as far as it is read."""
    return map(printable, _lines(answer, command))


def error_line(command: str, error: str) -> str:
    """The one line for a command that was refused."""
    return printable(f"{command}: {error}")


@singledispatch
def _lines(answer: object, command: str) -> Iterator[str]:
    raise TypeError(f"no text form for {type(answer).__name__}")


@_lines.register
def _versions(answer: Versions, command: str) -> Iterator[str]:
    yield from _values(answer.key, answer.versions, details=command == "get")


@_lines.register
def _peer_versions(answer: PeerVersions, command: str) -> Iterator[str]:
    yield f"{answer.peer} {_RELATIONS[answer.relation]}"
    if answer.versions:
        yield from _values(answer.key, answer.versions, details=True)


def _values(key: str, versions: Sequence[Record], details: bool) -> Iterator[str]:
    if len(versions) == 1:
        yield f"{quote(key)} = {value(versions[0])}"
    else:
        yield f"{quote(key)} has {len(versions)} values:"
    for record in versions:
        if len(versions) > 1:
            yield f"  {value(record)}"
        if details:
            clock = " ".join(f"{node}:{number}" for node, number in record.vc.items())
            yield f"    by {record.node_id} at {moment(record.ts)}, lamport {record.lamport}, clock {clock}"
            yield f"    cid {record.cid}"


@_lines.register
def _key_only(answer: KeyOnly, command: str) -> Iterator[str]:
    yield f"{command}: {quote(answer.key)}"


@_lines.register
def _key_list(answer: KeyList, command: str) -> Iterator[str]:
    yield from map(quote, answer.keys)
    if answer.more:
        yield f"… more: add --after {quote(answer.keys[-1])}" if answer.keys else "… more"
    elif not answer.keys:
        yield "no keys"


@_lines.register
def _peer_list(answer: PeerList, command: str) -> Iterator[str]:
    if not answer.peers:
        yield "no peers; addpeer HOST:PORT adds one"
    yield from _table([_peer(peer) for peer in answer.peers])


def _peer(peer: PeerView) -> list[str]:
    notes = [peer.node_id or "", "classic" if peer.classic else "", "cut by you" if peer.cut else ""]
    notes += [f"{in_words(view)} (dial)" for view in peer.dials if not (peer.cut and view.dial == "cut")]
    if peer.key:
        notes.append(f"{peer.key} cluster key")
    if peer.behind:
        notes.append(f"{peer.behind:,} behind")
    if peer.ahead:
        notes.append(f"{peer.ahead:,} ahead")
    if peer.last_error and peer.last_error not in notes:  # a cut is its own error
        notes.append(peer.last_error)
    rtt = "" if peer.rtt_ms is None else f"{peer.rtt_ms:.1f} ms"
    return [peer.address, peer.name or "", peer.state, rtt, ", ".join(filter(None, notes))]


@_lines.register
def _exchanges(answer: Exchanges, command: str) -> Iterator[str]:
    if not answer.peers:
        yield "no peers to exchange with"
    yield from _table(
        [
            [each.address, f"sent {each.sent:,}, received {each.received:,}", each.error or ""]
            for each in answer.peers
        ]
    )


@_lines.register
def _address(answer: Address, command: str) -> Iterator[str]:
    yield f"{command}: {answer.address}"


@_lines.register
def _addresses(answer: Addresses, command: str) -> Iterator[str]:
    yield f"{command}: {', '.join(answer.peers) or 'nobody'}"


@_lines.register
def _dial(answer: DialView, command: str) -> Iterator[str]:
    off = answer.ms == 0 or answer.percent == 0
    yield f"{answer.peer}: {answer.dial} is off" if off else f"{answer.peer}: {in_words(answer)}"


_lines.register(Waited, seeing.waited)
_lines.register(KeyReasons, seeing.reasons)
_lines.register(KeyHistory, seeing.history)


@_lines.register
def _done(answer: Done, command: str) -> Iterator[str]:
    yield f"{command}: done"


_lines.register(NodeStatus, status)


@_lines.register
def _snapshot(answer: SnapshotAnswer, command: str) -> Iterator[str]:
    yield from (piece.decode() for piece in encode_snapshot(answer.snapshot))


@_lines.register
def _exported(answer: Exported, command: str) -> Iterator[str]:
    yield f"{answer.file}: {answer.count:,} keys, {answer.bytes:,} bytes"
    if answer.conflicts:
        yield f'{answer.conflicts:,} of them in conflict: the other values stand in "others"'


@_lines.register
def _imported(answer: Imported, command: str) -> Iterator[str]:
    yield f"{answer.file}: {answer.count:,} keys written"
    if answer.conflicts:
        yield f"{answer.conflicts:,} of them were in conflict: only their newest value was written"


@_lines.register
def _backed_up(answer: BackedUp, command: str) -> Iterator[str]:
    yield f"{answer.file}: a backup of {answer.count:,} keys, {answer.bytes:,} bytes"


@_lines.register
def _watching(answer: Watching, command: str) -> Iterator[str]:
    yield f"watching {quote(answer.prefix) + '…' if answer.prefix else 'every key'}"


@_lines.register
def _help(answer: HelpAnswer, command: str) -> Iterator[str]:
    if len(answer.commands) == 1:
        only = answer.commands[0]
        yield only.usage
        yield from wrap(f"{only.summary[:1].upper()}{only.summary[1:]}. {only.details}", _WIDTH)
    else:
        yield from _table([[each.usage, each.summary] for each in answer.commands])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows with their columns aligned."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
