"""Nodes of the original program as peers: writes cross both ways, and their faults stay with them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .classic_peer import NEVER, ClassicPeer
from .harness import Cluster, Node, eventually, free_port, linked, put, same_everywhere

WITHIN = 10.0


@contextmanager
def it_dials_us(cluster: Cluster, interval: float = 0.3) -> Iterator[tuple[Node, ClassicPeer]]:
    """A node that knows nobody, and a classic peer that knows it."""
    node = cluster.start()
    with ClassicPeer(free_port(), [node.address], interval) as peer:
        classic_and_alive(node, peer)
        yield node, peer


@contextmanager
def we_dial_it(cluster: Cluster, interval: float = 0.3) -> Iterator[tuple[Node, ClassicPeer]]:
    """A classic peer that knows nobody, and a node that knows it."""
    with ClassicPeer(free_port(), [], interval) as peer:
        node = cluster.start(peers=[peer.address])
        classic_and_alive(node, peer)
        yield node, peer


BOTH_WAYS = pytest.mark.parametrize("meet", [it_dials_us, we_dial_it], ids=["it-dials-us", "we-dial-it"])


def classic_and_alive(node: Node, peer: ClassicPeer) -> None:
    """Wait until the node has recognised the peer for what it is."""
    node.peer_when(peer.address, lambda p: p["classic"] is True and p["state"] == "alive", WITHIN)


@BOTH_WAYS
def test_writes_cross_in_both_directions(cluster: Cluster, meet) -> None:  # type: ignore[no-untyped-def]
    with meet(cluster) as (node, peer):
        node.ok('put ours {"from": "decent"}')
        peer.put("theirs", {"from": "classic"})
        eventually(lambda: peer.values("ours") == [{"from": "decent"}], WITHIN)
        eventually(lambda: node.values("theirs") == [{"from": "classic"}], WITHIN)
        [record] = node.versions("theirs")
        assert record["node_id"] == peer.node_id
        [record] = peer.versions("ours")
        assert record["node_id"] == node.node_id
        node.ok('put ours "again"')
        eventually(lambda: peer.values("ours") == ["again"], WITHIN)
        peer.put("theirs", "again")
        eventually(lambda: node.values("theirs") == ["again"], WITHIN)


@BOTH_WAYS
def test_what_each_had_before_they_met_crosses_too(cluster: Cluster, meet) -> None:  # type: ignore[no-untyped-def]
    """The meeting itself is the test: restart the node after both have written apart."""
    with meet(cluster, interval=NEVER) as (node, peer):
        assert node.terminate() == 0
        peer.put("theirs", 1)
        node.peer_arguments = []
        node.restart()
        node.ok("put ours 2")
        classic_and_alive(node, peer)
        eventually(lambda: node.values("theirs") == [1], WITHIN)
        eventually(lambda: peer.values("ours") == [2], WITHIN)


def test_600_keys_of_100_bytes_reach_it(cluster: Cluster) -> None:
    with we_dial_it(cluster) as (node, peer):
        node.calls(put(f"key-{n:04}", "x" * 100) for n in range(600))
        eventually(lambda: len(peer.keys()) == 600, WITHIN)
        assert all(peer.values(f"key-{n:04}") == ["x" * 100] for n in range(0, 600, 50))
        assert peer.broken_lines == 0


def test_600_keys_written_before_it_came_reach_it(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"key-{n:04}", "x" * 100) for n in range(600))
    with ClassicPeer(free_port(), [node.address]) as peer:
        eventually(lambda: len(peer.keys()) == 600, WITHIN)
        assert peer.broken_lines == 0


def test_its_600_keys_reach_us(cluster: Cluster) -> None:
    """They come as one line of some 200 KiB with its gossip, and by our reading first."""
    with it_dials_us(cluster, interval=NEVER) as (node, peer):
        for n in range(600):
            peer.put(f"key-{n:04}", "x" * 100)
        eventually(lambda: len(node.keys()) == 600, WITHIN)
    with ClassicPeer(free_port(), [], NEVER) as peer:
        for n in range(600):
            peer.put(f"more-{n:04}", "y" * 100)
        node.ok(f"addpeer {peer.address}")
        eventually(lambda: len(node.keys()) == 1_200, WITHIN)


@BOTH_WAYS
def test_its_idle_gossip_changes_nothing_here_and_our_side_goes_quiet(cluster: Cluster, meet) -> None:  # type: ignore[no-untyped-def]
    with meet(cluster, interval=0.05) as (node, peer):
        node.calls(put(f"ours-{n}", n) for n in range(30))
        for n in range(30):
            peer.put(f"theirs-{n}", n)
        node.calls(put(f"theirs-{n}", "overwritten here") for n in range(5))
        eventually(lambda: len(node.keys()) == len(peer.keys()) == 60, WITHIN)
        quiet(peer)
        before, pushes, moment = node.data_snapshot(), peer.pushes, time.monotonic()
        eventually(lambda: peer.pushes >= pushes + 40, within=20)
        assert node.data_snapshot() == before
        assert peer.received(moment)["PUT_VALUE"] == 0
        assert peer.received(moment)["PUSH_UPDATE"] == 0
        assert len(peer.keys()) == 60


def quiet(peer: ClassicPeer) -> None:
    """Wait until a second has passed in which nobody pushed anything to the peer."""

    def nothing_for_a_second() -> bool:
        kinds = peer.received(time.monotonic() - 1.0)
        return kinds["PUT_VALUE"] == kinds["PUSH_UPDATE"] == 0

    eventually(nothing_for_a_second, WITHIN)


def test_a_delete_arrives_there_as_null(cluster: Cluster) -> None:
    with we_dial_it(cluster) as (node, peer):
        node.ok('put k "value"')
        eventually(lambda: peer.values("k") == ["value"], WITHIN)
        node.ok("delete k")
        eventually(lambda: peer.values("k") == [None], WITHIN)
        pushes = peer.pushes
        eventually(lambda: peer.pushes >= pushes + 5, WITHIN)
        assert node.versions("k") == [], "its gossip of the null does not bring the key back"


def test_a_delete_of_its_own_key_sticks_here(cluster: Cluster) -> None:
    with it_dials_us(cluster) as (node, peer):
        peer.put("k", "theirs")
        eventually(lambda: node.values("k") == ["theirs"], WITHIN)
        node.ok("delete k")
        eventually(lambda: peer.values("k") == [None], WITHIN)
        pushes = peer.pushes
        eventually(lambda: peer.pushes >= pushes + 5, WITHIN)
        assert node.versions("k") == []


@BOTH_WAYS
def test_its_own_record_never_comes_back_to_it(cluster: Cluster, meet) -> None:  # type: ignore[no-untyped-def]
    with meet(cluster) as (node, peer):
        for n in range(20):
            peer.put(f"k{n}", n)
        eventually(lambda: len(node.keys()) == 20, WITHIN)
        node.ok("put ours 1")
        eventually(lambda: peer.values("ours") == [1], WITHIN)
        quiet(peer)
        assert [key for key, record in peer.received_records() if record["node_id"] == peer.node_id] == []
        peer.put("k0", "next write")
        assert peer.values("k0") == ["next write"]
        eventually(lambda: node.values("k0") == ["next write"], WITHIN)


def test_a_conflict_with_it_shows_both_values_and_a_put_here_settles_it(cluster: Cluster) -> None:
    node = cluster.start()
    with ClassicPeer(free_port(), [], 0.3) as peer:
        for value in ("first", "second", "theirs"):
            peer.put("k", value)
        node.ok('put k "ours"')
        node.ok(f"addpeer {peer.address}")
        eventually(lambda: sorted(node.values("k")) == ["ours", "theirs"], WITHIN)
        node.ok('put k "settled"')
        eventually(lambda: peer.values("k") == ["settled"], WITHIN)
        pushes = peer.pushes
        eventually(lambda: peer.pushes >= pushes + 5, WITHIN)
        assert node.values("k") == ["settled"]


def test_a_record_too_large_for_it_does_not_keep_the_others_from_it(cluster: Cluster) -> None:
    with we_dial_it(cluster) as (node, peer):
        node.ok(put("a", 1))
        node.ok(put("large", "x" * 70_000))
        node.ok(put("z", 2))
        eventually(lambda: sorted(peer.keys()) == ["a", "z"], WITHIN)
        node.ok(put("later", 3))
        eventually(lambda: peer.values("later") == [3], WITHIN)
        assert peer.broken_lines == 0
        assert peer.keys().count("large") == 0


def test_when_it_starts_anew_it_gets_everything_again(cluster: Cluster) -> None:
    node = cluster.start()
    port = free_port()
    with ClassicPeer(port, [node.address]) as peer:
        node.calls(put(f"ours-{n}", n) for n in range(50))
        peer.put("theirs", 1)
        eventually(lambda: len(peer.keys()) == 51, WITHIN)
        eventually(lambda: node.values("theirs") == [1], WITHIN)
    node.peer_when(peer.address, lambda p: p["state"] == "down")
    with ClassicPeer(port, []) as again:
        eventually(lambda: len(again.keys()) >= 50, WITHIN)
        eventually(lambda: again.values("theirs") == [1], WITHIN)
        again.put("theirs", 2)
        again.put("fresh", 3)
        eventually(lambda: node.values("fresh") == [3], WITHIN)


def test_values_pass_from_one_classic_peer_to_another_through_us_and_nothing_piles_up(
    cluster: Cluster,
) -> None:
    node = cluster.start()
    with (
        ClassicPeer(free_port(), [node.address], 0.1) as one,
        ClassicPeer(free_port(), [node.address], 0.1) as two,
    ):
        for peer in (one, two):
            classic_and_alive(node, peer)
        one.put("from-one", 1)
        two.put("from-two", 2)
        eventually(lambda: two.values("from-one") == [1] and one.values("from-two") == [2], WITHIN)
        quiet(one)
        quiet(two)
        before, moment = node.data_snapshot(), time.monotonic()
        sent = one.pushes, two.pushes
        eventually(lambda: one.pushes > sent[0] + 10 and two.pushes > sent[1] + 10, WITHIN)
        assert node.data_snapshot() == before
        for peer in (one, two):
            assert peer.received(moment)["PUT_VALUE"] == peer.received(moment)["PUSH_UPDATE"] == 0
        assert node.values("from-one") == [1]


def test_two_decent_nodes_and_a_classic_one_end_level(cluster: Cluster) -> None:
    """Both decent nodes talk to it, so each hears of the other's writes twice."""
    with ClassicPeer(free_port(), [], 0.1) as peer:
        a = cluster.start(peers=[peer.address])
        b = cluster.start(peers=[peer.address])
        linked(a, b)
        for node in (a, b):
            classic_and_alive(node, peer)
        a.ok("put from-a 1")
        b.ok("put from-b 2")
        peer.put("from-c", 3)
        for key, value in (("from-a", 1), ("from-b", 2), ("from-c", 3)):
            for holder in (a, b, peer):
                eventually(lambda h=holder, k=key, v=value: h.values(k) == [v], WITHIN)  # type: ignore[misc]
        quiet(peer)
        before, pushes = same_everywhere(a, b), peer.pushes
        eventually(lambda: peer.pushes >= pushes + 20, WITHIN)
        assert same_everywhere(a, b) == before
        assert a.ok("keys --conflicts")["keys"] == []


