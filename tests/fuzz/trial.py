"""A node under attack, its neighbour, and what must be true of both afterwards."""

import asyncio
import json
import socket
from collections import Counter
from dataclasses import dataclass

from tests.fuzz.attack import attack
from tests.system.harness import Cluster, Node, eventually, linked, put, run

KEYS = 300
"""Keys with data that nobody should touch."""


@dataclass(frozen=True)
class Verdict:
    """What was sent, and what it did. Memory in MiB."""

    sent: Counter[str]
    before: float
    after: float


def trial(cluster: Cluster, frames: int, seed: int) -> Verdict:
    """Attack one of two nodes; AssertionError unless it answers PING, has all its data and a sound file, and
    its neighbour noticed nothing."""
    neighbour = cluster.start(name="neighbour")
    node = cluster.start(name="target", peers=[neighbour.address])
    linked(node, neighbour)
    node.calls(put(f"data:{number}", {"n": number}) for number in range(KEYS))
    asyncio.run(attack(node.port, 200, seed + 1))  # what is loaded once is no growth
    held, node_id, before = _data(node), node.ok("status")["node_id"], node.memory()
    assert len(held) == KEYS
    sent = asyncio.run(attack(node.port, frames, seed))
    assert _ping(node.port) == "PONG"
    assert _data(node) == held
    assert node.ok("status")["node_id"] == node_id
    eventually(lambda: neighbour.data_snapshot() == node.data_snapshot(), within=60)
    assert neighbour.state_of(node.address) == "alive"
    assert neighbour.ok("status")["alarms"] == []
    after = node.memory()
    for one in (node, neighbour):
        assert "Traceback" not in one.error_text(), one.error_text()[-2000:]
        assert one.terminate(within=30) == 0
        checked = run(cluster.home, "check", str(one.data))
        assert checked.returncode == 0, checked.stdout
    return Verdict(sent, before, after)


def _data(node: Node) -> dict[str, object]:
    data = node.snapshot()["data"]
    return {key: records for key, records in data.items() if key.startswith("data:")}


def _ping(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b'{"type":"PING","payload":{}}\n')
        kind: str = json.loads(connection.makefile().readline())["type"]
        return kind
