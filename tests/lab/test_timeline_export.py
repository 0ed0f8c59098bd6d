"""A timeline as a picture and as a log."""

import json
import re
import xml.etree.ElementTree as ElementTree

from decent_tui.lab.timeline import Timeline
from decent_tui.lab.timeline_export import shiviz, svg
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


def test_the_log_is_read_by_its_own_pattern_and_its_clocks_are_sound() -> None:
    entries = parsed(shiviz(conflict(), NAMES.__getitem__))
    assert len(entries) == 6
    count: dict[str, int] = {}
    for _, host, clock in entries:
        count[host] = count.get(host, 0) + 1
        assert clock[host] == count[host]
        assert all(number <= count.get(other, 0) for other, number in clock.items())
    assert {host for _, host, _ in entries} == {"otter", "big_lynx"}
    first, second = entries[0][2], entries[1][2]
    assert set(first) != set(second)  # concurrent: neither clock covers the other
    assert entries[-1][2] == {"otter": 3, "big_lynx": 3}


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
