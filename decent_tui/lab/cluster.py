"""Several real nodes in one process, over loopback TCP, each with a file of its own in a temporary folder."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from decent_tui.core.address import Address
from decent_tui.net.node import Node
from decent_tui.net.settings import Settings


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
        """Start a node, at the port it had before."""
        if name in self._nodes:
            return
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

    async def stop(self, name: str) -> None:
        """Stop a node in order."""
        node = self._nodes.pop(name, None)
        if node is not None:
            await node.__aexit__(None, None, None)

    async def save(self, name: str) -> None:
        """Copy the file of a stopped node: SQLite leaves one file behind when it is closed."""
        await asyncio.to_thread(shutil.copyfile, self._file(name), self._file(name, ".saved"))

    async def restore(self, name: str) -> None:
        """Put the copy back in its place, as a person would."""
        await asyncio.to_thread(shutil.copyfile, self._file(name, ".saved"), self._file(name))

    def _file(self, name: str, ending: str = ".db") -> Path:
        return Path(self._folder.name) / f"{name}{ending}"
