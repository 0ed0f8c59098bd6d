"""The dials of a node: what a person turns them to, and what that does to links and messages."""

from typing import Final

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.dial_operations import DialOperation, Way, in_words
from decent_tui.core.errors import Refused
from decent_tui.core.events import Dialled
from decent_tui.core.faults import BOTH, MAX_LAG, Care, Dial, Direction, Kind
from decent_tui.core.links import Link
from decent_tui.core.parts import Parts
from decent_tui.core.peers import Peer

MAX_TIME: Final = 86_400.0
"""Seconds for which a dial may be set: a day, so that a slip of the finger is told."""

_ORDERLY: Final = (wire.Handshake, wire.Peers)
"""What makes a link: nothing may come before it."""

_UNREPEATED: Final = (wire.Audit, wire.Held)
"""The self-check asks once an hour."""


def course(parts: Parts, number: int, message: object, *, outgoing: bool) -> tuple[float, ...]:
    """When a message that is to cross a link now arrives, by the dials (see `Faults.course`)."""
    now = parts.clock.now
    if not parts.faults:
        return (now,)
    link = parts.links.get(number)
    if link is None:
        return (now,)
    node, address = _other_end(parts, link, message)
    if isinstance(message, wire.Handshake) and not outgoing:
        if parts.faults.is_cut(node, address):
            return (now,)  # so that whoever greets it closes the link, unanswered
        link.claimed = node, address
    return parts.faults.course(
        node, address, "out" if outgoing else "in", now, parts.chance, _care(link, message)
    )


def _other_end(parts: Parts, link: Link, message: object) -> tuple[str | None, str]:
    """Who a message comes from or goes to: on a new link its HANDSHAKE says so."""
    peer = parts.peer_of(link) or parts.peers.at(link.dialled or "")
    if peer is not None:
        return peer.node, peer.address
    if isinstance(message, wire.Handshake):
        return message.node_id, message.listen
    if link.kind == "new" and link.claimed is not None:
        return link.claimed
    return link.node, link.address or link.dialled or ""


def _care(link: Link, message: object) -> Care:
    if isinstance(message, _UNREPEATED):
        return "whole"
    return "in turn" if isinstance(message, _ORDERLY) or link.kind != "decent" else "none"


def dials_of(parts: Parts, peer: Peer) -> list[ops.DialView]:
    """How the dials of a peer stand; those that are alike in both directions as one."""
    target = parts.faults.of(peer.node, peer.address)
    if target is None:
        return []
    views = []
    for (kind, direction), dial in sorted(target.dials.items()):
        other = target.dials.get((kind, "in" if direction == "out" else "out"))
        if other != dial:
            views.append(_view(parts, peer, kind, direction, dial))
        elif direction == "out":
            views.append(_view(parts, peer, kind, "both", dial))
    return views


def _view(parts: Parts, peer: Peer, kind: Kind, way: Way, dial: Dial) -> ops.DialView:
    now = parts.clock.now
    return ops.DialView(
        peer.address,
        kind,
        way,
        ms=dial.amount if kind == "lag" else None,
        jitter_ms=dial.jitter if kind == "lag" else None,
        percent=dial.amount if kind not in ("lag", "cut") else None,
        for_s=None if dial.until is None else max(0.0, round(dial.until - now, 1)),
        since_s=max(0.0, round(now - dial.since, 1)),
    )


