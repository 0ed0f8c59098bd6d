"""What the API answers with: entries, their versions, and changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

import msgspec

from decent_tui.core.clocks import Order
from decent_tui.core.errors import NoValue
from decent_tui.core.operations import PeerVersions, Versions
from decent_tui.core.records import Record

Json: TypeAlias = Union[bool, int, float, str, "list[Json]", "dict[str, Json]", None]
"""A JSON value in Python's own types."""


class Conflict(Exception):
    """One value was asked for, and there are several; `entry` has them all."""

    def __init__(self, entry: "Entry") -> None:
        super().__init__(f"{entry.key!r} has {len(entry.versions)} values that do not know of each other")
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Version:
    """One value as it was written: `cid` is the SHA-256 of its canonical JSON, `ts` the writer's clock in
    seconds since 1970 (a label: it decides nothing), `clock` its vector clock."""

    value: Json
    cid: str
    node_id: str
    ts: float
    lamport: int
    clock: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its visible versions, newest lamport first: none when there is no value, several when it is
    in conflict. True when there is a value."""

    key: str
    versions: tuple[Version, ...]

    def __bool__(self) -> bool:
        return bool(self.versions)

    @property
    def value(self) -> Json:
        """The value; raises NoValue when there is none and Conflict when there are several."""
        if not self.versions:
            raise NoValue(f"{self.key!r} has no value")
        if len(self.versions) > 1:
            raise Conflict(self)
        return self.versions[0].value

    @property
    def values(self) -> list[Json]:
        """The value of each version."""
        return [version.value for version in self.versions]

    @property
    def conflict(self) -> bool:
        """Whether there are several values."""
        return len(self.versions) > 1


@dataclass(frozen=True, slots=True)
class PeerEntry(Entry):
    """What a peer holds for a key, and how that stands to what the node holds: `ahead` if the peer has
    what the node lacks, `behind`, `same`, `concurrent` if each lacks some, `absent` if it has nothing."""

    relation: Order | Literal["absent"]


@dataclass(frozen=True, slots=True)
class Change:
    """A key changed and holds this now. `missed` changes before it came faster than they were read."""

    entry: Entry
    missed: int = 0

    @property
    def key(self) -> str:
        """The key that changed."""
        return self.entry.key


def to_entry(answer: Versions) -> Entry:
    """The answer of a node as an entry."""
    return Entry(answer.key, tuple(map(_version, answer.versions)))


def to_peer_entry(answer: PeerVersions) -> PeerEntry:
    """The answer of a peer as an entry."""
    return PeerEntry(answer.key, tuple(map(_version, answer.versions)), answer.relation)


def _version(record: Record) -> Version:
    value: Json = msgspec.json.decode(record.value)
    return Version(value, record.cid, record.node_id, record.ts, record.lamport, dict(record.vc))
