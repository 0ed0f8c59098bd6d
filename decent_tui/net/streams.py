"""Sockets and what asyncio makes of them: listening, dialling, and TLS on either."""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Final

from decent_tui.core.limits import MAX_LINE
from decent_tui.net.tls import UNKNOWN_CA

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

HANDSHAKE: Final = 5.0
"""Seconds for a TLS handshake. A machine of 2015 needs 5 ms, a busy one may need a hundred times that."""

BACKLOG: Final = 128
"""Connections that may wait in the kernel to be accepted; a wish, it has a limit of its own."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address that the host means; on `::` for both families, as people mean it. Raises
    OSError."""
    if host == "::" and socket.has_dualstack_ipv6():
        both = socket.create_server(
            (host, port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG
        )
        both.setblocking(False)
        return [both]
    sockets: list[socket.socket] = []
    try:
        infos = socket.getaddrinfo(_encoded(host), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, place in dict.fromkeys((info[0], info[4]) for info in infos):
            own = place if port or not sockets else (place[0], sockets[0].getsockname()[1], *place[2:])
            sockets.append(socket.create_server(own, family=family, backlog=BACKLOG))
            sockets[-1].setblocking(False)
    except BaseException:
        for each in sockets:
            each.close()
        raise
    return sockets


def _encoded(host: str) -> str | bytes:
    """A host as it is asked for. Python has one of ASCII go through the codec for all others as well, and
    that takes a moment to load."""
    return host.encode() if host.isascii() else host


async def accept(sock: socket.socket, context: ssl.SSLContext | None) -> Streams:
    """The streams of a socket that was accepted, after the handshake of TLS; raises OSError."""
    return await _streams(sock, context, server=True)


async def connect(host: str, port: int, context: ssl.SSLContext | None, within: float) -> Streams:
    """Open a connection; `within` is the seconds for it, without TLS. Raises OSError (TimeoutError
    included)."""
    async with asyncio.timeout(within):
        sock = await _connected(host, port)
    return await _streams(sock, context, server=False)


async def _connected(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(_encoded(host), port, type=socket.SOCK_STREAM)
    except UnicodeError:  # the codec of host names, for a part that is empty or too long
        raise OSError("the host name is not possible") from None
    failure: OSError = OSError("the host name has no address")
    for family, kind, protocol, _, place in infos:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, place)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


async def _streams(sock: socket.socket, context: ssl.SSLContext | None, *, server: bool) -> Streams:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    protocol = asyncio.StreamReaderProtocol(reader)
    patience = HANDSHAKE if context is not None else None
    spare = sock.dup() if context is not None else None  # to say why: asyncio closes the other
    try:
        if server:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, sock, ssl=context, ssl_handshake_timeout=patience
            )
        else:
            transport, _ = await loop.create_connection(
                lambda: protocol,
                sock=sock,
                ssl=context,
                server_hostname=None if context is None else "",
                ssl_handshake_timeout=patience,
            )
    except ssl.SSLCertVerificationError:
        if spare is not None:
            _last_word(spare, UNKNOWN_CA)
        raise
    finally:
        if spare is not None:
            spare.close()
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _last_word(sock: socket.socket, word: bytes) -> None:
    """Say a few bytes that nobody waits for."""
    with suppress(OSError):
        sock.send(word)
