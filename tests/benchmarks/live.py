"""Writes as fast as they can be made, each acknowledged after its flush, until another node has them."""

import asyncio
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from decent_tui import Node

from .catch_up import versions_of
from .limits import bare_upsert
from .meter import of_process
from .nodes import HeadlessNode, build, key, value
from .table import Figure, interleaved, ratio, seconds

KEYS = 10_000
GROUP = 1_000
"""Writes that a program has under way at a time."""


def run(folder: Path, runs: int) -> list[Figure]:
    """Seconds for so many writes by lines of stdin and by the Python API."""
    versions = versions_of(build(folder / f"{KEYS}.db", KEYS))
    cpu: list[float] = []
    lines, program, alone, bare = interleaved(
        runs,
        lambda: _by_lines(cpu),
        _by_program,
        lambda: _by_lines(None),
        lambda: bare_upsert(versions, []),
    )
    beside = f"{seconds(bare)} bare SQLite upserts, flushed"
    figures = [
        Figure(what, _rate(ours), beside, ratio(ours, bare), goal)
        for what, ours, goal in (
            (f"{KEYS:,} live writes by stdin, until the other has them", lines, "20,000/s"),
            (f"{KEYS:,} live writes by the API, until the other has them", program, "20,000/s"),
            (f"{KEYS:,} writes by stdin, no other node", alone, "20,000/s"),
        )
    ]
    each = statistics.median(cpu) / KEYS * 1e6
    return [*figures, Figure("CPU of the writer for each of them", f"{each:.0f} us", "", "", "50 us")]


def _rate(times: list[float]) -> str:
    return f"{seconds(times)}, {KEYS / statistics.median(times):,.0f}/s"


def _by_lines(cpu: list[float] | None) -> float:
    """Beside another node, with the CPU seconds of the writer added to `cpu`; without one, alone."""
    text = "".join(f"put {key(at)} {value(at)}\n" for at in range(KEYS)).encode()
    with tempfile.TemporaryDirectory() as folder, HeadlessNode(Path(folder) / "a.db") as writer:
        if cpu is None:
            return writer.carry_out(text, KEYS)
        with HeadlessNode(Path(folder) / "b.db", writer.port) as reader:
            writer.wait_for_link()
            began, used = perf_counter(), of_process(writer.pid)["cpu"]
            writer.carry_out(text, KEYS)
            cpu.append(of_process(writer.pid)["cpu"] - used)
            reader.wait_for(keys=KEYS)
            return perf_counter() - began


def _by_program() -> float:
    return asyncio.run(_api())


async def _api() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with Node(port=0, data=Path(folder) / "a.db") as node:
            with HeadlessNode(Path(folder) / "b.db", await _port(node)) as reader:
                await asyncio.to_thread(reader.wait_for_link)
                began = perf_counter()
                for start in range(0, KEYS, GROUP):
                    await asyncio.gather(
                        *(
                            node.put(key(at), {"n": at, "text": "x" * 78})
                            for at in range(start, start + GROUP)
                        )
                    )
                await asyncio.to_thread(reader.wait_for, keys=KEYS)
                return perf_counter() - began


async def _port(node: Node) -> int:
    return int((await node.status()).address.rpartition(":")[2])
