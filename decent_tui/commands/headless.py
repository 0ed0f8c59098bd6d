"""The front without a screen: commands on stdin, answers on stdout.

Lines are carried out pipelined: each operation starts, in the order of the lines, before the last one is on
disk, and the answers are printed in that order. Two tasks share the work, a window between them:
`_take` starts operations, `_print` prints what became of them.
"""

import asyncio
import signal
from collections import deque
from collections.abc import Iterator
from time import perf_counter
from typing import Final, Protocol

import msgspec

from decent_tui.commands.answers import Watching
from decent_tui.commands.encode import encode_event
from decent_tui.commands.parse import first_word, is_blank, parse
from decent_tui.commands.session import Outcome, carry_out
from decent_tui.commands.stdio import Input, Output
from decent_tui.commands.table import Exit, Watch
from decent_tui.commands.watch import Watcher, in_text
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.operations import Leave
from decent_tui.core.text import printable
from decent_tui.net.interface import NodeInterface

SLICE_S: Final = 0.001
"""How long a task here goes on before the event loop gets its turn; what it started takes as long again."""

WINDOW: Final = 512
"""Lines under way at a time: enough for a group commit to be worth its sync of the disk, and few enough that
the loop is not held up long when a whole group is done at once (5 ms in trials)."""

LINE_SHARE: Final = 4_096
"""Bytes of a line that count as one more line in the window, which so holds at most about 2 MiB."""

GRACE_S: Final = 2.0
"""How long a signal waits for answers that are still under way; a guess at a person's patience."""


class HostedNode(NodeInterface, Protocol):
    """A node in this process, and where it listens."""

    @property
    def node_id(self) -> str:
        """The id of its writes."""

    name: str
    host: str
    port: int


class Listening(msgspec.Struct, tag_field="event", tag="listening"):
    """The first line of a headless node with --json."""

    node_id: str
    name: str
    host: str
    port: int


