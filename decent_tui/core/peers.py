"""The peers: where they are, whether they live, and when to dial them.

Only what this node saw itself changes its view of a peer. The evidence is kept beside the state: when it
was last heard, its round-trip time, the last error, when it will be dialled again.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from decent_tui.core.chance import Chance
from decent_tui.core.errors import Refused
from decent_tui.core.limits import MAX_LEARNED_PEERS, MAX_TOLD_BY_ONE
from decent_tui.core.operations import PeerState

SUSPECT: Final = 4.0
"""Seconds of silence after which a peer is suspect: four heartbeats."""

DOWN: Final = 12.0
"""Seconds of silence after which it is down."""

RETRY_FIRST: Final = 0.25
RETRY_LAST: Final = 5.0
"""Seconds between dials: doubled from the first to the last, each shortened by up to half at random."""

STEADY: Final = 10.0
"""Seconds that a link must have lasted for its loss to be followed by a dial at once."""

UNANSWERED: Final = 10
"""Dials after which an address that only others gave us, and where nobody ever answered, is let go."""

WAYS: Final = 8
"""Addresses by which one peer is known: a name and a number or two, in both families. A node that is started
anew on another port each time must not take up the room of a thousand others."""

HEARSAY: Final = 16
"""Dials under way at a time to addresses that only others told of, where nobody has answered yet: whoever
tells of a thousand must not have this node knock at a thousand doors at once."""

FROZEN: Final = 2.0
"""Seconds between two ticks from which this node was itself asleep and must not blame its peers."""

AWAKE: Final = SUSPECT
"""Seconds after that in which a lost link is no sign against a peer: it gave up on us."""


class Peer(msgspec.Struct):
    """One peer. `address` is what it announces, or what was given until it does. Times are monotonic."""

    address: str
    given: bool = False
    told_by: str = ""
    """The host of who told of it first; empty if it was given, or came by itself."""
    node: str | None = None
    name: str = ""
    classic: bool = False
    state: PeerState = "joining"
    since: float | None = None
    """When the state became what it is (None: it never was another)."""
    link: int | None = None
    dialling: bool = False
    heard: float | None = None
    rtt: float | None = None
    error: str | None = None
    retry_at: float = 0.0
    backoff: float = RETRY_FIRST
    failures: int = 0
    """Dials in a row that came to nothing."""
    sent: int = 0
    received: int = 0

    @property
    def is_hearsay(self) -> bool:
        """Whether only others say that there is somebody."""
        return not self.given and self.node is None

    def called(self) -> str:
        """How to call it in a sentence."""
        return f"{self.name} at {self.address}" if self.name else self.address


def judge(state: PeerState, silence: float) -> PeerState:
    """A peer's state after so many seconds of silence (a table: it never gets better by silence)."""
    if state == "alive" and silence >= SUSPECT:
        state = "suspect"
    if state == "suspect" and silence >= DOWN:
        state = "down"
    return state


