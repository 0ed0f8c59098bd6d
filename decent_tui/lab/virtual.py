"""A scenario's nodes on virtual time: the same core, and a story of minutes is over in a moment."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from decent_tui.core.errors import Refused
from decent_tui.core.operations import AnyOperation, Operation
from decent_tui.lab.disk import Image
from decent_tui.lab.network import Network
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.streams import Streams
from decent_tui.net.interface import Listener

A = TypeVar("A")

PATIENCE = 60.0
"""Virtual seconds after which an operation that was not answered counts as a bug."""


class VirtualNode:
    """A `NodeInterface` for a simulated node. Nothing in it waits: time is made to pass."""

    readonly = False

    def __init__(self, node: SimNode) -> None:
        self.sim = node

    async def run(self, operation: Operation[A]) -> A:
        """Carry out an operation; time passes until it is answered."""
        node, agenda = self.sim, self.sim.net.agenda
        number = agenda.number()
        node.turn(lambda: node.engine.operate(number, cast(AnyOperation, operation)))
        agenda.run_until(lambda: number in node.answers or not node.up, PATIENCE)
        answer = node.answers.pop(number, Refused("the node did not answer"))
        if isinstance(answer, Refused):
            raise answer
        return cast(A, answer)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Nobody watches a simulated node by events; its story is told by the network."""
        raise NotImplementedError


class VirtualStage:
    """A `Stage` of simulated nodes."""

    def __init__(self, names: Sequence[str], seed: int = 1) -> None:
        self._net = Network(Streams(seed))
        self._names = tuple(names)
        self._saved: dict[str, Image] = {}
        self._nodes = {name: SimNode(self._net, self.address(name)) for name in names}
        for node in self._nodes.values():
            node.start(self.address(names[0]))
        self._ids = {name: node.replica.node for name, node in self._nodes.items()}

    @property
    def names(self) -> Sequence[str]:
        """Every node."""
        return self._names

    def node(self, name: str) -> VirtualNode | None:
        """A running node."""
        node = self._nodes[name]
        return VirtualNode(node) if node.up else None

    def address(self, name: str) -> str:
        """Where a node listens."""
        return f"{name}:1"

    def first_id(self, name: str) -> str:
        """The id that a node had at first."""
        return self._ids[name]

    async def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._net.agenda.run(seconds)

    async def start(self, name: str) -> None:
        """Start a node."""
        if not self._nodes[name].up:
            self._nodes[name].start(self.address(self._names[0]))

    async def stop(self, name: str) -> None:
        """Stop a node in order."""
        if self._nodes[name].up:
            self._nodes[name].stop()

    async def save(self, name: str) -> None:
        """Copy its file."""
        self._saved[name] = self._nodes[name].disk.image()

    async def restore(self, name: str) -> None:
        """Put the copy back."""
        self._nodes[name].disk.restore(self._saved[name])