def test_a_classic_peer_cut_in_one_direction_brings_nothing_until_healed(cluster: Cluster) -> None:
    with it_dials_us(cluster, interval=0.2) as (node, peer):
        node.ok(f"cut {peer.address} --in")
        peer.put("theirs", 1)
        pushes = peer.pushes
        eventually(lambda: peer.pushes > pushes + 3, WITHIN)
        assert node.values("theirs") == []
        node.ok(f"heal {peer.address}")
        eventually(lambda: node.values("theirs") == [1], WITHIN)


def test_a_cut_classic_peer_gets_nothing_and_brings_nothing_until_healed(cluster: Cluster) -> None:
    with it_dials_us(cluster, interval=0.2) as (node, peer):
        node.ok("put before 1")
        eventually(lambda: peer.values("before") == [1], WITHIN)
        node.ok(f"cut {peer.address}")
        peer.put("theirs", 1)
        node.ok("put ours 1")
        until = time.monotonic() + 2
        while time.monotonic() < until:
            assert node.values("theirs") == []
            assert peer.values("ours") == []
            time.sleep(0.1)
        node.ok(f"heal {peer.address}")
        eventually(lambda: node.values("theirs") == [1] and peer.values("ours") == [1], WITHIN)


def test_getpeer_and_gossip_work_with_it(cluster: Cluster) -> None:
    with we_dial_it(cluster, interval=NEVER) as (node, peer):
        node.ok("put k 1")
        eventually(lambda: peer.values("k") == [1], WITHIN)
        answer = node.ok(f"getpeer {peer.address} k")
        assert [record["value"] for record in answer["versions"]] == [1]
        assert node.ok(f"getpeer {peer.address} nothing")["relation"] == "absent"
        peer.plant("quiet", [{**peer.versions("k")[0], "vc": {peer.node_id: 1}, "node_id": peer.node_id}])
        exchanged = {p["address"]: p for p in node.ok("gossip")["peers"]}
        assert exchanged[peer.address]["error"] is None
        eventually(lambda: node.values("quiet") == [1], WITHIN)


def test_nodes_that_know_only_a_classic_peer_find_each_other(cluster: Cluster) -> None:
    with ClassicPeer(free_port(), [], NEVER) as peer:
        a = cluster.start(peers=[peer.address])
        b = cluster.start(peers=[peer.address])
        linked(a, b)


def test_what_came_from_it_survives_a_restart_and_is_not_taken_again(cluster: Cluster) -> None:
    with it_dials_us(cluster, interval=0.2) as (node, peer):
        for n in range(20):
            peer.put(f"k{n}", n)
        node.ok("put ours 1")
        eventually(lambda: len(node.keys()) == 21, WITHIN)
        before = node.data_snapshot()
        node.kill9()
        node.restart()
        classic_and_alive(node, peer)
        pushes = peer.pushes
        eventually(lambda: peer.pushes >= pushes + 5, WITHIN)
        assert node.data_snapshot() == before
        assert [key for key, record in peer.received_records() if record["node_id"] == peer.node_id] == []