class Peers:
    """All peers of a node, by address; several addresses may lead to one peer."""

    def __init__(self, own: Iterable[str], chance: Chance, most: int = MAX_LEARNED_PEERS) -> None:
        self._chance = chance
        self._most = most
        self._own = set(own)
        self._by_address: dict[str, Peer] = {}
        self._each: tuple[Peer, ...] | None = None
        """Every peer once; None when `_by_address` has changed since."""
        self._by_node: dict[str, Peer] | None = None
        """The first of them with each id; None when that, or an id, has changed since."""
        self._last_tick: float | None = None
        self._woke = float("-inf")

    def __iter__(self) -> Iterator[Peer]:
        if self._each is None:
            self._each = tuple({id(peer): peer for peer in self._by_address.values()}.values())
        return iter(self._each)

    def at(self, address: str) -> Peer | None:
        """The peer at an address."""
        return self._by_address.get(address)

    def of(self, node: str | None) -> Peer | None:
        """The peer with a node id. Asked of every message that comes or goes."""
        if self._by_node is None:
            self._by_node = {peer.node: peer for peer in reversed(tuple(self)) if peer.node}
        return self._by_node.get(node or "")

    def identify(self, peer: Peer, node: str) -> None:
        """Note which node a peer is."""
        peer.node = node
        self._by_node = None

    def _regroup(self) -> None:
        """Another peer is at some address than before."""
        self._each = self._by_node = None

    def addresses(self) -> list[str]:
        """One address per peer, as told to others."""
        return [peer.address for peer in self if peer.state not in ("left", "forgotten")]

    def learn(self, address: str, *, given: bool, told_by: str = "") -> Peer | None:
        """Take in an address; None if it is our own, or one too many learned from others, or from this
        one. What is given anew is looked for anew, though who was there has left: it may be somebody else."""
        if address in self._own:
            return None
        peer = self._by_address.get(address)
        if peer is not None and given and peer.state in ("left", "forgotten"):
            self.remove(peer)
            peer = None
        if peer is None:
            if not given and (len(self._by_address) >= self._most or self._told(told_by) >= MAX_TOLD_BY_ONE):
                return None
            peer = self._by_address[address] = Peer(address, told_by=told_by)
            self._regroup()
        peer.given = peer.given or given
        return peer

    def _told(self, by: str) -> int:
        """How many of the peers that never answered were learned from there."""
        return sum(peer.told_by == by and peer.node is None for peer in self) if by else 0

    def learn_me(self, address: str) -> Peer | None:
        """A dial to this address reached ourselves; returns the peer that was no peer."""
        self._own.add(address)
        self._regroup()
        return self._by_address.pop(address, None)

    def remove(self, peer: Peer) -> None:
        """Take a peer out, by all its addresses."""
        self._regroup()
        for address in [address for address, held in self._by_address.items() if held is peer]:
            del self._by_address[address]

    def met(self, node: str, name: str, listen: str, dialled: str | None) -> tuple[Peer, list[str]] | None:
        """A node said who it is and where it listens: the one peer for it, and the addresses that turned out
        to be other ways to it (they need not be remembered). None if there is no room for one more peer."""
        peer = self.of(node) or self._vacant(node, dialled) or self._vacant(node, listen)
        if peer is None:
            if not self._has_room():
                return None
            peer = Peer(listen or dialled or "")
        self._regroup()
        ways = dict.fromkeys(way for way in (peer.address, dialled, listen) if way)
        for way in ways:
            other = self._by_address.get(way)
            if other is not None and other is not peer:
                peer.given = peer.given or other.given
            self._by_address[way] = peer
        peer.address = listen or dialled or peer.address
        self._forget_ways(peer, dialled)
        if peer.node != node:
            self.identify(peer, node)
            peer.rtt = None
        peer.name = name or peer.name
        return peer, sorted(ways.keys() - {peer.address})

    def _forget_ways(self, peer: Peer, dialled: str | None) -> None:
        """Leave a peer no more than so many addresses: those known first go, but for those in use."""
        ways = [way for way, held in self._by_address.items() if held is peer]
        old = [way for way in ways if way not in (peer.address, dialled)]
        for way in old[: max(0, len(ways) - WAYS)]:
            del self._by_address[way]

    def _has_room(self) -> bool:
        """Whether there is room for one more peer, even if the one that is down for longest has to go: it can
        come back by itself. Those that the operator gave stay."""
        if len(self._by_address) >= MAX_LEARNED_PEERS:
            down = [peer for peer in self if peer.state == "down" and peer.link is None and not peer.given]
            if not down:
                return False
            self.remove(min(down, key=lambda peer: peer.since or 0.0))
        return True

    def _vacant(self, node: str, address: str | None) -> Peer | None:
        """The peer at an address, if a node of this id can be it: not one that has moved on, or is linked."""
        peer = self._by_address.get(address or "")
        if peer is None or peer.node in (None, node):
            return peer
        return peer if peer.address == address and peer.link is None else None

    def find(self, text: str) -> Peer:
        """The peer that a person means: by address, id, unique beginning of one, or name. Refused if none."""
        found = self._by_address.get(text)
        if found is not None:
            return found
        everyone = list(self)
        for matches in (
            [peer for peer in everyone if text and text in (peer.node, peer.name)],
            [peer for peer in everyone if text and (peer.node or "").startswith(text)],
            [peer for peer in everyone if text.startswith(":") and peer.address.endswith(text)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise Refused(f"several peers are meant by {text!r}; give the address or more of the node id")
        raise Refused(f"there is no peer {text!r}; `peers` lists them, `addpeer HOST:PORT` adds one")

    # ------------------------------------------------------------------ life and death

    def tick(self, now: float) -> list[Peer]:
        """The peers whose state changed by silence. If this node itself slept, nobody is blamed for it."""
        asleep = now - self._last_tick if self._last_tick is not None else 0.0
        self._last_tick = now
        if asleep > FROZEN:
            self._woke = now
        changed = []
        for peer in self:
            if asleep > FROZEN and peer.heard is not None:
                peer.heard += asleep
            if peer.heard is not None and now - peer.heard >= SUSPECT:
                state = judge(peer.state, now - peer.heard)
                if state != peer.state:
                    peer.state, peer.since = state, now
                    changed.append(peer)
        return changed

    def slept(self, now: float) -> bool:
        """Whether this node stood still until a moment ago (an input may come before the first tick)."""
        last = now if self._last_tick is None else self._last_tick
        return now - last > FROZEN or now - self._woke < AWAKE

    def due(self, now: float) -> list[Peer]:
        """The peers to be dialled now; of those that only others told of, a few at a time."""
        waiting = [
            peer
            for peer in self
            if peer.link is None
            and not peer.dialling
            and now >= peer.retry_at
            and peer.state not in ("left", "forgotten")
        ]
        hearsay = [peer for peer in waiting if peer.is_hearsay]
        if hearsay:
            tried = sum(peer.dialling for peer in self if peer.is_hearsay)
            for peer in hearsay[max(0, HEARSAY - tried) :]:
                waiting.remove(peer)
        return waiting

    def later(self, peer: Peer, now: float) -> None:
        """Put the next dial off: twice as far as last time, with jitter so that nobody dials in step."""
        peer.retry_at = now + peer.backoff * (0.5 + 0.5 * self._chance.random())
        peer.backoff = min(peer.backoff * 2, RETRY_LAST)

    def soon(self, peer: Peer, now: float) -> None:
        """Let the peer be dialled at once."""
        peer.retry_at, peer.backoff = now, RETRY_FIRST
