"""A cluster in a test: real nodes in one process, a cut, a conflict, and its end.

python -m pytest test_cluster.py
"""

import asyncio
from collections.abc import Awaitable, Callable

from decent_tui import Node


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():
            await asyncio.sleep(0.02)


async def cluster() -> None:
    async with Node(port=0) as a, Node(port=0, peers=[a.address]) as b, Node(port=0, peers=[a.address]) as c:

        async def complete() -> bool:
            seen = [[peer.state for peer in await node.peers()] for node in (a, b, c)]
            return seen == [["alive", "alive"]] * 3

        async def same() -> bool:
            return await a.get("k") == await b.get("k") == await c.get("k")

        await until(complete)
        for node in (a, b):
            await node.cut(c.address)
        await a.put("k", "from a")
        await c.put("k", "from c")
        for node in (a, b):
            await node.heal()
        await until(same)
        assert sorted(map(str, (await b.get("k")).values)) == ["from a", "from c"]

        await b.put("k", "settled")
        await until(same)
        assert (await c.get("k")).value == "settled"


def test_a_conflict_shows_everywhere_and_is_settled_everywhere() -> None:
    asyncio.run(cluster())
