"""What is shown of a node: the screen never lies."""

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.outputs import Answered
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.sim_node import SimNode

from .builders import X
from .network import Network
from .nodes import alone, done, torn, two

KEYS = ["a", "a/1", "a/2", "b", "ä", "🔑"]


def filled() -> SimNode:
    """A node with some keys."""
    node = alone()
    for key in KEYS:
        done(node, ops.Put(key, "1"))
    done(node, ops.Put("gone", "1"))
    done(node, ops.Delete("gone"))
    return node


@pytest.mark.parametrize(
    ("operation", "keys", "more"),
    [
        (ops.Keys(), KEYS, False),
        (ops.Keys(limit=2), ["a", "a/1"], True),
        (ops.Keys(limit=2, after="a/1"), ["a/2", "b"], True),
        (ops.Keys(prefix="a/"), ["a/1", "a/2"], False),
        (ops.Keys(prefix="a/", after="a/1"), ["a/2"], False),
        (ops.Keys(prefix="a/", after="a"), ["a/1", "a/2"], False),
        (ops.Keys(prefix="a/", after="a/"), ["a/1", "a/2"], False),
        (ops.Keys(after="🔑"), [], False),
        (ops.Keys(limit=6), KEYS, False),
        (ops.Keys(conflicts=True), [], False),
    ],
)
def test_keys_come_in_byte_order_and_in_pages(operation: ops.Keys, keys: list[str], more: bool) -> None:
    assert done(filled(), operation) == ops.KeyList(keys, more)


def test_a_key_is_in_conflict_until_it_is_resolved() -> None:
    net, a, b = torn()
    for node in (a, b):
        assert done(node, ops.Keys(conflicts=True)).keys == ["k"]
        assert done(node, ops.Status()).conflicts == 1
    done(a, ops.Put("k", '"both"'))
    net.run(2)
    for node in (a, b):
        assert done(node, ops.Keys(conflicts=True)).keys == []


def test_the_snapshot_has_the_original_programs_form_and_all_live_values() -> None:
    node = filled()
    snapshot = done(node, ops.Snapshot()).snapshot
    assert list(snapshot.data) == KEYS
    assert snapshot.node_id == node.engine.node
    assert snapshot.data["a"] == done(node, ops.Get("a")).versions


@pytest.mark.parametrize(
    ("operation", "keys", "total"),
    [
        (ops.Rows(wanted="live"), KEYS, 6),
        (ops.Rows(wanted="all"), [*KEYS[:4], "gone", *KEYS[4:]], 7),
        (ops.Rows(wanted="deleted"), ["gone"], 1),
        (ops.Rows(wanted="live", prefix="a/"), ["a/1", "a/2"], None),
        (ops.Rows(wanted="live", start="b", limit=2), ["b", "ä"], 6),
        (ops.Rows(wanted="live", start="b", inclusive=False, limit=1), ["ä"], 6),
        (ops.Rows(wanted="live", start="b", backwards=True, limit=2), ["b", "a/2"], 6),
    ],
)
def test_rows_are_paged_in_either_direction(operation: ops.Rows, keys: list[str], total: int | None) -> None:
    page = done(filled(), operation)
    assert ([row.key for row in page.rows], page.total) == (keys, total)


def test_a_row_says_how_many_values_there_are_and_how_many_members_hold_them() -> None:
    net, a, b = torn()
    c = net.node("c", a)
    net.run(5)
    done(a, ops.Put("long", '"' + "x" * 500 + '"'))
    net.run(2)
    c.crash()
    done(a, ops.Put("new", "1"))
    net.run(1)
    rows = {row.key: row for row in done(a, ops.Rows(preview=10)).rows}
    assert (rows["k"].siblings, rows["k"].held, rows["k"].members) == (2, 3, 3)
    assert rows["long"].preview == '"xxxxxxxxx'
    assert (rows["new"].held, rows["new"].members) == (2, 3)
    assert b.up


def test_an_inspection_shows_every_version_and_who_holds_it() -> None:
    _net, a, b = torn()
    done(a, ops.Put("l", "1"))
    done(a, ops.Delete("l"))
    shown = done(a, ops.Inspect("k"))
    assert shown.members == [a.engine.node, b.engine.node]
    assert {view.node for view in shown.siblings} == {a.engine.node, b.engine.node}
    assert all(view.held == shown.members for view in shown.siblings)
    [tombstone] = done(a, ops.Inspect("l")).siblings
    assert tombstone.record.deleted
    assert (tombstone.context, tombstone.held) == ({a.engine.node: 2}, [a.engine.node])
    assert done(a, ops.Inspect("nothing")).siblings == []


def test_a_peer_is_behind_by_what_it_has_not_seen_and_ahead_by_what_we_have_not() -> None:
    net, a, b = two()
    net.lose_pushes = 1.0
    done(a, ops.Put("k", "1"))
    done(a, ops.Put("k", "2"))
    [peer] = done(a, ops.Peers()).peers
    assert (peer.address, peer.state, peer.behind, peer.ahead) == ("b:1", "alive", 2, 0)
    assert done(a, ops.Status()).settled < 1.0
    net.run(5)
    [peer] = done(a, ops.Peers()).peers
    assert (peer.behind, peer.ahead) == (0, 0)
    assert peer.rtt_ms is not None
    assert done(a, ops.Status()).settled == 1.0
    assert b.up


