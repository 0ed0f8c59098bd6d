"""What can be asked of a node, as values, and the answers.

Operations are what the commands, the dashboard and other programs speak to a node: one struct
each, the same for a node in this process and for one elsewhere. An operation either gets its answer
or is `Refused` with one plain sentence.

A PEER (`peer` below) is host:port, a node id, a unique beginning of one, or a name.
"""

from typing import Literal

import msgspec

from decent_tui.core.clocks import Order
from decent_tui.core.convergence_operations import Convergence as Convergence
from decent_tui.core.convergence_operations import ConvergenceView as ConvergenceView
from decent_tui.core.convergence_operations import LackRow as LackRow
from decent_tui.core.convergence_operations import Wait as Wait
from decent_tui.core.convergence_operations import Waited as Waited
from decent_tui.core.dial_operations import Addresses as Addresses
from decent_tui.core.dial_operations import Cut as Cut
from decent_tui.core.dial_operations import DialView as DialView
from decent_tui.core.dial_operations import Duplicate as Duplicate
from decent_tui.core.dial_operations import Heal as Heal
from decent_tui.core.dial_operations import Lag as Lag
from decent_tui.core.dial_operations import Lose as Lose
from decent_tui.core.dial_operations import Reorder as Reorder
from decent_tui.core.operation import Operation as Operation
from decent_tui.core.records import Record
from decent_tui.core.store import Countable, Wanted
from decent_tui.core.why_operations import Happened as Happened
from decent_tui.core.why_operations import Happenings as Happenings
from decent_tui.core.why_operations import History as History
from decent_tui.core.why_operations import KeyChange as KeyChange
from decent_tui.core.why_operations import KeyHistory as KeyHistory
from decent_tui.core.why_operations import KeyReasons as KeyReasons
from decent_tui.core.why_operations import Lacking as Lacking
from decent_tui.core.why_operations import Recall as Recall
from decent_tui.core.why_operations import Why as Why

PeerState = Literal["joining", "alive", "suspect", "down", "left", "forgotten"]


# ------------------------------------------------------------------ answers


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


class PeerVersions(msgspec.Struct, frozen=True):
    """A peer's live versions of a key, and how they stand to ours (`absent`: it has none)."""

    peer: str
    key: str
    versions: list[Record]
    relation: Order | Literal["absent"]


class PeerView(msgspec.Struct, frozen=True):
    """One peer, with the evidence for its state.

    `behind` counts the writes that we have seen and it has not, as far as we heard; `ahead` the
    reverse. `heard_s` is seconds since its last sign of life (None: never), `retry_s` seconds until
    the next dial (None: no dial is due). `sent` and `received` are bytes of this run. `cut` is true
    while a person here has cut it off both ways; `dials` are all that a person here has dialled for it.
    The state has been the same for `since_s` seconds.
    """

    address: str
    node_id: str | None
    name: str | None
    state: PeerState
    rtt_ms: float | None = None
    behind: int = 0
    ahead: int = 0
    classic: bool = False
    last_error: str | None = None
    cut: bool = False
    heard_s: float | None = None
    retry_s: float | None = None
    sent: int = 0
    received: int = 0
    dials: list[DialView] = []
    since_s: float | None = None


class PeerList(msgspec.Struct, frozen=True):
    """Every peer known, by address."""

    peers: list[PeerView]


class Address(msgspec.Struct, frozen=True):
    """The address that was learned."""

    address: str


class Exchange(msgspec.Struct, frozen=True):
    """What one full exchange moved, in versions."""

    address: str
    sent: int
    received: int
    error: str | None = None


class Exchanges(msgspec.Struct, frozen=True):
    """One exchange per peer."""

    peers: list[Exchange]


class ClassicSnapshot(msgspec.Struct, frozen=True):
    """The original program's snapshot; `snapshot_ts` in seconds since 1970."""

    node_id: str
    lamport: int
    snapshot_ts: float
    data: dict[str, list[Record]]


class SnapshotAnswer(msgspec.Struct, frozen=True):
    """The answer to `snapshot`."""

    snapshot: ClassicSnapshot


class Done(msgspec.Struct, frozen=True):
    """Nothing to say but that it was done."""


class NodeStatus(msgspec.Struct, frozen=True):
    """The node itself. `settled` is the share (0 to 1) of members' digests that equal ours, weighted by
    writes; `writes` counts local writes and `applied` those taken in from others, in this run. `waits_for`
    are the ids of members whose digest keeps tombstones from being collected. `alarms` are plain sentences,
    newest last. `dials` are what a person here has dialled.
    Settle times and writes in flight are those of `ConvergenceView`; `missing` counts, by address, the writes
    that an alive peer lacks."""

    node_id: str
    name: str
    address: str
    keys: int
    conflicts: int
    deleted: int
    versions: int
    lamport: int
    counter: int
    writes: int
    applied: int
    peers_alive: int
    peers_known: int
    settled: float
    sent: int
    received: int
    tombstones: int
    waits_for: list[str]
    alarms: list[str]
    data: str
    digest: str
    dials: list[DialView] = []
    settle_p50_ms: float | None = None
    settle_p95_ms: float | None = None
    in_flight: int = 0
    missing: dict[str, int] = {}


