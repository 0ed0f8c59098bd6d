"""A node elsewhere, over one connection: the same interface as a node in this process."""

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar, cast

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core.address import Address
from decent_tui.core.errors import ProtocolError, Refused, Unreachable, refusal
from decent_tui.core.events import AnyEvent, Attached, Skipped
from decent_tui.core.operations import AnyOperation, KeyList, Keys, Operation, answer_type
from decent_tui.net.caller import PAGE
from decent_tui.net.cluster_key import read_file
from decent_tui.net.connection import Connection, dial, in_words
from decent_tui.net.interface import Listener
from decent_tui.net.tls import Tls

A = TypeVar("A")

PULSE: Final = 2.0
"""Seconds without a word from the node after which it is asked for one."""

SILENCE: Final = 30.0
"""Seconds without a word after which it counts as lost. Generous: a node may be busy for seconds with a store
of a million keys."""

_event: Final = msgspec.json.Decoder(AnyEvent)


class RemoteNode:
    """`async with RemoteNode(address) as node: …`: raises Unreachable when nothing answers there.

    `cluster_key` is the file with the key of its cluster, if that has one; it is read at each `connect`.
    `wanted` are the kinds of events that its listeners are told of (none named: all). A connection that ends
    is told to the listeners as `Attached(up=False)`, and everything asked from then on is refused as
    Unreachable.
    """

    readonly = False

    def __init__(
        self, address: Address, wanted: Sequence[str] = (), *, cluster_key: Path | None = None
    ) -> None:
        self.address = address
        self._cluster_key = cluster_key
        self._wanted = list(wanted)
        self._listeners: list[Listener] = []
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._parts: dict[int, list[str]] = {}
        self._numbers = 0
        self._connection: Connection | None = None
        self._why = "there is no connection"
        self._heard = False  # since the last beat
        self._tasks: list[asyncio.Task[None]] = []
        self._subscribed: asyncio.Future[bytes] | None = None

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open the connection; raises Unreachable."""
        try:
            self._connection = await dial(self.address, 0, await self._tls())
        except ssl.SSLError as error:
            self._why = f"there is no talking to the node at {self.address}: {in_words(error)}"
            raise Unreachable(self._why) from None
        except OSError as error:
            self._why = f"no node answers at {self.address}: {in_words(error)}"
            raise Unreachable(self._why) from None
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._read(self._connection)), loop.create_task(self._pulse())]
        if self._listeners:
            self._ask_events()

    async def _tls(self) -> Tls | None:
        """TLS by the key in the file, which may have changed since the last time."""
        if self._cluster_key is None:
            return None
        try:
            return Tls(await asyncio.to_thread(read_file, self._cluster_key))
        except ValueError as error:
            self._why = str(error)
            raise Unreachable(self._why) from None

    async def close(self) -> None:
        """Close the connection, at once: whatever was answered is done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        connection = self._connection
        self._lost("the connection was closed")
        if connection is not None:
            connection.close(at_once=True)

    # ------------------------------------------------------------------ the interface

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation (see `NodeInterface.run`); raises Unreachable too."""
        if isinstance(operation, Keys) and operation.limit > PAGE:
            return cast(A, await self._all_keys(operation))
        answer = await self._ask(wire.Operate(cast(AnyOperation, operation)))
        try:
            return msgspec.json.decode(answer, type=answer_type(operation))
        except msgspec.DecodeError as error:
            raise Refused(
                f"the answer of {self.address} has a form that this version does not know: {error}"
            ) from None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each batch of events (see `NodeInterface.subscribe`)."""
        self._listeners.append(listener)
        if self._subscribed is None:
            self._ask_events()
        return lambda: self._listeners.remove(listener)

    async def watching(self) -> None:
        """Return when the node tells of everything from now on; raises Unreachable."""
        if self._subscribed is not None:
            await asyncio.shield(self._subscribed)

    # ------------------------------------------------------------------ asking

    async def _all_keys(self, operation: Keys) -> KeyList:
        """Many keys, a page at a time."""
        keys: list[str] = []
        more, after = True, operation.after
        while more and len(keys) < operation.limit:
            limit = min(PAGE, operation.limit - len(keys))
            page = await self.run(msgspec.structs.replace(operation, limit=limit, after=after))
            keys += page.keys
            more, after = page.more and bool(page.keys), page.keys[-1] if page.keys else after
        return KeyList(keys, more)

    async def _ask(self, message: wire.Message) -> bytes:
        answer = self._question(message)
        if self._connection is not None and self._connection.busy:
            with suppress(OSError):  # then the answer will not come, and says so
                await self._connection.drained()
        return await answer

    def _question(self, message: wire.Message) -> "asyncio.Future[bytes]":
        """Put a question on the wire; the JSON of its answer to come."""
        if self._connection is None:
            raise Unreachable(self._why)
        self._numbers += 1
        number = self._numbers
        try:
            line = wire.encode(message, number)
        except UnicodeEncodeError:
            raise Refused("the text is not valid Unicode") from None
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        future.add_done_callback(lambda _: self._asked.pop(number, None))
        self._connection.send(line, droppable=False)
        return future

    def _ask_events(self) -> None:
        with suppress(Unreachable):  # then whoever connects asks again
            self._subscribed = self._question(wire.Subscribe(self._wanted))
            self._subscribed.add_done_callback(lambda done: done.cancelled() or done.exception())

    # ------------------------------------------------------------------ hearing

    async def _read(self, connection: Connection) -> None:
        why = f"{self.address} closed the connection"
        try:
            async for line in connection.lines():
                self._heard = True
                if line:
                    self._hear(wire.decode(line))
        except ProtocolError as error:
            why = f"what answers at {self.address} is no node of this kind: {error}"
        except ssl.SSLError as error:
            self._lost(f"there is no talking to the node at {self.address}: {in_words(error)}", heard=False)
        except OSError as error:
            why = f"the connection to {self.address} was lost: {in_words(error)}"
        connection.close(at_once=True)
        self._lost(why)

    def _hear(self, line: wire.Line) -> None:
        message, number = line.message, line.id if isinstance(line.id, int) else 0
        match message:
            case wire.Answer():
                self._answered(number, message)
            case wire.Events() if number:
                if asked := self._asked.get(number):
                    asked.set_result(b"")
            case wire.Events():
                self._happened(message)
            case wire.Err(err=text) if text == "unknown message type":
                self._refuse(f"{self.address} takes no commands: an older version, or another program")
            case wire.Err(err=text) if text == wire.NEEDS_KEY:
                self._lost(
                    f"the node at {self.address} has a cluster key; give the same with --cluster-key FILE",
                    heard=False,
                )
            case wire.Err(err=text):
                self._refuse(f"{self.address} did not understand this: {text}")
            case _:
                pass  # a PONG, or what a newer version says besides

    def _answered(self, number: int, answer: wire.Answer) -> None:
        asked = self._asked.get(number)
        if asked is None or asked.done():
            self._parts.pop(number, None)
            return
        if answer.refused:
            asked.set_exception(refusal(answer.refused, answer.kind))
        elif answer.part:
            self._parts.setdefault(number, []).append(answer.part)
            if not answer.more:
                asked.set_result("".join(self._parts.pop(number)).encode())
        else:
            asked.set_result(bytes(answer.answer))

    def _happened(self, said: wire.Events) -> None:
        events: list[AnyEvent] = []
        if said.skipped:
            events.append(Skipped(time.time(), said.skipped))
        for raw in said.events:
            with suppress(msgspec.ValidationError):  # of a kind that only a newer version knows
                events.append(_event.decode(raw))
        self._tell(events)

    def _tell(self, events: Sequence[AnyEvent]) -> None:
        for listener in list(self._listeners):
            listener(events)

    def _refuse(self, why: str) -> None:
        """An ERR names no question: whatever was asked is not answered."""
        for asked in list(self._asked.values()):
            if not asked.done():
                asked.set_exception(Refused(why))

    # ------------------------------------------------------------------ losing it

    async def _pulse(self) -> None:
        """See to it that the node says something now and then. Beats are counted, not seconds: a program that
        was held up itself must not take that for the node's silence."""
        silent = 0
        while self._connection is not None:
            self._heard = False
            await asyncio.sleep(PULSE)
            silent = 0 if self._heard else silent + 1
            if silent * PULSE > SILENCE:
                self._connection.close(at_once=True)
                self._lost(f"{self.address} does not answer any more")
            elif silent:
                self._connection.send(wire.encode(wire.Ping()), droppable=True)

    def _lost(self, why: str, *, heard: bool = True) -> None:
        """The connection is gone; `heard` if what was asked may have got there."""
        if self._connection is None:
            return
        self._connection, self._why, self._subscribed = None, why, None
        self._parts.clear()
        doubt = "; what was asked last may have been done or not" if heard else ""
        for asked in list(self._asked.values()):
            if not asked.done():
                asked.set_exception(Unreachable(f"{why}{doubt}"))
        self._tell([Attached(time.time(), up=False, why=why)])
