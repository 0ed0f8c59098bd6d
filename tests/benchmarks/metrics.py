"""What a scrape costs the node: `python -m tests.benchmarks.metrics`.

A node with a million keys (the file is made at the first run, some minutes) that knows 50 peers, each of
which has seen something else of each: the dearest case. Another process scrapes it; every step that the
node's event loop takes meanwhile is timed, and the longest one is what a scrape can hold others up.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.seen import Seen
from decent_tui.net.node import Node, Settings
from decent_tui.service.metrics_port import metrics_port

from .big_file import build
from .meter import Limits, free_port, say

STEP = 2.0
"""Milliseconds for which a scrape may hold up what else runs on the loop."""

_SCRAPER = """
import sys, time, urllib.request
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    body = urllib.request.urlopen(sys.argv[1]).read()
    print((time.perf_counter() - begun) * 1000, len(body), flush=True)
    time.sleep(0.1)
"""


@contextmanager
def steps() -> Iterator[list[float]]:
    """The milliseconds of every step that the event loop takes: of the processor's time, so that what else
    runs on the machine does not count."""
    taken: list[float] = []
    run = events.Handle._run

    def timed(handle: events.Handle) -> None:
        begun = time.thread_time()
        run(handle)
        taken.append((time.thread_time() - begun) * 1000)

    events.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield taken
    finally:
        events.Handle._run = run  # type: ignore[method-assign]


def know(node: Node, peers: int) -> None:
    """Have the node know so many peers, none of which has seen all of any other. They have what was here
    before, so that no deletion waits for them: to go round those is work of the node itself."""
    parts = node._engine.parts
    own = dict(parts.replica.seen.items())
    ids = [f"{number:016x}" for number in range(100, 100 + peers)]
    parts.replica.seen.join(Seen(dict.fromkeys(ids, ((1, 20000),))))
    for at, peer_id in enumerate(ids):
        peer = parts.peers.learn(f"127.0.0.1:{at + 1}", given=True)
        assert peer is not None
        parts.peers.identify(peer, peer_id)
        peer.retry_at = time.monotonic() + 3600
        parts.members.meet(peer_id, name=f"peer {at}", address=peer.address)
        seen = own | dict.fromkeys(ids, ((1, 19_000 + at), (19_500, 19_900)))
        parts.members.heard(peer_id, Seen(seen))


async def measure(path: Path, peers: int, scrapes: int) -> None:
    where = Address("127.0.0.1", free_port())
    async with Node(Settings(port=0, data=path)) as node, metrics_port(node, where):
        know(node, peers)
        measures = await node.run(ops.Measure())
        say("keys, peers", f"{measures.keys:,}", str(len((await node.run(ops.Peers())).peers)))
        await asyncio.sleep(10)  # the deletions are forgotten meanwhile
        with steps() as idle:
            await asyncio.sleep(2)
        with steps() as taken:
            scraper = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _SCRAPER, f"http://{where}/metrics", str(scrapes),
                stdout=subprocess.PIPE,
            )  # fmt: skip
            out, _ = await scraper.communicate()
        rows = [line.split() for line in out.decode().splitlines()]
        say("bytes of a scrape", rows[-1][1])
        waited = sorted(float(row[0]) for row in rows)
        say(
            "a scrape, as its reader sees it",
            f"p50 {statistics.median(waited):.1f} ms",
            f"max {waited[-1]:.1f} ms",
        )
        say("the loop's longest step without any", f"{max(idle):.2f} ms")
        longest = sorted(taken)[-10:]
        Limits().check("its longest step while scraped", longest[-1], STEP)
        say("  the ten longest", " ".join(f"{step:.2f}" for step in longest))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--peers", type=int, default=50)
    parser.add_argument("--scrapes", type=int, default=100)
    parser.add_argument("--file", type=Path, help="the file with the keys (kept for the next run)")
    options = parser.parse_args()
    path = options.file or Path(tempfile.gettempdir()) / f"decent-tui-{options.keys}.db"
    if not path.exists():
        say(f"building {path} …")
        build(path, options.keys)
    asyncio.run(measure(path, options.peers, options.scrapes))


if __name__ == "__main__":
    main()
