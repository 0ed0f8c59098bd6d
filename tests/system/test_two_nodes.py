"""Two nodes: writes cross, conflicts appear, settle and stay settled, silence is silence."""

import time

import pytest

from .harness import Cluster, Node, eventually, linked, put, same_everywhere
from .proxy import observed_pair, quiet_window
from .wire import Wire

HEARTBEATS = frozenset({"HEARTBEAT", "PING", "PONG"})


def conflict(cluster: Cluster) -> tuple[Node, Node]:
    """A pair that wrote `k` on both sides of a cut, healed again and level."""
    a, b = cluster.pair()
    a.ok('put k "old"')
    eventually(lambda: b.values("k") == ["old"])
    cut(a, b)
    a.ok('put k "left"')
    b.ok('put k "right"')
    heal(a, b)
    eventually(lambda: len(a.versions("k")) == 2 and len(b.versions("k")) == 2)
    return a, b


def cut(a: Node, b: Node) -> None:
    """Cut the link on `a`'s side; back when `b` has noticed too."""
    assert a.ok(f"cut {b.address}")["peers"] == [b.address]
    eventually(lambda: b.state_of(a.address) != "alive")


def heal(a: Node, b: Node) -> None:
    """Undo a cut and wait for the link."""
    assert a.ok(f"heal {b.address}")["peers"] == [b.address]
    linked(a, b)


def test_a_write_appears_on_the_other_node(cluster: Cluster) -> None:
    a, b = cluster.pair()
    record = a.ok('put greeting {"text": "hello", "n": 1}')["versions"][0]
    eventually(lambda: b.versions("greeting") == [record], within=2)
    record = b.ok("put back [1, 2.5, null, true]")["versions"][0]
    eventually(lambda: a.versions("back") == [record], within=2)


