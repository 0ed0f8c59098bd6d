"""Durable nodes without a screen, as processes of their own, and the files that they start on."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from decent_tui.core.replica import Replica
from decent_tui.core.values import read_value
from decent_tui.storage.opening import open_store

from .meter import DEADLINE, free_port

_TURN = 5_000
"""Writes in a transaction."""


def key(at: int) -> str:
    """A key of 16 bytes."""
    return f"k{at:015d}"


def value(at: int) -> str:
    """A JSON value of 100 bytes."""
    return json.dumps({"n": at, "text": ""}, separators=(",", ":"))[:-2] + "x" * (84 - len(str(at))) + '"}'


class HeadlessNode:
    """A node as a process: `with HeadlessNode(file, peer…) as node: node.ask("status")`."""

    def __init__(self, data: Path, *peers: int) -> None:
        self.port = free_port()
        program = [sys.executable, "-m", "decent_tui", "--headless", "--json", "--port", str(self.port)]
        program += ["--data", str(data)]
        if peers:
            program += ["--peers", *(f"127.0.0.1:{peer}" for peer in peers)]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin, self.stdout = self._process.stdin, self._process.stdout
        self.pid = self._process.pid
        self.stdout.readline()  # it listens

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def ask(self, line: str) -> dict[str, Any]:
        """Carry out one command."""
        self.stdin.write(line.encode() + b"\n")
        self.stdin.flush()
        answer: dict[str, Any] = json.loads(self.stdout.readline())
        return answer

    def carry_out(self, lines: bytes, count: int) -> float:
        """Carry out many commands, pipelined; the seconds until the last of them is answered."""
        began = time.perf_counter()
        threading.Thread(target=lambda: (self.stdin.write(lines), self.stdin.flush())).start()
        for _ in range(count):
            self.stdout.readline()
        return time.perf_counter() - began

    def wait_for(self, **wanted: object) -> None:
        """Return when `status` says so."""
        deadline = time.monotonic() + 4 * DEADLINE
        while (status := self.ask("status")) and any(status[name] != want for name, want in wanted.items()):
            if time.monotonic() > deadline:
                raise SystemExit(f"never came: {wanted}, but {status}")
            time.sleep(0.03)

    def wait_for_link(self) -> None:
        """Return when it is linked to a peer."""
        deadline = time.monotonic() + DEADLINE
        while not any(peer["state"] == "alive" for peer in self.ask("peers")["peers"]):
            if time.monotonic() > deadline:
                raise SystemExit("the nodes do not find each other")
            time.sleep(0.03)


def build(path: Path, keys: int) -> Path:
    """A data file with so many keys, made once and kept; it is to be copied."""
    if path.exists():
        return path
    made = path.with_suffix(".new")
    write(made, range(keys))
    made.rename(path)
    return path


def write(path: Path, keys: range) -> None:
    """Write keys into a file, as its node (a copy gets a new id here, as always)."""
    ids = iter(f"{int(time.time() * 1000) + extra:016x}" for extra in range(1_000_000))
    store = open_store(path, lambda: next(ids), lambda: f"tag{next(ids)}").store
    replica = Replica(store, lambda changes, source: None)
    now = round(time.time() * 1000)
    for at in keys:
        replica.put(key(at), read_value(value(at).encode()), now)
        if at % _TURN == _TURN - 1:
            replica.commit()
    replica.commit()
    store.close()


def copy(source: Path, to: Path) -> Path:
    """A copy of a file that no node has open. It is on the disk: else its node would wait for that later."""
    shutil.copy(source, to)
    with to.open("rb") as copied:
        os.fsync(copied.fileno())
    return to
