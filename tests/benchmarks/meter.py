"""Measuring a program from outside: when its bytes come out of the terminal, and what it takes to run."""

import contextlib
import os
import re
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyte

from tests.tui.terminal import UNKNOWN, Terminal

DEADLINE = 30.0
sys.setswitchinterval(0.0005)  # three threads measure here
SIZE = (120, 36)
CPU_OF_ALL_THREADS = 2
"""The lowest bits of a process's clock as Linux names them (see clock_getcpuclockid(3), which Python does not
have for processes); /proc counts in steps of 10 ms."""


class Quick(Terminal):
    """A terminal that only keeps the bytes and when they came: an emulator would take time of its own."""

    came = 0.0
    seen = 0

    def pump(self, seconds: float = 0.05) -> bool:
        """Take in what the program writes."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.came = time.perf_counter()
        for query, answer in ((b"\x1b[c", b"\x1b[?62;c"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y")):
            if query in data:
                os.write(self.fd, answer)
        self.raw += data
        return bool(data)

    def painted(self, keys: str, expected: bytes, *, since: int | None = None) -> float:
        """Milliseconds from typing the keys to the bytes that match."""
        pattern = re.compile(expected)
        start = len(self.raw) if since is None else since
        begun = time.perf_counter()
        os.write(self.fd, keys.encode())
        while not pattern.search(self.raw, start):
            if not self.pump() or time.perf_counter() - begun > DEADLINE:
                raise SystemExit(f"never came: {expected!r} after {keys!r}")
        return (self.came - begun) * 1000

    def quiet(self, seconds: float = 0.3) -> None:
        """Read until nothing came for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            before = len(self.raw)
            self.pump(0.02)
            if len(self.raw) > before:
                end = time.perf_counter() + seconds

    def shows(self, since: int) -> str:
        """What these bytes alone put on a screen, every number of it as #."""
        screen = pyte.Screen(*SIZE)
        pyte.ByteStream(screen).feed(UNKNOWN.sub(b"", self.raw[since:]))
        return re.sub(r"[\d,]+", "#", "\n".join(line.rstrip() for line in screen.display))

    def drain(self, seconds: float) -> None:
        """Read for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.pump(0.02)


class Pulse(threading.Thread):
    """Asks the node PING again and again; `worst` is the longest wait in milliseconds since `reset`."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self.waits: list[float] = []
        self.ended = False

    def run(self) -> None:
        """Until the node goes."""
        reader = self._socket.makefile("rb")
        with contextlib.suppress(OSError):
            while not self.ended:
                begun = time.perf_counter()
                self._socket.sendall(b'{"type":"PING","payload":{}}\n')
                if not reader.readline():
                    return
                self.waits.append((time.perf_counter() - begun) * 1000)
                time.sleep(0.005)

    def worst(self) -> float:
        """The longest wait since this was last asked."""
        waits, self.waits = self.waits, []
        return max(waits, default=0.0)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def of_process(pid: int) -> dict[str, float]:
    """Resident memory (MiB), threads and CPU seconds."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = {name: int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("VmRSS", "VmHWM", "Threads")}  # type: ignore[index]
    return {
        "rss": found["VmRSS"] / 1024,
        "peak": found["VmHWM"] / 1024,
        "threads": found["Threads"],
        "cpu": time.clock_gettime(~pid << 3 | CPU_OF_ALL_THREADS),
    }


def say(what: str, *numbers: str) -> None:
    """A line of the report that promises nothing."""
    print(f"{what:<50}", *(f"{number:>14}" for number in numbers), flush=True)  # noqa: T201


class Limits:
    """What was promised and whether it held."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def check(
        self, what: str, value: float, limit: float, unit: str = "ms", *more: str, least: bool = False
    ) -> None:
        """A line of the report with its limit: the most there may be, or the least."""
        held = value >= limit if least else value <= limit
        if not held:
            self.missed.append(what)
        digits = 0 if value >= 100 or value == int(value) else 2 if value < 1 else 1
        bound = f"{'>=' if least else '<='} {limit:,g} {unit}"
        say(what, f"{value:,.{digits}f} {unit}", bound, "ok" if held else "MISSED", *more)

    def times(self, what: str, times: list[float], p50: float, p99: float) -> None:
        """Times with a limit for the median and one for the slowest of a hundred."""
        ranked = sorted(times)
        slow = ranked[min(len(ranked) - 1, round(0.99 * len(ranked)))]
        self.check(f"{what}, p50", statistics.median(ranked), p50)
        self.check(f"{what}, p99 of {len(ranked)}", slow, p99, "ms", f"max {ranked[-1]:.1f} ms")


@contextlib.contextmanager
def dashboard(port: int, *arguments: str) -> Iterator[Quick]:
    """The program in a terminal, with a state folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "-m", "decent_tui", "--port", str(port), *arguments]
        # compiled modules are kept, as on the machine of a user
        env = {"XDG_STATE_HOME": folder, "XDG_DATA_HOME": folder, "PYTHONDONTWRITEBYTECODE": ""}
        with Quick(program, size=SIZE, env=env) as terminal:
            yield terminal
            terminal.type("\x11")
            terminal.wait_exit()


@contextlib.contextmanager
def headless(port: int, peer: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A node without a screen that knows the node at another port."""
    program = [sys.executable, "-m", "decent_tui", "--headless", "--json", "--memory", "--port", str(port)]
    node = subprocess.Popen(
        [*program, "--peers", f"127.0.0.1:{peer}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        yield node
    finally:
        node.terminate()
        node.wait()
