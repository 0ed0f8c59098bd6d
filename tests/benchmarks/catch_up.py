"""An empty node takes in everything that another has, both on disk."""

import tempfile
from pathlib import Path
from time import perf_counter

from decent_tui.core.batch import pack
from decent_tui.core.messages import Versions
from decent_tui.core.version import Version
from decent_tui.storage.sqlite import SqliteStore

from .limits import bare_codec, bare_upsert, our_codec
from .meter import of_process
from .nodes import HeadlessNode, build, copy
from .table import Figure, interleaved, ratio, seconds

KEYS = 100_000
MESSAGE = 1_000
"""Versions in the message that is written and read."""


def run(folder: Path, runs: int) -> list[Figure]:
    """Seconds from the start of the empty node until it has all."""
    source = build(folder / f"{KEYS}.db", KEYS)
    versions = versions_of(source)
    cpu: list[float] = []
    bare_cpu: list[float] = []
    ours, bare = interleaved(runs, lambda: _catch_up(source, cpu), lambda: bare_upsert(versions, bare_cpu))
    message = Versions(pack(versions[:MESSAGE]))
    codec, plain = interleaved(50, lambda: our_codec(message), lambda: bare_codec(message))
    return [
        Figure(
            f"catch-up of {KEYS:,} keys, durable",
            seconds(ours),
            f"{seconds(bare)} bare SQLite upserts, flushed",
            ratio(ours, bare),
            "1.3 s; 1.43",
        ),
        Figure(
            "its CPU, from frame to disk",
            seconds(cpu),
            f"{seconds(bare_cpu)} of the bare upserts",
            ratio(cpu, bare_cpu),
            "1.43",
        ),
        Figure(
            f"a message of {MESSAGE:,} versions, written and read",
            seconds(codec),
            f"{seconds(plain)} bare msgspec",
            ratio(codec, plain),
            "1.5",
        ),
    ]


def versions_of(path: Path) -> list[Version]:
    """Every version in a file."""
    store = SqliteStore(path)
    state = store.load()
    assert state is not None
    found = [version for node in state.seen for version in store.by_number(node, 1, 2**53, 2**53)]
    store.close()
    return found


def _catch_up(source: Path, cpu: list[float]) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with HeadlessNode(copy(source, folder / "full.db")) as full:
            full.ask("status")
            with HeadlessNode(folder / "empty.db", full.port) as empty:
                began, used = perf_counter(), of_process(empty.pid)["cpu"]
                empty.wait_for(keys=KEYS)
                cpu.append(of_process(empty.pid)["cpu"] - used)
                return perf_counter() - began
