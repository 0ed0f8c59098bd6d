"""The parts of one node, as they are handed to the modules that work on them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from decent_tui.core.chance import Chance
from decent_tui.core.clocks import Dot
from decent_tui.core.events import Alarm, Changed, Conflict, PeerChanged, Settled
from decent_tui.core.faults import Faults
from decent_tui.core.limits import MAX_LEARNED_PEERS, SIBLINGS_WARN
from decent_tui.core.links import Link, Links
from decent_tui.core.members import Known, Membership
from decent_tui.core.operations import PeerState
from decent_tui.core.outputs import Dial, Drop, Outputs
from decent_tui.core.peers import Peer, Peers
from decent_tui.core.push import eager
from decent_tui.core.quota import Quota
from decent_tui.core.recollection import Recollection
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.settling import Settling
from decent_tui.core.store import Change, Store
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import in_conflict, live


class Clock(msgspec.Struct):
    """The time of the current input: monotonic seconds, and the wall clock in milliseconds since 1970."""

    now: float = 0.0
    wall: int = 0

    @property
    def at(self) -> float:
        """The wall clock in seconds, as events carry it."""
        return self.wall / 1000


_DEFAULT: Final = Tuning()


class Self(msgspec.Struct, frozen=True):
    """Who this node is besides its id: what it is called, the address it announces, the `tag` drawn at each
    start, whether it keeps nothing (`volatile`), its file as shown to people, how much it does at
    a time, and how many bytes of data it takes in (None: no limit), and
    how many peers others may tell it of."""

    name: str
    listen: str
    tag: str
    volatile: bool
    data: str
    tuning: Tuning = _DEFAULT
    max_bytes: int | None = None
    max_peers: int = MAX_LEARNED_PEERS


ALARMS: Final = 50
"""Sentences kept for `status`."""


class Tally(msgspec.Struct):
    """What this run did, in numbers: local writes, versions taken in, bytes both ways."""

    writes: int = 0
    applied: int = 0
    sent: int = 0
    received: int = 0
    alarms: list[str] = []


class Parts:
    """One node's state, and the few things that everybody who works on it does alike."""

    def __init__(self, store: Store, me: Self, chance: Chance) -> None:
        self.me = me
        self.chance = chance
        self.clock = Clock()
        self.out = Outputs()
        self.tally = Tally()
        self.replica = Replica(store, self._changed)
        self.quota = Quota(store, me.max_bytes)
        self.faults = Faults()
        self.settling = Settling()
        self.recollection = Recollection()
        self.links = Links()
        state = store.load()
        self.members = Membership(state.members if state else {})
        self.peers = Peers([me.listen], chance, me.max_peers)
        for address in state.addresses if state else ():
            self.peers.learn(address, given=True)
        for known in self.members.all():
            if known.standing == "member" and known.address and (peer := self._recall(known.address)):
                self.peers.identify(peer, known.node)
                peer.name, peer.classic = known.name, known.classic

    def _recall(self, address: str) -> Peer | None:
        peer = self.peers.learn(address, given=True)
        return peer if peer and peer.node is None else None

    # ------------------------------------------------------------------ links and peers

    def drop(self, link: Link, why: str, *, at_once: bool = False) -> None:
        """Close a link for a reason; its peer is not blamed beyond that."""
        self.links.close(link.id)
        self.out.effects.append(Drop(link.id, at_once))
        for peer in self.peers:
            if peer.link == link.id:
                peer.link = None
                peer.error = why or peer.error
        dialled = self.peers.at(link.dialled) if link.kind == "new" and link.dialled else None
        if dialled is not None:
            dialled.dialling = False
            dialled.error = why or dialled.error

    def dial(self, peer: Peer) -> None:
        """Have a peer dialled."""
        peer.dialling = True
        self.peers.later(peer, self.clock.now)
        self.out.effects.append(Dial(peer.address))

    def set_state(self, peer: Peer, state: PeerState, why: str = "") -> None:
        """Note a peer's state, and tell whoever watches if it is another one.

        Who has left is not down, whatever becomes of a dial that was under way; only a link of its own (its
        owner is back, under a new id) makes it something else.
        """
        if peer.state == "left" and state in ("suspect", "down"):
            return
        if peer.state != state:
            peer.state, peer.since = state, self.clock.now
            self.tell(peer, why)

    def tell(self, peer: Peer, why: str) -> None:
        """Tell whoever watches about a peer's new state."""
        words = f"{peer.called()} is {peer.state}"
        self.recollection.note_network(self.clock.wall, f"{words}: {why}" if why else words)
        self.out.emit(PeerChanged(self.clock.at, peer.address, peer.node, peer.state, why))

    def peer_of(self, link: Link) -> Peer | None:
        """The peer at the other end of a link, as far as it is known."""
        return self.peers.of(link.node) or self.peers.at(link.address)

    def hear(self, link: Link) -> None:
        """A sign of life came on a link."""
        peer = self.peer_of(link)
        if peer is not None and peer.link == link.id:
            peer.heard = self.clock.now
            if peer.state != "alive":
                self.set_state(peer, "alive", "it answers")

    def measure(self, link: Link) -> None:
        """An answer came that was asked for at once: that was the round trip."""
        peer = self.peer_of(link)
        if peer is not None and link.asked is not None:
            peer.rtt = self.clock.now - link.asked
        link.asked = None

    def alive(self) -> frozenset[str]:
        """The ids of the peers that are alive or only suspect."""
        return frozenset(p.node for p in self.peers if p.node and p.state in ("alive", "suspect"))

    def alive_peers(self) -> list[Peer]:
        """The peers of our kind that are alive: those who should have a write in no time."""
        return [peer for peer in self.peers if peer.state == "alive" and peer.node and not peer.classic]

    def seen_by(self, peer: Peer) -> Seen:
        """What a peer last said it has seen; nothing, if it has said nothing yet."""
        known = self.members.get(peer.node)
        return known.seen if known is not None else Seen()

    def has(self, node: str, dot: Dot) -> bool:
        """Whether a member is known to have a write: it said so, or it is its own."""
        known = self.members.get(node)
        return dot.node == node or (known is not None and dot in known.seen)

    def lacks(self, node: str | None, goal: Seen) -> dict[str, int]:
        """By writer: how many writes of `goal` a member is not known to have (nobody lacks what it wrote)."""
        known = self.members.get(node)
        counts = (known.seen if known is not None else Seen()).lacks_counts(goal)
        counts.pop(node or "", None)
        return counts

    def look_what_settled(self, heard: Known | None = None) -> None:
        """A peer's word was heard, or (None) time passed: see which of our writes everybody has now."""
        settling = self.settling
        if settling.can_settle(heard.node, heard.seen) if heard else settling.in_flight:
            seen = {peer.node or "": self.seen_by(peer) for peer in self.alive_peers()}
            settling.look(seen, self.clock.now)

    def alarm(self, text: str) -> None:
        """Something a person must know; said once until it is over, unless much else was said since."""
        if text not in self.tally.alarms:
            self.tally.alarms.append(text)
            del self.tally.alarms[:-ALARMS]
            self.out.emit(Alarm(self.clock.at, text))

    def is_over(self, text: str) -> None:
        """That is mended: the status has it no longer. If it comes again, it is said again."""
        if text in self.tally.alarms:
            self.tally.alarms.remove(text)

    # ------------------------------------------------------------------ versions

    def _changed(self, changes: Sequence[Change], source: str) -> None:
        """The replica changed: push what is ours, tell classic peers, tell whoever watches."""
        me, classic, forgotten = self.replica.node, self.links.classic(), True
        for change in changes:
            if source:
                self.tally.applied += len(change.kept)
            for version in change.kept:
                if version.node == me:
                    self.settling.wrote(me, version.seq, self.clock.now)
                    for link in eager(self.links.decent()):
                        link.outbox.add(version)
                        self.links.stir(link)
                for link in classic:
                    link.outbox.add(version)
            if len(change.before) > 1 or len(change.after) > 1:
                self._announce(change)
            if change.kept or live(change.dropped):
                forgotten = False
        self.recollection.note(self.clock.wall, source, changes)
        if changes:
            keys = tuple([change.key for change in changes])
            self.out.emit(Changed(self.clock.at, keys, source, forgotten))

    def _announce(self, change: Change) -> None:
        before, after = in_conflict(change.before), in_conflict(change.after)
        if after and not before:
            values = len({version.cid for version in change.after if version.value is not None})
            self.out.emit(Conflict(self.clock.at, change.key, values))
        elif before and not after:
            self.out.emit(Settled(self.clock.at, change.key))
        if len(change.after) >= SIBLINGS_WARN > len(change.before):
            self.alarm(f"a key has {SIBLINGS_WARN} siblings or more ({change.key}); resolve it")

    def audience(self) -> list[str]:
        """The ids of the other nodes that should have everything, for whoever watches: the members that count
        for a collection (see `Membership.counted`), and `--memory` nodes too while they are cut off by us."""
        cut = {peer.node for peer in self.peers if peer.node and self.faults.is_cut(peer.node, peer.address)}
        return list(self.members.counted(self.alive() | cut))
