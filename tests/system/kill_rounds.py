"""kill -9 at random moments of mixed load: puts, deletes, syncs, collections.

    python -m tests.system.kill_rounds --rounds 100 [--seed 1]

After each kill the file is checked, and must hold what was acknowledged (or what was sent after that).
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

from .harness import Cluster, Json, Node, eventually, linked, put, run, same_everywhere, temporary_cluster

KEYS: Final = 120
"""Keys of each writer: few, so that most writes replace or delete something."""

MOST: Final = 900
"""Commands in flight at the most when the kill comes."""


@dataclass
class Ledger:
    """What one node was told, key by key: the last value that was acknowledged (None: deleted), and what was
    sent after that."""

    prefix: str
    acknowledged: dict[str, int | None] = field(default_factory=dict)
    sent: dict[str, list[int | None]] = field(default_factory=dict)

    def commands(self, draw: Random, count: int, number: int) -> list[tuple[str, int | None, str]]:
        """Commands, each with its key and what it makes of it."""
        made: list[tuple[str, int | None, str]] = []
        for at in range(count):
            key = f"{self.prefix}{draw.randrange(KEYS)}"
            value = None if draw.random() < 0.3 else number * MOST + at
            self.sent.setdefault(key, []).append(value)
            made.append((key, value, f"delete {key}" if value is None else put(key, value)))
        return made

    def answered(self, command: tuple[str, int | None, str], answer: Json) -> None:
        """An answer came: it stands, and so does a delete of what is not there."""
        key, value, line = command
        assert answer["ok"] or (value is None and "no value" in answer["error"]), (line, answer)
        self.acknowledged[key] = value
        del self.sent[key][0]

    def wrong(self, data: dict[str, list[Json]]) -> list[str]:
        """Keys that hold neither what was acknowledged nor anything that was sent later."""
        found = []
        for key, waiting in self.sent.items():
            held = [record["value"] for record in data.get(key, [])]
            allowed = [self.acknowledged.get(key), *waiting]
            if len(held) > 1 or (held[0] if held else None) not in allowed:
                found.append(f"{key} holds {held}, not one of {allowed[:5]}")
        return found

    def settle(self, data: dict[str, list[Json]]) -> None:
        """What is held now is what counts from now on."""
        for key, waiting in self.sent.items():
            records = data.get(key, [])
            self.acknowledged[key] = records[0]["value"] if records else None
            waiting.clear()


def kill_rounds(cluster: Cluster, rounds: int, seed: int) -> Counter[str]:
    """Rounds of load and kill against one of two nodes; AssertionError at the first thing that is wrong.
    Returns what was done, counted."""
    draw, told = Random(seed), Counter[str]()
    witness = cluster.start(name="witness")
    node = cluster.start(name="victim", peers=[witness.address])
    linked(node, witness)
    mine, theirs = Ledger("v"), Ledger("w")
    node_id = node.node_id
    for number in range(rounds):
        commands = mine.commands(draw, draw.randrange(50, MOST), number)
        beside = theirs.commands(draw, draw.randrange(1, 200), number)
        node.send(*(line for _, _, line in commands))
        witness.send(*(line for _, _, line in beside))
        got = [node.answer() for _ in range(draw.randrange(len(commands)))]
        node.kill9()
        got += node.answered()
        for command, answer in zip(commands, got, strict=False):
            mine.answered(command, answer)
        for command in beside:
            theirs.answered(command, witness.answer())
        checked = run(cluster.home, "check", str(node.data))
        assert checked.returncode == 0, f"round {number}: {checked.stdout.decode()}"
        node.restart()
        assert node.node_id == node_id
        data = node.snapshot()["data"]
        assert not (wrong := mine.wrong(data)), f"round {number}: {wrong[:3]}"
        mine.settle(data)
        if number % 2:
            linked(node, witness)
            same_everywhere(node, witness)
            eventually(lambda: _deleted(node) == 0 == _deleted(witness), within=60)
            told["times level, and every tombstone collected"] += 1
        told.update({"kills": 1, "commands": len(commands) + len(beside), "answered by the victim": len(got)})
    linked(node, witness)
    same_everywhere(node, witness)
    assert not (wrong := theirs.wrong(node.snapshot()["data"])), wrong[:3]
    return told


def _deleted(node: Node) -> int:
    deleted: int = node.ok("status")["deleted"]
    return deleted


def main() -> None:
    """Run it from the shell."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.kill_rounds", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with temporary_cluster() as cluster:
        told = kill_rounds(cluster, options.rounds, options.seed)
    did = ", ".join(f"{number:,} {what}" for what, number in told.items())
    sys.stdout.write(f"{time.monotonic() - begun:.0f} s: {did}; nothing is lost, every file is sound\n")


if __name__ == "__main__":
    main()
