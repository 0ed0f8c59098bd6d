"""The record: a version as every outsider sees it (JSON output, classic peers, snapshots)."""

from typing import Final

import msgspec

from decent_tui.core.values import content_id
from decent_tui.core.version import Siblings, Version

NULL: Final = msgspec.Raw(b"null")
NULL_CID: Final = content_id(None)


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """`{value, vc, lamport, node_id, ts, cid}`, with `deleted` only for a tombstone.

    `ts` is in seconds since 1970, as the original program has it.
    """

    value: msgspec.Raw
    vc: dict[str, int]
    lamport: int
    node_id: str
    ts: float
    cid: str
    deleted: bool = False


def to_record(version: Version) -> Record:
    """The version as a record; a tombstone is the value null, marked deleted."""
    return Record(
        value=NULL if version.value is None else msgspec.Raw(version.value),
        vc=version.clock,
        lamport=version.lamport,
        node_id=version.author,
        ts=version.ts / 1000,
        cid=version.cid or NULL_CID,
        deleted=version.deleted,
    )


def to_records(siblings: Siblings) -> list[Record]:
    """Each of the siblings as a record, in their order."""
    return [to_record(version) for version in siblings]
