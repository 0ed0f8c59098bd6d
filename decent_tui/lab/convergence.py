"""How fast and at what price a write spreads: the real core and codec in a full mesh on virtual time.

A write has spread when the last node has its dot in `seen`. What it costs is counted in lines as they are
sent, lost ones included: the *payload* are the VERSIONS lines with versions in them, of which a write needs
at least one for every other node. Everything else that passes is counted beside it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Literal

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import unpack
from decent_tui.core.clocks import Dot
from decent_tui.core.store import Change
from decent_tui.lab.network import Network, Party
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.streams import Streams
from decent_tui.lab.weather import Weather

MESH: Final = 30.0
"""Virtual seconds within which all must have a link to each other, before anything is measured."""

PAUSE: Final = 0.3
"""Virtual seconds between two writes, at most: no two meet the heartbeats at one phase."""

GIVE_UP: Final = 60.0
"""Virtual seconds after which a write is waited for no longer."""

QUIET: Final = 1.0
"""Virtual seconds after the last write in which what it cost is still counted."""

Kind = Literal["payload", "acknowledgement", "digest", "question", "claim", "other"]
"""What a line is for: versions; a heartbeat that tells of `seen`; one that is nothing but a sign of life; a
SYNC; an answer without versions; and whatever else there is (greetings)."""


def kind_of(line: bytes) -> Kind:
    """What a line is for."""
    if line.startswith(b'{"type":"HEARTBEAT"'):
        return "acknowledgement" if b'"seen"' in line else "digest"
    match wire.decode(line).message:
        case wire.Versions(batch=batch):
            return "payload" if batch.keys else "claim"
        case wire.Sync():
            return "question"
    return "other"


def percentile(values: Sequence[float], share: float) -> float:
    """The least of the values that at least this share of them does not exceed; 0 for none."""
    return sorted(values)[max(ceil(share * len(values)) - 1, 0)] if values else 0.0


class Spread(msgspec.Struct, frozen=True):
    """What was measured over some writes. Times are virtual seconds, from the local write until the last node
    has it; the counts are means, per write where nothing else is said."""

    nodes: int
    loss: float
    """The share of all lines between nodes that got lost."""
    writes: int
    p50: float
    p99: float
    longest: float
    payload: float
    payload_bytes: float
    acknowledgements: float
    questions: float
    claims: float
    beats: float
    """Bytes of mere signs of life a second and link, both ways together."""
    lost: int
    """Pushes that got lost."""
    repaired: float
    """p99 of the time from a write until a node has it to which its push got lost."""
    missing: int = 0
    """Writes that were given up: no time above speaks of them."""

    @property
    def bound(self) -> int:
        """The lower bound of `payload`: every other node must be told once."""
        return self.nodes - 1


@dataclass(slots=True)
class _Write:
    """One write on its way."""

    begun: float
    waiting: set[str]
    lost: set[str] = field(default_factory=set)
    """The nodes to which its push got lost."""
    ended: float = 0.0


class _Lossy(Network):
    """A network that tells of each push that it loses, and loses those that it is told to."""

    def __init__(self, mesh: "Mesh", weather: Weather) -> None:
        super().__init__(Streams(mesh.seed), weather)
        self._mesh = mesh
        self.doomed: set[tuple[str, str]] = set()
        """Sender and receiver of pushes that are to get lost."""

    def send(self, party: Party, link: int, line: bytes) -> None:
        """A party sends a line."""
        other = party.wires[link].other[party.address] if link in party.wires else ""
        if (party.address, other) in self.doomed and line.startswith(b'{"type":"VERSIONS"'):
            self.doomed.discard((party.address, other))
            for told in self.carried:
                told(party.address, other, line)
            self._mesh.push_lost(other, line)
            return
        before = self.tally["lines lost"]
        super().send(party, link, line)
        if self.tally["lines lost"] > before:
            self._mesh.push_lost(other, line)


class Mesh:
    """So many nodes, each linked to each other one."""

    def __init__(self, nodes: int, weather: Weather, seed: int = 1) -> None:
        self.seed = seed
        self._weather = weather
        self.net = _Lossy(self, weather.calm)
        self.nodes = [SimNode(self.net, f"n{number}:1", watcher=self) for number in range(nodes)]
        self._draw = self.net.streams.of("writes")
        self._open: dict[Dot, _Write] = {}
        self._done: list[_Write] = []
        self._repairs: list[float] = []
        self._lost = 0
        self._lines: Counter[Kind] = Counter()
        self._bytes: Counter[Kind] = Counter()
        self._begin()

    def _begin(self) -> None:
        for node in self.nodes:
            node.start(self.nodes[0].address)
        if not self.net.agenda.run_until(self._is_meshed, MESH):
            raise TimeoutError(f"{len(self.nodes)} nodes are no full mesh after {MESH:.0f} s")
        self.net.agenda.run(QUIET)  # what was asked while they met is answered
        self.net.weather = self._weather
        self.net.carried.append(self._carried)
        self._begun = self.net.now

    def _is_meshed(self) -> bool:
        links = len(self.nodes) - 1
        return all(
            len(node.engine.parts.links.decent()) == len(node.engine.parts.links.all()) == links
            for node in self.nodes
        )

    # ------------------------------------------------------------------ what happens

    def undid(self, node: SimNode) -> None:
        """No disk is full here."""

    def opened(self, node: SimNode) -> None:
        """A node opened its file."""

    def wrote(self, node: SimNode, changes: Sequence[Change]) -> None:
        """A node has something new on its disk: perhaps a write that is waited for."""
        for dot, write in list(self._open.items()):
            if node.address in write.waiting and dot in node.replica.seen:
                write.waiting.discard(node.address)
                if node.address in write.lost:
                    self._repairs.append(self.net.now - write.begun)
                if not write.waiting:
                    write.ended = self.net.now
                    self._done.append(self._open.pop(dot))

    def push_lost(self, to: str, line: bytes) -> None:
        """A line got lost."""
        said = wire.decode(line)
        if isinstance(said.message, wire.Versions) and said.id is None:
            self._lost += 1
            for version in unpack(said.message.batch):
                if write := self._open.get(version.dot):
                    write.lost.add(to)

    def _carried(self, sender: str, to: str, line: bytes) -> None:
        kind = kind_of(line)
        self._lines[kind] += 1
        self._bytes[kind] += len(line)

    # ------------------------------------------------------------------ what people do

    def write(self, writers: int = 1, *, pause: float = PAUSE, lose: int = 0) -> None:
        """So many nodes write, each after a pause of at most so long; of each write so many pushes get lost
        on purpose."""
        for writer in self._draw.sample(self.nodes, writers):
            self.net.agenda.run(pause * self._draw.random())
            others = [node.address for node in self.nodes if node is not writer]
            dot = Dot(writer.replica.node, writer.replica.counter + 1)
            self._open[dot] = _Write(self.net.now, set(others))
            self.net.doomed.update((writer.address, victim) for victim in self._draw.sample(others, lose))
            writer.do(ops.Put(self._any("key"), f'"{self._any("value")}"'))

    def read(self) -> None:
        """Somebody reads somewhere."""
        self._draw.choice(self.nodes).do(ops.Get(self._any("key")))

    def _any(self, what: str) -> str:
        return f"{what}-{self._draw.randrange(10**6):06}"

    def spread(self) -> None:
        """Let time pass until every write has spread."""
        end = self.net.now + GIVE_UP
        while self._open and self.net.now < end:
            self.net.agenda.run(0.01)

    def measured(self) -> Spread:
        """What was measured so far."""
        self.net.agenda.run(QUIET)
        writes, nodes = len(self._done) + len(self._open), len(self.nodes)
        times = [write.ended - write.begun for write in self._done]
        seconds = (self.net.now - self._begun) * nodes * (nodes - 1) / 2
        return Spread(
            nodes,
            self._weather.lose,
            writes,
            percentile(times, 0.5),
            percentile(times, 0.99),
            max(times, default=0.0),
            self._lines["payload"] / writes,
            self._bytes["payload"] / writes,
            self._lines["acknowledgement"] / writes,
            self._lines["question"] / writes,
            self._lines["claim"] / writes,
            self._bytes["digest"] / seconds,
            self._lost,
            percentile(self._repairs, 0.99),
            len(self._open),
        )


def alone(
    nodes: int, weather: Weather, rounds: int, *, writers: int = 1, lose: int = 0, seed: int = 1
) -> Spread:
    """In each round so many nodes write once, and the next begins when all of that has spread: no later write
    of the same node shows that a push got lost."""
    mesh = Mesh(nodes, weather, seed)
    for _ in range(rounds):
        mesh.write(writers, lose=lose)
        mesh.spread()
    return mesh.measured()


def steady(nodes: int, weather: Weather, seconds: float, rate: float, *, seed: int = 1) -> Spread:
    """So many operations a second anywhere, every other one a read."""
    mesh = Mesh(nodes, weather, seed)
    begun = mesh.net.now
    for number in range(int(seconds * rate)):
        mesh.net.agenda.run(begun + number / rate - mesh.net.now)
        if number % 2:
            mesh.read()
        else:
            mesh.write(pause=0.0)
    mesh.spread()
    return mesh.measured()
