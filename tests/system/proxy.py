"""A proxy that writes down what passes: how many bytes each way, and the type of every message.

To catch all traffic between two nodes each of them *advertises* the proxy in front of it, so that
whoever dials, dials through a proxy.
"""

import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

from .harness import LOOPBACK, Cluster, Node, eventually, free_port, linked


class Passed(NamedTuple):
    """One line that passed: when, to or from the node behind the proxy, its type and its size."""

    at: float
    inward: bool
    type: str
    size: int
    line: bytes


class Proxy:
    """Forwards connections on `port` to `target` and records every line."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.passed: list[Passed] = []
        self._sockets: list[socket.socket] = []
        self._server = socket.create_server((LOOPBACK, port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """What the node behind it advertises."""
        return f"{LOOPBACK}:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection((LOOPBACK, self.target))
            except OSError:
                near.close()
                continue
            self._sockets += [near, far]
            for source, sink, inward in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=(source, sink, inward), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, inward: bool) -> None:
        rest = b""
        try:
            while chunk := source.recv(1 << 16):
                sink.sendall(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self.passed.append(Passed(time.monotonic(), inward, _type(line), len(line) + 1, line))
        except OSError:
            pass
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop listening and drop all connections."""
        for end in (self._server, *self._sockets):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _type(line: bytes) -> str:
    try:
        return str(json.loads(line)["type"])
    except (ValueError, KeyError, TypeError):
        return "?"


@dataclass
class ObservedPair:
    """Two linked nodes whose whole traffic passes proxies."""

    first: Node
    second: Node
    proxies: tuple[Proxy, Proxy]

    def since(self, moment: float) -> list[Passed]:
        """All lines that passed after a moment of the monotonic clock, both ways."""
        return [line for proxy in self.proxies for line in list(proxy.passed) if line.at >= moment]

    def close(self) -> None:
        """Close the proxies."""
        for proxy in self.proxies:
            proxy.close()


def observed_pair(cluster: Cluster, both_dial: bool = False) -> ObservedPair:
    """Start two nodes, each behind a proxy; they are linked on return. The second dials the first, or
    (`both_dial`) each has the other's address from the start."""
    ports = free_port(), free_port()
    proxies = Proxy(free_port(), ports[0]), Proxy(free_port(), ports[1])
    known = [proxies[1].address] if both_dial else []
    first = cluster.start(port=ports[0], advertise=proxies[0].address, peers=known)
    second = cluster.start(port=ports[1], advertise=proxies[1].address, peers=[proxies[0].address])
    linked(first, second)
    return ObservedPair(first, second, proxies)


def quiet_window(pair: ObservedPair, allowed: frozenset[str], seconds: float, within: float) -> list[Passed]:
    """Wait for a window of so many seconds in which only messages of the allowed types passed; those
    messages. Fails with the types that kept on coming."""
    start = time.monotonic()

    def window() -> list[Passed] | None:
        now = time.monotonic()
        if now - start < seconds:
            return None
        lines = pair.since(now - seconds)
        other = sorted({line.type for line in lines} - allowed)
        assert not other, f"still sent: {other}"
        return lines

    found = eventually(window, within + seconds, every=0.1)
    assert found is not None
    return found
