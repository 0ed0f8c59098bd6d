"""Answers as a program reads them: one JSON object on one line.

`{"command": name, "ok": true, …the answer's fields}` or `{"command": name, "ok": false, "error": sentence}`.
Values stand in it as the JSON they are. The line is safe to print: no raw control, bidi or zero-width
character is in it (nor one at which some readers would break the line), they are escaped as JSON has it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from decent_tui.commands.answers import Answer, shortfall
from decent_tui.core.operations import ClassicSnapshot, PeerList, PeerView, SnapshotAnswer
from decent_tui.core.text import printable

_encode: Final = msgspec.json.Encoder().encode
_PEER: Final = (
    "address", "node_id", "name", "state", "rtt_ms", "behind", "ahead", "classic", "last_error",
)  # fmt: skip
_ACTING: Final = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def encode(command: str, answer: Answer) -> Iterator[bytes]:
    """The line without its newline, in pieces: a whole store can be printed without one long pause."""
    if isinstance(answer, SnapshotAnswer):
        yield _head(command) + b',"snapshot":'
        yield from encode_snapshot(answer.snapshot)
        yield b"}"
    elif isinstance(answer, PeerList):
        yield (
            _head(command) + b',"peers":' + _harmless(_encode([_peer(peer) for peer in answer.peers])) + b"}"
        )
    elif error := shortfall(answer):
        yield encode_error(command, error)[:-1] + b"," + _harmless(_encode(answer)[1:])
    else:
        # the fields of the answer go on where the head stops, which spares a copy of every value
        fields = _encode(answer)
        yield _head(command) + (b"," if len(fields) > 2 else b"") + _harmless(fields[1:])


def encode_event(event: msgspec.Struct) -> bytes:
    """The line (without its newline) for something that happened."""
    return _harmless(_encode(event))


def encode_error(command: str, error: str) -> bytes:
    """The line (without its newline) for a command that was refused."""
    # a first word of any kind is repeated as it was typed, as far as UTF-8 has it
    name = command.encode("utf-8", "replace").decode()
    return _harmless(_encode({"command": name, "ok": False, "error": printable(error)}))


def encode_snapshot(snapshot: ClassicSnapshot) -> Iterator[bytes]:
    """The snapshot as a JSON object, a piece per key."""
    start = {
        "node_id": snapshot.node_id,
        "lamport": snapshot.lamport,
        "snapshot_ts": snapshot.snapshot_ts,
    }
    yield _harmless(_encode(start)[:-1]) + b',"data":{'
    comma = b""
    for key, records in snapshot.data.items():
        yield comma + _harmless(_encode(key) + b":" + _encode(records))
        comma = b","
    yield b"}}"


def _peer(peer: PeerView) -> dict[str, object]:
    """The documented fields of a peer; what a screen shows besides is no part of the answer."""
    fields: dict[str, object] = {name: getattr(peer, name) for name in _PEER}
    if peer.cut:
        fields["cut"] = True
    if peer.key:
        fields["key"] = peer.key
    if peer.dials:
        fields["dials"] = peer.dials
    return fields


@lru_cache(maxsize=64)
def _head(command: str) -> bytes:
    return b'{"command":' + _encode(command) + b',"ok":true'


def _harmless(line: bytes) -> bytes:
    """The same JSON with characters that act on a terminal escaped (they stand only in strings)."""
    if line.isascii() and b"\x7f" not in line:
        return line
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", line.decode()).encode()
