"""Who is there and who is not, among real processes: frozen, cut one way, flapping, left, forgotten, back."""

import signal
import time

import pytest

from .harness import Cluster, Node, eventually, linked, put, same_everywhere

MANY = 1_000
"""Deletions that a node misses."""


def three(cluster: Cluster) -> tuple[Node, Node, Node]:
    """Three nodes, linked."""
    a = cluster.start(name="a")
    b = cluster.start(name="b", peers=[a.address])
    c = cluster.start(name="c", peers=[a.address])
    linked(a, b, c)
    return a, b, c


def standing(node: Node, node_id: str) -> str | None:
    """What a node says of another one by its id; None if it is not listed."""
    found: list[str] = [peer["state"] for peer in node.peers() if peer["node_id"] == node_id]
    return found[0] if found else None


def deleted(node: Node) -> int:
    """How many tombstones a node holds."""
    number: int = node.ok("status")["deleted"]
    return number


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_node_that_was_frozen_for_20_seconds_blames_itself_first(cluster: Cluster) -> None:
    a, b, c = three(cluster)
    a.send("watch")
    a.answer()
    a.signal(signal.SIGSTOP)
    time.sleep(20)
    assert (b.state_of(a.address), c.state_of(a.address)) == ("down", "down")
    b.ok("put meanwhile 1")
    a.signal(signal.SIGCONT)
    until = time.monotonic() + 4
    while time.monotonic() < until:
        assert {a.state_of(b.address), a.state_of(c.address)} == {"alive"}
    linked(a, b, c)
    same_everywhere(a, b, c)
    for node in (a, b, c):
        assert node.ok("status")["alarms"] == []


def test_after_it_was_frozen_a_node_still_sees_who_is_really_gone(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.signal(signal.SIGSTOP)
    time.sleep(3)
    b.kill9()
    a.signal(signal.SIGCONT)
    eventually(lambda: a.state_of(b.address) == "down")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_through_cuts_one_way_all_becomes_level_by_another_node(cluster: Cluster) -> None:
    """From b nothing reaches a, from a nothing reaches c."""
    a, b, c = three(cluster)
    other = cluster.start(name="other", peers=[a.address])
    everyone = (a, b, c, other)
    linked(*everyone)
    a.ok(f"cut {b.address} --in")
    a.ok(f"cut {c.address} --out")
    for node in everyone:
        node.ok(f"put from-{node.name} 1")
    same_everywhere(*everyone, within=20)
    time.sleep(14)  # longer than it takes to be down
    for node in everyone:
        node.ok(f"put later-from-{node.name} 1")
    same_everywhere(*everyone, within=20)
    for node in (a, b, c):
        assert node.state_of(other.address) == "alive"
    a.ok("heal all")
    linked(*everyone, within=15)
    assert all(node.ok("status")["alarms"] == [] for node in everyone)


@pytest.mark.slow
def test_a_link_that_comes_and_goes_loses_nothing(cluster: Cluster) -> None:
    a, b, c = three(cluster)
    for number in range(20):
        a.ok(f"cut {b.address}")
        a.ok(f"put a{number} 1")
        b.ok(f"put b{number} 1")
        a.ok("heal all")
        a.ok(f"put both {number}")
    linked(a, b, c, within=15)
    same_everywhere(a, b, c)
    assert len(a.keys()) == 41
    assert all(node.ok("status")["alarms"] == [] for node in (a, b, c))


def test_who_left_has_left_everywhere_and_after_every_restart(cluster: Cluster) -> None:
    a, b, c = three(cluster)
    gone = c.node_id
    c.ok("put k 1")
    same_everywhere(a, b, c)
    assert b.terminate() == 0  # it hears of it later
    c.ok("leave")
    assert c.exit_code() == 0
    eventually(lambda: standing(a, gone) == "left")
    b.restart()
    linked(a, b)
    for node in (a, b):
        eventually(lambda node=node: standing(node, gone) == "left")  # type: ignore[misc]
        node.kill9()
        node.restart()
    linked(a, b)
    for node in (a, b):
        assert standing(node, gone) in ("left", None)
    a.ok("delete k")
    eventually(lambda: deleted(a) == deleted(b) == 0, within=20)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("forgotten", [True, False], ids=["forgotten", "a-member"])
def test_who_missed_a_thousand_deletions_is_made_level_and_brings_nothing_back(
    cluster: Cluster, forgotten: bool
) -> None:
    a, b, c = three(cluster)
    a.calls(put(f"k{n:04}", n) for n in range(MANY + 10))
    same_everywhere(a, b, c, within=30)
    old_id = c.node_id
    c.kill9()
    if forgotten:
        a.ok(f"forget {old_id}")
        eventually(lambda: standing(b, old_id) is None)
    b.calls(f"delete k{n:04}" for n in range(MANY))
    same_everywhere(a, b)
    if forgotten:
        eventually(lambda: deleted(a) == deleted(b) == 0, within=30)
        a.kill9()
        a.restart()
        linked(a, b)
    else:
        time.sleep(2)
        assert deleted(a) == deleted(b) == MANY, "it is a member, so they wait for it"
    c.restart()
    c.ok("put written-on-return 1")
    linked(a, b, c, within=20)
    text = same_everywhere(a, b, c, within=30)
    assert "k0000" not in text
    assert len(c.keys()) == 11
    assert (c.ok("status")["node_id"] != old_id) is forgotten
    eventually(lambda: deleted(a) == deleted(b) == deleted(c) == 0, within=30)
    assert len(a.keys()) == len(b.keys()) == 11
    if forgotten:
        assert all(standing(node, old_id) in ("forgotten", None) for node in (a, b, c))
