"""Scenarios on real nodes and on virtual time."""

from pathlib import Path

import pytest

from decent_tui.lab import play
from decent_tui.lab.cluster import Cluster
from decent_tui.lab.player import Failed
from decent_tui.lab.player import play as played
from decent_tui.lab.scenario import scenario
from decent_tui.lab.virtual import VirtualStage

NAMES = sorted(file.stem for file in play.SHIPPED.glob("*.toml"))

TWO = """
title = "Two"
nodes = ["anna", "ben"]
[[step]]
expect = { level = true }
[[step]]
caption = "Anna writes."
node = "anna"
do = "put k 1"
"""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", [["--check"], ["--check", "--virtual"]], ids=["real", "virtual"])
def test_the_shipped_scenarios_go_as_they_say(
    name: str, where: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert play.main([name, *where]) == 0, capsys.readouterr().err
    assert "went as they should" in capsys.readouterr().out


@pytest.mark.parametrize("virtual", [False, True])
async def test_what_is_said_and_done_is_told_in_order(virtual: bool) -> None:
    told: list[str] = []
    story = scenario(TWO + "[[step]]\nexpect = { key = 'k', values = [1] }\n[[step]]\ncaption = 'All level.'")

    def done(step: object, text: str) -> None:
        told.append(text)

    if virtual:
        await played(story, VirtualStage(story.nodes), caption=told.append, done=done)
    else:
        async with Cluster(story.nodes) as cluster:
            await played(story, cluster, caption=told.append, done=done)
    assert told[0] == "Anna writes."
    assert told[1].startswith("k = 1")
    assert told[2] == "All level."


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("after = 0\nexpect = { key = 'k', values = [2], within = 0.5 }", "line 12: .* holds 1 for k, not 2"),
        ("node = 'ben'\n\ndo = 'delete nothing'", "line 13: ben: delete nothing: no value"),
        ("node = 'ben'\ndo = 'keys'\nrefused = true", "should have been refused"),
        (
            "node = 'anna'\ndo = 'cut ben'\n[[step]]\nexpect = { level = true, within = 0.5 }",
            "linked to 0 of 1",
        ),
        ("expect = { node = 'anna', id = 'new', within = 0.2 }", "has the same id"),
        ("expect = { tombstones = 3, within = 0.2 }", "remembers 0 deleted keys"),
    ],
)
async def test_a_scenario_that_goes_wrong_says_where_and_why(step: str, why: str) -> None:
    story = scenario(TWO + "[[step]]\n" + step)
    with pytest.raises(Failed, match=why):
        await played(story, VirtualStage(story.nodes))


def test_the_exit_code_says_whether_it_went_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(TWO + "[[step]]\nexpect = { key = 'k', values = [2], within = 0.5 }\n")
    assert play.main([str(file), "--check", "--virtual"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    file.write_text("nonsense")
    assert play.main([str(file), "--check"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
