"""Five real nodes, 200 writes a second, kills, cuts, freezes, old copies put back; then they must be level.

    python -m tests.soak --minutes 20 [--nodes 5] [--rate 200] [--seed 1]

Exit code 1 if they do not become level, an acknowledged write is lost, a tombstone stays, or a file is not
sound.
"""

import argparse
import sys
import time
from collections import Counter
from random import Random
from statistics import median

from tests.soak.troubles import Troubles
from tests.soak.writer import Writer
from tests.system.harness import Cluster, eventually, run, temporary_cluster

BEAT = 0.1
"""Seconds between two handfuls of writes."""


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--nodes", type=int, default=5)
    parser.add_argument("--rate", type=int, default=200, help="writes a second, all nodes together")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with temporary_cluster() as cluster:
        return soak(cluster, options)


def soak(cluster: Cluster, options: argparse.Namespace) -> int:
    """Write and strike for the given time, then judge."""
    chance = Random(options.seed)
    writers: list[Writer] = []
    for number in range(options.nodes):
        peers = [writer.node.address for writer in writers[-2:]]
        node = cluster.start(peers=peers, name=f"node{number}")
        writers.append(Writer(node, f"node{number}", chance))
    troubles = Troubles(writers, cluster.home, chance)
    begun = time.monotonic()
    end, strike, measure, number = begun + options.minutes * 60, begun + 5, begun + 30, 0
    beat = begun
    while (now := time.monotonic()) < end:
        troubles.look()
        if now >= strike:
            troubles.strike()
            strike = now + chance.uniform(1, 8)
        if now >= measure:
            for writer in writers:
                if writer.ready:
                    writer.measure()
            measure = now + 10
        up = [writer for writer in writers if writer.ready]
        for _ in range(round(options.rate * BEAT)):
            number += 1
            chance.choice(up).write(number)
        for writer in writers:
            writer.listen()
        beat = max(beat + BEAT, time.monotonic() - 1)
        time.sleep(max(0.0, beat - time.monotonic()))
    return judge(cluster, writers, troubles, time.monotonic() - begun)


def judge(cluster: Cluster, writers: list[Writer], troubles: Troubles, seconds: float) -> int:
    """All is well again: are they level, is everything there, and nothing that should be gone?"""
    troubles.end_all()
    for writer in writers:
        if not writer.node.running():
            writer.node.restart()
    calm = time.monotonic()
    for writer in writers:
        eventually(writer.is_answered, within=60)
    first = writers[0].node
    eventually(lambda: len({writer.node.data_snapshot() for writer in writers}) == 1, within=120, every=1)
    level = time.monotonic() - calm
    for peer in first.peers():
        if peer["state"] == "down":  # an id that was given up with an old copy: nobody runs under it
            first.ok(f"forget {peer['node_id']}")
    eventually(lambda: all(_deleted(writer) == 0 for writer in writers), within=180, every=1)
    forgotten = time.monotonic() - calm
    lost = [
        writer.own for writer in writers if max(first.values(writer.own), default=0) < writer.acknowledged
    ]
    status = first.ok("status")
    alarms = [alarm for writer in writers for alarm in writer.node.ok("status")["alarms"]]
    for writer in writers:
        writer.measure()
        writer.node.terminate(within=30)
    unsound = [
        done.stdout.decode()
        for writer in writers
        if (done := run(cluster.home, "check", str(writer.node.data))).returncode
    ]
    told = sum((writer.tally for writer in writers), Counter())
    refused = sum((writer.refusals for writer in writers), Counter())
    print(f"{seconds / 60:.1f} minutes, {len(writers)} nodes; " + _told(told))
    print("troubles: " + _told(troubles.tally))
    print(f"refused: {_told(refused) or 'nothing'}")
    print(f"level {level:.1f} s after the last trouble, every tombstone gone after {forgotten:.1f} s")
    print(f"{status['keys']:,} keys, {status['conflicts']:,} in conflict")
    for writer in writers:
        print(
            f"{writer.own}: {writer.memory[0]} MiB at first, median {median(writer.memory):.0f}, "
            f"most {max(writer.memory)}, {writer.memory[-1]} at the end"
        )
    print(f"alarms: {len(alarms)}", *alarms[:3], sep="\n  ")
    print(f"acknowledged and lost: {lost or 'nothing'}; files that are not sound: {len(unsound)}", *unsound)
    return 1 if lost or unsound else 0


def _deleted(writer: Writer) -> int:
    deleted: int = writer.node.ok("status", within=60)["deleted"]
    return deleted


def _told(tally: Counter[str]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in sorted(tally.items()))


sys.exit(main())
