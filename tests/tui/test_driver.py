"""The terminal is not read for a while: the node must not notice, and the screen must be right after it."""

import json
import socket
import time
from pathlib import Path

from decent_tui.tui.driver import BACKLOG
from tests.tui.terminal import dashboard

UNREAD = 4.0
"""Seconds for which nobody reads: at ten frames a second, far more than the kernel and the driver hold."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Stranger:
    """Somebody who writes keys and asks for a sign of life, over the original protocol."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._lines = self._socket.makefile("rb")

    def ask(self, kind: str, **payload: object) -> float:
        """Send a message and wait for its answer; the seconds it took."""
        begun = time.monotonic()
        self._socket.sendall(json.dumps({"type": kind, "payload": payload}).encode() + b"\n")
        assert self._lines.readline()
        return time.monotonic() - begun

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def test_an_unread_terminal_does_not_hold_up_the_node(tmp_path: Path) -> None:
    port = free_port()
    with dashboard(tmp_path, "--memory", "--port", str(port)) as terminal:
        terminal.wait("no keys yet")
        stranger = Stranger(port)
        slowest, written, number = 0.0, 0, 0
        end = time.monotonic() + UNREAD
        while time.monotonic() < end or written < 2 * BACKLOG:  # nobody reads, and the screen keeps changing
            number += 1
            record = {
                "value": "x" * 500,
                "vc": {f"1@h:{number}": 1},
                "lamport": 1,
                "node_id": f"1@h:{number}",
            }
            slowest = max(slowest, stranger.ask("PUT_VALUE", key=f"key{number % 40:02}", version=record))
            slowest = max(slowest, stranger.ask("PING"))
            written += 1_000
        stranger.ask(
            "PUT_VALUE",
            key="last",
            version={"value": 1, "vc": {"2@h:1": 1}, "lamport": 1, "node_id": "2@h:1"},
        )
        stranger.close()
        assert slowest < 2.0, "the node waited for the terminal"
        terminal.wait("last")
        terminal.wait("41 keys")
        terminal.type("G")
        terminal.wait(r"41 of 41")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
