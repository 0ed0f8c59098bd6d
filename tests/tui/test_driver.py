"""The terminal is not read for a while: the node must not notice, and the screen must be right after it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from decent_tui.tui.driver import BACKLOG
from tests.system.proxy import Proxy
from tests.tui.terminal import dashboard

UNREAD = 10.0
"""Seconds for which nobody reads: at ten frames a second, far more than the kernel and the driver hold."""

HEARTBEAT = 1.0
"""Seconds between two signs of life of a node."""


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

    def write(self, key: str, value: object, number: int) -> None:
        """A write of some classic node."""
        node = f"1@h:{number}"
        record = {"value": value, "vc": {node: 1}, "lamport": 1, "node_id": node}
        self.ask("PUT_VALUE", key=key, version=record)

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def unread(stranger: Stranger) -> tuple[float, int]:
    """Nobody reads while the screen keeps changing; the slowest answer in seconds, and the writes."""
    slowest, number = 0.0, 0
    end = time.monotonic() + UNREAD
    while time.monotonic() < end or number * 1_000 < 2 * BACKLOG:
        number += 1
        stranger.write(f"key{number % 40:02}", "x" * 500, number)
        slowest = max(slowest, stranger.ask("PING"))
        time.sleep(0.005)  # the rate of the writes, so that the node has something else to do as well
    return slowest, number


@contextmanager
def neighbour(port: int) -> Iterator[None]:
    """A second node without a screen, which dials this port."""
    program = [sys.executable, "-m", "decent_tui", "--headless", "--memory"]
    process = subprocess.Popen(
        [*program, "--port", str(free_port()), "--peers", f"127.0.0.1:{port}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.timeout(120)
def test_an_unread_terminal_does_not_hold_up_the_node(tmp_path: Path) -> None:
    port = free_port()
    proxy = Proxy(free_port(), port)
    node = ["--memory", "--port", str(port), "--advertise", proxy.address]
    with dashboard(tmp_path, *node) as terminal, neighbour(proxy.port):
        terminal.wait("1 of 1 peer")
        stranger = Stranger(port)
        begun = time.monotonic()
        slowest, number = unread(stranger)
        ended = time.monotonic()
        stranger.write("last", 1, 0)
        stranger.close()
        said = [line for line in proxy.passed if not line.inward and begun < line.at < ended]
        beats = [line.at for line in said if line.type == "HEARTBEAT"]
        widest = max(b - a for a, b in pairwise(beats))
        pushed = sum(line.type == "VERSIONS" for line in said)
        print(  # noqa: T201  # what pytest -s shows: the measurement itself
            f"{number} writes: slowest answer {slowest * 1000:.0f} ms; {len(beats)} heartbeats, at most "
            f"{widest:.3f} s apart; {pushed} VERSIONS"
        )
        # wide bounds, for machines that do other things as well; a node that waited would say nothing at all
        assert slowest < 2.0, "the node waited for the terminal"
        assert len(beats) >= (ended - begun) / HEARTBEAT / 2, "the heartbeats stopped"
        assert widest < HEARTBEAT + 2.0
        assert pushed > 10
        terminal.wait("last")
        terminal.wait("41 keys")
        terminal.type("G")
        terminal.wait(r"41 of 41")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    proxy.close()
