"""How two nodes meet and part: HANDSHAKE and its answer, one link per pair, goodbye."""

from collections.abc import Callable
from typing import Final, TypedDict

from decent_tui.core import address as addresses
from decent_tui.core import messages as wire
from decent_tui.core.chance import name_for
from decent_tui.core.clocks import is_classic, is_node
from decent_tui.core.errors import ProtocolError
from decent_tui.core.links import Link, superseded
from decent_tui.core.parts import Parts
from decent_tui.core.peers import Peer
from decent_tui.core.reach import Reaching
from decent_tui.core.store import Standing

DOUBT: Final = 2.0
"""Seconds in which the link that an id has must answer, when another process comes under that id; else the
one that came is the node, started anew."""

PROOF: Final = 10.0
"""Seconds after which a link that has answered is asked again, when another process still comes."""

RIVAL: Final = "another process has a link under its id"
"""Why one that came second has none."""

ERR_SHOWN: Final = 200
"""Characters of a refusal that are kept for whoever looks at the peer."""


class _Introduction(TypedDict):
    node_id: str
    listen: str
    protocol: int
    name: str
    tag: str
    volatile: bool
    gone: dict[str, str]


class Greeting:
    """Has connections become links, one for each peer, and ends them with a word.

    `decent` is called with each new link to a node of our kind, `classic` with each to a classic peer,
    `named` when such a peer said its id, and `renamed` when this node must take a new one.
    """

    def __init__(
        self,
        parts: Parts,
        reaching: Reaching,
        *,
        decent: Callable[[Link], None],
        classic: Callable[[Link], None],
        named: Callable[[Link, str], None],
        renamed: Callable[[str, Standing], None],
    ) -> None:
        self._parts = parts
        self._reaching = reaching
        self._decent = decent
        self._classic = classic
        self._named = named
        self._renamed = renamed

    # ------------------------------------------------------------------ HANDSHAKE

    def opened(self, link: Link) -> None:
        """A connection is open; whoever dialled speaks first."""
        parts = self._parts
        parts.links.open(link)
        if link.dialled is None:
            return
        peer = parts.peers.at(link.dialled)
        if parts.faults.is_cut(peer.node if peer else None, link.dialled):
            parts.drop(link, "cut by you", at_once=True)
            return
        parts.out.send(
            link.id,
            wire.Handshake(known_peers=self._reaching.known(), **self._introduction()),
        )

    def asked(self, link: Link, hello: wire.Handshake, request: wire.RequestId) -> None:
        """Somebody who dialled us says who they are."""
        parts = self._parts
        self._check_certificate(link, hello.node_id)
        listen = addresses.announced(hello.listen, link.remote)
        if parts.faults.is_cut(hello.node_id, listen):
            parts.drop(link, "", at_once=True)
            return
        if not hello.protocol or not is_node(hello.node_id):
            self._guest(link, hello, listen, request)
            return
        if self._is_taken(hello.node_id, hello.tag, link, listen):
            return
        parts.out.send(
            link.id,
            wire.Peers(self._reaching.known(), **self._introduction()),
            request,
        )
        if self._is_me(link, hello.node_id, hello.tag):  # it has been told, and learns that it met itself
            return
        link.node, link.tag, link.address = hello.node_id, hello.tag, listen
        self._reaching.hear(hello.known_peers, link.remote)
        self._link(link, hello.name, hello.volatile, hello.gone)

    def _introduction(self) -> _Introduction:
        """What we say of ourselves to one of our kind, as the one who dialled and as the one who answers."""
        parts = self._parts
        return {
            "node_id": parts.replica.node,
            "listen": parts.me.listen,
            "protocol": wire.PROTOCOL,
            "name": parts.me.name,
            "tag": parts.me.tag,
            "volatile": parts.me.volatile,
            "gone": parts.members.gone(),
        }

    def _guest(self, link: Link, hello: wire.Handshake, listen: str, request: wire.RequestId) -> None:
        """A classic peer's own connection: answers there are never read, so we dial it for our own talk."""
        parts = self._parts
        parts.links.become(link, "guest")
        link.node, link.address = hello.node_id, listen
        parts.out.send(link.id, wire.Peers(self._reaching.known()), request)
        self._reaching.hear([listen, *hello.known_peers], link.remote)
        peer = parts.peers.at(listen)
        if peer is not None and is_classic(hello.node_id):
            parts.peers.identify(peer, hello.node_id)
            peer.classic = True
            parts.members.meet(hello.node_id, address=listen, classic=True)
            for ours in parts.links.classic():
                if ours.address == listen:
                    self._named(ours, hello.node_id)

    def answered(self, link: Link, said: wire.Peers) -> None:
        """The answer to our HANDSHAKE (or a classic peer's word about peers at another time)."""
        parts = self._parts
        if link.kind != "new" or link.dialled is None:
            self._reaching.hear(said.peers, link.remote)
            return
        if said.node_id is None or not said.protocol:
            self._reaching.hear(said.peers, link.remote)
            self._greet_classic(link)
            return
        if not is_node(said.node_id):
            raise ProtocolError("a node id has 16 hexadecimal digits", fatal=True)
        self._check_certificate(link, said.node_id)
        listen = addresses.announced(said.listen, link.remote)
        if parts.faults.is_cut(said.node_id, listen):
            self._reaching.failed(link.dialled, "cut by you")
            parts.drop(link, "", at_once=True)
            return
        if self._is_me(link, said.node_id, said.tag):
            return
        if self._is_taken(said.node_id, said.tag, link, listen):
            self._reaching.failed(link.dialled, RIVAL)
            return
        self._reaching.hear(said.peers, link.remote)
        link.node, link.tag, link.address = said.node_id, said.tag, listen
        self._link(link, said.name, said.volatile, said.gone)

    def _check_certificate(self, link: Link, node: str) -> None:
        """Where there is a cluster key, a node is who its certificate says, and nobody else."""
        certified = link.certified
        if certified is not None and certified.node != node:
            text = f"it says that it is {node}, and its certificate is that of {certified.node}"
            self._parts.alarm(f"{link.dialled or link.remote} was refused: {text}")
            raise ProtocolError(text, fatal=True)

    def turned_away(self, link: Link, text: str) -> None:
        """Who was dialled answers the HANDSHAKE with a refusal, in its own words: they are the reason. Two
        who use one id are told so at any time."""
        if text == wire.ID_IN_USE:
            self._parts.alarm(text)
        if link.kind == "new" and link.dialled:
            if text == wire.NEEDS_KEY:  # that does not mend itself
                self._parts.alarm(f"{link.dialled} refused this node, which has no cluster key")
            self._reaching.failed(link.dialled, f"it says: {text[:ERR_SHOWN]}")
            self._parts.drop(link, "")

    def _greet_classic(self, link: Link) -> None:
        """The peer we dialled speaks the original protocol. It has not said its id: only its records do."""
        parts = self._parts
        peer = parts.peers.at(link.dialled or "")
        if peer is None:
            parts.drop(link, "")
            return
        parts.links.become(link, "classic")
        link.address = peer.address
        # its id of last time may not be that of today; what it says on a connection of its own is
        guests = [
            own.node for own in parts.links.all() if own.kind == "guest" and own.address == peer.address
        ]
        link.node = guests[-1] if guests else None
        peer.classic, peer.name = True, ""
        self._linked(peer, link)
        self._classic(link)

    def _is_me(self, link: Link, node: str, tag: str) -> bool:
        """Whether the other end is this very node, or claims to be; such a link closes."""
        parts = self._parts
        if node != parts.replica.node:
            return False
        if tag != parts.me.tag:
            parts.alarm(wire.ID_IN_USE)
        elif link.dialled is not None:
            parts.peers.learn_me(link.dialled)
            parts.replica.store.remove(addresses=[link.dialled])
        parts.drop(link, "it has this node's own id")
        return True

    # ------------------------------------------------------------------ one link per pair

    def _link(self, link: Link, name: str, volatile: bool, gone: dict[str, str]) -> None:
        """A node of our kind is at the other end."""
        parts = self._parts
        assert link.node is not None
        parts.faults.met(link.node, (link.dialled, link.address))
        met = parts.peers.met(link.node, name or name_for(link.node), link.address, link.dialled)
        if met is None:
            parts.drop(link, "this node knows too many peers already")
            return
        peer, other_ways = met
        rival = parts.links.to(link.node)
        parts.links.become(link, "decent")
        if rival is not None and rival is not link:
            loser = superseded(parts.replica.node, rival, link)
            parts.drop(loser, "", at_once=rival.tag != link.tag)
            if loser is link:
                return
        parts.members.meet(link.node, name=peer.name, address=peer.address, volatile=volatile)
        if link.dialled:  # somebody answers there; the address of one who dialled us is kept with the member
            parts.replica.store.save(addresses=[peer.address])
            parts.replica.store.remove(addresses=other_ways)
        peer.classic = False
        self._linked(peer, link)
        self.told_gone(link, gone)
        if parts.links.get(link.id) is not None:
            self._decent(link)

    def _is_taken(self, node: str, tag: str, link: Link, listen: str) -> bool:
        """Whether an id has a link that lives, and somebody else comes under it: then he is turned away.

        A node that was started anew comes like that too, before it is known that its old connection is dead.
        So the one that has the link is asked: only a process that runs answers. Until it has, and as long as
        it may, whoever comes is told to come again; of two that live, the first keeps its links.
        """
        parts, now = self._parts, self._parts.clock.now
        holder = parts.links.to(node)
        if holder is None or holder is link or holder.tag == tag:
            return False
        if holder.doubted is None or now - holder.doubted > PROOF:
            holder.doubted, holder.owes_answers = now, 1 + (holder.asked is not None)
            holder.asked = now
            parts.out.send(holder.id, wire.Heartbeat(parts.replica.digest(), {}, "ask"))
        if holder.owes_answers and now - holder.doubted > DOUBT:
            return False
        if not holder.owes_answers:
            parts.alarm(f"two processes use the id {node}, one of them at {listen}; stop one of them")
            parts.out.send(holder.id, wire.Err(wire.ID_IN_USE))
        parts.out.send(link.id, wire.Err(wire.ID_ASKED if holder.owes_answers else wire.ID_IN_USE))
        parts.drop(link, RIVAL)
        return True

    def _linked(self, peer: Peer, link: Link) -> None:
        parts = self._parts
        peer.link, peer.dialling, peer.error, peer.failures = link.id, False, None, 0
        peer.heard = parts.clock.now
        parts.set_state(peer, "alive", "linked")

    # ------------------------------------------------------------------ goodbyes

    def goodbye(self, link: Link) -> None:
        """The peer stops now: it is down at once, and still a member."""
        parts = self._parts
        peer = parts.peers.of(link.node)
        parts.drop(link, "it has stopped", at_once=True)
        if peer is not None:
            parts.set_state(peer, "down", "it said goodbye")

    def told_gone(self, link: Link | None, nodes: dict[str, str]) -> None:
        """Somebody says which nodes left or were forgotten; news goes on to everybody else."""
        parts = self._parts
        fresh: dict[str, str] = {}
        for node, said in nodes.items():
            standing: Standing = "left" if said == "left" else "forgotten"
            if node == parts.replica.node:
                why = f"this node was {standing} under its old id and goes on under a new one"
                self._renamed(why, standing)
                continue
            if not parts.members.mark(node, standing):
                continue
            fresh[node] = standing
            peer = parts.peers.of(node)
            if peer is not None:
                self._retire(peer, standing)
        if fresh:
            parts.members.save(parts.replica.store)  # not only at the next turn for it: it was promised
            for other in parts.links.decent():
                if other is not link:
                    parts.out.send(other.id, wire.Gone(fresh))

    def _retire(self, peer: Peer, standing: Standing) -> None:
        parts = self._parts
        link = parts.links.get(peer.link) if peer.link is not None else None
        if link is not None:
            parts.out.send(link.id, wire.Gone({peer.node or "": standing}))
            parts.drop(link, f"it was {standing}" if standing == "forgotten" else "it has left")
        parts.replica.store.remove(addresses=[peer.address])
        parts.set_state(peer, "left" if standing == "left" else "forgotten", f"it has {standing}")
        if standing == "forgotten":
            parts.peers.remove(peer)