def test_peers_carry_the_evidence_for_their_state() -> None:
    net, a, b = two()
    b.crash()
    net.run(3)
    [peer] = done(a, ops.Peers()).peers
    assert (peer.state, peer.last_error, peer.cut) == ("down", "connection refused", False)
    assert peer.heard_s is not None
    assert peer.retry_s is not None
    done(a, ops.Cut("b:1"))
    [peer] = done(a, ops.Peers()).peers
    assert (peer.cut, peer.retry_s) == (True, None)


def test_a_classic_peer_is_shown_once() -> None:
    net = Network(1)
    x = ClassicNode(net, "x")
    a = net.node("a")
    done(a, ops.AddPeer("x:1"))
    x.put("k", 1)
    net.run(10)
    [peer] = done(a, ops.Peers()).peers
    assert (peer.address, peer.classic, peer.state) == ("x:1", True, "alive")
    assert x.id != X


def test_a_former_id_of_ones_own_is_shown_until_it_is_forgotten() -> None:
    net, a, b = two()
    old = a.engine.node
    a.turn(lambda: a.engine._rename("rolled back"))
    net.run(3)
    views = {peer.node_id: peer for peer in done(a, ops.Peers()).peers}
    assert (views[old].state, views[old].address) == ("down", "a:1")
    done(a, ops.Forget(old))
    net.run(1)
    for node in (a, b):
        assert old not in {peer.node_id for peer in done(node, ops.Peers()).peers}


def test_the_status_counts_what_is_there() -> None:
    node = filled()
    status = done(node, ops.Status())
    assert (status.keys, status.deleted, status.versions, status.writes) == (6, 1, 7, 8)
    assert (status.counter, status.lamport, status.node_id) == (8, 8, node.engine.node)
    assert (status.peers_known, status.settled, status.alarms) == (0, 1.0, [])
    assert status.digest == node.engine.parts.replica.digest()


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("without", ["a", "a/", "b", "ä", "zz", "🔑", "gone", "\U0010ffff"])
def test_keys_with_some_beginning_can_be_left_out(without: str, limit: int) -> None:
    node = filled()
    expected = [key for key in sorted([*KEYS, "gone"]) if not key.startswith(without)]
    for backwards in (False, True):
        found: list[str] = []
        start, page = "", [""]
        while page:
            rows = ops.Rows(
                without=without, start=start, inclusive=not start, backwards=backwards, limit=limit
            )
            page = [row.key for row in done(node, rows).rows]
            assert len(page) <= limit
            found += page
            start = found[-1] if found else ""
        assert found == (expected[::-1] if backwards else expected)


def test_keys_are_counted() -> None:
    node = filled()
    assert done(node, ops.Count(prefix="a", limit=2)) == ops.KeyCount(2, "a/1")
    assert done(node, ops.Count(prefix="a", after="a/1", limit=2)) == ops.KeyCount(1, "")
    assert done(node, ops.Count("deleted")) == ops.KeyCount(1, "")


def test_what_is_measured_is_what_the_status_says() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    done(a, ops.Delete("k"))
    done(b, ops.Put("l", "1"))
    net.run(5)
    measures, status = done(a, ops.Measure()), done(a, ops.Status())
    for field in ("keys", "conflicts", "deleted", "versions", "writes", "applied", "counter", "in_flight"):
        assert getattr(measures, field) == getattr(status, field), field
    assert (measures.writes, measures.applied, measures.obsolete) == (2, 1, 0)
    assert sum(measures.settled) == 2
    assert len(measures.settled) == len(measures.bounds) + 1
    assert measures.settled_s > 0


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_peers_come_in_pages_that_leave_none_out_and_name_none_twice(limit: int) -> None:
    net, a, _b = two()
    for port in (5, 6, 7):
        done(a, ops.AddPeer(f"nobody:{port}"))
    a.turn(lambda: a.engine._rename("rolled back"))
    net.run(1)
    whole = [(peer.address, peer.node_id) for peer in done(a, ops.Peers()).peers]
    paged: list[tuple[str, str | None]] = []
    after, more = "", True
    while more:
        page = done(a, ops.Peers(after, limit)).peers
        paged += [(peer.address, peer.node_id) for peer in page]
        more, after = len(page) >= limit, page[-1].address if page else ""
    assert paged == whole
    assert len(whole) == 5


def test_a_peer_shows_what_waits_to_be_pushed_to_it() -> None:
    _net, a, _b = two()
    [peer] = done(a, ops.Peers()).peers
    assert (peer.waiting, peer.waiting_bytes) == (0, 0)
    a.engine.operate(1, ops.Put("k", '"x"'))
    a.engine.operate(2, ops.Peers())  # in the same turn, before anything is pushed
    [shown] = [e.outcome for e in a.engine.take_effects() if isinstance(e, Answered) and e.operation == 2]
    assert isinstance(shown, ops.PeerList)
    assert shown.peers[0].waiting == 1
    assert shown.peers[0].waiting_bytes > 0
