"""A small network for tests that are stories: a few nodes, named, with every line on record."""

from collections.abc import Callable, Sequence

from decent_tui.core import messages as wire
from decent_tui.core.errors import Refused
from decent_tui.core.invariants import violations
from decent_tui.core.links import Link
from decent_tui.core.operations import AnyAnswer, AnyOperation
from decent_tui.core.store import Change
from decent_tui.core.tuning import Tuning
from decent_tui.lab import network
from decent_tui.lab.network import Party
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.streams import Streams


class Sound:
    """Checks every invariant of a node after each of its turns."""

    def opened(self, node: SimNode) -> None:
        """Nothing to check yet."""

    def undid(self, node: SimNode) -> None:
        """A turn was undone: the next one is checked."""

    def wrote(self, node: SimNode, changes: Sequence[Change]) -> None:
        """A turn ended in which something was written."""
        broken = violations(node.replica)
        assert not broken, (node.address, node.net.now, broken)


class Network(network.Network):
    """The nodes, and the lines that they send; pushes can be lost."""

    def __init__(self, seed: int) -> None:
        super().__init__(Streams(seed))
        self.chance = self.streams.of("test")
        self.lose_pushes = 0.0
        self.sent: list[tuple[str, str, bytes]] = []
        """Every line sent: from, to, and the line."""
        self.carried.append(lambda sender, to, line: self.sent.append((sender, to, line)))

    def node(
        self, name: str, *peers: SimNode, tuning: Tuning | None = None, volatile: bool = False
    ) -> SimNode:
        """Add a node and start it."""
        node = SimNode(self, f"{name}:1", tuning=tuning or Tuning(), volatile=volatile, watcher=Sound())
        node.start(*(peer.address for peer in peers))
        return node

    def send(self, party: Party, link: int, line: bytes) -> None:
        """A party sends a line."""
        pushed = line.startswith(b'{"type":"VERSIONS"') and b'"id":' not in line[-30:]
        if pushed and self.chance.random() < self.lose_pushes:
            for told in self.carried:
                told(party.address, party.wires[link].other[party.address], line)
            return
        super().send(party, link, line)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.agenda.run(seconds)

    def run_until(self, done: Callable[[], bool], within: float = 30.0) -> None:
        """Let time pass until something is so; AssertionError if it does not come to be."""
        end = self.now + within
        while not done():
            assert self.now < end, f"not within {within} s"
            self.run(0.05)

    def ask(self, node: SimNode, operation: AnyOperation, within: float = 10.0) -> AnyAnswer | Refused:
        """Have a node carry out an operation, and let time pass until it is answered."""
        number = self.agenda.number()
        node.turn(lambda: node.engine.operate(number, operation))
        self.run_until(lambda: number in node.answers, within)
        return node.answers.pop(number)

    def separate(self, one: Party, other: Party) -> None:
        """From now on everything between two parties vanishes, and neither is told."""
        self.part(one.address, other.address)
        self.part(other.address, one.address)

    def running(self) -> list[SimNode]:
        """The nodes of our kind that are up."""
        return [party for party in self.parties.values() if isinstance(party, SimNode) and party.up]

    def level(self) -> bool:
        """Whether all running nodes have equal digests."""
        return len({node.replica.digest() for node in self.running()}) == 1

    def settle(self, within: float = 60.0) -> None:
        """Let time pass until all are level."""
        self.run_until(self.level, within)


def linked_pair() -> tuple[Network, SimNode, SimNode, Link]:
    """A network with two nodes that have found each other, and the first one's link to the second."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    return net, a, b, link


def sent(net: Network, since: int = 0) -> list[tuple[str, wire.Line]]:
    """Who sent what."""
    return [(who.partition(":")[0], wire.decode(line)) for who, _, line in net.sent[since:]]


def kinds(net: Network, since: int = 0) -> list[str]:
    """What was sent, but for signs of life."""
    quiet = ("HEARTBEAT", "PING", "PONG")
    return [line.type for _, line in sent(net, since) if line.type not in quiet]
