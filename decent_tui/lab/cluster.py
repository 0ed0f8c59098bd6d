"""Several real nodes in one process, over loopback TCP, each with a file of its own in a temporary folder."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, TypeVar

from decent_tui.core.address import Address
from decent_tui.core.errors import Refused
from decent_tui.core.events import AnyEvent, Attached
from decent_tui.core.operations import Operation
from decent_tui.net.interface import Listener
from decent_tui.net.node import Node
from decent_tui.net.settings import Settings

A = TypeVar("A")


class Cluster:
    """`async with Cluster(["anna", "ben"]) as cluster: …`: a `Stage` of real nodes on free ports.

    Every node is told of the first; the rest they tell each other. They are ordinary nodes: others may join
    them from another terminal. On leaving, all stop in order and their files are removed.
    """

    def __init__(self, names: Sequence[str], *, screen: bool = False) -> None:
        self._names = tuple(names)
        self._screen = screen
        self._nodes: dict[str, Node] = {}
        self._ports: dict[str, int] = {}
        self._ids: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._listeners: dict[str, list[Listener]] = {name: [] for name in names}

    @property
    def names(self) -> Sequence[str]:
        """Every node, running or not."""
        return self._names

    def node(self, name: str) -> Node | None:
        """A running node."""
        return self._nodes.get(name)

    def address(self, name: str) -> str:
        """Where a node listens, or did before it was stopped."""
        return str(Address("127.0.0.1", self._ports[name]))

    def called(self, node: str) -> str:
        """The name of the node with this id, now or at first; empty if it is none of ours."""
        names = (name for name in self._names if node in (self._ids.get(name), self.id(name)))
        return next(names, "")

    def id(self, name: str) -> str:
        """The id of a node; empty while it does not run."""
        running = self._nodes.get(name)
        return running.node_id if running is not None else ""

    def first_id(self, name: str) -> str:
        """The id that a node had at first."""
        return self._ids[name]

    async def __aenter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="decent-tui-")
        try:
            for name in self._names:
                await self.start(name)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._nodes):
            await self.stop(name)
        self._folder.cleanup()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def start(self, name: str) -> None:
        """Start a node, at the port it had before. Once begun it goes on to its end, as does a stop."""
        await asyncio.shield(self._start(name))

    async def stop(self, name: str) -> None:
        """Stop a node in order."""
        await asyncio.shield(self._stop(name))

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with the events of a node, whenever it runs, and with `Attached` when it is
        started and stopped; what is returned ends that."""
        listeners = self._listeners[name]
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    def _tell(self, name: str, happened: Sequence[AnyEvent]) -> None:
        for listener in list(self._listeners[name]):
            listener(happened)

    async def _start(self, name: str) -> None:
        async with self._turn:
            if name not in self._nodes:
                await self._started(name)

    async def _stop(self, name: str) -> None:
        async with self._turn:
            node = self._nodes.pop(name, None)
            if node is not None:
                await node.__aexit__(None, None, None)
                self._tell(name, [Attached(time.time(), False, f"{name} is switched off")])

    async def _started(self, name: str) -> None:
        known = [self.address(other) for other in self._names[:1] if other in self._ports and other != name]
        settings = Settings(
            port=self._ports.get(name, 0),
            peers=tuple(known),
            name=name,
            data=self._file(name),
            screen=self._screen,
        )
        node = await Node(settings).__aenter__()
        self._nodes[name], self._ports[name] = node, node.port
        self._ids.setdefault(name, node.node_id)
        node.subscribe(lambda happened: self._tell(name, happened))
        self._tell(name, [Attached(time.time(), True)])

    async def save(self, name: str) -> None:
        """Copy the file of a stopped node: SQLite leaves one file behind when it is closed."""
        await asyncio.to_thread(shutil.copyfile, self._file(name), self._file(name, ".saved"))

    async def restore(self, name: str) -> None:
        """Put the copy back in its place, as a person would."""
        await asyncio.to_thread(shutil.copyfile, self._file(name, ".saved"), self._file(name))

    def _file(self, name: str, ending: str = ".db") -> Path:
        return Path(self._folder.name) / f"{name}{ending}"


class Seat:
    """A node of a cluster by its name, running or not: a `NodeInterface` that outlives its restarts."""

    readonly = False

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self.name = name

    async def run(self, operation: Operation[A]) -> A:
        """Carry out an operation (see `NodeInterface.run`); refused while the node is switched off."""
        node = self._cluster.node(self.name)
        if node is None:
            raise Refused(f"{self.name} is switched off")
        return await node.run(operation)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each batch of events, of every run."""
        return self._cluster.listen(self.name, listener)
