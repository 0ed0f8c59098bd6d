"""Operations on keys and their values."""

from typing import ClassVar

import msgspec

from decent_tui.core.operation import Limit, Operation
from decent_tui.core.records import Record


class Versions(msgspec.Struct, frozen=True):
    """The visible versions of a key, newest lamport first; of equal values only the newest."""

    key: str
    versions: list[Record]


class KeyOnly(msgspec.Struct, frozen=True):
    """The key that was written."""

    key: str


class KeyList(msgspec.Struct, frozen=True):
    """Keys in order; `more` when the limit cut the list."""

    keys: list[str]
    more: bool


class EntryPage(msgspec.Struct, frozen=True):
    """Keys in order with their visible versions; `more` when there are others behind the last one."""

    entries: list[Versions]
    more: bool


class ClassicSnapshot(msgspec.Struct, frozen=True):
    """The original program's snapshot; `snapshot_ts` in seconds since 1970."""

    node_id: str
    lamport: int
    snapshot_ts: float
    data: dict[str, list[Record]]


class SnapshotAnswer(msgspec.Struct, frozen=True):
    """The answer to `snapshot`."""

    snapshot: ClassicSnapshot


class Put(Operation[Versions], frozen=True):
    """Write a value (JSON text). With `saw`, only if the visible cids are exactly those."""

    key: str
    value: str
    saw: tuple[str, ...] | None = None


class Pair(msgspec.Struct, frozen=True, array_like=True):
    """A key and its value to be written (JSON, as it stands)."""

    key: str
    value: msgspec.Raw


class Written(msgspec.Struct, frozen=True):
    """How many values were written."""

    count: int


class PutAll(Operation[Written], frozen=True):
    """Write many values, each as `Put` does without `saw`; all of them or, refused, none."""

    pairs: tuple[Pair, ...]


class Delete(Operation[KeyOnly], frozen=True):
    """Write a tombstone over all that is visible. With `saw`, only if the visible cids are exactly those."""

    key: str
    saw: tuple[str, ...] | None = None


class Get(Operation[Versions], frozen=True):
    """The live versions of a key; refused ("no value") when there is none."""

    looks: ClassVar[bool] = True
    key: str


class Keys(Operation[KeyList], frozen=True):
    """Live keys in UTF-8 byte order that start with `prefix` and come after `after`."""

    looks: ClassVar[bool] = True
    prefix: str = ""
    conflicts: bool = False
    limit: Limit = 1000
    after: str = ""


class Entries(Operation[EntryPage], frozen=True):
    """Live keys with what they hold, in UTF-8 byte order, that start with `prefix` and come after `after`: as
    many as fit into half a line of the wire."""

    looks: ClassVar[bool] = True
    prefix: str = ""
    after: str = ""


class Resolve(Operation[Versions], frozen=True):
    """Settle a conflict: by the cid of one of the siblings, or by a new value (exactly one is given).
    With `saw`, only if the visible cids are exactly those."""

    key: str
    cid: str | None = None
    value: str | None = None
    saw: tuple[str, ...] | None = None


class Unresolve(Operation[Versions], frozen=True):
    """Write several values (JSON texts) side by side, as siblings, in place of what is there.
    With `saw`, only if the visible cids are exactly those."""

    key: str
    values: tuple[str, ...]
    saw: tuple[str, ...] | None = None


class Snapshot(Operation[SnapshotAnswer], frozen=True):
    """The whole live store in the original program's form."""

    looks: ClassVar[bool] = True
