"""The bytes of a meeting: two nodes with the same keys, and a hundred new ones on each side."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.system.proxy import Proxy

from .meter import free_port
from .nodes import HeadlessNode, build, copy, key, value, write
from .table import Figure, ratio, seconds

NEW = 100
SIZES = (10_000, 100_000, 1_000_000)
IDLE = 10.0
"""Seconds for which an idle link is listened to."""


class _Meeting(NamedTuple):
    """Bytes of a meeting, the seconds from its first line to its last, and bytes a second of the link when
    nothing happens any more."""

    size: int
    took: float
    idle: float


def run(folder: Path, runs: int) -> list[Figure]:
    """Bytes both ways, all lines of the meeting counted: these do not depend on the speed of the machine."""
    limit = 1.2 * 2 * NEW * (len(key(0)) + len(value(0))) + 1024
    figures = []
    times: dict[int, list[float]] = {}
    for keys in SIZES:
        source = build(folder / f"{keys}.db", keys)
        meetings = [_meet(source, keys, idle=keys == SIZES[0] and at == 0) for at in range(runs)]
        met = statistics.median(meeting.size for meeting in meetings)
        times[keys] = [meeting.took for meeting in meetings]
        figures.append(
            Figure(
                f"{NEW} new on each side, {keys:,} keys in common",
                f"{met:,.0f} B",
                f"{limit:,.0f} B: 1.2 x the keys and values + 1 KiB",
                f"{met / limit:.2f}",
                "1",
            )
        )
        if idle := meetings[0].idle:
            figures.append(
                Figure("an idle link, both ways", f"{idle:.0f} B/s", "150 B/s", f"{idle / 150:.2f}", "1")
            )
    few, many = SIZES[0], SIZES[-1]
    figures.append(
        Figure(
            f"the time of that meeting, {many:,} keys in common",
            seconds(times[many]),
            f"{seconds(times[few])} with {few:,}",
            ratio(times[many], times[few]),
            "1.3",
        )
    )
    return figures


def _meet(source: Path, keys: int, *, idle: bool) -> _Meeting:
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
                met = [line for line in proxy.passed if line.type != "HEARTBEAT"]
                beats = 0.0
                if idle:
                    time.sleep(2)
                    before = len(proxy.passed)
                    time.sleep(IDLE)
                    beats = sum(line.size for line in proxy.passed[before:]) / IDLE
            proxy.close()
    return _Meeting(sum(line.size for line in met), met[-1].at - met[0].at, beats)


def _move(file: Path) -> None:
    """Forget the marker, as a copy has none: the node starts under an id of its own."""
    file.with_name(f"{file.name}.id").unlink()
