"""One live node on asyncio: the core, a store, a listening socket and its connections.

Here its life begins and ends. How it works meanwhile is in `turn` (inputs, the disk, answers and events) and
`traffic` (connections).
"""

import asyncio
import socket
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from random import SystemRandom
from types import TracebackType
from typing import Final, Self, TypeVar

from decent_tui.core import parts
from decent_tui.core.address import Address, parse
from decent_tui.core.chance import draw_id, name_for
from decent_tui.core.engine import Engine
from decent_tui.core.errors import StorageError, Unreachable
from decent_tui.core.events import Attached
from decent_tui.core.memory import MemoryStore
from decent_tui.core.operations import Operation
from decent_tui.core.store import Root, Store
from decent_tui.core.tuning import Tuning
from decent_tui.net.cluster_key import is_exposed, read_file, state
from decent_tui.net.connection import in_words
from decent_tui.net.copies import Copies
from decent_tui.net.door import Door
from decent_tui.net.interface import Listener, Load
from decent_tui.net.settings import Settings, StartError
from decent_tui.net.streams import listen
from decent_tui.net.tls import Tls
from decent_tui.net.traffic import Traffic
from decent_tui.net.turn import Turns
from decent_tui.storage.location import default_file
from decent_tui.storage.opening import open_store

__all__ = ["Node", "Settings", "StartError"]

A = TypeVar("A")

_OPEN_TO_ALL: Final = (
    "on {} anybody who reaches the port could read, write and delete everything; give --cluster-key FILE "
    "(decent-tui keygen FILE makes one), or --insecure if the network is trusted"
)

KEY_LOOK: Final = 2.0
"""Seconds between two looks at whether the key file has changed: a person has just changed it."""

SCREEN_CHUNK: Final = 24 * 1024
"""Bytes of versions in an answer or a push while a screen shares the loop: about 2 ms of work."""

SCREEN_COLLECT: Final = 100
"""Tombstones looked at in one turn then: a millisecond and a half if all of them go."""

SCREEN_PAUSE: Final = 0.002
"""Seconds of pause between two slices while a screen shares the loop (see `Settings.screen`)."""

_SCREEN: Final = Tuning(chunk=SCREEN_CHUNK, push=SCREEN_CHUNK, collect=SCREEN_COLLECT)


