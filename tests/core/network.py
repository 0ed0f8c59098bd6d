"""A small seeded network: several cores on virtual time, in one thread, every run a seed.

Connections are FIFO like TCP, with a latency of their own; what can go wrong is drawn by chance: resets that
lose what is in flight, pushes that never arrive or arrive twice, crashes in the middle of a turn that lose
what was not yet durable, pairs of nodes between which everything vanishes without a word.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from decent_tui.core import messages as wire
from decent_tui.core.chance import draw_id
from decent_tui.core.engine import Engine
from decent_tui.core.errors import Refused
from decent_tui.core.invariants import violations
from decent_tui.core.memory import MemoryStore
from decent_tui.core.operations import AnyAnswer, AnyOperation
from decent_tui.core.outputs import Answered, Dial, Drop, Effect, Send
from decent_tui.core.parts import Self
from decent_tui.core.store import Root

TICK: Final = 0.1
"""Seconds between two ticks of a node."""

UNREACHABLE: Final = 5.0
"""Seconds after which a dial into the void is given up."""

Moment = Literal["before the commit", "amid the effects"]
"""Where in its turn a node dies (before what it wrote is safe, or after)."""

DIED: Final = "the node died"


@dataclass
class Wire:
    """One connection between two nodes: link numbers at either end, and when the last byte arrives."""

    ends: dict[str, int]
    other: dict[str, str]
    latency: float
    last: dict[str, float] = field(default_factory=dict)
    open: bool = True
    void: bool = False
    """Whether nothing passes any more, and neither end is told."""


class Party(Protocol):
    """Whoever has an address on the network."""

    address: str
    up: bool
    generation: int
    """How often it was started: what was meant for an earlier life does not arrive."""
    wires: dict[int, Wire]

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        """A connection is open."""

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        """A dial came to nothing."""

    def lost(self, link: int, why: str) -> None:
        """A connection ended."""

    def take(self, number: int, line: bytes) -> None:
        """A line arrives."""


class SimNode:
    """One node of the network: its store outlives its crashes."""

    def __init__(self, net: Network, address: str, chunk: int, *, volatile: bool = False) -> None:
        self.net, self.address, self.chunk, self.volatile = net, address, chunk, volatile
        self._make_store()
        self.wires: dict[int, Wire] = {}
        self.answers: dict[int, AnyAnswer | Refused] = {}
        self.events: list[object] = []
        self.doom: Moment | None = None
        """The moment at which the next turn that has something to say ends in a crash."""
        self.up = False
        self.generation = 0
        self.engine: Engine

    def _make_store(self) -> None:
        self.store = MemoryStore()
        self.store.save(root=Root(draw_id(self.net.chance)))
        self.store.commit()

    def start(self, *peers: str) -> None:
        """Start, or restart on the same store (with nothing, if the node is volatile)."""
        self.generation += 1
        if self.volatile and self.generation > 1:
            self._make_store()
        name, tag = self.address.partition(":")[0], draw_id(self.net.chance)
        me = Self(name, self.address, tag, self.volatile, "", self.chunk)
        self.engine = Engine(self.store, me, self.net.chance)
        self.up = True
        self.turn(lambda: self.engine.start(peers))
        self.net.later(TICK * self.net.chance.random(), self._tick, self.generation)

    def _tick(self, generation: int) -> None:
        if self.up and generation == self.generation:
            self.turn(self.engine.tick)
            self.net.later(TICK, self._tick, generation)

    def crash(self) -> None:
        """Stop at once; what was not committed is gone, connections are reset."""
        self.up, self.doom = False, None
        self.store.crash()
        for number in list(self.wires):
            self.net.reset(self, number)

    def stop(self) -> None:
        """Stop in order."""
        self.turn(self.engine.stop)
        self.crash()

    def turn(self, work: Callable[[], None]) -> None:
        """One turn as the engine's contract has it, or as much of it as the node lives to see."""
        self.engine.at(self.net.now, int(self.net.now * 1000) + 1_700_000_000_000)
        work()
        self.engine.pushes(set(self.wires))
        doom = self.doom if self.engine.parts.out.effects else None
        if doom == "before the commit":
            return self.crash()
        changed = self.engine.commit()
        self.store.make_durable()
        self.events.extend(self.engine.take_events())
        effects = self.engine.take_effects()
        if doom:
            effects = effects[: int(self.net.chance.random() * (len(effects) + 1))]
        for effect in effects:
            self.carry_out(effect)
        if doom:
            return self.crash()
        if changed and self.net.checking:
            broken = violations(self.engine.parts.replica)
            assert not broken, (self.address, self.net.now, broken)
        return None

    def carry_out(self, effect: Effect) -> None:
        """Do what the core wants done."""
        match effect:
            case Send(link, message, request):
                self.net.send(self, link, wire.encode(message, request))
            case Dial(address):
                self.net.dial(self, address)
            case Drop(link):
                self.net.reset(self, link)
            case Answered(number, outcome):
                self.answers[number] = outcome

    def do(self, operation: AnyOperation) -> AnyAnswer | Refused:
        """Carry out an operation that is answered at once."""
        number = self.net.number()
        self.turn(lambda: self.engine.operate(number, operation))
        return self.answers.pop(number, Refused(DIED))

    def ask(self, operation: AnyOperation, within: float = 10.0) -> AnyAnswer | Refused:
        """Carry out an operation and let time pass until it is answered."""
        number = self.net.number()
        self.turn(lambda: self.engine.operate(number, operation))
        self.net.run_until(lambda: number in self.answers, within)
        return self.answers.pop(number)

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        """A connection is open."""
        self.turn(lambda: self.engine.opened(link, remote, dialled))

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        """A dial came to nothing."""
        self.turn(lambda: self.engine.dial_failed(address, why, refused=refused))

    def lost(self, link: int, why: str) -> None:
        """A connection ended."""
        self.turn(lambda: self.engine.lost(link, why))

    def take(self, number: int, line: bytes) -> None:
        """A line arrives."""
        decoded = wire.decode(line)

        def work() -> None:
            if isinstance(decoded.message, wire.Versions):
                for _ in self.engine.slices(number, decoded.message, 7):
                    pass
            self.engine.received(number, decoded)

        self.turn(work)


