"""One live node on asyncio: the core, a store, a listening socket and its connections.

Everything that comes in (lines, operations, time) goes to the engine at once; what the engine wants done
waits for the end of the *turn*: one commit and one sync of the disk for all that came since the last one
(group commit), off the event loop. While the disk works, the next turn fills.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom
from types import TracebackType
from typing import Final, Self, TypeVar, cast

from decent_tui.core import messages as wire
from decent_tui.core import parts
from decent_tui.core.address import Address, parse
from decent_tui.core.chance import draw_id, name_for
from decent_tui.core.engine import Engine
from decent_tui.core.errors import ProtocolError, Refused, StorageError
from decent_tui.core.events import AnyEvent, Carried
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.memory import MemoryStore
from decent_tui.core.operations import AnyAnswer, AnyOperation, Operation
from decent_tui.core.outputs import Answered, Dial, Drop, Effect, Send
from decent_tui.core.store import Root, Store
from decent_tui.core.tuning import Tuning
from decent_tui.net.connection import DEAF, HOPELESS, Connection, dial, in_words
from decent_tui.net.interface import Listener
from decent_tui.net.late import Late
from decent_tui.net.pace import Pace
from decent_tui.net.settings import Settings, StartError
from decent_tui.net.words import describe
from decent_tui.storage.location import default_file
from decent_tui.storage.opening import open_store

__all__ = ["Node", "Settings", "StartError"]

A = TypeVar("A")

TICK: Final = 0.1
"""Seconds between the engine's ticks."""

SLICE: Final = 16
"""Versions taken in at a time: about half a millisecond of work."""

SCREEN_CHUNK: Final = 24 * 1024
"""Bytes of versions in an answer while a screen shares the loop: about 2 ms of work."""

SCREEN_PAUSE: Final = 0.002
"""Seconds of pause between two slices while a screen shares the loop (see `Settings.screen`)."""

BACKLOG: Final = 100
"""Effects waiting for the end of the turn from which connections are read no further until it comes: each may
be an answer of half a megabyte."""

MAX_CONNECTIONS: Final = 256
"""Connections accepted at a time."""

RAW: Final = 4_096
"""Bytes of a line kept for whoever looks at it."""

_READS: Final = (wire.GetKeys, wire.GetValue, wire.Ping)
"""Requests that are nothing but their answer."""

FAREWELL: Final = 1.0
"""Seconds for the last words on a connection to be sent and read."""


