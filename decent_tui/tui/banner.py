"""What is said at the top of every view while a person here keeps the network from working."""

from collections.abc import Sequence

from decent_tui.core.operations import PeerView
from decent_tui.core.text import printable
from decent_tui.tui.lines import Span
from decent_tui.tui.words import plural


def broken(cuts: int, dials: int) -> list[Span]:
    """So many links that are cut off, and so many other dials; nothing when there are none."""
    words = ([f"✂ {cuts} cut"] if cuts else []) + ([f"≈ {plural(dials, 'dial')}"] if dials else [])
    return [Span(f" {' · '.join(words)} ", "bold ground on red")] if words else []


def unreachable(why: str) -> list[Span]:
    """What is said instead while the node does not answer: what is shown may be old."""
    return [Span(f" {printable(why[:60])}; trying again … ", "bold ground on red")] if why else []


def banner(peers: Sequence[PeerView]) -> list[Span]:
    """The same, counted from the peers."""
    return broken(sum(peer.cut for peer in peers), sum(map(lesser, peers)))


def lesser(peer: PeerView) -> int:
    """The dials of a peer that do not cut it off."""
    return sum(view.dial != "cut" or view.direction != "both" for view in peer.dials)
