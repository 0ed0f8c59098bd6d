"""One seed: a world and a course of events, played on the real core, and judged.

Whatever happens, what `checks` looks at must hold after every turn. At the end all troubles stop, and then
what `ending` says must come true.
"""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import Final

import msgspec

from decent_tui.core import operations as ops
from decent_tui.core import ranges
from decent_tui.core.clocks import Dot
from decent_tui.core.errors import Refused, Stale
from decent_tui.core.events import Alarm, Collected
from decent_tui.core.limits import SIBLINGS_MAX
from decent_tui.core.operations import AnyOperation
from decent_tui.core.tuning import Tuning
from decent_tui.lab.checks import Broken, Checks, caps
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.deed import Deed
from decent_tui.lab.disk import NO_ROOM, Image
from decent_tui.lab.ending import Ending
from decent_tui.lab.mutate import Mutator
from decent_tui.lab.network import Network
from decent_tui.lab.oracle import Meaning, Oracle
from decent_tui.lab.sim_node import DIED, SimNode
from decent_tui.lab.streams import Streams
from decent_tui.lab.world import MOST_NODES, Step, World, draw_steps, draw_world

MEETING: Final = 3.0
"""Virtual seconds for which a world waits at most until all have met; lost HANDSHAKEs may take longer."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a seed. `check` and `what` are empty if all was well; `tally` is what really happened;
    `course` a hash of all that arrived; `cpu` in seconds."""

    seed: int
    check: str = ""
    what: str = ""
    tally: dict[str, int] = {}
    course: str = ""
    virtual: float = 0.0
    cpu: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether a check was broken."""
        return bool(self.check)


class Simulation:
    """One history under way."""

    def __init__(self, world: World, tell: Callable[[str], None] | None = None) -> None:
        self.world = world
        self.net = Network(Streams(world.seed), world.weather)
        self.oracle = None if world.mutations else Oracle()
        self.checks = Checks(self.oracle)
        self.keys = [f"k{number}" for number in range(world.keys)]
        self.nodes: list[SimNode] = []
        self.classics: list[ClassicNode] = []
        self.images: list[tuple[SimNode, Image]] = []
        self.tally: Counter[str] = Counter()
        self._values = 0
        if tell is not None:
            say = tell
            self.net.tell = lambda text: say(f"{self.net.now:9.3f}  {text}")

    # ------------------------------------------------------------------ for deeds

    @property
    def goodbyes(self) -> bool:
        """Whether members leave and are forgotten here."""
        return self.world.goodbyes

    @property
    def sets_back(self) -> bool:
        """Whether disks are lost, restored and rolled back here."""
        return self.world.sets_back

    @property
    def most_nodes(self) -> int:
        """So many nodes there may be, copies included."""
        return max(MOST_NODES, self.world.nodes)

    def node(self, number: int) -> SimNode:
        """The node that a number means."""
        return self.nodes[number % len(self.nodes)]

    def key(self, number: int) -> str:
        """The key that a number means."""
        return self.keys[number % len(self.keys)]

    def fresh_value(self) -> int:
        """A value that was never written."""
        self._values += 1
        return self._values

    def write(self, node: SimNode, key: str, operation: AnyOperation, *, stale: bool = False) -> str:
        """Let a person write; returns what there is to say of it. Acknowledged, it must be on the disk. Of a
        `stale` one it must be said that it is."""
        node.writing = key, node.store.siblings(key)
        dot = Dot(node.replica.node, node.replica.counter + 1)
        answer = node.do(operation)
        node.writing = None
        if isinstance(answer, Refused):
            if str(answer) in (DIED, NO_ROOM) or (stale and isinstance(answer, Stale)):
                return f", refused: {answer}"
            if len(node.store.siblings(key)) < SIBLINGS_MAX:
                raise Broken("refused", f"{node.name} would not write {key}: {answer}")
            return f", refused: {answer}"
        if stale:
            raise Broken("stale", f"{node.name} wrote {key} over what its writer had not seen")
        if self.oracle is not None and dot not in self.oracle.by_dot:
            raise Broken("I1", f"{node.name} acknowledged {dot.node[:4]}:{dot.seq}, which is not on its disk")
        return ""

    def add_node(self, *, volatile: bool = False) -> SimNode:
        """One more node, not yet started."""
        world = self.world
        tuning = Tuning(
            chunk=world.chunk,
            page=world.page,
            outbox=world.outbox,
            hold=world.hold,
            collect=world.collect,
            audit=world.audit,
        )
        name = ascii_lowercase[len(self.nodes)] if len(self.nodes) < 26 else f"n{len(self.nodes)}"
        node = SimNode(
            self.net,
            f"{name}:1",
            tuning=tuning,
            tick=world.tick,
            volatile=volatile,
            busy=world.busy,
            watcher=self.checks,
        )
        self.nodes.append(node)
        return node

    def start(self, node: SimNode) -> None:
        """Start a node; somebody tells it of another."""
        known = self.nodes[0] if node is not self.nodes[0] else self.nodes[-1]
        node.start(known.address)

    def dies(self, node: SimNode) -> None:
        """A node is about to end: what a volatile one alone has is in danger."""
        if node.volatile and self.oracle is not None:
            self.oracle.endanger(self._only_on(node))

    def set_back(self, node: SimNode, action: Callable[[], None]) -> None:
        """Change what is on a node's disk to something earlier."""
        if node.up:
            self.dies(node)
            node.crash()
        if self.oracle is not None:
            self.oracle.endanger(self._only_on(node))
        node.set_back = True
        action()

    def _only_on(self, node: SimNode) -> list[Meaning]:
        """The writes that no other disk has seen."""
        assert self.oracle is not None
        others = [state.seen for one in self.nodes if one is not node and (state := one.store.load())]
        return [
            write
            for dot, meant in self.oracle.by_dot.items()
            if not any(ranges.contains(seen.get(dot.node, ranges.EMPTY), dot.seq) for seen in others)
            for write in meant
        ]

    # ------------------------------------------------------------------ the course of it

    def run(self, course: Sequence[Step]) -> None:
        """The whole history; raises Broken (or whatever a bug raises)."""
        self._begin()
        for step in course:
            self.net.agenda.run(step.after)
            self._do(step.deed)
        self._return()
        self._calm()
        Ending(self.net, self.oracle, self.nodes, self.classics).judge()

    def _begin(self) -> None:
        world = self.world
        for number in range(world.nodes):
            node = self.add_node(volatile=number >= world.nodes - world.volatile)
            node.start(*(known.address for known in self.nodes[-2:-1]))
        for number in range(world.classics):
            self.classics.append(ClassicNode(self.net, f"x{number}", self.nodes[number % world.nodes]))
        if world.met:
            self.net.agenda.run_until(lambda: self.net.linked(self.nodes), MEETING)
        if world.mutations:
            self.nodes[0].mutate = Mutator(self.net.streams.of("mutations"), world.mutations).lines

    def _return(self) -> None:
        """In some worlds everybody comes back before the weather clears: who was away for long gets a full
        answer in the rain."""
        if not self.world.returns:
            return
        self._say("everybody comes back")
        self.net.mend()
        for node in self.nodes:
            node.doom, node.frozen_until, node.full_until = None, 0.0, min(node.full_until, self.net.now)
            if not node.up:
                self.start(node)
        self.net.agenda.run(self.world.returns)
        self.tally["full answers in the weather"] = self.net.tally["full answers"]

    def _do(self, deed: Deed) -> None:
        tell, told = self.net.tell, list[str]()
        if tell:
            self.net.tell = told.append
        done = deed.do(self)
        if done:
            self.tally[deed.name] += 1
        if tell:  # first what was done, then what came of it
            self.net.tell = tell
            for text in ([done] if done else []) + told:
                tell(text)
        for node in self.nodes:
            if node.up:
                caps(node.engine)

    def _say(self, text: str) -> None:
        if self.net.tell:
            self.net.tell(text)

    def _calm(self) -> None:
        """Everything that goes wrong stops, and somebody puts right what only people can."""
        self._say("calm: from here on nothing goes wrong any more")
        self.net.weather = self.net.weather.calm
        self.net.mend()
        for node in self.nodes:
            node.doom, node.frozen_until, node.mutate = None, 0.0, None
            node.full_until = min(node.full_until, self.net.now)
        for node in self.nodes:
            if not node.up:
                self.start(node)
            node.do(ops.Heal("all"))
            if node is not self.nodes[0]:
                node.do(ops.AddPeer(self.nodes[0].address))  # they may have forgotten each other
        for peer in self.classics:
            if not peer.up:
                peer.start()

    def outcome(self, failure: Exception | None, cpu: float) -> Outcome:
        """What became of it."""
        for node in self.nodes:
            for event in node.events:
                if isinstance(event, Collected):
                    self.tally["tombstones collected"] += event.count
                elif isinstance(event, Alarm):
                    self.tally["alarms"] += 1
        self.tally["rotations of ids"] = sum(len(node.replica.former) for node in self.nodes)
        self.tally["writes"] = len(self.oracle.made) if self.oracle else 0
        check = failure.check if isinstance(failure, Broken) else "exception" if failure else ""
        what = failure.what if isinstance(failure, Broken) else f"{type(failure).__name__}: {failure}"
        return Outcome(
            self.world.seed,
            check,
            what if failure else "",
            dict(sorted((self.tally + self.net.tally).items())),
            self.net.course,
            round(self.net.now, 3),
            cpu,
        )


def play(world: World, course: Sequence[Step], tell: Callable[[str], None] | None = None) -> Outcome:
    """Play one history and judge it; never raises for what it finds. `tell` gets the story, line by line."""
    begun = time.process_time()
    simulation = Simulation(world, tell)
    failure: Exception | None = None
    try:
        simulation.run(course)
    except BrokenPipeError:
        raise  # whoever was told has had enough; nothing simulated has a pipe
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we are looking for
        failure = error
        if tell is not None:
            for text in "".join(traceback.format_exception(error)).splitlines():
                tell(text)
    return simulation.outcome(failure, time.process_time() - begun)


def play_seed(seed: int, nodes: int | None = None, steps: int | None = None) -> Outcome:
    """Play the history of a seed."""
    world = draw_world(seed, nodes)
    return play(world, draw_steps(world, steps))
