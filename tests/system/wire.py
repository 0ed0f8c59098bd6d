"""The protocol from a bare socket, as a person with `nc` would speak it."""

import contextlib
import json
import socket
import time
from typing import Any

from .harness import LOOPBACK, Json


class Wire:
    """One connection to a node: lines out, lines in."""

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self.buffer = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def send(self, kind: str, payload: Json | None = None, **more: Any) -> None:
        """Send one message; `more` goes beside type and payload."""
        message = {"type": kind, **({} if payload is None else {"payload": payload}), **more}
        self.send_raw(json.dumps(message).encode() + b"\n")

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are. A connection closed by the node is no error here: reading tells."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def read_line(self, within: float = 10.0) -> bytes | None:
        """The next line, or None when the node has closed the connection."""
        deadline = time.monotonic() + within
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no line within {within:g} s")
            self.socket.settimeout(left)
            try:
                chunk = self.socket.recv(1 << 16)
            except TimeoutError:
                continue
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def read(self, within: float = 10.0) -> Json:
        """The next message; the connection must live."""
        line = self.read_line(within)
        assert line is not None, "the node closed the connection"
        message: Json = json.loads(line)
        return message

    def ask(self, kind: str, payload: Json | None = None, **more: Any) -> Json:
        """One message and its answer."""
        self.send(kind, payload, **more)
        return self.read()

    def alive(self) -> bool:
        """Whether the node still answers on this connection (all earlier answers must have been read)."""
        self.send("PING", {})
        line = self.read_line()
        return line is not None and json.loads(line)["type"] == "PONG"

    def closed(self, within: float = 10.0) -> bool:
        """Whether the node closes the connection within the time, whatever it says before."""
        deadline = time.monotonic() + within
        try:
            while self.read_line(max(0.01, deadline - time.monotonic())) is not None:
                pass
        except AssertionError:
            return False
        return True


def original(author: str, value: object, lamport: int = 1) -> Json:
    """A record as the original program sends its own write."""
    return {
        "value": value,
        "vc": {author: 1},
        "lamport": lamport,
        "node_id": author,
        "ts": 1_700_000_000.5,
        "cid": "not looked at",
    }
