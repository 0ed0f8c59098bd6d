"""Operations that ask how a key came to be as it is."""

from typing import ClassVar, Literal

import msgspec

from decent_tui.core.operation import Limit, Operation
from decent_tui.core.records import Record


class KeyChange(msgspec.Struct, frozen=True):
    """One change of a key on this node, `at` seconds since 1970: a version was `written` here or `arrived`
    from the node `source`, or versions were `forgotten` because everybody had them (then there is no record).
    `dot` is the version's, `replaced` are the dots of those that it made obsolete, `left` the versions held
    afterwards."""

    at: float
    what: Literal["written", "arrived", "forgotten"]
    source: str
    dot: str | None
    record: Record | None
    replaced: list[str]
    left: int


class KeyHistory(msgspec.Struct, frozen=True):
    """What this node remembers of a key since it was started, oldest first, and what it holds now (tombstones
    included). `complete` is false when older changes were dropped to make room."""

    key: str
    versions: list[Record]
    changes: list[KeyChange]
    complete: bool


class Lacking(msgspec.Struct, frozen=True):
    """A member that is not known to have all versions of a key: how many it lacks, for how long the oldest of
    them was known here, and why."""

    peer: str
    node_id: str
    versions: int
    since_s: float
    why: str


class KeyReasons(msgspec.Struct, frozen=True):
    """Why a key is as it is: plain sentences, and the evidence. Of `members` (this node included) `held` have
    all versions. `waits_for` are the ids of nodes for whose word its deletions wait ("" is this node)."""

    key: str
    versions: list[Record]
    sentences: list[str]
    held: int
    members: int
    lacking: list[Lacking]
    waits_for: list[str]


class Happened(msgspec.Struct, frozen=True):
    """One change of a key as a timeline wants it, without values: a version (`node`, `seq`, its context and
    its author's clock `ts`) was `written` here or `arrived` from `source`, or (no node) something was
    `forgotten`. Times are in seconds since 1970; `left` versions are held afterwards. Or something happened
    to the `network`: a dial was turned, a peer's state changed; `text` says what."""

    at: float
    key: str
    what: Literal["written", "arrived", "forgotten", "network"]
    source: str
    node: str
    seq: int
    context: dict[str, int]
    ts: float
    deleted: bool
    left: int
    text: str = ""


class Happenings(msgspec.Struct, frozen=True):
    """What this node remembers from a number on, oldest first; `next` is the number to go on with, and
    `skipped` changes before these are not remembered any more."""

    happened: list[Happened]
    next: int
    skipped: int


class Recall(Operation[Happenings], frozen=True):
    """What happened to keys here since the change of that number (0: since the beginning), at most `limit`
    changes. Ask again with `next` to go on."""

    looks: ClassVar[bool] = True
    since: int = 0
    limit: Limit = 500


class Why(Operation[KeyReasons], frozen=True):
    """Why a key has the values it has, and who lacks them; refused when nothing is known of it."""

    looks: ClassVar[bool] = True
    key: str


class History(Operation[KeyHistory], frozen=True):
    """How a key came to be as it is, as far as this node remembers; refused when nothing is known of it."""

    looks: ClassVar[bool] = True
    key: str
