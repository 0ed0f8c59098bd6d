"""A program that asks this node over the wire: its operations, and what it watches.

It must not cost the node more than it reads: only so many of its operations are under way, an answer goes out
no faster than it is taken, and events that it is too slow for are counted, not kept.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import Final, cast

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.events import AnyEvent, Carried, Changed
from decent_tui.core.limits import ANSWER
from decent_tui.core.operations import AnyAnswer, Keys, Leave, Operation, Resolve, Rows, Snapshot, Wait
from decent_tui.net.connection import Connection
from decent_tui.net.turn import Turns

WINDOW: Final = 512
"""Operations of one program under way at a time: enough for a group commit to be worth its sync of the disk.
The next is not read before some of them are answered."""

SHARE: Final = 4_096
"""Bytes of an operation that count as one more in the window, which so holds about 2 MiB."""

READS: Final = 16
"""Operations of one program under way whose answers may be long whatever was asked: a key has up to 256 KiB,
in many versions more, and an answer waits here until it is sent."""

UNREAD: Final = 60.0
"""Seconds in which nothing of its answers is read after which a program is given up, and what waits for it. A
person may have stopped it for a moment."""

PART: Final = 128 * 1024
"""Characters of a long answer in one line: at most 512 KiB, whatever they are."""

FORGOTTEN: Final = 1024 * 1024
"""Bytes of events that wait for one watcher; older ones are dropped and counted."""

KEYS: Final = 128
"""Keys in one event on the wire: at most 256 KiB, quotes in all of them included."""

PAUSE: Final = 0.01
"""Seconds between two lines of events, so that a flood comes in few of them."""

PAGE: Final = 1000
"""Keys in one answer, at most."""

PATIENCE: Final = 5.0
"""Seconds in which operations may still be answered when the program has said its last word."""

_log: Final = logging.getLogger(__name__)


class Switchboard(msgspec.Struct, frozen=True, kw_only=True):
    """What all callers of a node share. Connections go by their numbers."""

    turns: Turns
    send: Callable[[int, wire.Message, wire.RequestId], None]
    """Puts a message on a connection."""
    keep: Callable[[Coroutine[None, None, None]], "asyncio.Task[None]"]
    """Runs a task, and holds it while the node runs."""
    retired: Callable[[], None]
    """Told when one made the node leave the cluster."""
    deaf: Callable[[int], None]
    """Told when one does not read its answers."""
    whole: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)
    """Held while a whole store is on its way to one."""


class Caller:
    """One connection of a program."""

    def __init__(self, connection: Connection, board: Switchboard) -> None:
        self._connection = connection
        self._board = board
        self._load = 0  # of the window
        self._room = asyncio.Event()
        self._sending = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    @property
    def watches(self) -> bool:
        """Whether it is told of events. Those about its own lines would make more of them for ever."""
        return self._watch is not None

    async def take(self, message: wire.Operate | wire.Subscribe, request: wire.RequestId, size: int) -> None:
        """Start what it asks for in so many bytes, once there is room; returns when the next may be read."""
        if isinstance(message, wire.Subscribe):
            if self._watch is not None:
                self._watch.cancel()
            self._watch = self._board.keep(self._tell(frozenset(message.wanted), request))
            return
        operation = cast("Operation[AnyAnswer]", message.operation)
        share = WINDOW // READS if _says_much(operation) else 1 + size // SHARE
        while self._load and self._load + share > WINDOW:
            self._room.clear()
            await self._room.wait()
        self._load += share
        whole = isinstance(operation, Snapshot)
        task = self._board.keep((self._send_whole if whole else self._operate)(operation, request))
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._done(done, share))
        if whole:
            await asyncio.wait({task})

    async def end(self) -> None:
        """It says nothing more: what it asked for is still answered, if it does not take too long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE)

    def cancel(self) -> None:
        """The connection is gone."""
        for task in self._under_way:
            task.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _done(self, task: "asyncio.Task[None]", share: int) -> None:
        self._under_way.discard(task)
        self._load -= share
        self._room.set()

    def _send(self, message: wire.Message, request: wire.RequestId) -> None:
        self._board.send(self._connection.number, message, request)

    # ------------------------------------------------------------------ operations

    async def _send_whole(self, operation: Operation[AnyAnswer], request: wire.RequestId) -> None:
        """Answer with the whole store: a second one need not wait in memory beside the first."""
        async with self._board.whole:
            await self._operate(operation, request)

    async def _operate(self, operation: Operation[AnyAnswer], request: wire.RequestId) -> None:
        try:
            if isinstance(operation, Keys | Rows) and operation.limit > PAGE:
                raise Refused(f"a page has at most {PAGE:,} keys on the wire; go on behind its last one")
            answers = _in_lines(msgspec.json.encode(await self._board.turns.run(operation)))
            left = isinstance(operation, Leave)
        except (Refused, StorageError) as error:
            answers = iter((wire.Answer(refused=str(error), kind=getattr(error, "kind", "")),))
            left = False
        except Exception as error:  # noqa: BLE001  # a bug: it must cost this answer, not the connection
            _log.exception("an operation from elsewhere failed")
            why = f"the node failed at this ({type(error).__name__}); its log says more"
            answers, left = iter((wire.Answer(refused=why),)), False
        with suppress(OSError):  # nobody is there any more
            async with self._sending:
                for answer in answers:
                    await self._read_on()
                    self._send(answer, request)
        if left:
            self._board.retired()

    async def _read_on(self) -> None:
        """Return when the program has read most of what was sent; OSError when it is gone, or never does."""
        try:
            async with asyncio.timeout(UNREAD):
                await self._connection.drained()
        except TimeoutError:
            self._board.deaf(self._connection.number)
            raise

    # ------------------------------------------------------------------ events

    async def _tell(self, wanted: frozenset[str], request: wire.RequestId) -> None:
        waiting = _Waiting()
        end = self._board.turns.subscribe(waiting.listener, wanted)
        try:
            self._send(wire.Events(), request)
            while True:
                await waiting.came.wait()
                while line := waiting.take():
                    await self._connection.drained()
                    self._send(line, None)
                    await asyncio.sleep(PAUSE)
        except OSError:
            pass  # nobody is there any more
        finally:
            end()


