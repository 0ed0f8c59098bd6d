"""One peer, whole: all the evidence there is."""

from collections.abc import Sequence

from decent_tui.core.operations import PeerView
from decent_tui.tui.lines import Line, Span, fit, said, wrapped
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago, milliseconds, plural, size, span

NAME = 14
"""Cells for what a line is about."""


def peer_title(peer: PeerView) -> Line:
    """What stands in the border."""
    return (said(peer.address, "bold accent"),)


def peer_detail(peer: PeerView, roster: Roster, room: int) -> Sequence[Line]:
    """Everything known about one peer, in lines of `room` cells."""
    face = roster.face(peer.node_id or "", peer.address)
    told: list[tuple[str, str, str]] = [
        ("name", peer.name or "not known yet", face.ink),
        ("node id", peer.node_id or "not known yet", "text"),
        ("address", peer.address, "text"),
        ("state", "cut by you; x heals it" if peer.cut else peer.state, "red" if peer.cut else "text"),
        ("protocol", "the original program's (classic)" if peer.classic else "decent", "text"),
        *([("cluster key", f"an {peer.key} one", "amber")] if peer.key else []),
        ("last heard", "never" if peer.heard_s is None else ago(peer.heard_s), "text"),
        ("round trip", "not measured" if peer.rtt_ms is None else milliseconds(peer.rtt_ms), "text"),
        ("it lacks", _writes(peer.behind), "amber" if peer.behind else "text"),
        ("we lack", _writes(peer.ahead), "amber" if peer.ahead else "text"),
        ("sent to it", size(peer.sent), "text"),
        ("came from it", size(peer.received), "text"),
        ("last error", peer.last_error or "none", "red" if peer.last_error else "text"),
        ("next dial", "none is due" if peer.retry_s is None else f"in {span(peer.retry_s)}", "text"),
    ]
    lines: list[Line] = []
    for name, text, ink in told:
        lines += wrapped((Span(fit(name, NAME), "dim"), said(text, ink)), room)
    return lines


def _writes(count: int) -> str:
    return plural(count, "write") if count else "nothing, as far as we heard"
