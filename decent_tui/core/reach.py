"""How peers are reached: the addresses given or heard of, whom to dial and when; and what it means that a
dial came to nothing, that a peer is silent, or that a link was lost."""

from collections.abc import Iterable
from typing import Final

from decent_tui.core import address as addresses
from decent_tui.core import messages as wire
from decent_tui.core.limits import MAX_LEARNED_PEERS
from decent_tui.core.links import Link
from decent_tui.core.parts import Parts
from decent_tui.core.peers import STEADY, UNANSWERED, Peer

PATIENCE: Final = 5.0
"""Seconds in which a node that we dialled must answer the HANDSHAKE."""

SILENCE: Final = 30.0
"""Seconds in which whoever connected must have said something whole: a person may type, but not for ever."""


class Reaching:
    """Finds peers, dials them, and knows when they are gone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    # ------------------------------------------------------------------ addresses

    def learn(self, address: str, *, given: bool) -> Peer | None:
        """Take in an address; what the operator gives is kept in the file at once."""
        peer = self._parts.peers.learn(address, given=given)
        if peer is not None and given:
            self._parts.replica.store.save(addresses=[peer.address])
        return peer

    def hear(self, texts: Iterable[str], remote: str) -> None:
        """Take in addresses that somebody at `remote` tells: what is none is passed over."""
        by = addresses.parse(remote, allow_zero=True).host
        for text in texts:
            address = addresses.announced(text, remote)
            if address:
                self._parts.peers.learn(address, given=False, told_by=by)

    def known(self) -> list[str]:
        """The addresses to tell others."""
        return self._parts.peers.addresses()[:MAX_LEARNED_PEERS]

    # ------------------------------------------------------------------ dialling

    def tick(self) -> None:
        """Dial whoever is due, note who fell silent, and give up links that never said who they are."""
        parts = self._parts
        for peer in parts.peers.tick(parts.clock.now):
            parts.tell(peer, f"no word for {parts.clock.now - (peer.heard or 0):.0f} s")
            link = parts.links.get(peer.link) if peer.link is not None else None
            if peer.state == "down" and link is not None:
                parts.drop(link, "no answer", at_once=True)
        for peer in parts.peers.due(parts.clock.now):
            if not parts.faults.is_cut(peer.node, peer.address):
                parts.dial(peer)
        for link in parts.links.new():
            age = parts.clock.now - link.opened
            if link.dialled and age > PATIENCE:
                self.failed(link.dialled, "it does not answer the handshake")
                parts.drop(link, "", at_once=True)
            elif not link.spoke and not link.dialled and age > SILENCE:
                parts.out.send(link.id, wire.Err(f"nothing was said for {SILENCE:.0f} s"))
                parts.drop(link, "it never spoke")

    def failed(self, address: str, why: str, *, refused: bool = False) -> None:
        """A dial came to nothing; `refused` says that somebody answered that nobody listens there."""
        parts = self._parts
        peer = parts.peers.at(address)
        if peer is None:
            return
        peer.dialling = False
        peer.error = why
        peer.failures += 1
        if peer.failures >= UNANSWERED and not peer.given and parts.members.get(peer.node) is None:
            parts.peers.remove(peer)
            return
        if refused and peer.link is None:
            parts.set_state(peer, "down", why)

    def lost(self, link: Link, why: str) -> None:
        """A connection ended without our doing."""
        parts = self._parts
        parts.links.close(link.id)
        if link.dialled and link.kind == "new":
            self.failed(link.dialled, why or "it closed the connection without an answer")
        for peer in parts.peers:
            if peer.link == link.id:
                peer.link = None
                peer.error = why or "the connection was closed"
                slept = parts.peers.slept(parts.clock.now)
                if slept:
                    peer.error = "this node itself stood still, and the peer gave up on it"
                if slept or parts.clock.now - link.opened >= STEADY:
                    parts.peers.soon(peer, parts.clock.now)
                if peer.state == "alive" and not slept:
                    parts.set_state(peer, "suspect", peer.error)
