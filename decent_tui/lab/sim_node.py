"""One node of our kind on the virtual network: the real core and the real codec over a simulated disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, Protocol

from decent_tui.core import messages as wire
from decent_tui.core.chance import draw_id
from decent_tui.core.engine import Engine
from decent_tui.core.errors import ProtocolError, Refused, StorageError
from decent_tui.core.operations import AnyAnswer, AnyOperation
from decent_tui.core.outputs import Answered, Dial, Drop, Effect, Send
from decent_tui.core.parts import Self
from decent_tui.core.replica import Replica
from decent_tui.core.store import Change, Root
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Siblings
from decent_tui.lab.disk import NO_ROOM, Disk, Fullness, SimFile
from decent_tui.lab.network import Network, Wire

TICK: Final = 0.1
"""Seconds between two ticks of a node, as the real one has it."""

BEGINNING: Final = 1_700_000_000_000
"""The wall clock when virtual time begins, in milliseconds since 1970."""

SLICE: Final = 7
"""Versions taken in at a time."""

Doom = Literal["before the commit", "before it is durable", "amid the effects"]
"""Where in its turn a node dies: by a crash before what it wrote is committed, by a loss of power before that
is durable, or by a crash when part of what it had to say is out."""

DIED: Final = "the node died"

Mutate = Callable[[bytes], list[bytes]]
"""What a faulty node makes of a line that it is to send."""


def held_in_words(siblings: Siblings) -> str:
    """What is held for a key, with the dots: `7 (a1b2:3) ≠ deleted (c3d4:1)`."""
    each = (f"{'deleted' if v.value is None else v.value.decode()} ({v.node[:4]}:{v.seq})" for v in siblings)
    return " ≠ ".join(each) or "nothing"


class Watcher(Protocol):
    """Whoever checks what nodes do."""

    def wrote(self, node: SimNode, changes: Sequence[Change]) -> None:
        """A turn ended in which something was written; it is durable, and nothing of it is out yet."""

    def opened(self, node: SimNode) -> None:
        """A node opened its file."""

    def undid(self, node: SimNode) -> None:
        """The disk failed, and a turn was undone."""


class SimNode:
    """One node; its disk outlives its crashes. A `volatile` one keeps nothing."""

    ours = True

    def __init__(
        self,
        net: Network,
        address: str,
        *,
        tuning: Tuning = Tuning(),  # noqa: B008 - frozen
        tick: float = TICK,
        volatile: bool = False,
        busy: float = 0.0,
        watcher: Watcher | None = None,
    ) -> None:
        self.net, self.address, self.volatile = net, address, volatile
        self.name = address.partition(":")[0]
        self.chance = net.streams.of("node", self.name)
        """The core's own; nobody else draws from it."""
        self._draw = net.streams.of("life", self.name)
        self.disk = Disk(net.streams.of("disk", self.name))
        self.wires: dict[int, Wire] = {}
        self.answers: dict[int, AnyAnswer | Refused] = {}
        self.events: list[object] = []
        self.doom: Doom | None = None
        """Where the next turn that has something to say ends in a crash."""
        self.up, self.generation, self.frozen_until = False, 0, 0.0
        self.jump = 0
        """By how many milliseconds its wall clock is wrong."""
        self.mutate: Mutate | None = None
        self.writing: tuple[str, Siblings] | None = None
        """The key that a person here is writing to, in this turn, and what it held before."""
        self.full_until = 0.0
        """Until when its disk has no room."""
        self.fullness: Fullness = "at the commit"
        """How that shows."""
        self.engine: Engine
        self.set_back = False
        """Whether its disk was changed to something earlier since it was last open."""
        self._tuning, self._tick_every, self._watcher = tuning, tick, watcher
        self._busy, self._busy_until = busy, dict[int, float]()
        """For how many seconds a link takes no more versions after a push, and until when."""
        net.parties[address] = self

    @property
    def replica(self) -> Replica:
        """What it holds (of its last life, if it is down)."""
        return self.engine.parts.replica

    @property
    def awake(self) -> bool:
        """Whether it runs, and is not frozen."""
        return self.up and self.net.now >= self.frozen_until

    @property
    def store(self) -> SimFile:
        """Its file."""
        return self.disk.file

    # ------------------------------------------------------------------ life

    def start(self, *peers: str) -> None:
        """Start, or start again on what the disk has; somebody has made room on it if it was full."""
        self.generation += 1
        self.up = True
        self.full_until, self.store.full = 0.0, None
        if self.volatile:
            self.disk.wipe()
            self.store.marker = None
            self.store.save(root=Root(draw_id(self._draw)))
            self.store.commit()
            self.store.make_durable()
        else:
            self.disk.open()
        tag = draw_id(self._draw)
        me = Self(self.name, self.address, tag, self.volatile, "", self._tuning)
        self.engine = Engine(self.store, me, self.chance)
        if self._watcher:
            self._watcher.opened(self)
        self.turn(lambda: self.engine.start(peers))
        self.net.agenda.later(self._tick_every * self._draw.random(), self._tick, self.generation)

    def _tick(self, generation: int) -> None:
        if not self.up or generation != self.generation:
            return
        if self.net.now < self.frozen_until:
            self.net.agenda.later(self.frozen_until - self.net.now, self._tick, generation)
            return
        self.net.agenda.later(self._tick_every, self._tick, generation)
        self.turn(self.engine.tick)

    def crash(self) -> None:
        """Die at once; what was not committed is gone, connections are reset."""
        self._end()
        self.disk.crash()
        for number in list(self.wires):
            self.net.reset(self, number)

    def lose_power(self) -> None:
        """Die with the machine: what was not durable is gone, and nobody is told."""
        self._end()
        self.disk.lose_power(self.net.streams.of("power", self.name))
        self.net.vanish(self)

    def stop(self) -> None:
        """Stop in order."""
        self.turn(self.engine.stop)
        if self.up:
            self.crash()

    def _end(self) -> None:
        self.up, self.doom, self.frozen_until = False, None, 0.0

    # ------------------------------------------------------------------ the turn

    def turn(self, work: Callable[[], None]) -> None:
        """One turn as the engine's contract has it, or as much of it as the node lives to see."""
        engine, now = self.engine, self.net.now
        engine.at(now, int(now * 1000) + BEGINNING + self.jump)
        if self.full_until:
            self._fill()
        try:
            work()
        except StorageError as error:
            self._undo(error)
        engine.pushes(self._ready() if self._busy_until else self.wires)
        doom = self.doom if engine.parts.out.effects else None
        if doom == "before the commit":
            self.net.tally[f"died {doom}"] += 1
            return self.crash()
        try:
            wrote = engine.commit()
        except StorageError as error:
            wrote = False
            self._undo(error)
        if wrote:
            if doom == "before it is durable":
                self.net.tally[f"died {doom}"] += 1
                return self.lose_power()
            changes = self.store.unwatched
            self.store.make_durable()
            if self.net.tell:
                for key in dict.fromkeys(change.key for change in changes):
                    self.net.tell(f"    {self.name} holds {key} = {held_in_words(self.store.siblings(key))}")
            if self._watcher:
                self._watcher.wrote(self, changes)
        self.events += engine.take_events()
        effects = engine.take_effects()
        if doom == "amid the effects":
            self.net.tally[f"died {doom}"] += 1
            effects = effects[: int(self._draw.random() * (len(effects) + 1))]
        for effect in effects:
            self._carry_out(effect)
        if doom == "amid the effects":
            self.crash()
        return None

    def _fill(self) -> None:
        """The disk has no room for a while; then it has again."""
        is_full = self.net.now < self.full_until
        self.store.full = self.fullness if is_full else None
        if not is_full:
            self.full_until = 0.0

    def _undo(self, error: StorageError) -> None:
        """The disk failed, and nothing of this turn happened: what the real node does then."""
        self.net.tally["turns undone"] += 1
        self.engine.undo()
        self.engine.parts.alarm(str(error))
        if self._watcher:
            self._watcher.undid(self)

    def _ready(self) -> set[int]:
        """The links that are ready for more."""
        self._busy_until = {
            link: until
            for link, until in self._busy_until.items()
            if until > self.net.now and link in self.wires
        }
        return self.wires.keys() - self._busy_until.keys()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(link, message, request):
                if self._busy and request is None and isinstance(message, wire.Versions):
                    self._busy_until[link] = self.net.now + self._busy
                    self.net.tally["links kept busy"] += 1
                line = wire.encode(message, request)
                for at in self.engine.course(link, message, outgoing=True):
                    for mutated in self.mutate(line) if self.mutate else (line,):
                        self.net.agenda.at(at, self.net.send, self, link, mutated)
            case Dial(address):
                self.net.dial(self, address)
            case Drop(link):
                self.net.reset(self, link)
            case Answered(number, outcome):
                self.answers[number] = outcome

    def do(self, operation: AnyOperation) -> AnyAnswer | Refused:
        """Carry out an operation that is answered at once."""
        number = self.net.agenda.number()
        self.turn(lambda: self.engine.operate(number, operation))
        return self.answers.pop(number, Refused(NO_ROOM if self.up else DIED))

    # ------------------------------------------------------------------ a party of the network

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        """A connection is open."""
        self.turn(lambda: self.engine.opened(link, remote, dialled))

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        """A dial came to nothing."""
        self.turn(lambda: self.engine.dial_failed(address, why, refused=refused))

    def lost(self, link: int, why: str) -> None:
        """A connection ended."""
        self.turn(lambda: self.engine.lost(link, why))

    def take(self, link: int, line: bytes) -> None:
        """A line arrives."""
        try:
            decoded = wire.decode(line)
        except ProtocolError as error:
            told = error
            self.turn(lambda: self.engine.faulty(link, told))
            return

        self.engine.at(self.net.now, int(self.net.now * 1000) + BEGINNING + self.jump)
        for at in self.engine.course(link, decoded.message, outgoing=False):
            self.net.agenda.at(at, self._arrives, self.generation, link, decoded)

    def _arrives(self, generation: int, link: int, decoded: wire.Line) -> None:
        """A line is here, after all that a person dialled for it."""
        if not self.up or generation != self.generation:
            return

        def work() -> None:
            if isinstance(decoded.message, wire.Versions):
                if decoded.message.listed is not None and decoded.message.seen is not None:
                    self.net.tally["full answers"] += 1
                self.engine.arrives(link, decoded.message, decoded.id)
                for _ in self.engine.slices(link, decoded.message, SLICE):
                    pass
            self.engine.received(link, decoded)

        self.turn(work)
