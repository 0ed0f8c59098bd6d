"""A full node takes nothing in, loses nothing by it, and is level again once there is room."""

import pytest
from msgspec import Raw

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused
from decent_tui.core.memory import MemoryStore
from decent_tui.core.quota import Quota
from decent_tui.lab.sim_node import SimNode

from .builders import A, put, replica
from .network import Network

LARGE = '"' + "x" * 10_000 + '"'


def fill(node: SimNode, most: int) -> None:
    """Let the node keep so many bytes from now on."""
    node.engine.parts.quota.most = most


def pair() -> tuple[Network, SimNode, SimNode]:
    """Two nodes that are linked, of which the second is small."""
    net = Network(7)
    a = net.node("a")
    b = net.node("b", a)
    net.run(3)
    fill(b, 50_000)
    return net, a, b


def alarms(node: SimNode) -> str:
    return " ".join(node.engine.parts.tally.alarms)


def test_without_a_limit_nothing_is_full() -> None:
    assert not Quota(MemoryStore(), None).is_full()


def test_a_store_is_full_from_the_limit_on_and_has_room_again_below_it() -> None:
    one = replica(A)
    quota = Quota(one.store, 10_000)
    assert not quota.is_full()
    put(one, "k", text=LARGE)
    assert quota.is_full()
    with pytest.raises(Refused, match=r"--max-bytes \(10,000\)"):
        quota.check()
    one.delete("k", 1)
    assert not quota.is_full()


def test_many_values_at_once_are_no_way_around_it() -> None:
    node = Network(1).node("a")
    pairs = tuple(ops.Pair(f"k{number}", Raw(LARGE.encode())) for number in range(5))
    assert node.do(ops.PutAll(pairs)) == ops.Written(5)
    fill(node, 10_000)
    answer = node.do(ops.PutAll((ops.Pair("later", Raw(b"1")),)))
    assert isinstance(answer, Refused)
    assert "--max-bytes" in str(answer)
    assert isinstance(node.do(ops.Get("later")), Refused)


def test_what_is_pushed_to_a_full_node_is_not_taken_in_and_comes_later() -> None:
    net, a, b = pair()
    for number in range(20):
        a.do(ops.Put(f"k{number:02}", LARGE))
        net.run(0.5)
    assert b.replica.store.size() < 80_000
    assert "--max-bytes (50,000)" in alarms(b)
    assert not net.level()
    fill(b, 10_000_000)
    net.run_until(net.level)
    assert b.replica.store.counts().keys == 20


def test_a_full_node_pulls_nothing_and_takes_no_claim() -> None:
    net, a, b = pair()
    fill(b, 0)
    net.lose_pushes = 1.0
    for number in range(5):
        a.do(ops.Put(f"k{number}", "1"))
    net.run(30)
    assert not b.replica.seen[a.engine.node]
    net.lose_pushes = 0.0
    fill(b, 10_000_000)
    net.run_until(net.level)


def test_a_limit_reached_within_an_answer_leaves_out_the_rest_and_the_claim() -> None:
    net = Network(8)
    a = net.node("a")
    for number in range(40):
        a.do(ops.Put(f"k{number:02}", LARGE))
    b = net.node("b")
    fill(b, 100_000)
    b.do(ops.AddPeer(a.address))
    net.run(30)
    assert 0 < b.replica.store.counts().keys < 40
    fill(b, 10_000_000)
    net.run_until(net.level)
    assert b.replica.store.counts().keys == 40


def test_a_full_node_refuses_puts_in_words_and_still_reads_resolves_and_deletes() -> None:
    net, a, b = pair()
    b.do(ops.Put("k", '"mine"'))
    b.do(ops.Unresolve("two", ('"one"', '"other"')))
    net.run(3)
    fill(b, 1)
    for refused in (ops.Put("k", '"new"'), ops.Put("l", "1"), ops.Unresolve("k", ("1", "2"))):
        assert "--max-bytes" in str(b.do(refused))
    shown = b.do(ops.Get("two"))
    assert isinstance(shown, ops.Versions)
    assert isinstance(b.do(ops.Resolve("two", cid=shown.versions[0].cid)), ops.Versions)
    assert isinstance(b.do(ops.Delete("k")), ops.KeyOnly)
    net.run(3)
    assert isinstance(a.do(ops.Get("k")), Refused)


def test_what_a_full_node_holds_is_still_given_to_others() -> None:
    net, _a, b = pair()
    b.do(ops.Put("k", "1"))
    fill(b, 1)
    c = net.node("c", b)
    net.run(5)
    assert isinstance(c.do(ops.Get("k")), ops.Versions)


def test_deleting_makes_room_and_syncing_goes_on_by_itself() -> None:
    net, a, b = pair()
    for number in range(8):
        a.do(ops.Put(f"k{number}", LARGE))
        net.run(0.5)
    assert not net.level()
    for number in range(8):
        key = f"k{number}"
        if b.replica.store.siblings(key):
            b.do(ops.Delete(key))
    net.run_until(lambda: b.replica.store.counts().keys + b.replica.store.counts().deleted >= 8, within=60)


def test_that_it_is_full_is_said_as_long_as_it_is() -> None:
    net, a, b = pair()
    for number in range(8):
        a.do(ops.Put(f"k{number}", LARGE))
    net.run_until(lambda: "--max-bytes" in alarms(b))
    net.run(5)
    assert "--max-bytes" in alarms(b)
    for number in range(8):
        a.do(ops.Delete(f"k{number}"))
    b.do(ops.Delete("k0"))
    net.settle()
    net.run(5)
    assert not alarms(b)


def test_status_says_how_full_it_is() -> None:
    _net, _a, b = pair()
    b.do(ops.Put("k", LARGE))
    status = b.do(ops.Status())
    assert isinstance(status, ops.NodeStatus)
    assert (10_000 < status.bytes < 20_000, status.max_bytes) == (True, 50_000)
