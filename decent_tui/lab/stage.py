"""Where a scenario is played: some nodes, real or virtual, and what can be asked of them."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Get, Peers, Status
from decent_tui.lab.scenario import Expect
from decent_tui.net.interface import NodeInterface


class Stage(Protocol):
    """Nodes by name. Time passes only in `sleep`."""

    @property
    def names(self) -> Sequence[str]:
        """Every node, running or not, in the order of the scenario."""

    def node(self, name: str) -> NodeInterface | None:
        """A running node; None if it is stopped."""

    def first_id(self, name: str) -> str:
        """The id that a node had when the scenario began."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""

    async def start(self, name: str) -> None:
        """Start a node that is stopped."""

    async def stop(self, name: str) -> None:
        """Stop a node in order."""

    async def save(self, name: str) -> None:
        """Make a copy of the data file of a node that is stopped."""

    async def restore(self, name: str) -> None:
        """Put that copy back, with the node stopped."""


async def unmet(stage: Stage, expect: Expect) -> str:
    """What of an expectation is not so at this time, in words; empty if all of it is."""
    running = {name: node for name in stage.names if (node := stage.node(name))}
    if expect.level and (why := await _not_level(running)):
        return why
    if expect.key:
        for name in [expect.node] if expect.node else running:
            held = await values(running.get(name), expect.key)
            if held is None:
                return f"{name} is not running"
            if not _same(held, expect.values or []):
                return f"{name} holds {_shown(held)} for {expect.key}, not {_shown(expect.values or [])}"
    if expect.tombstones is not None:
        for name, node in running.items():
            deleted = (await node.run(Status())).deleted
            if deleted != expect.tombstones:
                return f"{name} remembers {deleted} deleted keys, not {expect.tombstones}"
    if expect.id:
        found = running.get(expect.node)
        if found is None:
            return f"{expect.node} is not running"
        same = (await found.run(Status())).node_id == stage.first_id(expect.node)
        if same != (expect.id == "same"):
            return f"{expect.node} has {'the same' if same else 'another'} id"
    return ""


async def values(node: NodeInterface | None, key: str) -> list[Any] | None:
    """The values that a node shows for a key; None if the node is not running."""
    if node is None:
        return None
    try:
        answer = await node.run(Get(key))
    except Refused:
        return []
    return [msgspec.json.decode(bytes(record.value)) for record in answer.versions]


async def _not_level(running: dict[str, NodeInterface]) -> str:
    for name, node in running.items():
        peers = (await node.run(Peers())).peers
        alive = [peer for peer in peers if peer.state == "alive"]
        if len(alive) < len(running) - 1:
            return f"{name} is linked to {len(alive)} of {len(running) - 1} nodes"
        for peer in alive:
            if peer.behind or peer.ahead:
                return f"{name} and {peer.name} differ by {peer.behind + peer.ahead} writes"
    return ""


def _same(one: list[Any], other: list[Any]) -> bool:
    return _shown(one) == _shown(other)


def _shown(some: list[Any]) -> str:
    return (
        ", ".join(sorted(msgspec.json.encode(value, order="sorted").decode() for value in some)) or "nothing"
    )
