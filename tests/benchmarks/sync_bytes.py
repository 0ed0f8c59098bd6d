"""The bytes of a meeting: two nodes with the same keys, and a hundred new ones on each side."""

import statistics
import tempfile
import time
from pathlib import Path

from tests.system.proxy import Proxy

from .meter import free_port
from .nodes import HeadlessNode, build, copy, key, value, write
from .table import Figure

NEW = 100
SIZES = (10_000, 100_000, 1_000_000)
IDLE = 10.0
"""Seconds for which an idle link is listened to."""


def run(folder: Path, runs: int) -> list[Figure]:
    """Bytes both ways, all lines of the meeting counted. Nothing here depends on the speed of the machine."""
    limit = 1.2 * 2 * NEW * (len(key(0)) + len(value(0))) + 1024
    figures = []
    for keys in SIZES:
        source = build(folder / f"{keys}.db", keys)
        meetings = [_meet(source, keys, idle=keys == SIZES[0] and run == 0) for run in range(min(runs, 3))]
        met = statistics.median(meeting[0] for meeting in meetings)
        figures.append(
            Figure(
                f"{NEW} new on each side, {keys:,} keys in common",
                f"{met:,.0f} B",
                f"{limit:,.0f} B: 1.2 x the keys and values + 1 KiB",
                f"{met / limit:.2f}",
                "1",
            )
        )
        idle = meetings[0][1]
        if idle:
            figures.append(
                Figure("an idle link, both ways", f"{idle:.0f} B/s", "150 B/s", f"{idle / 150:.2f}", "1")
            )
    return figures


def _meet(source: Path, keys: int, *, idle: bool) -> tuple[int, float]:
    """Bytes of the meeting, and bytes a second of the link when nothing happens any more."""
    with tempfile.TemporaryDirectory() as name:
        files = copy(source, Path(name) / "a.db"), copy(source, Path(name) / "b.db")
        for at, file in enumerate(files):
            write(file, range(keys + at * NEW, keys + (at + 1) * NEW))
            _move(file)
        with HeadlessNode(files[0]) as near:
            proxy = Proxy(free_port(), near.port)
            with HeadlessNode(files[1], proxy.port) as far:
                for node in (near, far):
                    node.wait_for(keys=keys + 2 * NEW)
                met = sum(line.size for line in proxy.passed if line.type != "HEARTBEAT")
                beats = 0.0
                if idle:
                    time.sleep(2)
                    before = len(proxy.passed)
                    time.sleep(IDLE)
                    beats = sum(line.size for line in proxy.passed[before:]) / IDLE
            proxy.close()
    return met, beats


def _move(file: Path) -> None:
    """Forget the marker, as a copy has none: the node starts under an id of its own."""
    file.with_name(f"{file.name}.id").unlink()