class Network:
    """The nodes, the wires between them, and the virtual time."""

    def __init__(self, seed: int, *, checking: bool = True) -> None:
        self.chance = random.Random(seed)
        self.now = 0.0
        self.nodes: dict[str, Party] = {}
        self.checking = checking
        self.lose_pushes = 0.0
        self.duplicate_pushes = 0.0
        self.void: set[frozenset[str]] = set()
        """Pairs of addresses between which everything vanishes."""
        self.sent: list[tuple[str, str, bytes]] = []
        """Every line sent: from, to, and the line."""
        self._queue: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._numbers = 0

    def number(self) -> int:
        """A fresh number."""
        self._numbers += 1
        return self._numbers

    def node(self, name: str, *peers: SimNode, chunk: int = 10_000, volatile: bool = False) -> SimNode:
        """Add a node and start it."""
        node = SimNode(self, f"{name}:1", chunk, volatile=volatile)
        self.nodes[node.address] = node
        node.start(*(peer.address for peer in peers))
        return node

    def later(self, delay: float, work: Callable[..., None], *args: object) -> None:
        """Have something happen after a delay."""
        heapq.heappush(self._queue, (self.now + delay, self.number(), work, args))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, work, args = heapq.heappop(self._queue)
            work(*args)
        self.now = end

    def run_until(self, done: Callable[[], bool], within: float = 30.0) -> None:
        """Let time pass until something is so; AssertionError if it does not come to be."""
        end = self.now + within
        while not done():
            assert self.now < end, f"not within {within} s"
            self.run(0.05)

    # ------------------------------------------------------------------ wires

    def dial(self, node: Party, address: str) -> None:
        """A node opens a connection."""
        self.later(0.001 + 0.02 * self.chance.random(), self._arrive, node, node.generation, address)

    def _arrive(self, node: Party, generation: int, address: str) -> None:
        if not node.up or node.generation != generation:
            return
        if frozenset((node.address, address)) in self.void:
            self.later(UNREACHABLE, self._unreachable, node, generation, address)
            return
        other = self.nodes.get(address)
        if other is None or not other.up:
            node.dial_failed(address, "connection refused", True)
            return
        here, there = self.number(), self.number()
        ends = {node.address: here, other.address: there}
        others = {node.address: other.address, other.address: node.address}
        line = Wire(ends, others, 0.001 + 0.03 * self.chance.random())
        node.wires[here] = line
        other.wires[there] = line
        other.opened(there, f"{node.address.partition(':')[0]}:9", None)
        node.opened(here, address, address)

    def _unreachable(self, node: Party, generation: int, address: str) -> None:
        if node.up and node.generation == generation:
            node.dial_failed(address, "no answer", False)

    def send(self, node: Party, link: int, line: bytes) -> None:
        """A node sends a line."""
        connection = node.wires.get(link)
        if connection is None or not connection.open:
            return
        self.sent.append((node.address, connection.other[node.address], line))
        pushed = line.startswith(b'{"type":"VERSIONS"') and b'"id":' not in line[-30:]
        if pushed and self.chance.random() < self.lose_pushes:
            return
        copies = 2 if pushed and self.chance.random() < self.duplicate_pushes else 1
        for _ in range(copies):
            at = self.now + connection.latency * (0.5 + self.chance.random())
            at = max(at, connection.last.get(node.address, 0.0))
            connection.last[node.address] = at
            self.later(at - self.now, self._deliver, connection, connection.other[node.address], line)

    def _deliver(self, connection: Wire, to: str, line: bytes) -> None:
        node = self.nodes[to]
        if connection.open and node.up and not connection.void:
            node.take(connection.ends[to], line)

    def reset(self, node: Party, link: int) -> None:
        """A connection ends; what is in flight towards the closing side is lost, what it sent arrives."""
        connection = node.wires.pop(link, None)
        if connection is None:
            return
        other = connection.other[node.address]
        at = max(self.now + connection.latency, connection.last.get(node.address, 0.0))
        self.later(at - self.now, self._lost, connection, other)

    def _lost(self, connection: Wire, address: str) -> None:
        if connection.void:
            return
        connection.open = False
        node = self.nodes[address]
        number = connection.ends[address]
        if node.wires.pop(number, None) is not None and node.up:
            node.lost(number, "connection reset")

    def break_off(self, node: Party, link: int) -> None:
        """A connection breaks by itself: both ends are told."""
        connection = node.wires[link]
        for address in (node.address, connection.other[node.address]):
            self.later(connection.latency * self.chance.random(), self._lost, connection, address)

    def part(self, one: Party, other: Party) -> None:
        """From now on everything between two nodes vanishes, and neither is told."""
        self.void.add(frozenset((one.address, other.address)))
        for connection in one.wires.values():
            if connection.other[one.address] == other.address:
                connection.void = True

    def join(self) -> None:
        """End that; the connections of before are found to be dead."""
        self.void.clear()
        for node in self.nodes.values():
            for number, connection in list(node.wires.items()):
                if connection.void:
                    del node.wires[number]
                    if node.up:
                        node.lost(number, "timed out")

    # ------------------------------------------------------------------ what must be so

    def level(self) -> bool:
        """Whether all running nodes have equal digests."""
        running = [node for node in self.nodes.values() if isinstance(node, SimNode) and node.up]
        return len({node.engine.parts.replica.digest() for node in running}) == 1

    def settle(self, within: float = 60.0) -> None:
        """Let time pass until all are level."""
        self.run_until(self.level, within)
