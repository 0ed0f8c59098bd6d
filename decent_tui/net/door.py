"""The door of a node: who may come in, checked before anything is spent on them.

A connection costs a file descriptor until its first byte came. That byte also says whether the other end
speaks TLS, so that who speaks it to a node without a key, or speaks plainly to one with a key, is told what
is wrong instead of being left to guess.
"""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from decent_tui.core import messages as wire
from decent_tui.net.connection import Connection, in_words
from decent_tui.net.settings import Limits
from decent_tui.net.streams import accept
from decent_tui.net.tls import HELLO, NO_KEY, Tls

A = TypeVar("A")

FIRST_BYTE: Final = 30.0
"""Seconds for who connected to say something. A person may type; a program has no reason to wait."""

NO_FILES: Final = 0.5
"""Seconds of rest after the system had no file descriptor left for a connection."""

FAREWELL: Final = 1.0
"""Seconds for the last word to be read."""

TOLD: Final = 64
"""Different refusals told of at most; who is beyond has an address that nobody will look up."""

TOO_MANY: Final = "this node has too many connections; try again later"

_log: Final = logging.getLogger(__name__)


class Door:
    """Accepts the connections on its listeners and hands them to `enter`, which returns when they have ended.

    `number` numbers them; `node` is the id to show in the certificate; `make_room` closes the connection of
    some stranger, of one host or of any (""), and says whether there was one; `told` gets one sentence about
    who was refused for want of the right key.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        limits: Limits,
        tls: Tls | None,
        *,
        number: Callable[[], int],
        node: Callable[[], str],
        enter: Callable[[Connection], Coroutine[None, None, None]],
        make_room: Callable[[str], bool],
        told: Callable[[str], None],
    ) -> None:
        self._listeners = listeners
        self._limits = limits
        self._tls = tls
        self._number = number
        self._node = node
        self._enter = enter
        self._make_room = make_room
        self._told = told
        self._refused: set[str] = set()
        self._inside: Counter[str] = Counter()
        self._waiting: dict[asyncio.Task[Connection | None], str] = {}  # who must say something yet, by age
        self._accepting: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def open(self) -> None:
        """Let people in from now on."""
        self._accepting = [self._run(self._accept(listener)) for listener in self._listeners]

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, place = await loop.sock_accept(listener)
            except OSError as error:  # no file descriptor is left, or who came is gone already
                _log.warning("a connection could not be accepted: %s", in_words(error))
                await asyncio.sleep(NO_FILES)
                continue
            host = str(place[0]).removeprefix("::ffff:")  # IPv4 on a socket for both
            if self._is_full(host):
                with suppress(OSError):
                    sock.send(b"" if self._tls else _err(TOO_MANY))
                sock.close()
            else:
                self._meet(sock, host)

    async def close(self) -> None:
        """Let nobody in any more. Who is inside is not touched."""
        waiting = [*self._accepting, *self._waiting]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for listener in self._listeners:
            listener.close()

    # ------------------------------------------------------------------ limits

    def _is_full(self, host: str) -> bool:
        """Whether there is no room for one more of this host, even if a stranger has to go."""
        if self._inside[host] >= self._limits.per_host and not self._free(host):
            return True
        return self._inside.total() >= self._limits.connections and not self._free("")

    def _free(self, host: str) -> bool:
        """Send somebody away: who has said nothing yet, else a stranger inside."""
        for task, place in self._waiting.items():
            if host in ("", place):
                del self._waiting[task]
                task.cancel()
                return True
        return self._make_room(host)

    # ------------------------------------------------------------------ one who came

    def _meet(self, sock: socket.socket, host: str) -> None:
        """Begin with one who came."""
        self._inside[host] += 1
        meeting = self._run(self._welcome(sock, host))
        self._waiting[meeting] = host
        meeting.add_done_callback(lambda met: self._met(met, host))

    def _met(self, meeting: "asyncio.Task[Connection | None]", host: str) -> None:
        """It is settled whether that one may come in."""
        self._waiting.pop(meeting, None)
        connection = None if meeting.cancelled() else meeting.result()
        if connection is None:
            self._gone(host)
        else:
            self._run(self._enter(connection)).add_done_callback(lambda _: self._gone(host))

    def _gone(self, host: str) -> None:
        self._inside[host] -= 1
        if not self._inside[host]:
            del self._inside[host]

    async def _welcome(self, sock: socket.socket, host: str) -> Connection | None:
        """The connection, once it is known to speak as it must; None if it was refused."""
        try:
            first = await _first_byte(sock)
        except BaseException:
            sock.close()
            raise
        if not first:
            sock.close()
            return None
        speaks_tls = first[0] == HELLO
        if speaks_tls != (self._tls is not None):
            why = "it speaks TLS, and this node has no cluster key" if speaks_tls else "it has no cluster key"
            self._refuse(host, why)
            await _turn_away(sock, NO_KEY if speaks_tls else _err(wire.NEEDS_KEY))
            return None
        context = (await self._tls.contexts(self._node()))[0] if self._tls else None
        try:
            reader, writer = await accept(sock, context)
        except OSError as error:
            if self._tls is not None:
                self._refuse(host, in_words(error))
            return None
        certified = self._tls.certified(writer.transport) if self._tls else None
        return Connection(self._number(), reader, writer, certified)

    def _refuse(self, host: str, why: str) -> None:
        text = f"a connection from {host} was refused: {why}"
        if text not in self._refused and len(self._refused) < TOLD:
            self._refused.add(text)
            self._told(text)

    def _run(self, work: Coroutine[None, None, A]) -> "asyncio.Task[A]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _first_byte(sock: socket.socket) -> bytes:
    """The first byte that comes, left where it is; nothing if none does."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    loop.add_reader(sock, came.set)
    try:
        async with asyncio.timeout(FIRST_BYTE):
            await came.wait()
        return sock.recv(1, socket.MSG_PEEK)
    except OSError:  # TimeoutError is one
        return b""
    finally:
        loop.remove_reader(sock)


async def _turn_away(sock: socket.socket, word: bytes) -> None:
    """Close a connection after one word. What comes meanwhile is read: closing with something unread would
    reset the connection and could take the word with it."""
    loop = asyncio.get_running_loop()
    try:
        sock.send(word)
        sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(FAREWELL):
            while await loop.sock_recv(sock, 65_536):
                pass
    except OSError:
        pass
    finally:
        sock.close()


def _err(text: str) -> bytes:
    return wire.encode(wire.Err(text))
