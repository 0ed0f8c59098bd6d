"""The demo's story for any number of nodes, and what its arguments may be."""

import asyncio

import pytest

from decent_tui.commands.session import run_line
from decent_tui.core.operations import Peers
from decent_tui.lab import demo, play
from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.lab.player import play as played
from decent_tui.lab.scenario import Scenario, read
from decent_tui.lab.virtual import VirtualStage


@pytest.mark.parametrize("nodes", [2, 3, 4, 9])
async def test_the_story_goes_as_it_says_with_any_number_of_nodes(nodes: int) -> None:
    story = demo.demo(nodes)
    said: list[str] = []
    await played(story, VirtualStage(story.nodes), caption=said.append)
    assert len(story.nodes) == nodes
    assert "all level" in said[-1]


def test_three_play_the_file_as_it_stands() -> None:
    assert demo.demo(3) == read(play.SHIPPED / "demo.toml")


def test_with_two_nodes_nobody_speaks_of_a_third() -> None:
    assert not any("leo" in step.caption for step in demo.demo(2).step)


def test_it_takes_about_a_minute() -> None:
    assert 55 <= sum(step.after for step in demo.demo().step) <= 75


def test_the_arguments_reach_the_screen() -> None:
    shown: list[tuple[int, float]] = []

    def show(scenario: Scenario, speed: float) -> int:
        shown.append((len(scenario.nodes), speed))
        return 0

    assert demo.main([], show) == 0
    assert demo.main(["--nodes", "4", "--speed", "2.5"], show) == 0
    assert play.main(["first-conflict", "--speed", "3"], show) == 0
    assert shown == [(3, 1.0), (4, 2.5), (3, 3.0)]


@pytest.mark.parametrize(
    "wrong", [["--nodes", "1"], ["--nodes", "10"], ["--nodes", "x"], ["--speed", "0"], ["--speed", "fast"]]
)
def test_a_wrong_value_is_one_line_and_exit_code_2(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        demo.main(wrong, lambda scenario, speed: 0)
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


async def test_a_guest_who_joined_from_elsewhere_does_not_bridge_the_islands() -> None:
    story = demo.demo()
    async with Cluster(story.nodes) as cluster, Cluster(["dora"]) as elsewhere:
        outcome = await run_line(Seat(elsewhere, "dora"), f"addpeer {cluster.address('anna')}")
        assert outcome is not None
        assert outcome.ok
        async with asyncio.timeout(20):
            anna = Seat(cluster, "anna")
            while "dora" not in [one.name for one in (await anna.run(Peers())).peers]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await played(story, cluster)
