"""A node elsewhere whose connection comes back; and one that is only looked at."""

from pathlib import Path
from typing import get_args

import pytest
from msgspec import Raw

from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused, Unreachable
from decent_tui.core.events import AnyEvent, Attached, Changed, Skipped
from decent_tui.net.attached import AttachedNode
from decent_tui.net.node import Node, Settings
from tests.net.support import eventually, memory_node

LOOKS = [
    ops.Get("k"), ops.Keys(), ops.Entries(), ops.Snapshot(), ops.Peers(), ops.Status(), ops.Measure(),
    ops.Rows(), ops.Count(), ops.Inspect("k"), ops.Wait(), ops.Convergence(), ops.Why("k"), ops.History("k"),
    ops.Recall(),
]  # fmt: skip
"""But for `getpeer`, which needs a peer."""

CHANGES = [
    ops.Put("k", "1"), ops.PutAll((ops.Pair("k", Raw(b"1")),)), ops.Delete("k"), ops.Resolve("k", value="1"),
    ops.Unresolve("k", ("1", "2")),
    ops.AddPeer("127.0.0.1:1"), ops.Gossip(),
    ops.Forget("p"), ops.Leave(), ops.Cut("p"), ops.Heal("p"), ops.Lag("p", 1), ops.Lose("p", 1),
    ops.Duplicate("p", 1), ops.Reorder("p", 1),
]  # fmt: skip


async def test_a_connection_that_was_lost_comes_back_and_the_gap_is_told(tmp_path: Path) -> None:
    seen: list[AnyEvent] = []

    async def told(count: int) -> bool:
        return len([event for event in seen if isinstance(event, Attached)]) == count

    async with Node(Settings(port=0, data=tmp_path / "a.db")) as node:
        port = node.port
        attached = AttachedNode(Address("127.0.0.1", port))
        await attached.__aenter__()
        attached.subscribe(seen.extend)
    await eventually(lambda: told(1))
    with pytest.raises(Unreachable):
        await attached.run(ops.Keys())
    async with Node(Settings(port=port, data=tmp_path / "a.db")) as node:
        await eventually(lambda: told(2))
        assert [type(event) for event in seen] == [Attached, Attached, Skipped]
        assert await attached.run(ops.Keys()) == ops.KeyList([], False)
        await node.run(ops.Put("k", "1"))

        async def changed() -> bool:
            return isinstance(seen[-1], Changed)

        await eventually(changed)
        await attached.__aexit__(None, None, None)


async def test_what_only_looks_changes_nothing() -> None:
    async with memory_node() as node, AttachedNode(Address(node.host, node.port), readonly=True) as attached:
        await node.run(ops.Put("k", "1"))
        before = await node.run(ops.Status())
        for change in CHANGES:
            with pytest.raises(Refused, match="--readonly"):
                await attached.run(change)  # type: ignore[type-var]
        for look in LOOKS:
            await attached.run(look)  # type: ignore[type-var]
        after = await node.run(ops.Status())
        assert (after.digest, after.counter, after.peers_known) == (before.digest, before.counter, 0)


def test_every_operation_looks_or_changes_something() -> None:
    assert {type(operation) for operation in LOOKS} | {ops.GetPeer, ops.ReadCopy} == {
        kind for kind in get_args(ops.AnyOperation) if kind.looks
    }
    assert {type(operation) for operation in CHANGES} == {
        kind for kind in get_args(ops.AnyOperation) if not kind.looks
    }
