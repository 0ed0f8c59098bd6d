"""What a node costs as its data grows, and as its peers do."""

import asyncio
import contextlib
import statistics
import tempfile
from functools import partial
from pathlib import Path

from decent_tui.core.clocks import Dot
from decent_tui.core.messages import PROTOCOL, Handshake, Heartbeat, Sync, encode
from decent_tui.core.seen import Seen

from .limits import bare_updates
from .meter import of_process
from .nodes import HeadlessNode, build, copy, key, value
from .table import Figure, interleaved, ratio, seconds, timed

SMALL, LARGE = 10_000, 1_000_000
WRITES = 5_000
PEERS = (5, 50)
IDLE = 10.0
"""Seconds for which an idle node is watched."""
SINGLE = 300
"""Commands carried out one after the other, each answered before the next."""


def run(folder: Path, runs: int) -> list[Figure]:
    """The large node beside the small one."""
    small, large = build(folder / f"{SMALL}.db", SMALL), build(folder / f"{LARGE}.db", LARGE)
    figures = []
    opened = [_open(large) for _ in range(runs)]
    empty = [_open(None) for _ in range(runs)]
    figures.append(
        Figure(
            f"start with {LARGE:,} keys until it listens",
            seconds([took for took, _ in opened]),
            f"{seconds([took for took, _ in empty])} with none; {max(rss for _, rss in opened):.0f} MiB",
            ratio([took for took, _ in opened], [took for took, _ in empty]),
            "0.3 s more, 100 MiB",
        )
    )
    for what in ("put", "get"):
        a, b, bare_a, bare_b = interleaved(
            runs,
            partial(_lines, large, LARGE, what),
            partial(_lines, small, SMALL, what),
            partial(bare_updates, large, _spread(LARGE, WRITES), value(0).encode()),
            partial(bare_updates, small, _spread(SMALL, WRITES), value(0).encode()),
        )
        bare = f"; bare SQLite: {ratio(bare_a, bare_b)}" if what == "put" else ""
        figures.append(
            Figure(
                f"{WRITES:,} {what}s, spread over {LARGE:,} keys",
                seconds(a),
                f"{seconds(b)} over {SMALL:,}{bare}",
                ratio(a, b),
                "1.3",
            )
        )
    for what in ("put", "get"):
        a, b = interleaved(runs, partial(_single, large, LARGE, what), partial(_single, small, SMALL, what))
        figures.append(
            Figure(
                f"one {what} among {LARGE:,} keys, until it is answered, p50",
                seconds(a),
                f"{seconds(b)} among {SMALL:,}",
                ratio(a, b),
                "1.3",
            )
        )
    idle: dict[int, list[float]] = {count: [] for count in PEERS}
    busy: dict[int, list[float]] = {count: [] for count in PEERS}
    for count in PEERS * 3:
        with tempfile.TemporaryDirectory() as name, HeadlessNode(Path(name) / "a.db") as node:
            asyncio.run(_with_peers(node, count, idle[count], busy[count]))
    few, many = PEERS
    for what, cpu in (("an idle second", idle), ("a write", busy)):
        figures.append(
            Figure(
                f"CPU of {what} with {many} peers",
                f"{statistics.median(cpu[many]) * 1e3:.1f} ms",
                f"{statistics.median(cpu[few]) * 1e3:.1f} ms with {few}",
                ratio(cpu[many], cpu[few]),
                str(many // few),
            )
        )
    return figures + [_digests(nodes) for nodes in (10, 100, 1_000)]


def _open(source: Path | None) -> tuple[float, float]:
    """Seconds from the start of the process until it listens, and its MiB then."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.db"
        if source is not None:
            copy(source, file)
        times: list[float] = []
        with contextlib.ExitStack() as stack:
            with timed(times):
                node = stack.enter_context(HeadlessNode(file))
            return times[0], of_process(node.pid)["rss"]


def _lines(source: Path, keys: int, what: str) -> float:
    """Seconds for many commands on keys that are there, spread over all of them."""
    lines = "".join(f"{line}\n" for line in _commands(keys, WRITES, what)).encode()
    with tempfile.TemporaryDirectory() as folder:
        file = copy(source, Path(folder) / "a.db")
        with HeadlessNode(file) as node:
            return node.carry_out(lines, WRITES)


def _single(source: Path, keys: int, what: str) -> float:
    """The median of the seconds that each of some commands takes, one after the other."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        file = copy(source, Path(folder) / "a.db")
        with HeadlessNode(file) as node:
            for line in _commands(keys, SINGLE, what):
                with timed(times):
                    node.ask(line)
    return statistics.median(times)


def _commands(keys: int, count: int, what: str) -> list[str]:
    """So many of them, on keys that are there."""
    spread = _spread(keys, count)
    if what == "get":
        return [f"get {one}" for one in spread]
    return [f"put {one} {value(at)}" for at, one in enumerate(spread)]


def _spread(keys: int, count: int) -> list[str]:
    """So many keys, at equal distances among all."""
    step = keys // count or 1
    return [key(at % keys) for at in range(0, count * step, step)]


async def _with_peers(node: HeadlessNode, count: int, idle: list[float], busy: list[float]) -> None:
    """Add the CPU seconds of an idle second and of a write, when so many idle peers are linked to a node."""
    peers = [asyncio.create_task(_peer(node.port, at)) for at in range(count)]
    await asyncio.sleep(3)
    begun = of_process(node.pid)["cpu"]
    await asyncio.sleep(IDLE)
    idle.append((of_process(node.pid)["cpu"] - begun) / IDLE)
    begun = of_process(node.pid)["cpu"]
    for at in range(SINGLE):
        await asyncio.to_thread(node.ask, f"put {key(at)} 1")
    busy.append((of_process(node.pid)["cpu"] - begun) / SINGLE)
    for peer in peers:
        peer.cancel()
    await asyncio.gather(*peers, return_exceptions=True)


async def _peer(port: int, at: int) -> None:
    """No node, but it says what an empty idle one says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    hello = Handshake(f"{at + 1:016x}", f"127.0.0.1:{at + 1}", protocol=PROTOCOL, tag=f"{at}")
    writer.write(encode(hello))
    drain = asyncio.create_task(reader.read())
    try:
        while True:
            writer.write(encode(Heartbeat(Seen().digest(0))))
            await asyncio.sleep(1)
    finally:
        drain.cancel()
        writer.close()


def _digests(nodes: int) -> Figure:
    """The digest of a heartbeat after one more write, with so many ids in `seen`."""
    seen = Seen({f"{at:016x}": ((1, 1_000),) for at in range(nodes)})
    times: list[float] = []
    for at in range(300):
        seen.add(Dot(f"{0:016x}", 1_001 + at))
        with timed(times):
            seen.digest(at)
    size = len(encode(Sync(seen.to_wire())))
    return Figure(
        f"the digest with {nodes:,} node ids", seconds(times), f"a question takes {size:,} B", "", ""
    )