class Dials:
    """Carries out the operations that turn dials, and heals those whose time is over."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def answer(self, operation: DialOperation) -> ops.Addresses | ops.DialView:
        """Carry out one operation; raises Refused."""
        match operation:
            case ops.Heal(peer=text):
                return self._heal(text)
            case ops.Cut(peer=text):
                peers = self._all() if text == "all" else [self._parts.peers.find(text)]
                for peer in peers:
                    self._turn(peer, operation, "cut", 100.0)
                return ops.Addresses(self._cut_addresses())
            case ops.Lag(peer=text, ms=ms, jitter_ms=jitter):
                if not 0 <= ms <= MAX_LAG or not 0 <= jitter <= MAX_LAG:
                    raise Refused(f"a lag is from 0 to {MAX_LAG:,.0f} ms")
                return self._turn(self._parts.peers.find(text), operation, "lag", ms, jitter)
            case ops.Lose(peer=text, percent=percent):
                return self._turn(self._parts.peers.find(text), operation, "lose", percent)
            case ops.Duplicate(peer=text, percent=percent):
                return self._turn(self._parts.peers.find(text), operation, "duplicate", percent)
            case ops.Reorder(peer=text, percent=percent):
                return self._turn(self._parts.peers.find(text), operation, "reorder", percent)

    def tick(self) -> None:
        """Heal what was set for a time that is over."""
        if not self._parts.faults:
            return
        for healed in self._parts.faults.due(self._parts.clock.now):
            peer = self._parts.peers.of(healed.target.node) or self._parts.peers.at(healed.target.address)
            if peer is not None:
                way = "" if len(healed.directions) == 2 else f", {healed.directions[0]}"
                self._tell(peer, f"{healed.kind}{way} is over", on=False)
                self._mend(peer, healed.kind)

    # ------------------------------------------------------------------ turning

    def _all(self) -> list[Peer]:
        """Every peer that is known; refused when there is none."""
        peers = [peer for peer in self._parts.peers if peer.state not in ("left", "forgotten")]
        if not peers:
            raise Refused("no peer is known yet")
        return peers

    def _turn(
        self,
        peer: Peer,
        operation: ops.Cut | ops.Lag | ops.Lose | ops.Duplicate | ops.Reorder,
        kind: Kind,
        amount: float,
        jitter: float = 0.0,
    ) -> ops.DialView:
        parts = self._parts
        self._check(peer, kind, amount, operation.for_s)
        now = parts.clock.now
        until = None if operation.for_s is None else now + operation.for_s
        way = operation.direction
        ways: tuple[Direction, ...] = BOTH if way == "both" else (way,)
        dial = Dial(amount, jitter, now, until)
        parts.faults.turn(peer.node, peer.address, kind, dial, ways)
        view = _view(parts, peer, kind, way, dial)
        self._tell(peer, in_words(view), on=amount > 0)
        if parts.faults.is_cut(peer.node, peer.address):
            self._part(peer)
        if not amount:
            self._mend(peer, kind)
        return view

    def _check(self, peer: Peer, kind: Kind, amount: float, for_s: float | None) -> None:
        if kind != "lag" and not 0 <= amount <= 100:
            raise Refused(f"{kind} takes a percentage from 0 to 100")
        if for_s is not None and not 0 < for_s <= MAX_TIME:
            raise Refused(f"a dial is set for more than 0 and at most {MAX_TIME:,.0f} seconds")
        if peer.classic and kind in ("duplicate", "reorder"):
            raise Refused(
                f"{peer.called()} is a classic peer, which numbers nothing: only cut, lag and lose fit"
            )

    def _part(self, peer: Peer) -> None:
        """Drop the links to a peer that is cut off."""
        parts = self._parts
        for link in parts.links.all():
            if parts.peer_of(link) is peer or (link.dialled and link.dialled == peer.address):
                parts.drop(link, "cut by you", at_once=True)
        if peer.state == "alive":
            parts.set_state(peer, "suspect", "cut by you")

    def _heal(self, text: str) -> ops.Addresses:
        parts = self._parts
        dialled = [peer for peer in parts.peers if dials_of(parts, peer)]
        if text != "all":
            chosen = parts.peers.find(text)
            if chosen not in dialled:
                raise Refused(f"{chosen.address} is not cut, and no dial is on for it")
            dialled = [chosen]
        lossy = {peer.address: self._worst(peer) for peer in dialled}
        for peer in dialled:
            parts.faults.heal(peer.node, peer.address)
            self._tell(peer, "healed", on=False)
            self._mend(peer, lossy[peer.address])
        if text == "all":
            parts.faults.heal_all()  # also what was set for a peer that is gone
        return ops.Addresses([peer.address for peer in dialled])

    def _worst(self, peer: Peer) -> Kind:
        """Of the dials of a peer the one whose end asks for most."""
        kinds = {view.dial for view in dials_of(self._parts, peer)}
        return "cut" if "cut" in kinds else "lose" if "lose" in kinds else "lag"

    def _mend(self, peer: Peer, kind: Kind) -> None:
        """A dial is off. Where messages were lost the link is made anew: whatever was said once and did not
        arrive is said again at the beginning of a link."""
        parts = self._parts
        if kind not in ("cut", "lose") or parts.faults.is_cut(peer.node, peer.address):
            return
        link = parts.links.get(peer.link) if peer.link is not None else None
        if link is not None:
            parts.drop(link, "healed")
        parts.peers.soon(peer, parts.clock.now)

    def _tell(self, peer: Peer, words: str, *, on: bool) -> None:
        parts = self._parts
        cut = parts.faults.is_cut(peer.node, peer.address)
        parts.recollection.note_network(parts.clock.wall, f"{words}: {peer.called()}")
        parts.out.emit(Dialled(parts.clock.at, peer.address, cut, words, on))

    def _cut_addresses(self) -> list[str]:
        parts = self._parts
        return [
            peer.address for peer in parts.peers if any(view.dial == "cut" for view in dials_of(parts, peer))
        ]
