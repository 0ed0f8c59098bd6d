"""A story that is watched: it pauses, steps, waits for a person, and begins again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from decent_tui.commands.session import run_line
from decent_tui.lab.cluster import Cluster
from decent_tui.lab.guide import Guide
from decent_tui.lab.rewind import keys_of
from decent_tui.lab.scenario import scenario
from decent_tui.lab.stage import values

STORY = """
title = "Two"
nodes = ["anna", "ben"]
[[step]]
caption = "Once."
expect = { level = true }
[[step]]
after = 0.02
caption = "Anna writes."
node = "anna"
do = "put k 1"
[[step]]
after = 0.02
caption = "Ben goes."
stop = "ben"
[[step]]
after = 0.02
caption = "The end."
node = "anna"
do = "cut ben"
"""


@asynccontextmanager
async def told(text: str = STORY, speed: float = 1.0) -> AsyncIterator[tuple[Guide, Cluster, list[str]]]:
    story = scenario(text)
    captions: list[str] = []

    def changed() -> None:
        if guide.caption and captions[-1:] != [guide.caption]:
            captions.append(guide.caption)

    async with Cluster(story.nodes) as cluster:
        guide = Guide(story, cluster, speed=speed, changed=changed)
        telling = asyncio.create_task(guide.run())
        try:
            yield guide, cluster, captions
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # what holds is seen from outside
            await asyncio.sleep(0.005)


async def test_it_is_told_to_the_end_by_itself() -> None:
    async with told() as (guide, _, captions):
        await until(lambda: guide.state == "over")
        assert captions == ["Once.", "Anna writes.", "Ben goes.", "The end."]
        assert guide.told == guide.captions == 4
        assert guide.done == ("anna: cut ben",)


async def test_a_step_goes_to_the_next_caption_and_stands_there() -> None:
    async with told(speed=0.001) as (guide, cluster, captions):
        await until(lambda: guide.caption == "Once.")
        guide.pause()
        for caption in ("Anna writes.", "Ben goes."):
            guide.step()
            await until(lambda caption=caption: guide.caption == caption)  # type: ignore[misc]
            assert guide.state == "paused"
        await until(lambda: cluster.node("ben") is None)
        assert captions == ["Once.", "Anna writes.", "Ben goes."]


async def test_a_paused_story_waits_and_goes_on() -> None:
    async with told(STORY.replace("after = 0.02", "after = 0.3")) as (guide, cluster, _):
        await until(lambda: guide.caption == "Once.")
        guide.pause()
        await asyncio.sleep(0.5)  # longer than the pause: it must still stand
        assert guide.caption == "Once."
        assert await values(cluster.node("anna"), "k") == []
        guide.go_on()
        await until(lambda: guide.state == "over")


async def test_whoever_gives_a_command_has_taken_over_and_is_told_so() -> None:
    async with told(speed=0.001) as (guide, _, _):
        await until(lambda: guide.caption == "Once.")
        guide.take_over("anna: put x 1")
        assert guide.state == "paused"
        assert "You took over (anna: put x 1)" in guide.note
        guide.go_on()
        assert guide.state == "playing"
        assert guide.note == ""


async def test_a_replay_begins_on_the_same_nodes_with_everything_mended_and_its_keys_gone() -> None:
    async with told() as (guide, cluster, captions):
        await until(lambda: guide.state == "over")
        port, anna = cluster.address("ben"), cluster.node("anna")
        assert anna is not None
        await run_line(anna, "put mine 1")
        guide.replay()
        await until(lambda: guide.state == "rewinding")
        await until(lambda: guide.state == "over")
        assert captions == ["Once.", "Anna writes.", "Ben goes.", "The end."] * 2
        assert cluster.node("anna") is anna
        assert cluster.address("ben") == port
        assert await values(anna, "mine") == [1]


async def test_a_replay_can_be_asked_for_at_any_time() -> None:
    async with told(speed=0.05) as (guide, cluster, captions):
        await until(lambda: guide.caption == "Ben goes.")
        guide.replay()
        await until(lambda: captions[-1] == "Once." and len(captions) > 3)
        await until(lambda: cluster.node("ben") is not None)
        assert await values(cluster.node("ben"), "k") == []


async def test_a_story_that_cannot_go_on_says_why() -> None:
    wrong = STORY.replace('do = "cut ben"', 'do = "delete nothing"')
    async with told(wrong) as (guide, _, _):
        await until(lambda: guide.state == "stuck")
        assert "The story cannot go on" in guide.note
        assert "delete nothing" in guide.note


def test_the_keys_of_a_story_are_those_that_it_writes() -> None:
    text = STORY + "[[step]]\nnode = 'anna'\ndo = 'delete k'\n[[step]]\nnode = 'anna'\ndo = 'put \"a b\" 2'\n"
    assert keys_of(scenario(text)) == ["k", "a b"]
