"""A timeline kept up to date from what nodes remember."""

from decent_tui.commands.session import run_line
from decent_tui.lab.chronicle import Chronicle
from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.lab.scenario import Expect
from decent_tui.lab.stage import unmet


async def do(cluster: Cluster, name: str, line: str) -> None:
    outcome = await run_line(Seat(cluster, name), line)
    assert outcome is not None
    assert outcome.ok, outcome.error


async def level(cluster: Cluster) -> None:
    for _ in range(400):
        if not await unmet(cluster, Expect(level=True)):
            return
        await cluster.sleep(0.05)
    raise AssertionError("never level")


async def test_of_all_nodes_it_holds_everything_also_from_before_a_restart() -> None:
    async with Cluster(["anna", "ben"]) as cluster:
        chronicle = Chronicle()
        for name in cluster.names:
            chronicle.follow(Seat(cluster, name))
        await level(cluster)
        await do(cluster, "anna", "put k 1")
        await level(cluster)
        await chronicle.read()
        assert not chronicle.due
        await cluster.stop("ben")
        await cluster.start("ben")
        await level(cluster)
        await do(cluster, "ben", "put k 2")
        await level(cluster)
        await chronicle.read()
        writes = [(mark.lane, mark.text) for mark in chronicle.timeline if mark.kind == "write"]
        anna, ben = cluster.id("anna"), cluster.id("ben")
        assert writes == [(anna, "1"), (ben, "1")]
        assert not any(mark.inferred for mark in chronicle.timeline)
        assert [mark.lane for mark in chronicle.timeline if mark.kind == "delivery"] == [ben, anna]


async def test_of_one_node_it_holds_what_that_node_knows_until_it_is_left() -> None:
    async with Cluster(["anna", "ben"]) as cluster:
        chronicle = Chronicle()
        leave = chronicle.follow(Seat(cluster, "anna"))
        await level(cluster)
        await do(cluster, "ben", "put k 1")
        await level(cluster)
        await chronicle.read()
        edition = chronicle.edition
        assert [mark.inferred for mark in chronicle.timeline if mark.kind == "write"] == [True]
        leave()
        await do(cluster, "ben", "put k 2")
        await level(cluster)
        assert not chronicle.due
        await chronicle.read()
        assert chronicle.edition == edition


async def test_a_node_that_is_switched_off_is_left_for_the_next_time() -> None:
    async with Cluster(["anna", "ben"]) as cluster:
        await cluster.stop("ben")
        chronicle = Chronicle()
        chronicle.follow(Seat(cluster, "ben"))
        await chronicle.read()
        assert chronicle.due
        assert len(chronicle.timeline) == 0
