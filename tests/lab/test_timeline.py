"""The space-time diagram as data."""

import random

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.clocks import Dot
from decent_tui.core.operations import Happened
from decent_tui.lab.timeline import MOST, TRIM, Timeline, about
from tests.core.builders import A, B, C
from tests.core.network import Network


def wrote(node: str, seq: int, context: dict[str, int] | None = None, *, key: str = "k") -> Happened:
    """A node's memory of its own write."""
    return Happened(float(seq), key, "written", "", node, seq, context or {}, float(seq), False, 1)


def arrived(
    node: str, seq: int, context: dict[str, int] | None = None, *, key: str = "k", left: int = 1
) -> Happened:
    """A node's memory of a write that came from elsewhere."""
    return Happened(seq + 0.5, key, "arrived", node, node, seq, context or {}, float(seq), False, left)


def network(text: str, at: float = 3.0) -> Happened:
    """A node's memory of something that is no change of a key."""
    return Happened(at, "", "network", "", "", 0, {}, at, False, 0, text)


def told(timeline: Timeline) -> list[tuple[str, str, str]]:
    """Lane, kind and text of each mark."""
    return [(mark.lane, mark.kind, mark.text) for mark in timeline]


def numbers(timeline: Timeline, *dots: tuple[str, int]) -> set[int]:
    """The marks of these writes."""
    return {mark.number for mark in timeline if mark.dot in dots and mark.kind in ("write", "delete")}


def test_a_write_and_its_delivery() -> None:
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1))
    timeline.happened(B, arrived(A, 1))
    assert told(timeline) == [(A, "write", "1"), (B, "delivery", "1")]
    assert timeline.past(1) == {0}
    assert timeline.future(0) == {1}
    assert timeline.lanes == [A, B]


def test_from_one_node_a_write_elsewhere_is_inferred_from_its_delivery() -> None:
    timeline = Timeline()
    timeline.happened(A, arrived(B, 7))
    (write, delivery) = timeline
    assert (write.lane, write.text, write.inferred, write.at) == (B, "7", True, 7.0)
    assert (delivery.lane, delivery.origin, delivery.after) == (A, B, {write.number})


def test_concurrent_writes_know_nothing_of_each_other() -> None:
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1))
    timeline.happened(B, wrote(B, 1))
    timeline.happened(A, arrived(B, 1, left=2))
    timeline.happened(B, arrived(A, 1, left=2))
    assert timeline.concurrent(0) == {1}
    assert timeline.concurrent(1) == {0}
    assert [mark.kind for mark in timeline] == ["write", "write", "conflict", "conflict"]
    assert timeline.past(3) == {0, 1}


def test_what_a_writer_had_seen_comes_before_its_write() -> None:
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1))
    timeline.happened(A, arrived(B, 1, {A: 1}))  # that B had it is all that A knows
    write = numbers(timeline, (B, 1)).pop()
    assert timeline.past(write) == {0}


def test_writes_of_a_node_that_arrive_in_another_order_stand_in_its_own() -> None:
    timeline = Timeline()
    timeline.happened(A, arrived(B, 2, key="l"))
    timeline.happened(A, arrived(B, 1))
    timeline.happened(A, arrived(B, 3))
    first, second, third = (numbers(timeline, (B, seq)).pop() for seq in (1, 2, 3))
    assert first in timeline.past(second)
    assert second in timeline.past(third)
    ordered = [mark.number for mark in timeline.in_order()]
    assert ordered.index(first) < ordered.index(second) < ordered.index(third)


def test_a_delivery_that_is_heard_of_before_its_write_finds_it() -> None:
    timeline = Timeline()
    timeline.happened(B, arrived(A, 1))
    timeline.happened(A, wrote(A, 1))
    assert told(timeline) == [(A, "write", "1"), (B, "delivery", "1")]
    assert not any(mark.inferred for mark in timeline)


def test_only_one_key_and_the_network_can_be_shown() -> None:
    timeline = Timeline()
    timeline.happened(A, wrote(A, 1))
    timeline.happened(A, wrote(A, 2, key="l"))
    timeline.happened(A, network("cut"))
    assert [mark.text for mark in about(timeline, "k".__eq__)] == ["1", "cut"]
    assert len(about(timeline, None)) == 3


def test_only_so_many_marks_are_kept() -> None:
    timeline = Timeline()
    for seq in range(1, MOST + 2):
        timeline.happened(A, wrote(A, seq))
    assert len(timeline) == MOST + 1 - TRIM
    assert timeline.get(0) is None
    assert timeline.past(MOST) == set(range(TRIM, MOST))


@pytest.mark.parametrize("seed", range(10))
def test_of_real_nodes_causal_order_is_what_their_clocks_say(seed: int) -> None:
    """Every write against every other: it is in the past iff the writer had seen it."""
    net = Network(seed)
    a = net.node("a")
    nodes = [a, net.node("b", a), net.node("c", a)]
    net.run(3)
    draw = random.Random(seed)
    timeline = Timeline()
    since = {node.address: 0 for node in nodes}
    had: dict[Dot, set[Dot]] = {}
    seen: dict[str, set[Dot]] = {node.engine.node: set() for node in nodes}
    for number in range(40):
        draw.choice(nodes).do(ops.Put(f"k{draw.randrange(3)}", str(number)))
        net.run(draw.choice((0.0, 0.05, 0.3)))
        for node in nodes:
            answer = node.do(ops.Recall(since[node.address]))
            assert isinstance(answer, ops.Happenings)
            since[node.address] = answer.next
            for one in answer.happened:
                timeline.happened(node.engine.node, one)
                if not one.node:
                    continue
                dot = Dot(one.node, one.seq)
                if one.what == "written":
                    had[dot] = set(seen[node.engine.node])
                seen[node.engine.node].add(dot)
    for mark in timeline:
        if mark.kind == "write" and mark.dot in had:
            before = [timeline.get(number) for number in timeline.past(mark.number)]
            assert {one.dot for one in before if one and one.kind == "write"} == had[mark.dot]
    positions = {mark.number: at for at, mark in enumerate(timeline.in_order())}
    assert all(positions[n] < positions[m.number] for m in timeline for n in m.after)
    assert C not in timeline.lanes


def test_what_is_told_late_goes_where_its_time_is_but_never_before_its_cause() -> None:
    timeline = Timeline()
    timeline.happened(A, network("first", at=1.0))
    timeline.happened(A, network("third", at=3.0))
    timeline.happened(B, network("second", at=2.0))
    timeline.happened(A, network("behind the third, whatever the clock says", at=0.5))
    assert [mark.text.split()[0] for mark in timeline] == ["first", "second", "third", "behind"]


def test_a_write_that_others_told_of_goes_where_its_time_is_once_its_own_node_tells_of_it() -> None:
    timeline = Timeline()
    timeline.happened(A, arrived(B, 2))  # at 2.5, written at 2
    timeline.happened(A, network("later", at=9.0))
    for news in (wrote(B, 1), network("between", at=1.5), wrote(B, 2)):
        timeline.happened(B, news)
    assert [mark.at for mark in timeline] == [1.0, 1.5, 2.0, 2.5, 9.0]
