"""How long one write takes, one after the other: until it is acknowledged, until the other node shows it."""

import asyncio
import contextlib
import json
import socket
import tempfile
import time
from pathlib import Path
from time import perf_counter

from decent_tui import Node
from decent_tui.core.messages import Operate, Subscribe, encode
from decent_tui.core.operations import Put

from .limits import bare_commits, bare_echo, bare_puts
from .nodes import HeadlessNode, key, value
from .table import Figure, interleaved, ratio, seconds

WRITES = 200
PAUSE = 0.015
"""Seconds between two writes that are shown: whoever watches is told of a flood in few lines, 10 ms apart.
After it everything is slower, the bare limits too (a round trip five times): caches are cold. So they pause
as well."""


def run(folder: Path, runs: int) -> list[Figure]:
    """Medians of each run."""
    within, acknowledged, commit, same_row, shown, echo, commit_cold = interleaved(
        runs,
        lambda: _middle(asyncio.run(_within())),
        lambda: _middle(_acknowledged()),
        lambda: _middle(bare_commits(WRITES)),
        lambda: _middle(bare_puts(WRITES)),
        lambda: _middle(_shown()),
        lambda: _middle(bare_echo(WRITES, PAUSE)),
        lambda: _middle(bare_commits(WRITES, PAUSE)),
    )
    limit = [3 * a + b for a, b in zip(echo, commit_cold, strict=True)]
    bare = f"{seconds(commit)} bare SQLite commit, flushed"
    return [
        Figure(
            "a put until it is acknowledged, in the node's own process, p50",
            seconds(within),
            f"{bare}; of such a row as a put writes: {seconds(same_row)}, {ratio(within, same_row)}",
            ratio(within, commit),
            "2",
        ),
        Figure(
            "the same from another process, by the wire, p50",
            seconds(acknowledged),
            bare,
            ratio(acknowledged, commit),
            "",
        ),
        Figure(
            f"a put on A until B shows it, one each {PAUSE * 1e3:.0f} ms, p50",
            seconds(shown),
            f"{seconds(limit)}: 3 round trips of an echo ({seconds(echo)}) and a commit, as often",
            ratio(shown, limit),
            "1",
        ),
    ]


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


class _Program:
    """A program's own connection to a node."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")

    def put(self, at: int) -> None:
        """Have a key written."""
        self._socket.sendall(encode(Operate(Put(key(at), value(at))), at))

    def watch(self) -> None:
        """Be told of changes from now on."""
        self._socket.sendall(encode(Subscribe(["changed"]), 0))
        self.read()

    def read(self) -> None:
        """Wait for the next line."""
        json.loads(self._lines.readline())

    def close(self) -> None:
        """End it."""
        self._socket.close()


async def _within() -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as folder:
        async with Node(port=0, data=Path(folder) / "a.db") as node:
            for at in range(WRITES):
                content = json.loads(value(at))
                began = perf_counter()
                await node.put(key(at), content)
                times.append(perf_counter() - began)
    return times


def _acknowledged() -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as folder, HeadlessNode(Path(folder) / "a.db") as node:
        program = _Program(node.port)
        for at in range(WRITES):
            began = perf_counter()
            program.put(at)
            program.read()
            times.append(perf_counter() - began)
        program.close()
    return times


def _shown() -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        near = stack.enter_context(HeadlessNode(Path(name) / "a.db"))
        far = stack.enter_context(HeadlessNode(Path(name) / "b.db", near.port))
        near.wait_for_link()
        writer, watcher = _Program(near.port), _Program(far.port)
        watcher.watch()
        for at in range(WRITES):
            began = perf_counter()
            writer.put(at)
            watcher.read()
            times.append(perf_counter() - began)
            writer.read()
            time.sleep(PAUSE)
        writer.close()
        watcher.close()
    return times