class Node:
    """A node in this process: `async with Node(settings) as node: …`.

    Entering starts it (StartError with one plain sentence if it cannot); leaving says goodbye to its
    peers, flushes and closes. It implements `NodeInterface`. `retired` is called when a program elsewhere
    had it leave the cluster: then whoever runs the node should end it.
    """

    readonly = False

    def __init__(self, settings: Settings, retired: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._retired = retired
        self._chance = SystemRandom()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._disk = ThreadPoolExecutor(1, "disk")
        self.host = settings.host
        self.port = settings.port

    @property
    def node_id(self) -> str:
        """The id under which this node writes now."""
        return self._engine.node

    # ------------------------------------------------------------------ the interface

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation (see `NodeInterface.run`)."""
        if self._stopping:
            raise Unreachable("the node has stopped")
        return await self._turns.run(operation)

    def subscribe(self, listener: Listener, wanted: Collection[str] = ()) -> Callable[[], None]:
        """Have `listener` called with each batch of events (see `NodeInterface.subscribe`); of the `wanted`
        kinds only, if some are named."""
        return self._turns.subscribe(listener, wanted)

    def load(self) -> Load:
        """What waits at this moment."""
        return Load(self._traffic.count, self._traffic.unsent, self._traffic.delayed, self._turns.under_way)

    # ------------------------------------------------------------------ how it begins

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            self._disk.shutdown(wait=False)
            raise
        return self

    async def _start(self) -> None:
        settings = self._settings
        # all that may take a while at a start is done by the thread that the disk gets, one after the other
        loop = asyncio.get_running_loop()
        tls, exposed = await loop.run_in_executor(self._disk, _read_key, settings.cluster_key)
        sockets = await self._listen()
        try:
            self._store, notice = await self._open_store()
        except StorageError as error:
            for sock in sockets:
                sock.close()
            raise StartError(str(error)) from None
        self._engine = self._make_engine()
        self._copies: Copies | None = None
        if not settings.volatile:
            self._copies = Copies(self._copy, Path(f"{self.data}.copy"))
        make_durable = None if settings.volatile else self._make_durable
        self._turns = Turns(self._engine, make_durable, self._copies)
        pause = SCREEN_PAUSE if settings.screen else 0.0
        self._traffic = Traffic(self._engine, self._turns, tls, pause, self._retired)
        self._turns.now()
        self._engine.start([str(parse(peer)) for peer in settings.peers])
        for text in filter(None, (notice, exposed)):
            self._engine.parts.alarm(text)
        self._door = Door(
            sockets,
            settings.limits,
            tls,
            number=self._traffic.number,
            node=lambda: self._engine.node,
            enter=self._traffic.enter,
            make_room=self._traffic.make_room,
            told=self._alarm,
        )
        self._tasks.append(loop.create_task(self._turns.turn_for_ever(self._traffic)))
        self._tasks.append(loop.create_task(self._turns.tick()))
        if tls is not None and settings.cluster_key is not None:
            self._tasks.append(loop.create_task(self._follow_key(tls, settings.cluster_key)))
        self._door.open()

    async def _follow_key(self, tls: Tls, path: Path) -> None:
        """Use what the key file says when it has changed, on connections made anew."""
        known = state(path)
        while True:
            await asyncio.sleep(KEY_LOOK)
            if (now := state(path)) == known:
                continue
            known = now
            try:
                fresh, exposed = await asyncio.to_thread(_read_key, path)
            except StartError as error:
                self._alarm(f"{error}; the keys of before are used on")
                continue
            if fresh is not None:
                tls.take_over(fresh)
                self._traffic.hang_up("the cluster key was changed")
            if exposed:
                self._alarm(exposed)

    def _alarm(self, text: str) -> None:
        self._turns.feed(lambda: self._engine.parts.alarm(text))

    async def _listen(self) -> list[socket.socket]:
        """The sockets to listen on: without a key only on this machine, unless that is wanted."""
        try:
            loop = asyncio.get_running_loop()
            sockets = await loop.run_in_executor(self._disk, listen, self.host, self.port)
        except OSError as error:
            raise StartError(_cannot_listen(Address(self.host, self.port), error)) from None
        self.port = sockets[0].getsockname()[1]
        if self._settings.cluster_key is None and not self._settings.insecure:
            for sock in sockets:
                if not ip_address(sock.getsockname()[0]).is_loopback:
                    for each in sockets:
                        each.close()
                    raise StartError(_OPEN_TO_ALL.format(self.host))
        return sockets

    def _make_engine(self) -> Engine:
        state = self._store.load()
        self.name = self._settings.name or name_for(state.root.node if state else "0")
        me = parts.Self(
            name=self.name,
            listen=self._settings.advertise or str(Address(self.host, self.port)),
            tag=draw_id(self._chance),
            volatile=self._settings.volatile,
            data=self.data,
            tuning=_SCREEN if self._settings.screen else Tuning(),
            max_bytes=self._settings.max_bytes,
            max_peers=self._settings.limits.peers,
        )
        return Engine(self._store, me, self._chance)

    async def _open_store(self) -> tuple[Store, str]:
        if self._settings.volatile:
            self.data = "memory"
            store = MemoryStore()
            store.save(root=Root(draw_id(self._chance)))
            store.commit()
            return store, ""
        path = self._settings.data or default_file(self.host, self.port)
        self.data = str(path)
        draw = lambda: draw_id(self._chance)  # noqa: E731 - used twice on the next line only
        opened = await asyncio.get_running_loop().run_in_executor(self._disk, open_store, path, draw, draw)
        return opened.store, opened.notice

    async def _make_durable(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._disk, self._store.make_durable)

    def _copy(self, path: Path, stopped: Callable[[], bool]) -> int:
        """Copy the file, in a thread; what the copy holds is on the disk before anybody reads it there."""
        from decent_tui.storage.copying import copy

        keys = copy(Path(self.data), path, stopped)
        self._store.make_durable()
        return keys

    # ------------------------------------------------------------------ how it ends

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._door.close()
        self._turns.feed(self._engine.stop, ends=False)
        await self._turns.turn(self._traffic)
        self._stopping = True
        if self._copies is not None:
            await self._copies.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._traffic.stop()
        self._turns.refuse_all(Unreachable("the node has stopped"))
        self._turns.tell([Attached(time.time(), up=False, why="the node has stopped")])
        await asyncio.get_running_loop().run_in_executor(self._disk, self._store.close)
        self._disk.shutdown()


def _read_key(path: Path | None) -> tuple[Tls | None, str]:
    """TLS by the key in a file, and what the operator should know of the file; raises StartError."""
    if path is None:
        return None, ""
    try:
        tls = Tls(read_file(path))
    except ValueError as error:
        raise StartError(str(error)) from None
    exposed = f"the cluster key {path} can be read by others on this machine; chmod 600 it"
    return tls, exposed if is_exposed(path) else ""


def _cannot_listen(address: Address, error: OSError) -> str:
    words = (error.strerror or str(error)).lower()
    if "in use" in words:
        return f"{address} is already in use; choose another --port or stop the other program"
    return f"cannot listen on {address}: {in_words(error)}"
