"""Dials on real TCP: the same decisions, between real nodes."""

import asyncio

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.events import AnyEvent, Carried
from decent_tui.net.node import Node
from tests.net.support import address, alive, eventually, memory_node, values


async def linked(*nodes: Node) -> None:
    """Wait until all know each other."""

    async def all_alive() -> bool:
        return all([await alive(node) == len(nodes) - 1 for node in nodes])

    await eventually(all_alive)


async def level(*nodes: Node) -> bool:
    """Whether all hold the same."""
    return len({(await node.run(ops.Status())).digest for node in nodes}) == 1


@pytest.mark.parametrize("direction", ["in", "out"])
async def test_a_write_is_as_late_as_the_lag_says(direction: str) -> None:
    async with memory_node() as a, memory_node(a) as b:
        await linked(a, b)
        await a.run(ops.Lag(address(b), 400, direction=direction))  # type: ignore[arg-type]
        writer, reader = (a, b) if direction == "out" else (b, a)
        clock = asyncio.get_running_loop().time
        began = clock()
        await writer.run(ops.Put("k", "1"))

        async def there() -> bool:
            return await values(reader, "k") == [1]

        await eventually(there)
        assert clock() - began >= 0.4


async def test_everything_is_level_with_dials_on_and_after_the_heal() -> None:
    async with memory_node() as a, memory_node(a) as b, memory_node(a) as c:
        await linked(a, b, c)
        for dial in (
            ops.Lose(address(b), 20),
            ops.Duplicate(address(b), 30),
            ops.Reorder(address(b), 30),
            ops.Lag(address(c), 30, 30),
        ):
            await a.run(dial)
        for number in range(60):
            for node in (a, b, c):
                await node.run(ops.Put(f"k{number % 7}", str(number)))
        assert {view.dial for view in (await a.run(ops.Status())).dials} == {
            "lose",
            "duplicate",
            "reorder",
            "lag",
        }
        await a.run(ops.Heal("all"))
        await eventually(lambda: level(a, b, c), within=20)


async def test_what_got_lost_is_shown_as_lost_and_not_counted_as_traffic() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await linked(a, b)
        seen: list[AnyEvent] = []
        a.subscribe(seen.extend)
        await a.run(ops.Cut(address(b), "out"))
        before = (await a.run(ops.Status())).sent
        await a.run(ops.Put("k", "1"))

        async def told() -> bool:
            return any(isinstance(event, Carried) and event.lost and event.key == "k" for event in seen)

        await eventually(told)
        assert (await a.run(ops.Status())).sent == before
        assert await values(b, "k") == []
        await a.run(ops.Heal("all"))
        await eventually(lambda: level(a, b))


async def test_a_one_way_cut_stops_the_handshake_and_a_heal_lets_it_pass() -> None:
    async with memory_node() as a, memory_node() as b:
        await a.run(ops.AddPeer(address(b)))
        await a.run(ops.Cut(address(b), "out"))

        async def timed_out() -> bool:
            return "handshake" in ((await a.run(ops.Peers())).peers[0].last_error or "")

        await eventually(timed_out)
        await a.run(ops.Heal("all"))
        await linked(a, b)


async def test_a_cut_with_a_time_heals_by_itself() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await linked(a, b)
        await a.run(ops.Cut(address(b), for_s=0.5))
        assert await alive(a) == 0
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: level(a, b))
        assert await values(b, "k") == [1]


async def test_a_wait_ends_when_real_nodes_are_level_and_settle_times_are_small() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await linked(a, b)
        for number in range(20):
            await a.run(ops.Put(f"k{number}", "1"))
        assert (await a.run(ops.Wait())).converged
        status = await a.run(ops.Status())
        assert (status.in_flight, status.missing) == (0, {})
        assert status.settle_p50_ms is not None
        await a.run(ops.Cut(address(b), "out"))
        await a.run(ops.Put("late", "1"))
        answer = await a.run(ops.Wait("late", timeout_s=0.3))
        assert (answer.converged, answer.missing) == (False, {address(b): 1})


async def test_a_dial_for_a_host_name_follows_the_node_that_is_met_there() -> None:
    async with memory_node() as a, memory_node() as b:
        await a.run(ops.AddPeer(f"localhost:{b.port}"))
        await a.run(ops.Lag(f"localhost:{b.port}", 20))
        await linked(a, b)
        (peer,) = (await a.run(ops.Peers())).peers
        assert peer.address == address(b)
        assert [view.dial for view in peer.dials] == ["lag"]
