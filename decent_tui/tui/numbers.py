"""The node in numbers: what was read of it last, and what that changes on the screen."""

from collections.abc import Sequence

import msgspec

from decent_tui.core.operations import NodeStatus, Peers, PeerView, Status
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.header import Facts, Rates
from decent_tui.tui.roster import Colours, roster


class Change(msgspec.Struct, frozen=True):
    """What a reading changed: `roster` the names or colours of nodes, `spread` who may hold what."""

    roster: bool
    spread: bool


class Numbers:
    """The last reading: the facts of the header, and the peers."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.peers: Sequence[PeerView] = ()
        self._colours = Colours()
        self._rates = Rates()

    def progress(self, text: str) -> Facts:
        """The facts while the node starts."""
        self.facts = Facts(progress=text)
        return self.facts

    def lost(self, why: str) -> Facts:
        """The facts while the node cannot be reached."""
        self.facts = Facts(roster=self.facts.roster, progress=f"{why}; trying again …", lost=True)
        return self.facts

    def second(self) -> Facts:
        """The facts after another second, with its rate."""
        facts = self.facts
        if facts.status is not None:
            rates = self._rates.sample(facts.status.writes + facts.status.applied)
            self.facts = msgspec.structs.replace(facts, rates=rates)
        return self.facts

    async def read(self, node: NodeInterface) -> Change:
        """Ask the node again. Raises Refused when it cannot answer."""
        status = await node.run(Status())
        peers = (await node.run(Peers())).peers
        old = self.facts
        who = roster(status, peers, self._colours)
        if who == old.roster:
            who = old.roster
        # who holds a new write may be told before the next reading, which then finds all as settled as before
        spread = _stored(status) != _stored(old.status) or _distances(peers) != _distances(self.peers)
        self.peers = peers
        cuts = sum(peer.cut for peer in peers)
        self.facts = Facts(status, who, cuts, old.rates, readonly=node.readonly)
        return Change(who is not old.roster, spread)


def _stored(status: NodeStatus | None) -> tuple[float, int, int] | None:
    return (status.settled, status.writes, status.applied) if status is not None else None


def _distances(peers: Sequence[PeerView]) -> list[tuple[str, int, int, str]]:
    return [(peer.address, peer.behind, peer.ahead, peer.state) for peer in peers]