def test_an_overwrite_on_the_other_side_replaces_it(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.ok('put k "first"')
    eventually(lambda: b.values("k") == ["first"])
    second = b.ok('put k "second"')["versions"]
    assert [record["value"] for record in second] == ["second"]
    eventually(lambda: a.versions("k") == second, within=2)
    third = a.ok('put k "third"')["versions"]
    eventually(lambda: b.versions("k") == third, within=2)
    assert set(third[0]["vc"]) == {a.node_id, b.node_id}


def test_under_a_cut_nothing_crosses_either_way(cluster: Cluster) -> None:
    a, b = cluster.pair()
    cut(a, b)
    assert a.peer(b.address)["cut"] is True
    a.ok("put from-a 1")
    b.ok("put from-b 1")
    until = time.monotonic() + 3
    while time.monotonic() < until:
        assert a.values("from-b") == []
        assert b.values("from-a") == []
        assert a.state_of(b.address) != "alive"
        time.sleep(0.2)
    with Wire(a.port) as person:
        assert person.alive(), "a person with nc is still served"
    heal(a, b)
    eventually(lambda: a.values("from-b") == [1] and b.values("from-a") == [1])
    assert not a.peer(b.address).get("cut")


def test_what_is_cut_on_both_sides_needs_both_to_heal(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.ok(f"cut {b.node_id}")
    b.ok(f"cut {a.node_id}")
    a.ok("put k 1")
    assert a.ok("heal all")["peers"] == [b.address]
    until = time.monotonic() + 2
    while time.monotonic() < until:
        assert b.values("k") == []
        time.sleep(0.2)
    assert b.ok("heal all")["peers"] == [a.address]
    eventually(lambda: b.values("k") == [1])


def test_heal_all_with_nothing_cut_is_ok(cluster: Cluster) -> None:
    node = cluster.start()
    assert node.ok("heal all") == {"command": "heal", "ok": True, "peers": []}


def test_a_cut_ends_with_its_process(cluster: Cluster) -> None:
    a, b = cluster.pair()
    cut(a, b)
    assert a.terminate() == 0
    a.restart()
    linked(a, b)


def test_after_cut_and_heal_both_show_the_same_two_siblings_with_the_same_clocks(cluster: Cluster) -> None:
    a, b = conflict(cluster)
    here, there = a.versions("k"), b.versions("k")
    assert here == there
    assert {record["value"] for record in here} == {"left", "right"}
    assert {record["node_id"] for record in here} == {a.node_id, b.node_id}
    clocks = [record["vc"] for record in here]
    assert clocks[0] != clocks[1]
    order = [(-record["lamport"], record["node_id"]) for record in here]
    assert order == sorted(order), "newest lamport first, then by node id"
    assert a.ok("keys --conflicts")["keys"] == b.ok("keys --conflicts")["keys"] == ["k"]


def test_a_put_resolves_a_conflict_on_both(cluster: Cluster) -> None:
    a, b = conflict(cluster)
    settled = b.ok('put k "settled"')["versions"]
    assert [record["value"] for record in settled] == ["settled"]
    eventually(lambda: a.versions("k") == settled, within=2)
    assert a.ok("keys --conflicts")["keys"] == []


def test_resolve_keeps_the_sibling_named_by_its_cid(cluster: Cluster) -> None:
    a, b = conflict(cluster)
    chosen = a.versions("k")[1]
    kept = a.ok(f"resolve k {chosen['cid']}")["versions"]
    assert [record["value"] for record in kept] == [chosen["value"]]
    eventually(lambda: b.versions("k") == kept)


def test_resolve_with_a_new_value_replaces_both(cluster: Cluster) -> None:
    a, b = conflict(cluster)
    kept = a.ok('resolve k {"merged": ["left", "right"]}')["versions"]
    assert [record["value"] for record in kept] == [{"merged": ["left", "right"]}]
    eventually(lambda: b.versions("k") == kept)


def test_a_delete_resolves_a_conflict_on_both(cluster: Cluster) -> None:
    a, b = conflict(cluster)
    a.ok("delete k")
    eventually(lambda: b.versions("k") == [])
    assert a.keys() == b.keys() == []


def test_equal_values_written_on_both_sides_are_no_conflict(cluster: Cluster) -> None:
    a, b = cluster.pair()
    cut(a, b)
    a.ok('put k {"x": 1, "y": 2}')
    b.ok('put k {"y": 2, "x": 1}')
    b.ok("put mark 1")
    heal(a, b)
    eventually(lambda: a.values("mark") == [1])
    for node in (a, b):
        assert node.values("k") == [{"x": 1, "y": 2}]
        assert node.ok("keys --conflicts")["keys"] == []


def test_an_overwrite_survives_a_delete_that_did_not_see_it(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.ok('put k "old"')
    eventually(lambda: b.values("k") == ["old"])
    cut(a, b)
    a.ok("delete k")
    b.ok('put k "new"')
    heal(a, b)
    eventually(lambda: a.values("k") == ["new"])
    assert b.values("k") == ["new"]
    same_everywhere(a, b)


def test_a_deleted_key_disappears_on_both_and_can_be_written_again(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.ok("put k 1")
    eventually(lambda: b.values("k") == [1])
    b.ok("delete k")
    eventually(lambda: a.keys() == [], within=2)
    assert a.snapshot()["data"] == b.snapshot()["data"] == {}
    again = a.ok("put k 2")["versions"]
    eventually(lambda: b.versions("k") == again)


def test_many_conflicts_at_once_end_the_same_on_both(cluster: Cluster) -> None:
    a, b = cluster.pair()
    cut(a, b)
    for round_ in range(3):
        a.calls(put(f"k{n}", f"a{round_}") for n in range(100))
        b.calls(put(f"k{n}", f"b{round_}") for n in range(50, 150))
    heal(a, b)
    same_everywhere(a, b)
    assert len(a.ok("keys --conflicts")["keys"]) == 50
    assert sorted(a.values("k75")) == ["a2", "b2"]
    assert len(a.keys()) == 150


def test_put_with_saw_is_refused_as_stale_when_another_version_is_here(cluster: Cluster) -> None:
    a, b = cluster.pair()
    seen = a.ok("put k 1")["versions"][0]["cid"]
    b_record = eventually(lambda: b.versions("k"))[0]
    assert b_record["cid"] == seen
    newer = b.ok(f"put k 2 --saw {seen}")["versions"]
    eventually(lambda: a.versions("k") == newer)
    assert "stale" in a.refused(f"put k 3 --saw {seen}").lower()
    assert a.versions("k") == newer, "a refused put changes nothing"
    assert a.ok(f"put k 2 --saw {seen}")["versions"][0]["value"] == 2, "already the only value: ok"
    a.ok(f"put k 3 --saw {newer[0]['cid']}")
    assert a.values("k") == [3]


def test_put_with_saw_names_all_siblings_of_a_conflict(cluster: Cluster) -> None:
    a, _ = conflict(cluster)
    one, two = (record["cid"] for record in a.versions("k"))
    assert "stale" in a.refused(f'put k "m" --saw {one}').lower()
    a.ok(f'put k "m" --saw {two} {one}')
    assert a.values("k") == ["m"]


def test_gossip_reports_a_full_exchange(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.ok("put k 1")
    eventually(lambda: b.values("k") == [1])
    assert a.ok("gossip")["peers"] == [{"address": b.address, "sent": 0, "received": 0, "error": None}]


def test_peers_count_nobody_behind_when_level(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.calls(put(f"k{n}", n) for n in range(50))
    for node, other in ((a, b), (b, a)):
        node.peer_when(other.address, lambda peer: (peer["behind"], peer["ahead"]) == (0, 0))


@pytest.mark.slow
def test_an_idle_pair_sends_nothing_but_heartbeats_and_nothing_changes(cluster: Cluster) -> None:
    pair = observed_pair(cluster)
    a, b = pair.first, pair.second
    a.calls(put(f"key-{n}", {"n": n}) for n in range(200))
    b.calls(f"delete key-{n}" for n in range(10))
    before = same_everywhere(a, b)
    lines = quiet_window(pair, HEARTBEATS, seconds=4, within=10)
    assert lines, "silence would be no sign of life"
    assert sum(line.size for line in lines) < 4 * 2_000, "less than 2 kB a second, both ways together"
    assert not any(b"key-" in line.line for line in lines)
    assert a.data_snapshot() == b.data_snapshot() == before
    pair.close()
