"""Operations on peers and the membership.

A PEER (`peer` below) is host:port, a node id, a unique beginning of one, or a name.
"""

from typing import ClassVar, Literal

import msgspec

from decent_tui.core.clocks import Order
from decent_tui.core.dial_operations import DialView
from decent_tui.core.operation import Limit, Operation
from decent_tui.core.records import Record

PeerState = Literal["joining", "alive", "suspect", "down", "left", "forgotten"]


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
    the next dial (None: no dial is due). `sent` and `received` are bytes of this run.
    `key` is "old" while its link is made with another cluster key than the newest. `cut` is true
    while a person here has cut it off both ways; `dials` are all that a person here has dialled for it.
    The state has been the same for `since_s` seconds. `waiting` versions, of about `waiting_bytes`, are to be
    pushed to it as soon as its link is free.
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
    waiting: int = 0
    waiting_bytes: int = 0
    key: Literal["", "old"] = ""


class PeerList(msgspec.Struct, frozen=True):
    """Peers, by address."""

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


class Done(msgspec.Struct, frozen=True):
    """Nothing to say but that it was done."""


class Peers(Operation[PeerList], frozen=True):
    """Every peer known; with `limit` only so many (and those at the same address as the last), at addresses
    behind `after`: fewer mean that there are no more. To compare what 50 peers have seen takes 3 ms."""

    looks: ClassVar[bool] = True
    after: str = ""
    limit: Limit | None = None


class AddPeer(Operation[Address], frozen=True):
    """Learn an address and dial it."""

    address: str


class GetPeer(Operation[PeerVersions], frozen=True):
    """Ask one peer for its live versions of a key."""

    looks: ClassVar[bool] = True
    peer: str
    key: str


class Gossip(Operation[Exchanges], frozen=True):
    """A full exchange with every peer, at once."""


class Forget(Operation[Done], frozen=True):
    """Remove a node from the membership for good."""

    peer: str


class Leave(Operation[Done], frozen=True):
    """Retire this node: it is no member any more. The process should end after the answer."""
