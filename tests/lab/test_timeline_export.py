"""A timeline as a picture and as a log."""

import json
import re
import xml.etree.ElementTree as ElementTree

from decent_tui.core.operations import Recall
from decent_tui.lab.demo import demo
from decent_tui.lab.player import play
from decent_tui.lab.scenario import Step
from decent_tui.lab.timeline import Timeline
from decent_tui.lab.timeline_export import shiviz, svg
from decent_tui.lab.virtual import VirtualStage
from tests.core.builders import A, B

from .test_timeline import arrived, wrote

NAMES = {A: "otter", B: "big lynx"}


def conflict() -> Timeline:
    """Two writes that did not know of each other, and what came of them."""
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1))
    timeline.happened(B, wrote(B, 1))
    timeline.happened(A, arrived(B, 1, left=2))
    timeline.happened(B, arrived(A, 1, left=2))
    timeline.happened(A, wrote(A, 2, {A: 1, B: 1}))
    timeline.happened(B, arrived(A, 2, {A: 1, B: 1}))
    return timeline


def parsed(log: str) -> list[tuple[str, str, dict[str, int]]]:
    """Event, host and clock of each entry, read by the pattern that the log begins with."""
    pattern, empty, rest = log.split("\n", 2)
    assert empty == ""
    found = re.findall(re.sub(r"\(\?<", "(?P<", pattern), rest)
    return [(event, host, json.loads(clock)) for event, host, clock in found]


def check(entries: list[tuple[str, str, dict[str, int]]]) -> None:
    """The rules by which ShiViz refuses a log (`ModelGraph` in its `js/model/modelGraph.js`)."""
    events = {(host, clock[host]): clock for _, host, clock in entries}
    assert len(events) == len(entries), "two events of one host have one number"
    for host in {host for host, _ in events}:
        numbers = sorted(number for other, number in events if other == host)
        assert numbers == list(range(1, len(numbers) + 1)), "numbers of a host go up by one, from 1"
    for clock in events.values():
        for other, number in clock.items():
            assert (other, number) in events, "a clock names an event that is not there"
            assert (
                events[other, number].items()
                <= {
                    name: min(seen, clock.get(name, 0)) for name, seen in events[other, number].items()
                }.items()
            ), "what came before an event's cause came before it"


def test_the_log_is_read_by_its_own_pattern_and_keeps_the_rules_of_shiviz() -> None:
    entries = parsed(shiviz(conflict(), NAMES.__getitem__))
    assert len(entries) == 6
    check(entries)
    assert {host for _, host, _ in entries} == {"otter", "big_lynx"}
    first, second = entries[0][2], entries[1][2]
    assert set(first) != set(second)  # concurrent: neither clock covers the other
    assert entries[-1][2] == {"otter": 3, "big_lynx": 3}


def test_two_lanes_of_one_name_are_two_hosts() -> None:
    entries = parsed(shiviz(conflict(), lambda node: "anna"))
    check(entries)
    assert {host for _, host, _ in entries} == {"anna", "anna_2"}


async def test_the_whole_demo_keeps_the_rules_of_shiviz() -> None:
    story = demo()
    stage = VirtualStage(story.nodes)
    timeline = Timeline()
    read = dict.fromkeys(stage.names, 0)

    async def before(step: Step) -> None:
        for name in stage.names:
            node = stage.node(name)
            if node is None:
                read[name] = 0  # it will begin anew
                continue
            page = await node.run(Recall(read[name]))
            read[name] = page.next
            for news in page.happened:
                timeline.happened(node.sim.replica.node, news)

    await play(story, stage, before=before)
    await stage.sleep(10)  # the mark of the deletion is forgotten
    await before(story.step[-1])
    assert {mark.kind for mark in timeline} == {
        "write", "delete", "delivery", "conflict", "forget", "network"
    }  # fmt: skip
    entries = parsed(shiviz(timeline, lambda node: node[:4]))
    assert len(entries) == len(timeline)
    check(entries)


def test_keys_of_any_kind_break_neither_log_nor_picture() -> None:
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1, key='</text><script>\n{"x": 1}\u202e\x1b[31m'))
    timeline.happened(A, wrote(A, 2))
    assert len(parsed(shiviz(timeline, NAMES.__getitem__))) == 2
    root = ElementTree.fromstring(svg(timeline, NAMES.__getitem__))
    assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_the_picture_has_a_lane_a_node_a_mark_an_event_and_a_line_a_delivery() -> None:
    root = ElementTree.fromstring(svg(conflict(), NAMES.__getitem__))
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert names.count("circle") == 6
    assert names.count("line") == 2 + 3
    assert {"otter", "big lynx"} <= {element.text for element in root.iter()}
