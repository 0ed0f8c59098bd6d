"""Many connections at once that say what they should not, and behave as badly."""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from random import Random
from typing import Final

from decent_tui.core import messages as wire
from tests.fuzz.frames import Frames

AT_ONCE: Final = 24
"""Connections at a time."""

PATIENCE: Final = 10.0
"""Seconds that one write may take before the connection is given up: a node that blocks would be found so."""

_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the connection ends with a reset."""


async def attack(port: int, frames: int, seed: int) -> Counter[str]:
    """Send so many frames; what was done, counted."""
    told: Counter[str] = Counter()
    await asyncio.gather(*(_one(port, frames, Random(f"{seed}:{number}"), told) for number in range(AT_ONCE)))
    return told


async def _one(port: int, frames: int, draw: Random, told: Counter[str]) -> None:
    """One connection after the other until enough was sent by all."""
    source = Frames(draw)
    while told["frames"] < frames:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**21)
        except OSError:
            told["refused connections"] += 1
            await asyncio.sleep(0.01)
            continue
        told["connections"] += 1
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            await _Talk(reader, writer, source, draw, told).go()
        if draw.random() < 0.3:
            raw: socket.socket = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            told["resets"] += 1
        writer.transport.abort()


class _Talk:
    """One connection. A frame counts when the node has answered a PING behind it: who never reads cannot
    tell, and a node that closed the connection has not read what came later."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        source: Frames,
        draw: Random,
        told: Counter[str],
    ) -> None:
        self._reader, self._writer, self._source, self._draw, self._told = reader, writer, source, draw, told
        self._pings = 0

    async def go(self) -> None:
        """Greet or not, then handful after handful."""
        self._greet()
        reads = self._draw.random() < 0.8
        for _ in range(self._draw.choice((1, 3, 20, 60))):
            sent = self._handful()
            await asyncio.wait_for(self._writer.drain(), PATIENCE)
            if reads and not await asyncio.wait_for(self._answered(), PATIENCE):
                self._told["closed on us"] += 1
                return
            self._told["frames" if reads else "frames of who never reads"] += sent

    def _greet(self) -> None:
        said = self._draw.random()
        if said < 0.5:  # as a node of ours; a stranger's id, a listener that is not there
            hello = wire.Handshake(f"{self._draw.randrange(2**64):016x}", "127.0.0.1:1", [], 1, "fuzz", "tag")
            self._writer.write(wire.encode(hello))
        elif said < 0.6:  # as one of the original program
            self._writer.write(wire.encode(wire.Handshake("abc@127.0.0.1:1", "127.0.0.1:1", ["127.0.0.1:2"])))

    def _handful(self) -> int:
        """Some frames, and a PING behind every second: three in a row that are no JSON end a connection."""
        sent = self._draw.randint(1, 10)
        for number in range(sent):
            if self._writer.transport.is_closing():
                break
            frame = self._source.frame()
            cut = self._draw.randrange(len(frame)) if self._draw.random() < 0.05 else 0
            self._writer.write(frame[:cut])
            self._writer.write(frame[cut:])
            self._told["bytes"] += len(frame)
            if number % 2 or number == sent - 1:
                self._pings += 1
                self._writer.write(wire.encode(wire.Ping(), f"ping {self._pings}"))
        return sent

    async def _answered(self) -> bool:
        """Read on to the answer to the last PING; False if the node closed the connection before."""
        wanted = f'"id":"ping {self._pings}"'.encode()
        while line := await self._reader.readline():
            self._told["bytes back"] += len(line)
            self._told["ERR"] += b'"type":"ERR"' in line
            if wanted in line:
                return True
        return False
