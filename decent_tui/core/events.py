"""What happened, for whoever watches: panes, logs, recorders.

Events are facts about the past; nobody answers them and nothing in the node depends on them.
Every struct says when it happens. `at` is the node's wall clock in seconds since 1970.
"""

import msgspec

from decent_tui.core.operations import PeerState


class Event(msgspec.Struct, frozen=True, tag_field="event", tag=str.lower):
    """The base of all events."""

    at: float


class Changed(Event, frozen=True):
    """The siblings of these keys changed: by versions from node `by`, or (empty) by a local write. Or only
    tombstones went (`forgotten`), and no reader sees a difference."""

    keys: tuple[str, ...]
    by: str = ""
    forgotten: bool = False


class Conflict(Event, frozen=True):
    """A key went from one visible value to `values` of them."""

    key: str
    values: int


class Settled(Event, frozen=True):
    """A key went from several visible values to at most one."""

    key: str


class Collected(Event, frozen=True):
    """`count` tombstones were forgotten, because every member has them."""

    count: int


class PeerChanged(Event, frozen=True):
    """A peer's state changed; `why` is the evidence in plain words."""

    address: str
    node_id: str | None
    state: PeerState
    why: str = ""


class Dialled(Event, frozen=True):
    """A person here dialled something for a peer, or a dial healed by itself. `cut` says whether the peer is
    cut off both ways now, `words` what was done, as `lag 200 ms out`; `on` is false when that ended it."""

    address: str
    cut: bool
    words: str = ""
    on: bool = True


class Carried(Event, frozen=True):
    """One line crossed the wire. `raw` is the line without its newline, cut at a few KiB for the screen;
    `size` is the true size in bytes. `summary` is one line in plain words. `peer` is the peer's address if
    known, else where the connection comes from; `node_id` is its id if known. `lost`: it did not, because of
    a dial here."""

    peer: str
    node_id: str | None
    outgoing: bool
    type: str
    summary: str
    size: int
    raw: bytes
    key: str = ""
    lost: bool = False


class Alarm(Event, frozen=True):
    """Something a person must know: one plain sentence."""

    text: str


class Skipped(Event, frozen=True):
    """Whoever watches from elsewhere missed events that came faster than it reads: `count` of them, each key
    of a `Changed` for itself (0: nobody knows how many, because the connection was lost meanwhile)."""

    count: int


class Attached(Event, frozen=True):
    """The node that is watched cannot be reached any more (`up` false; `why` in plain words: it stopped, or
    the connection to it was lost), or it can again. No node says this of itself on the wire."""

    up: bool
    why: str = ""


AnyEvent = (
    Changed | Conflict | Settled | Collected | PeerChanged | Dialled | Carried | Alarm | Skipped | Attached
)
