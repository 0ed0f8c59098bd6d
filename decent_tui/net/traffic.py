"""The connections of one node: who is let in, what is read from them and put on them, who is dialled."""

import asyncio
import ssl
from collections.abc import Callable, Container, Coroutine, Mapping
from functools import partial
from typing import Final

from decent_tui.core import messages as wire
from decent_tui.core.address import parse
from decent_tui.core.engine import Engine
from decent_tui.core.errors import ProtocolError
from decent_tui.core.events import Carried
from decent_tui.core.outputs import Dial, Drop, Send
from decent_tui.net.caller import Caller, Switchboard
from decent_tui.net.connection import DEAF, HOPELESS, Connection, dial, in_words
from decent_tui.net.late import Late
from decent_tui.net.pace import Pace
from decent_tui.net.tls import Tls
from decent_tui.net.turn import Turns
from decent_tui.net.words import describe

SLICE: Final = 64
"""Versions taken in at a time: less than a millisecond of work."""

BACKLOG: Final = 100
"""Effects waiting for the end of the turn from which connections are read no further until it comes: each may
be an answer of half a megabyte."""

RAW: Final = 4_096
"""Bytes of a line kept for whoever looks at it."""

_READS: Final = (wire.GetKeys, wire.GetValue, wire.Ping)
"""Requests that are nothing but their answer."""

FAREWELL: Final = 1.0
"""Seconds for the last words on a connection to be sent and read."""


