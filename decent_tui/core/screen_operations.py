"""Operations of whoever watches: the node in numbers, and pages of keys for a screen."""

from typing import Annotated, ClassVar

import msgspec

from decent_tui.core.clocks import entry_of
from decent_tui.core.dial_operations import DialView
from decent_tui.core.operation import Limit, Operation
from decent_tui.core.records import Record
from decent_tui.core.store import Countable, Wanted
from decent_tui.core.why_operations import Lacking


class NodeNumbers(msgspec.Struct, frozen=True):
    """Who a node is and what it holds, as whoever asks about it is told first. `writes` counts local writes
    and `applied` those taken in from others, in this run."""

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


class NodeStatus(NodeNumbers, frozen=True):
    """The node itself. `settled` is the share (0 to 1) of members' digests that equal ours, weighted by
    writes. `waits_for` are the ids of members whose digest keeps tombstones from being collected. `alarms`
    are plain sentences, newest last. `dials` are what a person here has dialled.
    Settle times and writes in flight are those of `ConvergenceView`; `missing` counts, by address, the writes
    that an alive peer lacks. The data takes about `bytes`; from `max_bytes` on nothing more is taken in."""

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
    bytes: int = 0
    max_bytes: int | None = None


class Measures(NodeNumbers, frozen=True):
    """What there is to count about a node, without a look at its peers: it costs the same however many there
    are. What `NodeStatus` has too means the same here. `obsolete` counts versions of this run that came when
    something held already covered them. `settled[i]` writes of this run were with every alive peer within
    `bounds[i]` seconds but not within the bound before (the last: later than all of them), and all of these
    took `settled_s` seconds together; the oldest of those in flight is under way for `oldest_s`. `waits_for`
    says how many tombstones wait for a node id ("" is this node)."""

    obsolete: int
    sent: int
    received: int
    bounds: tuple[float, ...]
    settled: tuple[int, ...]
    settled_s: float
    in_flight: int
    oldest_s: float
    waits_for: dict[str, int]
    bytes: int
    max_bytes: int | None


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

    @property
    def entry(self) -> str:
        """The entry of clocks under which its number counts."""
        return entry_of(self.node, self.record.node_id)


class Inspection(msgspec.Struct, frozen=True):
    """All versions of a key, in sibling order; `members` are the node ids that should have them (this node's
    first), `lacking` those that do not, and why; its deletions wait for the nodes `waits_for` ("" is this
    one)."""

    key: str
    siblings: list[SiblingView]
    members: list[str]
    lacking: list[Lacking] = []
    waits_for: list[str] = []


class Status(Operation[NodeStatus], frozen=True):
    """The node itself, in numbers."""

    looks: ClassVar[bool] = True


class Measure(Operation[Measures], frozen=True):
    """What there is to count about the node, cheaply."""

    looks: ClassVar[bool] = True


class Rows(Operation[RowPage], frozen=True):
    """A page of keys for a list on a screen, in UTF-8 byte order (see `Store.page`); keys that start with
    `without` are left out unless it is empty."""

    looks: ClassVar[bool] = True
    wanted: Wanted = "all"
    prefix: str = ""
    start: str = ""
    inclusive: bool = True
    backwards: bool = False
    limit: Limit = 100
    preview: Annotated[int, msgspec.Meta(ge=0, le=10**6)] = 120
    without: str = ""


class Count(Operation[KeyCount], frozen=True):
    """Count keys that start with `prefix`, in pieces: those after `after`, at most `limit`."""

    looks: ClassVar[bool] = True
    wanted: Countable = "live"
    prefix: str = ""
    after: str = ""
    limit: Limit = 1000


class Inspect(Operation[Inspection], frozen=True):
    """Everything this node holds for one key, tombstones included, and who else holds it."""

    looks: ClassVar[bool] = True
    key: str