class Node:
    """A node in this process: `async with Node(settings) as node: …`.

    Entering starts it (StartError with one plain sentence if it cannot); leaving says goodbye to its
    peers, flushes and closes. It implements `NodeInterface`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chance = SystemRandom()
        self._connections: dict[int, Connection] = {}
        self._numbers = 0
        self._waiting: dict[int, asyncio.Future[AnyAnswer]] = {}
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._late = Late()
        self._wake = asyncio.Event()
        self._turned = asyncio.Event()
        self._stopping = False
        self._disk = ThreadPoolExecutor(1, "disk")
        self._pause = SCREEN_PAUSE if settings.screen else 0.0
        self.host = settings.host
        self.port = settings.port

    @property
    def node_id(self) -> str:
        """The id under which this node writes now."""
        return self._engine.node

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            self._disk.shutdown(wait=False)
            raise
        return self

    async def _start(self) -> None:
        ready = asyncio.Event()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await ready.wait()
                await self._accepted(reader, writer)
            except asyncio.CancelledError:  # asyncio would log a cancelled handler as an error
                if not self._stopping:
                    raise

        try:
            self._server = await _listen(accept, self.host, self.port)
        except OSError as error:
            raise StartError(_cannot_listen(Address(self.host, self.port), error)) from None
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            self._store, notice = await self._open_store()
        except StorageError as error:
            self._server.close()
            raise StartError(str(error)) from None
        listen = self._settings.advertise or str(Address(self.host, self.port))
        state = self._store.load()
        self.name = self._settings.name or name_for(state.root.node if state else "0")
        me = parts.Self(
            name=self.name,
            listen=listen,
            tag=draw_id(self._chance),
            volatile=self._settings.volatile,
            data=self.data,
            tuning=Tuning(chunk=SCREEN_CHUNK) if self._settings.screen else Tuning(),
        )
        self._engine = Engine(self._store, me, self._chance)
        self._now()
        self._engine.start([str(parse(peer)) for peer in self._settings.peers])
        if notice:
            self._engine.parts.alarm(notice)
        self._run(self._turns())
        self._run(self._ticks())
        ready.set()

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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._now()
        self._engine.stop()
        await self._turn()
        self._stopping = True
        self._late.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections.values():
            connection.close()
        await asyncio.gather(*(connection.finish(FAREWELL) for connection in self._connections.values()))
        self._refuse_all("the node has stopped")
        await asyncio.get_running_loop().run_in_executor(self._disk, self._store.close)
        self._disk.shutdown()

    # ------------------------------------------------------------------ the interface

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation (see `NodeInterface.run`)."""
        if self._stopping:
            raise Refused("the node has stopped")
        number = self._number()
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._feed(lambda: self._engine.operate(number, cast(AnyOperation, operation)))
        return cast(A, await future)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each batch of events (see `NodeInterface.subscribe`)."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # ------------------------------------------------------------------ inputs

    def _now(self) -> None:
        self._engine.at(time.monotonic(), time.time_ns() // 1_000_000)

    def _feed(self, work: Callable[[], None]) -> None:
        """Hand something to the engine; the turn that ends with it starts soon."""
        self._now()
        try:
            work()
        except StorageError as error:
            self._storage_failed(error)
        self._wake.set()

    async def _ticks(self) -> None:
        while True:
            self._feed(self._engine.tick)
            await asyncio.sleep(TICK)

    # ------------------------------------------------------------------ the turn

    async def _turns(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._turn()
            self._turned.set()
            self._turned.clear()

    async def _turn(self) -> None:
        """One commit, one sync of the disk, and then everything that waited for it."""
        effects: list[Effect] = []
        ready = {number for number, connection in self._connections.items() if not connection.busy}
        try:
            self._engine.pushes(ready)
            wrote = self._engine.commit()
            effects, events = self._engine.take_effects(), self._engine.take_events()
            if wrote and not self._settings.volatile:
                await asyncio.get_running_loop().run_in_executor(self._disk, self._store.make_durable)
        except StorageError as error:
            self._storage_failed(error)
            for effect in effects:
                if isinstance(effect, Dial | Drop):  # the rest would speak of what is not on the disk
                    self._perform(effect)
            return
        for effect in effects:
            self._perform(effect)
        if events:
            self._tell(events)

    def _storage_failed(self, error: StorageError) -> None:
        """The disk failed: nothing of this turn happened, and everybody who waits is told why."""
        self._engine.undo()
        self._engine.parts.alarm(f"{error}; nothing is written or synced until that is mended")
        self._refuse_all(str(error))
        for effect in self._engine.take_effects():  # links are dropped; nothing else is left
            self._perform(effect)
        self._tell(self._engine.take_events())

    def _refuse_all(self, why: str) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Refused(why))
        self._waiting.clear()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(link, message, request):
                self._send(link, message, request)
            case Dial(address):
                self._run(self._dial(address))
            case Drop(link, at_once):
                connection = self._connections.pop(link, None)
                if connection is not None:
                    connection.close(at_once=at_once)
            case Answered(number, outcome):
                future = self._waiting.pop(number, None)
                if future is not None and not future.done():
                    if isinstance(outcome, Refused):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome)

    def _tell(self, events: Sequence[AnyEvent]) -> None:
        for listener in list(self._listeners):
            listener(events)

    # ------------------------------------------------------------------ connections

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._keep(asyncio.current_task())
        connection = Connection(self._number(), reader, writer)
        if self._stopping or (len(self._connections) >= MAX_CONNECTIONS and not self._make_room()):
            connection.close(at_once=True)
            return
        await self._serve(connection, None)

    def _make_room(self) -> bool:
        """Close the oldest connection of somebody who is no peer; False if there is none."""
        links = self._engine.parts.links
        strangers = (link.id for link in links.all() if link.kind in ("new", "guest") and not link.dialled)
        oldest = next(strangers, None)
        connection = self._connections.pop(oldest, None) if oldest is not None else None
        if oldest is None or connection is None:
            return False
        connection.close(at_once=True)
        self._feed(lambda: self._engine.lost(oldest, "room was needed"))
        return True

    async def _dial(self, address: str) -> None:
        try:
            connection = await dial(parse(address), self._number())
        except OSError as error:
            why, refused = in_words(error), isinstance(error, ConnectionRefusedError)
            self._feed(lambda: self._engine.dial_failed(address, why, refused=refused))
            return
        await self._serve(connection, address)

    async def _serve(self, connection: Connection, dialled: str | None) -> None:
        """Read a connection until it ends."""
        number, why = connection.number, ""
        self._connections[number] = connection
        self._feed(lambda: self._engine.opened(number, connection.remote, dialled))
        try:
            pace = Pace(self._pause)
            async for line in connection.lines():
                if line:
                    await self._take(connection, line, pace)
                if len(self._engine.parts.out.effects) > BACKLOG:
                    await self._turned.wait()
                    pace.rested()
                if number not in self._connections:
                    return
                if connection.waiting > DEAF and self._is_decent(number):
                    await connection.drained()
                await pace.step()
        except ProtocolError as error:
            told = error
            self._feed(lambda: self._engine.faulty(number, told))
        except OSError as error:
            why = in_words(error)
        finally:
            if self._engine.parts.links.get(number) is not None and not self._stopping:
                self._connections.pop(number, None)
                self._feed(lambda: self._engine.lost(number, why))
                connection.close()
        if not self._stopping:
            await connection.finish(FAREWELL)

    def _is_decent(self, number: int) -> bool:
        link = self._engine.parts.links.get(number)
        return link is not None and link.kind == "decent"

    async def _take(self, connection: Connection, line: bytes, pace: Pace) -> None:
        number = connection.number
        try:
            decoded = wire.decode(line)
        except ProtocolError as error:
            told = error
            self._engine.carried(number, len(line) + 1, outgoing=False)
            self._feed(lambda: self._engine.faulty(number, told))
            return
        self._now()
        now = self._engine.parts.clock.now
        times = self._engine.course(number, decoded.message, outgoing=False)
        if not times:
            self._watch(number, decoded.message, decoded.type, line, outgoing=False, lost=True)
        for at in times:
            if at <= now:
                await self._arrive(connection, decoded, line, pace)
            else:
                self._late.add(
                    at, len(line), lambda: self._run(self._arrive(connection, decoded, line, pace))
                )

    async def _arrive(self, connection: Connection, decoded: wire.Line, line: bytes, pace: Pace) -> None:
        number = connection.number
        if number not in self._connections:
            return  # it was late, and the link is gone
        self._engine.carried(number, len(line) + 1, outgoing=False)
        self._watch(number, decoded.message, decoded.type, line, outgoing=False)
        if isinstance(decoded.message, _READS) and connection.waiting > DEAF and not self._is_decent(number):
            return  # it does not read its answers: another would be thrown away
        if isinstance(decoded.message, wire.Versions):
            await self._absorb(number, decoded.message, pace)
        self._feed(lambda: self._engine.received(number, decoded))

    async def _absorb(self, number: int, versions: wire.Versions, pace: Pace) -> None:
        """Take in the versions of a message without holding the loop up."""
        steps = self._engine.slices(number, versions, SLICE)
        for _ in range(0, len(versions.batch.keys), SLICE):
            self._feed(lambda: next(steps, None))
            await pace.step()

    def _send(self, number: int, message: wire.Message, request: wire.RequestId) -> None:
        """Send a message, as the dials have it."""
        if number not in self._connections:
            return
        line = wire.encode(message, request)
        times = self._engine.course(number, message, outgoing=True)
        if not times:
            self._watch(number, message, wire.type_name(message), line, outgoing=True, lost=True)
        for at in times:
            if at <= self._engine.parts.clock.now:
                self._put(number, message, line)
            else:
                self._late.add(at, len(line), lambda: self._put(number, message, line))

    def _put(self, number: int, message: wire.Message, line: bytes) -> None:
        """Put a line on the wire."""
        connection = self._connections.get(number)
        if connection is None:
            return
        if not connection.send(line, droppable=not self._is_decent(number)):
            return
        self._engine.carried(number, len(line), outgoing=True)
        self._watch(number, message, wire.type_name(message), line, outgoing=True)
        if connection.waiting > HOPELESS:
            self._connections.pop(number)
            connection.close(at_once=True)
            self._feed(lambda: self._engine.lost(number, "it does not read what is sent"))

    def _watch(
        self,
        number: int,
        message: wire.Message | wire.Unknown,
        kind: str,
        line: bytes,
        *,
        outgoing: bool,
        lost: bool = False,
    ) -> None:
        """Tell whoever watches that a line crossed the wire, or got `lost` by a dial."""
        if not self._listeners:
            return
        link = self._engine.parts.links.get(number)
        peer = self._engine.parts.peer_of(link) if link else None
        summary, key = describe(message)
        self._engine.parts.out.emit(
            Carried(
                at=self._engine.parts.clock.at,
                peer=peer.address if peer else link.remote if link else "",
                node_id=link.node if link else None,
                outgoing=outgoing,
                type=kind,
                summary=f"lost on purpose: {summary}" if lost else summary,
                size=len(line) + (not outgoing),
                raw=line[:RAW].rstrip(b"\n"),
                key=key,
                lost=lost,
            )
        )

    # ------------------------------------------------------------------ within

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _run(self, work: Coroutine[None, None, None]) -> None:
        self._keep(asyncio.get_running_loop().create_task(work))

    def _keep(self, task: "asyncio.Task[None] | None") -> None:
        """Hold a task, so that it is neither lost nor left behind when the node stops."""
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _listen(
    accept: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], host: str, port: int
) -> asyncio.Server:
    """Listen; on `::` for both families, as people mean it (asyncio alone would refuse IPv4 there)."""
    if host == "::" and socket.has_dualstack_ipv6():
        both = socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=True)
        return await asyncio.start_server(accept, sock=both, limit=MAX_LINE)
    return await asyncio.start_server(accept, host, port, limit=MAX_LINE)


def _cannot_listen(address: Address, error: OSError) -> str:
    words = (error.strerror or str(error)).lower()
    if "in use" in words:
        return f"{address} is already in use; choose another --port or stop the other program"
    return f"cannot listen on {address}: {in_words(error)}"
