"""One TCP connection: lines in, lines out, and the errors of sockets in plain words."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from decent_tui.core.address import Address
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.links import Certified
from decent_tui.net.streams import connect
from decent_tui.net.tls import GUEST, Tls
from decent_tui.net.tls import in_words as tls_in_words

DIAL_TIMEOUT: Final = 3.0
"""Seconds for a connection to be made."""

BUSY: Final = 64 * 1024
"""Bytes waiting to be sent from which a link counts as busy and gets no pushes."""

DEAF: Final = 1024 * 1024
"""Bytes waiting to be sent from which answers to somebody who does not read them are dropped."""

HOPELESS: Final = 16 * 1024 * 1024
"""Bytes waiting to be sent from which a connection is given up."""


class Connection:
    """A link's connection. `remote` is the numeric address at the other end, `certified` what the certificate
    there says (None without TLS)."""

    def __init__(
        self,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        certified: Certified | None = None,
    ) -> None:
        self.number = number
        self.certified = certified
        self._reader = reader
        self._writer = writer
        self._unwritten: list[bytes] = []  # what is sent in one go of the loop is one call of the system
        self._unwritten_size = 0
        peername = writer.get_extra_info("peername") or ("unknown", 0)
        self.remote = str(
            Address(peername[0].removeprefix("::ffff:"), peername[1])
        )  # IPv4 on a socket for both
        sock = writer.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def lines(self) -> AsyncIterator[bytes]:
        """Each line as it comes, without its newline and possibly empty; raises ProtocolError for one that is
        too long and OSError when the connection breaks."""
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                raise ProtocolError(f"a line has at most {MAX_LINE:,} bytes", fatal=True) from None
            yield line.strip()

    def send(self, line: bytes, *, droppable: bool) -> bool:
        """Put a line on the wire; False if it was dropped, because the other end does not read."""
        if self._writer.is_closing() or (droppable and self.waiting > DEAF):
            return False
        self._unwritten.append(line)
        self._unwritten_size += len(line)
        if self._unwritten_size > BUSY:
            self._write()
        elif len(self._unwritten) == 1:
            asyncio.get_running_loop().call_soon(self._write)
        return True

    def _write(self) -> None:
        lines, self._unwritten, self._unwritten_size = self._unwritten, [], 0
        if lines and not self._writer.is_closing():
            self._writer.write(b"".join(lines))

    async def drained(self) -> None:
        """Return when the other end has read most of what was sent; raises OSError when it breaks."""
        await self._writer.drain()

    @property
    def waiting(self) -> int:
        """Bytes that wait to be sent; none on a connection that closes."""
        if self._writer.is_closing():  # TLS, when it was given up, could not say any more
            return 0
        return self._unwritten_size + self._writer.transport.get_write_buffer_size()

    @property
    def busy(self) -> bool:
        """Whether enough waits already."""
        return self.waiting > BUSY

    def close(self, *, at_once: bool = False) -> None:
        """Send nothing more: after what waits, or `at_once`. `finish` must follow, but after `at_once`."""
        if at_once:
            self._writer.transport.abort()
        elif not self._writer.is_closing():
            self._write()
            if self._writer.can_write_eof():
                with suppress(OSError):  # the other end was quicker
                    self._writer.write_eof()
            else:  # TLS, as asyncio has it, ends both ways at once: what waits is sent all the same
                self._writer.close()

    async def finish(self, within: float) -> None:
        """Read on, and pass it over, until the other end has closed too. Closing with something unread would
        reset the connection and could take the last words sent on it."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(within):
                while await self._reader.read(MAX_LINE):
                    pass
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(within):
                await self._writer.wait_closed()
        self._writer.transport.abort()


async def dial(address: Address, number: int, tls: Tls | None = None, name: str = GUEST) -> Connection:
    """Open a connection, with `tls` under the name for its certificate; raises OSError (TimeoutError
    included)."""
    context = (await tls.contexts(name))[1] if tls else None
    reader, writer = await connect(address.host, address.port, context, DIAL_TIMEOUT)
    return Connection(number, reader, writer, tls.certified(writer.transport) if tls else None)


def in_words(error: OSError) -> str:
    """Why a connection failed, as a person would say it."""
    if isinstance(error, ssl.SSLError):
        return tls_in_words(error)
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionAbortedError):  # asyncio's, for a handshake that takes too long
        return "it does not finish the TLS handshake"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError):
        return "connection reset"
    if isinstance(error, socket.gaierror):
        return "the host name is not known"
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return "no route to it"
    return (error.strerror or str(error) or type(error).__name__).lower()