def _says_much(operation: Operation[AnyAnswer]) -> bool:
    """Whether the answer may be longer than the question: that of a write says what was written."""
    return (operation.looks and not isinstance(operation, Wait)) or isinstance(operation, Resolve)


class _Waiting:
    """Events on their way to a watcher, bounded in bytes."""

    def __init__(self) -> None:
        self._events: deque[tuple[AnyEvent, int]] = deque()
        self._size = 0
        self._skipped = 0
        self.came = asyncio.Event()

    def listener(self, events: Sequence[AnyEvent]) -> None:
        """Given to `subscribe`."""
        for event in events:
            for piece in _small(event):
                size = _size(piece)
                self._events.append((piece, size))
                self._size += size
        while self._size > FORGOTTEN:
            event, size = self._events.popleft()
            self._size -= size
            self._skipped += len(event.keys) if isinstance(event, Changed) else 1
        if self._events:
            self.came.set()

    def take(self) -> wire.Events | None:
        """The next line of events; None when there are none."""
        taken: list[msgspec.Raw] = []
        size = 0
        while self._events and (not taken or size + self._events[0][1] <= ANSWER // 2):
            event, weight = self._events.popleft()
            size += weight
            taken.append(msgspec.Raw(msgspec.json.encode(event)))
        self._size -= size
        skipped, self._skipped = self._skipped, 0
        if not taken:
            self.came.clear()
            return None
        return wire.Events(taken, skipped)


def _small(event: AnyEvent) -> Iterator[AnyEvent]:
    """The event, in several if it names more keys than fit into a line."""
    if isinstance(event, Changed) and len(event.keys) > KEYS:
        for start in range(0, len(event.keys), KEYS):
            yield msgspec.structs.replace(event, keys=event.keys[start : start + KEYS])
    else:
        yield event


def _size(event: AnyEvent) -> int:
    """About how many bytes an event has on the wire, never less by much."""
    match event:
        case Changed(keys=keys):
            return 100 + sum(2 * len(key) + 3 for key in keys)
        case Carried(raw=raw, summary=summary):
            return 300 + 2 * len(raw) + 4 * len(summary)
        case _:
            return 500


def _in_lines(text: bytes) -> Iterator[wire.Answer]:
    """An answer's JSON, in parts if it is too long for a line."""
    if len(text) <= ANSWER:
        yield wire.Answer(msgspec.Raw(text))
        return
    whole = text.decode()
    for start in range(0, len(whole), PART):
        yield wire.Answer(part=whole[start : start + PART], more=start + PART < len(whole))
