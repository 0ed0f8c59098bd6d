"""Many keys: piped in, acknowledged on disk, carried to an empty node, and silent afterwards."""

import threading
import time
from collections.abc import Callable

import pytest

from .harness import Cluster, Node, eventually, linked, put
from .proxy import observed_pair, quiet_window
from .test_two_nodes import HEARTBEATS

Note = Callable[[str, object], None]


def test_20000_piped_puts_are_answered_in_order_and_survive_kill_9(
    cluster: Cluster, record_property: Note
) -> None:
    node = cluster.start()
    count = 20_000
    lines = [put(f"k{n:05}", {"n": n, "text": "some words"}) for n in range(count)]
    start = time.monotonic()
    answers = node.calls(lines, within=60)
    took = time.monotonic() - start
    node.kill9()
    record_property("seconds", took)
    print(f"{count:,} puts in {took:.1f} s, {count / took:,.0f} a second")  # noqa: T201 - the measure
    assert all(answer["ok"] for answer in answers)
    assert [answer["key"] for answer in answers] == [f"k{n:05}" for n in range(count)]
    node.restart()
    data = node.snapshot()["data"]
    assert {key: records[0]["value"]["n"] for key, records in data.items()} == {
        f"k{n:05}": n for n in range(count)
    }


def test_a_stream_of_writes_does_not_starve_a_reader(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.send(*(put(f"k{n}", n) for n in range(5_000)))
    worst = 0.0
    for _ in range(20):
        start = time.monotonic()
        b.ok("keys --limit 1")
        worst = max(worst, time.monotonic() - start)
    assert worst < 2.0
    assert all(a.answer(60)["ok"] for _ in range(5_000))


@pytest.mark.slow
def test_a_long_stream_of_writes_never_stalls(cluster: Cluster) -> None:
    """Some 60 MB of them, through whatever the store does from time to time with so much."""
    node = cluster.start()
    count = 12_000
    lines = [put(f"k{n:05}", "x" * 5_000) for n in range(count)]
    sender = threading.Thread(target=node.send, args=lines)
    sender.start()
    gaps = []
    last = time.monotonic()
    for _ in range(count):
        assert node.answer(60)["ok"]
        now = time.monotonic()
        gaps.append(now - last)
        last = now
    sender.join()
    assert max(gaps) < 2.5, f"{max(gaps):.1f} s without an answer at write {gaps.index(max(gaps)):,}"


def fill(node: Node, count: int) -> None:
    """Write so many small documents."""
    for first in range(0, count, 10_000):
        answers = node.calls(
            (put(f"doc/{n:06}", {"n": n}) for n in range(first, min(count, first + 10_000))), 120
        )
        assert all(answer["ok"] for answer in answers)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_100000_keys_reach_an_empty_node_and_idle_traffic_does_not_depend_on_their_number(
    cluster: Cluster, record_property: Note
) -> None:
    count = 100_000
    pair = observed_pair(cluster)
    a, b = pair.first, pair.second
    few = sum(line.size for line in quiet_window(pair, HEARTBEATS, seconds=4, within=20))
    assert b.terminate() == 0
    fill(a, count)
    pair.proxies[0].passed.clear()
    pair.proxies[1].passed.clear()
    b.peer_arguments = []
    start = time.monotonic()
    b.restart()
    last = f"doc/{count - 2:06}"
    linked(a, b)
    states = set()
    while not b.call(f"get doc/{count - 1:06}")["ok"]:
        assert time.monotonic() - start < 120, "not within two minutes"
        states |= {a.state_of(b.address), b.state_of(a.address)}
        time.sleep(0.1)
    assert states == {"alive"}, "a busy peer is no dead peer"
    eventually(lambda: len(b.keys()) == count, within=60, every=0.5)
    took = time.monotonic() - start
    record_property("seconds", took)
    print(f"{count:,} keys reached the other node in {took:.1f} s")  # noqa: T201 - the measure
    assert b.ok(f"keys --after {last}")["keys"] == [f"doc/{count - 1:06}"]
    assert a.snapshot()["data"] == b.snapshot()["data"]
    content = sum(len(f"doc/{n:06}") + len(f'{{"n":{n}}}') for n in range(count))
    carried = sum(line.size for line in pair.since(start))
    record_property("bytes per byte", carried / content)
    print(f"{carried / content:.2f} bytes on the wire for each byte of keys and values")  # noqa: T201
    many = sum(line.size for line in quiet_window(pair, HEARTBEATS, seconds=4, within=20))
    assert many < few * 1.5 + 500, f"{many} bytes in 4 idle seconds, with few keys {few}"
    pair.close()


@pytest.mark.slow
def test_a_node_that_was_away_gets_the_difference_and_not_everything(cluster: Cluster) -> None:
    pair = observed_pair(cluster)
    a, b = pair.first, pair.second
    fill(a, 10_000)
    eventually(lambda: len(b.keys()) == 10_000, within=30)
    assert b.terminate() == 0
    a.calls(put(f"new/{n}", n) for n in range(100))
    start = time.monotonic()
    b.restart()
    while len(b.keys()) < 10_100:
        assert time.monotonic() - start < 20
        time.sleep(0.1)
    quiet_window(pair, HEARTBEATS, seconds=2, within=10)
    assert sum(line.size for line in pair.since(start)) < 40_000
    pair.close()
