"""How much a node does at a time and how long it waits: numbers on which nothing that is right depends.

Real nodes have the defaults; the simulator draws others, so that what happens once a year happens often.
"""

import msgspec

from decent_tui.core.limits import CHUNK


class Tuning(msgspec.Struct, frozen=True):
    """What may differ from node to node. Times are in seconds."""

    chunk: int = CHUNK
    """Bytes of versions in an answer to a sync, at most (but at least one version). Small while a screen
    shares the event loop."""

    page: int = 4_096
    """Dots in one page of a full answer's list: below 100 KiB even when no two are neighbours."""

    outbox: int = 4 * 1024 * 1024
    """Bytes of versions that wait for one link; so slow a reader loses pushes, and pulls instead."""

    hold: float = 30.0
    """For how long the answering side collects nothing after a page, so that its floor stays put."""

    collect: int = 200
    """Tombstones looked at in one turn: about a millisecond, two and more if all of them go. Fewer while a
    screen shares the event loop."""

    audit: float = 3600.0
    """Between two audits of one peer: each is all that both hold, and what it cannot mend, a person must."""

    push: int = CHUNK
    """Bytes of versions in a push, at most (but at least one version). Small too while a screen shares the
    event loop: packing a full chunk takes 4 ms."""