class Traffic:
    """Every open connection, between the sockets and the engine. `pause` is that of `Pace`, in seconds;
    `retired` is told when a program made the node leave the cluster."""

    def __init__(
        self, engine: Engine, turns: Turns, tls: Tls | None, pause: float, retired: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._turns = turns
        self._tls = tls
        self._pause = pause
        self._numbers = 0
        self._connections: dict[int, Connection] = {}
        self._callers: dict[int, Caller] = {}
        self._board = Switchboard(
            turns=turns, send=self._send, keep=self._run, retired=retired, deaf=self._give_up
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._late = Late()
        self._encoded: dict[type[wire.Message], tuple[wire.Message, bytes]] = {}
        self._stopping = False

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent on all of them."""
        return sum(connection.waiting for connection in self._connections.values())

    @property
    def delayed(self) -> int:
        """Bytes of messages that a dial delays."""
        return self._late.size

    async def stop(self) -> None:
        """Let nobody in any more, and close every connection after what waits to be sent on it."""
        self._stopping = True
        self._late.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections.values():
            connection.close()
        await asyncio.gather(*(connection.finish(FAREWELL) for connection in self._connections.values()))

    # ------------------------------------------------------------------ what the engine wants done

    def ready(self) -> Container[int]:
        """The links that are ready for more."""
        return _Ready(self._connections)

    def perform(self, effect: Send | Dial | Drop) -> None:
        """Carry out one effect of the engine."""
        match effect:
            case Send(link, message, request):
                self._send(link, message, request)
            case Dial(address):
                self._run(self._dial(address))
            case Drop(link, at_once):
                connection = self._connections.pop(link, None)
                if connection is not None:
                    connection.close(at_once=at_once)

    # ------------------------------------------------------------------ how a connection begins

    async def enter(self, connection: Connection) -> None:
        """Somebody was let in: serve them until the connection ends."""
        self._keep(asyncio.current_task())
        if self._stopping:
            connection.close(at_once=True)
        else:
            await self._serve(connection, None)

    def make_room(self, host: str) -> bool:
        """Close the connection of somebody who is no peer, from this host or ("") from any: the oldest that
        asked for nothing, else the oldest; False if there is none."""
        strangers = [
            link.id
            for link in self._engine.parts.links.all()
            if link.kind in ("new", "guest") and not link.dialled and host in ("", _host(link.remote))
        ]
        number = min(strangers, key=lambda number: (number in self._callers, number), default=-1)
        connection = self._connections.pop(number, None)
        if connection is None:
            return False
        connection.close(at_once=True)
        self._turns.feed(lambda: self._engine.lost(number, "room was needed"))
        return True

    def hang_up(self, why: str) -> None:
        """Close every connection; peers dial each other again."""
        for number, connection in list(self._connections.items()):
            del self._connections[number]
            connection.close(at_once=True)
            self._turns.feed(partial(self._engine.lost, number, why))

    async def _dial(self, address: str) -> None:
        try:
            connection = await dial(parse(address), self.number(), self._tls, self._engine.node)
        except OSError as error:
            why, refused = in_words(error), isinstance(error, ConnectionRefusedError)
            self._turns.feed(lambda: self._engine.dial_failed(address, why, refused=refused))
            self._told_of_tls(address, error)
            return
        await self._serve(connection, address)

    # ------------------------------------------------------------------ what comes in

    async def _serve(self, connection: Connection, dialled: str | None) -> None:
        """Read a connection until it ends."""
        number, why = connection.number, ""
        self._connections[number] = connection
        self._turns.feed(
            lambda: self._engine.opened(number, connection.remote, dialled, connection.certified)
        )
        try:
            pace = Pace(self._pause)
            async for line in connection.lines():
                if line:
                    await self._take(connection, line, pace)
                if len(self._engine.parts.out.effects) > BACKLOG:
                    await self._turns.turned()
                    pace.rested()
                if number not in self._connections:
                    return
                if connection.waiting > DEAF and self._is_decent(number):
                    await connection.drained()
                await pace.step()
            if number in self._callers:
                await self._callers[number].end()
        except ProtocolError as error:
            told = error
            self._turns.feed(lambda: self._engine.faulty(number, told))
        except OSError as error:
            why = in_words(error)
            self._told_of_tls(dialled or _host(connection.remote), error)
        finally:
            if caller := self._callers.pop(number, None):
                caller.cancel()
            if self._engine.parts.links.get(number) is not None and not self._stopping:
                self._connections.pop(number, None)
                self._turns.feed(lambda: self._engine.lost(number, why))
                connection.close()
        if not self._stopping:
            await connection.finish(FAREWELL)

    def _told_of_tls(self, other: str, error: OSError) -> None:
        """Have a person told if it is the key that keeps two nodes apart: that does not mend itself."""
        if isinstance(error, ssl.SSLError):
            self._turns.feed(
                lambda: self._engine.parts.alarm(f"there is no talking to {other}: {in_words(error)}")
            )

    def _is_decent(self, number: int) -> bool:
        link = self._engine.parts.links.get(number)
        return link is not None and link.kind == "decent"

    async def _take(self, connection: Connection, line: bytes, pace: Pace) -> None:
        """Read one line. The dials say when it arrives, if it does."""
        number = connection.number
        try:
            decoded = wire.decode(line)
        except ProtocolError as error:
            told = error
            self._engine.carried(number, len(line) + 1, outgoing=False)
            self._turns.feed(lambda: self._engine.faulty(number, told))
            return
        self._turns.now()
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
            await self._absorb(number, decoded.message, decoded.id, pace)
        asks = isinstance(decoded.message, wire.Operate)  # that is for the turn of the operation itself
        self._turns.feed(lambda: self._engine.received(number, decoded), ends=not asks)
        if isinstance(decoded.message, wire.Operate | wire.Subscribe):
            await self._call(connection, decoded.message, decoded.id, len(line))

    async def _call(
        self,
        connection: Connection,
        message: wire.Operate | wire.Subscribe,
        request: wire.RequestId,
        size: int,
    ) -> None:
        """A program asks, on a connection of its own."""
        number = connection.number
        link = self._engine.parts.links.get(number)
        if link is None or link.dialled or link.kind not in ("new", "guest"):
            return
        if number not in self._callers:
            self._callers[number] = Caller(connection, self._board)
        await self._callers[number].take(message, request, size)

    async def _absorb(
        self, number: int, versions: wire.Versions, request: wire.RequestId, pace: Pace
    ) -> None:
        """Take in the versions of a message without holding the loop up. Its end ends the turn, so that a
        chunk is one transaction, unless something else comes meanwhile."""
        if versions.more:
            self._turns.feed(lambda: self._engine.arrives(number, versions, request))
            await asyncio.sleep(0)  # the turn in which the next chunk is asked for
        steps = self._engine.slices(number, versions, SLICE)
        for _ in range(0, len(versions.batch.keys), SLICE):
            self._turns.feed(lambda: next(steps, None), ends=False)
            await pace.step()

    # ------------------------------------------------------------------ what goes out

    def _send(self, number: int, message: wire.Message, request: wire.RequestId) -> None:
        """Send a message, as the dials have it."""
        if number not in self._connections:
            return
        line = self._line(message, request)
        times = self._engine.course(number, message, outgoing=True)
        if not times:
            self._watch(number, message, wire.type_name(message), line, outgoing=True, lost=True)
        for at in times:
            if at <= self._engine.parts.clock.now:
                self._put(number, message, line)
            else:
                self._late.add(at, len(line), lambda: self._put(number, message, line))

    def _line(self, message: wire.Message, request: wire.RequestId) -> bytes:
        """The line of a message. The same push, and the same heartbeat, goes out on most links: it is encoded
        once."""
        last, line = self._encoded.get(type(message), (None, b""))
        if message is not last or request is not None:
            line = wire.encode(message, request)
            if isinstance(message, wire.Versions | wire.Heartbeat) and request is None:
                self._encoded[type(message)] = message, line
        return line

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
            self._give_up(number)

    def _give_up(self, number: int) -> None:
        """Close a connection on which too much waits."""
        connection = self._connections.pop(number, None)
        if connection is not None:
            connection.close(at_once=True)
            self._turns.feed(lambda: self._engine.lost(number, "it does not read what is sent"))

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
        caller = self._callers.get(number)
        if not self._turns.watched or (caller is not None and caller.watches):
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

    def number(self) -> int:
        """The number of the next connection."""
        self._numbers += 1
        return self._numbers

    def _run(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._keep(task)
        return task

    def _keep(self, task: "asyncio.Task[None] | None") -> None:
        """Hold a task, so that it is neither lost nor left behind when the node stops."""
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class _Ready(Container[int]):
    """The connections that are ready for more; only those are looked at that have something to send."""

    def __init__(self, connections: Mapping[int, Connection]) -> None:
        self._connections = connections

    def __contains__(self, number: object) -> bool:
        connection = self._connections.get(number) if isinstance(number, int) else None
        return connection is not None and not connection.busy


def _host(remote: str) -> str:
    return parse(remote, allow_zero=True).host