class KeyRow(msgspec.Struct, frozen=True):
    """One line of a key list. `siblings` counts the values a reader sees (0: deleted); `preview` is the
    beginning of the newest value's JSON text; of `members` live nodes (this one included) `held` hold all
    of the key's versions."""

    key: str
    siblings: int
    preview: str
    held: int
    members: int


class RowPage(msgspec.Struct, frozen=True):
    """A page of rows in list order, and how many keys of that kind there are in all (None: not counted)."""

    rows: list[KeyRow]
    total: int | None


class KeyCount(msgspec.Struct, frozen=True):
    """How many keys were counted, and the last of them (empty: there are no more)."""

    keys: int
    last: str


class SiblingView(msgspec.Struct, frozen=True):
    """One version as held: the record, its dot and context, and the node ids known to have it."""

    record: Record
    node: str
    seq: int
    context: dict[str, int]
    held: list[str]


class Inspection(msgspec.Struct, frozen=True):
    """All versions of a key, in sibling order; `members` are the node ids that should have them (this node's
    first), `lacking` those that do not, and why; its deletions wait for the nodes `waits_for` ("" is this
    one)."""

    key: str
    siblings: list[SiblingView]
    members: list[str]
    lacking: list[Lacking] = []
    waits_for: list[str] = []


# ------------------------------------------------------------------ keys and values


class Put(Operation[Versions], frozen=True):
    """Write a value (JSON text). With `saw`, only if the visible cids are exactly those."""

    key: str
    value: str
    saw: tuple[str, ...] | None = None


class Delete(Operation[KeyOnly], frozen=True):
    """Write a tombstone over all that is visible."""

    key: str


class Get(Operation[Versions], frozen=True):
    """The live versions of a key; refused ("no value") when there is none."""

    key: str


class Keys(Operation[KeyList], frozen=True):
    """Live keys in UTF-8 byte order that start with `prefix` and come after `after`."""

    prefix: str = ""
    conflicts: bool = False
    limit: int = 1000
    after: str = ""


class Resolve(Operation[Versions], frozen=True):
    """Settle a conflict: by the cid of one of the siblings, or by a new value (exactly one is given)."""

    key: str
    cid: str | None = None
    value: str | None = None


class Snapshot(Operation[SnapshotAnswer], frozen=True):
    """The whole live store in the original program's form."""


# ------------------------------------------------------------------ peers


class Peers(Operation[PeerList], frozen=True):
    """Every peer known."""


class AddPeer(Operation[Address], frozen=True):
    """Learn an address and dial it."""

    address: str


class GetPeer(Operation[PeerVersions], frozen=True):
    """Ask one peer for its live versions of a key."""

    peer: str
    key: str


class Gossip(Operation[Exchanges], frozen=True):
    """A full exchange with every peer, at once."""


class Forget(Operation[Done], frozen=True):
    """Remove a node from the membership for good."""

    peer: str


class Leave(Operation[Done], frozen=True):
    """Retire this node: it is no member any more. The process should end after the answer."""


# ------------------------------------------------------------------ for whoever watches


class Status(Operation[NodeStatus], frozen=True):
    """The node itself, in numbers."""


class Rows(Operation[RowPage], frozen=True):
    """A page of keys for a list on a screen, in UTF-8 byte order (see `Store.page`); keys that start with
    `without` are left out unless it is empty."""

    wanted: Wanted = "all"
    prefix: str = ""
    start: str = ""
    inclusive: bool = True
    backwards: bool = False
    limit: int = 100
    preview: int = 120
    without: str = ""


class Count(Operation[KeyCount], frozen=True):
    """Count keys that start with `prefix`, in pieces: those after `after`, at most `limit`."""

    wanted: Countable = "live"
    prefix: str = ""
    after: str = ""
    limit: int = 1000


class Inspect(Operation[Inspection], frozen=True):
    """Everything this node holds for one key, tombstones included, and who else holds it."""

    key: str


AnyOperation = (
    Put | Delete | Get | Keys | Resolve | Snapshot
    | Peers | AddPeer | GetPeer | Gossip | Forget | Leave
    | Cut | Heal | Lag | Lose | Duplicate | Reorder
    | Status | Rows | Count | Inspect | Wait | Convergence | Why | History | Recall
)  # fmt: skip


AnyAnswer = (
    Versions | KeyOnly | KeyList | PeerVersions | PeerList | Address | Addresses | DialView | Exchanges
    | SnapshotAnswer | Done | NodeStatus | RowPage | KeyCount | Inspection
    | Waited | ConvergenceView | KeyReasons | KeyHistory | Happenings
)  # fmt: skip
