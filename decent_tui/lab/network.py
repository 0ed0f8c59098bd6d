"""Connections between parties on virtual time, and everything that can become of them.

A connection keeps the order of its lines, as TCP does, unless the weather says otherwise. It can be reset
(what is in flight towards the closing side is lost), it can fall silent in one direction or both without a
word to anybody, and it can be half open: one end is gone and the other does not know.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Protocol

from decent_tui.core.errors import ProtocolError
from decent_tui.core.messages import decode
from decent_tui.lab.agenda import Agenda
from decent_tui.lab.streams import Streams
from decent_tui.lab.weather import Draws, Weather
from decent_tui.net.words import describe

UNREACHABLE: Final = 5.0
"""Seconds after which a dial into the void is given up."""


@dataclass(slots=True)
class Wire:
    """One connection between two parties: link numbers at either end, and when the last line arrives."""

    ends: dict[str, int]
    other: dict[str, str]
    ours: bool
    """Whether both ends are of our kind."""
    last: dict[str, float] = field(default_factory=dict)
    open: bool = True
    void: set[str] = field(default_factory=set)
    """The senders whose lines vanish."""


class Party(Protocol):
    """Whoever has an address on the network."""

    address: str
    ours: bool
    """Whether it is a node of our kind."""
    up: bool
    generation: int
    """How often it was started: what was meant for an earlier life does not arrive."""
    frozen_until: float
    """Until when it does nothing at all, though it lives."""
    wires: dict[int, Wire]

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        """A connection is open."""

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        """A dial came to nothing."""

    def lost(self, link: int, why: str) -> None:
        """A connection ended."""

    def take(self, link: int, line: bytes) -> None:
        """A line arrives."""


Carried = Callable[[str, str, bytes], None]
"""Told of each line that a party sends: from, to, the line."""


def in_words(line: bytes) -> str:
    """A line of the wire as a person reads it."""
    try:
        message = decode(line)
    except ProtocolError as error:
        return f"{line[:60]!r}: {error}"
    return f"{message.type:10} {describe(message.message)[0]}"


class Network:
    """The parties and the connections between them."""

    def __init__(self, streams: Streams, weather: Weather | None = None) -> None:
        self.streams = streams
        self.weather = weather or Weather()
        self.agenda = Agenda()
        self.parties: dict[str, Party] = {}
        self.tally: Counter[str] = Counter()
        """What really happened, by name."""
        self.carried: list[Carried] = []
        self.tell: Callable[[str], None] | None = None
        """Told what happens, in words, if anybody wants to know."""
        self._draws: dict[tuple[str, str], Draws] = {}
        self._void: set[tuple[str, str]] = set()
        self._slow: dict[frozenset[str], float] = {}
        self._course = blake2b(digest_size=16)

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self.agenda.now

    @property
    def course(self) -> str:
        """A hash of all that arrived so far, and when: equal courses are equal histories."""
        return self._course.hexdigest()

    # ------------------------------------------------------------------ dialling

    def dial(self, party: Party, address: str) -> None:
        """A party opens a connection."""
        delay = 0.001 + self.weather.latency(self.streams.of("dial", party.address))
        self.agenda.later(delay, self._arrive, party, party.generation, address)

    def _arrive(self, party: Party, generation: int, address: str) -> None:
        if not party.up or party.generation != generation:
            return
        other = self.parties.get(address)
        if self._is_void(party.address, address) or (other and self.now < other.frozen_until):
            self.agenda.later(UNREACHABLE, self._unreachable, party, generation, address)
        elif other is None or not other.up:
            party.dial_failed(address, "connection refused", True)
        else:
            here, there = self.agenda.number(), self.agenda.number()
            wire = Wire(
                {party.address: here, other.address: there},
                {party.address: other.address, other.address: party.address},
                party.ours and other.ours,
            )
            party.wires[here] = wire
            other.wires[there] = wire
            other.opened(there, f"{party.address.partition(':')[0]}:9", None)
            party.opened(here, address, address)

    def _unreachable(self, party: Party, generation: int, address: str) -> None:
        if self._thaws(party, self._unreachable, party, generation, address):
            return
        if party.up and party.generation == generation:
            party.dial_failed(address, "no answer", False)

    # ------------------------------------------------------------------ lines

    def send(self, party: Party, link: int, line: bytes) -> None:
        """A party sends a line."""
        wire = party.wires.get(link)
        if wire is None or not wire.open:
            return
        sender = party.address
        other = wire.other[sender]
        for told in self.carried:
            told(sender, other, line)
        if sender in wire.void:
            self.tally["lines into the void"] += 1
            self._find_half_open(wire, party)
            return
        draws = self._draws.get((sender, other)) or self._draws_of(sender, other)
        slow = self._slow.get(frozenset((sender, other)), 0.0) if self._slow else 0.0
        weather = self.weather if wire.ours else self.weather.calm
        copies, now = 0, self.agenda.now
        for latency, in_order in weather.fate(draws):
            copies += 1
            at = now + latency + slow
            if in_order:
                at = wire.last[sender] = max(at, wire.last.get(sender, 0.0))
            else:
                self.tally["lines reordered"] += 1
            self.agenda.later(at - now, self._deliver, wire, other, line)
        if copies != 1:
            self.tally["lines doubled" if copies else "lines lost"] += 1

    def _draws_of(self, sender: str, other: str) -> Draws:
        """The streams for what becomes of the lines from one party to another."""
        concerns = (self.streams.of(concern, sender, other) for concern in Draws._fields)
        draws = self._draws[sender, other] = Draws(*concerns)
        return draws

    def _deliver(self, wire: Wire, to: str, line: bytes) -> None:
        party = self.parties[to]
        if wire.ends[to] not in party.wires or wire.other[to] in wire.void:
            return
        if self._thaws(party, self._deliver, wire, to, line):
            return
        self._course.update(b"%r %s " % (self.agenda.now, to.encode()))
        self._course.update(line)
        if self.tell and (b'"seen"' in line or not line.startswith(b'{"type":"HEARTBEAT"')):
            self.tell(f"  {wire.other[to]} → {to}  {in_words(line)}")
        party.take(wire.ends[to], line)

    # ------------------------------------------------------------------ ends

    def reset(self, party: Party, link: int) -> None:
        """A party closes a connection; what is in flight towards it is lost, what it sent arrives."""
        wire = party.wires.pop(link, None)
        if wire is None or party.address in wire.void:
            return
        at = max(self.now + self.weather.base, wire.last.get(party.address, 0.0))
        self.agenda.later(at - self.now, self._lost, wire, wire.other[party.address], "connection reset")

    def vanish(self, party: Party) -> None:
        """A party is gone without a word (a loss of power): its connections stay half open."""
        for wire in party.wires.values():
            wire.void.update(wire.ends)
        party.wires.clear()

    def break_off(self, party: Party, link: int) -> None:
        """A connection breaks by itself: both ends are told."""
        wire = party.wires[link]
        for address in wire.ends:
            self.agenda.later(self.weather.base, self._lost, wire, address, "connection reset")

    def _lost(self, wire: Wire, address: str, why: str) -> None:
        party = self.parties[address]
        wire.open = False
        if self._thaws(party, self._lost, wire, address, why):
            return
        if party.wires.pop(wire.ends[address], None) is not None and party.up:
            party.lost(wire.ends[address], why)

    def _thaws(self, party: Party, work: Callable[..., None], *args: object) -> bool:
        """Whether a party is frozen; then it is told of this when it thaws."""
        if self.agenda.now >= party.frozen_until or not party.up:
            return False
        self.tally["held back by a freeze"] += 1
        self.agenda.later(party.frozen_until - self.now, work, *args)
        return True

    def _find_half_open(self, wire: Wire, party: Party) -> None:
        """A line went into a connection whose other end is gone: if its host is there again, it says so."""
        other = self.parties[wire.other[party.address]]
        if wire.ends[other.address] not in other.wires and other.up:
            self.tally["half-open connections found"] += 1
            self.agenda.later(self.weather.base, self._lost, wire, party.address, "connection reset")

    # ------------------------------------------------------------------ cuts by nobody

    def part(self, sender: str, receiver: str) -> None:
        """From now on everything from one address to another vanishes, and neither is told."""
        self._void.add((sender, receiver))
        for wire in self.parties[sender].wires.values():
            if wire.other[sender] == receiver:
                wire.void.add(sender)

    def _is_void(self, one: str, other: str) -> bool:
        return (one, other) in self._void or (other, one) in self._void

    def slow(self, one: str, other: str, seconds: float) -> None:
        """Let every line between two addresses take so much longer."""
        self._slow[frozenset((one, other))] = seconds

    def mend(self) -> None:
        """End all of that; the connections of before are found to be dead."""
        self._void.clear()
        self._slow.clear()
        for party in self.parties.values():
            for number, wire in list(party.wires.items()):
                # what it hears may be the death of it, and of all its other connections
                if wire.void and party.wires.pop(number, None) is not None and party.up:
                    party.lost(number, "timed out")

    def linked(self, parties: Iterable[Party]) -> bool:
        """Whether each of these parties has an open connection to each other one."""
        addresses = {party.address for party in parties}
        return all(
            addresses <= {party.address, *(wire.other[party.address] for wire in party.wires.values())}
            for party in self.parties.values()
            if party.address in addresses
        )