def stop_on_signals() -> asyncio.Event:
    """The event that SIGTERM, SIGINT or SIGHUP will set, from now on. Needs a running loop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    # a hang-up that was ignored before us (nohup) stays ignored
    hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    for number in (signal.SIGTERM, signal.SIGINT, *hangup):
        loop.add_signal_handler(number, stop.set)
    # a background job that reads its terminal would be stopped, and a stopped node is dead to its peers;
    # with the signal ignored the read fails instead (see Input)
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    return stop


async def serve(node: HostedNode, stop: asyncio.Event, *, as_json: bool) -> None:
    """Drive the node by stdin and stdout until `exit`, or until `stop` is set; then all answers are out."""
    await Headless(node, Input(0), Output(1), as_json=as_json).serve(stop)


class Headless:
    """A node driven by lines."""

    def __init__(self, node: HostedNode, source: Input, output: Output, *, as_json: bool) -> None:
        self._node = node
        self._source = source
        self._output = output
        self._as_json = as_json
        self._under_way: deque[tuple[asyncio.Future[Outcome], int]] = deque()
        self._load = 0  # of the window
        self._taken = asyncio.Event()  # something is under way, or no more lines are taken
        self._room = asyncio.Event()
        self._ended = False
        self._whole = asyncio.Lock()  # held while a line goes out in pieces
        self._watchers: deque[Watcher] = deque()  # their answers are not printed yet
        self._watching: list[asyncio.Task[None]] = []

    async def serve(self, stop: asyncio.Event) -> None:
        """Carry out lines until one of them ends the node or `stop` is set, and print all answers."""
        self._greet()
        stopped = asyncio.create_task(stop.wait())
        taking = asyncio.create_task(self._take())
        printing = asyncio.create_task(self._print())
        try:
            await asyncio.wait({printing, stopped}, return_when=asyncio.FIRST_COMPLETED)
            taking.cancel()
            await asyncio.wait({printing}, timeout=GRACE_S)
        finally:
            for task in (stopped, taking, printing, *self._watching):
                task.cancel()
            for future, _ in self._under_way:
                future.cancel()
        for task in (taking, printing):
            if task.done() and not task.cancelled():
                task.result()  # neither raises, unless it has a bug

    def _greet(self) -> None:
        node = self._node
        if self._as_json:
            event = Listening(node.node_id, node.name, node.host, node.port)
            self._output.write(msgspec.json.encode(event) + b"\n")
        else:
            where = f"{node.name} (node {node.node_id}) listens on {Address(node.host, node.port)}"
            self._output.write(f"{printable(where)}; type help for the commands\n".encode())

    # ------------------------------------------------------------------ taking lines

    async def _take(self) -> None:
        """Start what the lines ask for, in order, until one of them ends the node."""
        try:
            lines = _Lines()
            began = perf_counter()
            while block := await self._source.read():
                for line in lines.feed(block):
                    if await self._start(line):
                        return
                    if perf_counter() - began > SLICE_S:
                        await asyncio.sleep(0)
                        began = perf_counter()
            for line in lines.end():
                if await self._start(line):
                    return
            await asyncio.get_running_loop().create_future()  # the end of stdin does not end the node
        finally:
            self._ended = True
            self._taken.set()

    async def _start(self, line: bytes) -> bool:
        """Start one line once the window has room for it; whether it ended the node."""
        share = 1 + len(line) // LINE_SHARE
        while self._under_way and self._load + share > WINDOW:
            self._room.clear()
            await self._room.wait()
        future, last = self._begin(line)
        if future is not None:
            self._load += share
            self._under_way.append((future, share))
            self._taken.set()
        if last and future is not None:
            await asyncio.wait({future})  # what follows depends on whether it was refused
            return future.result().ends
        return False

    def _begin(self, line: bytes) -> tuple[asyncio.Future[Outcome] | None, bool]:
        """The outcome to come (None for an empty line), and whether the line may be the last one."""
        if len(line) > MAX_LINE:
            return _refused(line, f"the line is longer than {MAX_LINE:,} bytes"), False
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return _refused(line, "the line is not valid UTF-8"), False
        if is_blank(text):
            return None, False
        try:
            command, request = parse(text)
        except Refused as error:
            return _refused(line, str(error)), False
        if isinstance(request, Watch):
            return asyncio.create_task(self._watch(request.prefix)), False
        task = asyncio.create_task(carry_out(self._node, command.name, request))
        return task, isinstance(request, Exit | Leave)

    # ------------------------------------------------------------------ printing answers

    async def _print(self) -> None:
        """Print the outcomes in order, until no more lines are taken and all are out."""
        batch: list[bytes] = []
        began = perf_counter()
        while True:
            if not self._under_way:
                if self._ended:
                    break
                self._taken.clear()
                await self._send(batch)
                await self._taken.wait()
                began = perf_counter()
                continue
            future, share = self._under_way[0]
            if not future.done():
                await self._send(batch)
                await asyncio.wait({future})
                began = perf_counter()
            self._under_way.popleft()
            self._load -= share
            self._room.set()
            outcome = future.result()
            async with self._whole:
                for piece in self._pieces(outcome):
                    batch.append(piece)
                    if perf_counter() - began > SLICE_S:
                        await self._send(batch)
                        await asyncio.sleep(0)
                        began = perf_counter()
                if self._watching or self._watchers:
                    await self._send(batch)
            if isinstance(outcome.answer, Watching):
                self._watching.append(asyncio.create_task(self._tell(self._watchers.popleft())))
        await self._send(batch)
        await self._output.flush()

    async def _send(self, batch: list[bytes]) -> None:
        if batch:
            self._output.write(b"".join(batch))
            batch.clear()
            await self._output.ready()

    # ------------------------------------------------------------------ watching

    async def _watch(self, prefix: str) -> Outcome:
        watcher = Watcher(self._node, prefix)
        self._watchers.append(watcher)
        try:
            await watcher.__aenter__()
        except Refused as error:
            self._watchers.remove(watcher)
            return Outcome("watch", error=str(error))
        return Outcome("watch", Watching(prefix))

    async def _tell(self, watcher: Watcher) -> None:
        """Print what a watcher is told, from its answer on until the node ends."""
        async for told in watcher:
            text = (
                encode_event(told) + b"\n"
                if self._as_json
                else b"".join(line.encode() + b"\n" for line in in_text(told))
            )
            async with self._whole:
                self._output.write(text)
            await self._output.ready()

    def _pieces(self, outcome: Outcome) -> Iterator[bytes]:
        if self._as_json:
            yield from outcome.json()
            yield b"\n"
        else:
            for line in outcome.text():
                yield line.encode() + b"\n"


class _Lines:
    """Cuts blocks into lines. A line that is too long comes as one that is just too long."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, block: bytes) -> list[bytes]:
        """The lines that end in this block, without their ends."""
        lines = (self._rest + block).split(b"\n")
        self._rest = lines.pop()[: MAX_LINE + 1]
        return [line.removesuffix(b"\r") for line in lines]

    def end(self) -> list[bytes]:
        """What stands after the last newline."""
        return [self._rest]


def _refused(line: bytes, error: str) -> asyncio.Future[Outcome]:
    future = asyncio.get_running_loop().create_future()
    future.set_result(Outcome(first_word(line.decode(errors="replace")), error=error))
    return future
