"""Operations that ask whether everybody has everything, and who lacks what."""

from typing import ClassVar

import msgspec

from decent_tui.core.operation import Operation


class Waited(msgspec.Struct, frozen=True):
    """What came of a wait. `missing` counts, by address, the writes that an alive peer lacks (this node's
    address is there too, when a peer has what we lack); `away` the same for members that are not alive.
    `converged` looks at the `peers` alive ones only."""

    converged: bool
    missing: dict[str, int]
    away: dict[str, int]
    peers: int


class LackRow(msgspec.Struct, frozen=True):
    """What one node lacks: per writer the number of writes, none where it has all that anybody is known to
    have."""

    node: str
    lacks: dict[str, int]


class ConvergenceView(msgspec.Struct, frozen=True):
    """Who lacks what, as far as this node heard.

    `rows` are this node first, then the members; `writers` the same ids and then all others that ever wrote.
    `settle_p50_ms` and `settle_p95_ms` are of this node's recent writes, from the write until every alive
    peer was known to have it (None: there was none lately); `settle_ms` the newest of these, oldest first.
    `in_flight` writes are still on their way, the oldest for `oldest_s`. `waits_for` says how many tombstones
    wait for a node id ("" is this node). `sent` and `received` are bytes of this run.
    """

    node: str
    writers: list[str]
    rows: list[LackRow]
    settled: float
    settle_p50_ms: float | None
    settle_p95_ms: float | None
    settle_ms: list[float]
    in_flight: int
    oldest_s: float
    tombstones: int
    waits_for: dict[str, int]
    sent: int
    received: int


class Wait(Operation[Waited], frozen=True):
    """Wait until every alive peer holds all that is known here now (or all versions of one key)."""

    looks: ClassVar[bool] = True
    key: str | None = None
    timeout_s: float = 10.0


class Convergence(Operation[ConvergenceView], frozen=True):
    """Who lacks what, and how long writes take to settle."""

    looks: ClassVar[bool] = True
