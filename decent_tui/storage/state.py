"""What a data file keeps beside the versions, as it is read. sqlite3.Error and msgspec.DecodeError pass."""

import sqlite3
from typing import Final

import msgspec

from decent_tui.core.ranges import Ranges
from decent_tui.core.store import Member, Root, State
from decent_tui.storage import queries

_decode_ranges: Final = msgspec.json.Decoder(Ranges).decode
_decode_ids: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_member: Final = msgspec.json.Decoder(Member).decode


def read_root(connection: sqlite3.Connection) -> Root | None:
    """The numbers that change with every transaction; None in a file that was never written."""
    row = connection.execute(queries.ROOT).fetchone()
    if row is None:
        return None
    node, counter, lamport, fingerprint, former = row
    return Root(node, counter, lamport, fingerprint, _decode_ids(former))


def read_state(connection: sqlite3.Connection) -> State | None:
    """All of it; None in a file that was never written."""
    root = read_root(connection)
    if root is None:
        return None
    rows = connection.execute
    return State(
        root=root,
        seen={node: _decode_ranges(text) for node, text in rows("SELECT * FROM seen")},
        floor=dict(rows("SELECT * FROM floor")),
        members={node: _decode_member(text) for node, text in rows("SELECT * FROM member")},
        addresses=tuple(address for (address,) in rows("SELECT * FROM address ORDER BY address")),
    )
