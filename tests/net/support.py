"""Helpers for tests with real nodes on loopback."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused
from decent_tui.net.node import Node, Settings


async def eventually(check: Callable[[], Awaitable[bool]], within: float = 15.0) -> None:
    """Wait until the check holds; AssertionError after the deadline."""
    deadline = asyncio.get_running_loop().time() + within
    while not await check():
        assert asyncio.get_running_loop().time() < deadline, f"not within {within} s"
        await asyncio.sleep(0.02)


def address(node: Node) -> str:
    """Where a node listens."""
    return f"{node.host}:{node.port}"


def memory_node(*peers: Node, name: str | None = None) -> Node:
    """A node that keeps nothing, on a free port."""
    return Node(Settings(port=0, peers=tuple(address(peer) for peer in peers), name=name))


async def values(node: Node, key: str) -> list[object]:
    """The values a reader of a key sees."""
    try:
        answer = await node.run(ops.Get(key))
    except Refused:
        return []
    return [json.loads(bytes(record.value)) for record in answer.versions]


async def alive(node: Node) -> int:
    """How many peers are alive for a node."""
    return sum(peer.state == "alive" for peer in (await node.run(ops.Peers())).peers)


class Client:
    """A stranger with a socket, who speaks lines of JSON (or of nonsense)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, line: bytes) -> None:
        """Put a line on the wire."""
        self.writer.write(line + b"\n")

    def say(self, kind: str, **payload: object) -> None:
        """Send a message."""
        self.send(json.dumps({"type": kind, "payload": payload}).encode())

    def pause(self) -> None:
        """Read nothing any more, until `resume`."""
        cast(asyncio.ReadTransport, self.writer.transport).pause_reading()

    def resume(self) -> None:
        """Read on."""
        cast(asyncio.ReadTransport, self.writer.transport).resume_reading()

    async def hear(self, within: float = 5.0) -> dict[str, object] | None:
        """The next message; None at the end of the connection."""
        async with asyncio.timeout(within):
            line = await self.reader.readline()
        heard: dict[str, object] = json.loads(line) if line else {}
        return heard or None


@asynccontextmanager
async def client(node: Node, buffer: int | None = None) -> AsyncIterator[Client]:
    """Connect to a node as a stranger, whose socket holds about so many bytes unread (else megabytes)."""
    own = socket.socket()
    if buffer is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, (node.host, node.port))
    reader, writer = await asyncio.open_connection(sock=own, limit=4 * 1024 * 1024)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
