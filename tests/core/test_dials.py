"""Dials on nodes that talk to each other: what they do, and that everything is level again afterwards."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.dial_operations import Way, in_words
from decent_tui.core.errors import Refused
from decent_tui.core.events import Dialled
from decent_tui.core.exchange import HEARTBEAT, RETELL
from decent_tui.core.tuning import Tuning
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.sim_node import SimNode

from .network import Network
from .nodes import alone, done, refused, two


def dialled(node: SimNode) -> list[Dialled]:
    """What the node told of its dials."""
    return [event for event in node.events if isinstance(event, Dialled)]


def state(node: SimNode) -> ops.PeerView:
    """The one peer of a node."""
    (peer,) = done(node, ops.Peers()).peers
    return peer


def has(node: SimNode, key: str) -> bool:
    """Whether the node holds a key."""
    return bool(node.store.siblings(key))


def test_a_lag_makes_the_round_trip_longer_and_changes_nothing_else() -> None:
    net, a, b = two()
    assert done(a, ops.Lag("b", 300)) == ops.DialView(
        b.address, "lag", "both", ms=300, jitter_ms=0, since_s=0
    )
    done(a, ops.Put("k", "1"))
    net.run(0.25)
    assert not has(b, "k")
    net.run(0.2)
    assert has(b, "k")
    net.run(12)
    assert 600 <= (state(a).rtt_ms or 0) <= 750
    assert state(a).state == "alive"
    assert state(b).dials == []  # a dial is of the node that turned it
    done(a, ops.Lag("b", 0))
    assert state(a).dials == []


def test_a_lag_of_one_direction_delays_only_that_one() -> None:
    net, a, b = two()
    done(a, ops.Lag("b", 500, direction="in"))
    done(a, ops.Put("k", "1"))
    done(b, ops.Put("l", "2"))
    net.run(0.2)
    assert has(b, "k")
    assert not has(a, "l")
    net.run(0.5)
    assert has(a, "l")


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_cut_of_one_direction_lets_the_other_pass(direction: Way) -> None:
    net, a, b = two()
    assert done(a, ops.Cut("b", direction)).peers == [b.address]
    assert not state(a).cut
    done(a, ops.Put("from a", "1"))
    done(b, ops.Put("from b", "2"))
    net.run(1)
    assert has(b, "from a") is (direction == "in")
    assert has(a, "from b") is (direction == "out")
    net.run(60)
    assert "down" in (state(a).state, state(b).state)
    done(a, ops.Heal("b"))
    net.settle(8)
    assert has(b, "from a")
    assert has(a, "from b")


def test_cut_in_both_directions_one_after_the_other_is_a_cut() -> None:
    net, a, b = two()
    done(a, ops.Cut("b", "in"))
    done(a, ops.Cut("b", "out"))
    net.run(1)
    assert state(a).cut
    assert not b.engine.parts.links.decent()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "bad",
    [
        ops.Lose("b", 40),
        ops.Lose("b", 100, "out"),
        ops.Lose("b", 100, "in"),
        ops.Duplicate("b", 60),
        ops.Reorder("b", 60),
        ops.Lag("b", 400, 400),
    ],
    ids=lambda bad: f"{type(bad).__name__}{bad.direction}",
)
def test_whatever_was_dialled_all_are_level_soon_after_the_heal(bad: ops.AnyOperation, seed: int) -> None:
    net = Network(seed)
    a = net.node("a", tuning=Tuning(chunk=200))
    b = net.node("b", a, tuning=Tuning(chunk=200))
    c = net.node("c", a, tuning=Tuning(chunk=200))
    net.run(3)
    done(a, bad)  # type: ignore[arg-type]
    nodes = [a, b, c]
    for number in range(80):
        node = nodes[int(net.chance.random() * 3)]
        key = f"k{int(net.chance.random() * 12)}"
        deletes = has(node, key) and net.chance.random() < 0.25
        node.do(ops.Delete(key) if deletes else ops.Put(key, str(number)))
        net.run(0.4 * net.chance.random())
    net.run(4)
    done(a, ops.Heal("all"))
    net.settle(12)


def test_messages_that_get_lost_delay_a_write_and_stop_it_not() -> None:
    net, a, b = two()
    done(a, ops.Lose("b", 50))
    for number in range(20):
        done(a, ops.Put(f"k{number}", "1"))
        done(b, ops.Put(f"l{number}", "1"))
        net.run(0.1)
    net.settle(600)  # with the dial still on; of 300 seeds half took 45 s, the last 258
    assert state(a).dials


def test_a_word_about_a_write_that_got_lost_with_it_is_said_again() -> None:
    """Both wrote something that the other one lacks, and neither learned of it."""
    net, a, b = two()
    done(a, ops.Cut("b", "out"))
    done(a, ops.Put("k", "1"))
    done(b, ops.Cut("a", "out"))
    done(b, ops.Put("l", "2"))
    net.run(2 * HEARTBEAT)
    for node in (a, b):  # without a new link, which would begin with a pull
        node.engine.parts.faults.heal_all()
    net.run((RETELL + 3) * HEARTBEAT)
    assert net.level()


def test_doubled_answers_do_not_double_the_questions() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(chunk=200))
    for number in range(60):
        done(a, ops.Put(f"k{number}", '"' + "x" * 150 + '"'))
    b = net.node("b", tuning=Tuning(chunk=200))
    done(b, ops.AddPeer(a.address))
    done(b, ops.Duplicate(a.address, 100))
    net.settle(20)
    net.run(3)
    asked = [line for who, _, line in net.sent if who == b.address and wire.decode(line).type == "SYNC"]
    assert len(asked) <= 2 * 64  # each is doubled on the wire, and every answer asks once


def test_a_handshake_that_is_lost_is_a_dial_without_an_answer() -> None:
    net = Network(1)
    a, b = net.node("a"), net.node("b")
    done(a, ops.AddPeer(b.address))
    done(a, ops.Lose(b.address, 100, "in"))
    net.run(6)
    assert state(a).last_error == "it does not answer the handshake"
    done(a, ops.Heal("all"))
    net.settle(8)
    net.run_until(lambda: state(a).state == "alive", 8)


def test_a_dial_with_a_time_heals_by_itself_and_says_so() -> None:
    net, a, b = two()
    done(a, ops.Cut("b", for_s=5))
    assert state(a).dials == [ops.DialView(b.address, "cut", "both", for_s=5, since_s=0)]
    done(a, ops.Put("k", "1"))
    net.run(4.8)
    assert state(a).cut
    assert not has(b, "k")
    net.run(1)
    assert not state(a).cut
    assert has(b, "k")
    assert [(event.words, event.cut, event.on) for event in dialled(a)] == [
        ("cut, for 5 s", True, True),
        ("cut is over", False, False),
    ]


def test_every_turn_of_a_dial_is_told() -> None:
    _, a, b = two()
    done(a, ops.Lag("b", 200, 50, "out", 30))
    done(a, ops.Lose("b", 12.5, "in"))
    done(a, ops.Lose("b", 0))
    done(a, ops.Heal("all"))
    assert [(event.words, event.on) for event in dialled(a)] == [
        ("lag 200 ms ± 50 ms, out, for 30 s", True),
        ("lose 12.5 %, in", True),
        ("lose 0 %", False),
        ("healed", False),
    ]
    assert {event.address for event in dialled(a)} == {b.address}


def test_peers_and_status_say_what_is_dialled() -> None:
    net, a, _ = two()
    done(a, ops.Lag("b", 200, 50, "out", 30))
    done(a, ops.Lose("b", 10))
    net.run(2)
    assert [in_words(view) for view in state(a).dials] == ["lag 200 ms ± 50 ms, out, for 28 s", "lose 10 %"]
    assert done(a, ops.Status()).dials == state(a).dials


def test_heal_undoes_every_dial_of_a_peer_and_of_no_other() -> None:
    net = Network(1)
    a = net.node("a")
    net.node("b", a)
    net.node("c", a)
    net.run(3)
    done(a, ops.Lag("b", 5))
    done(a, ops.Cut("b"))
    done(a, ops.Lag("c", 5))
    assert done(a, ops.Heal("b")).peers == ["b:1"]
    assert [view.peer for view in done(a, ops.Status()).dials] == ["c:1"]
    assert "c:1 is not cut" not in refused(a, ops.Heal("b"))
    assert done(a, ops.Heal("all")).peers == ["c:1"]
    assert done(a, ops.Heal("all")).peers == []


@pytest.mark.parametrize(
    "wrong",
    [
        ops.Lose("b", 101),
        ops.Lose("b", -1),
        ops.Lag("b", -1),
        ops.Lag("b", 60_001),
        ops.Lag("b", 1, -1),
        ops.Cut("b", for_s=0),
        ops.Cut("b", for_s=1e9),
        ops.Lose("nobody", 1),
    ],
)
def test_what_is_no_setting_is_refused(wrong: ops.AnyOperation) -> None:
    _, a, _ = two()
    refused(a, wrong)
    assert not a.engine.parts.faults
    assert not dialled(a)


def test_a_classic_peer_can_be_late_and_lossy_but_numbers_nothing() -> None:
    net = Network(1)
    classic = ClassicNode(net, "old")
    a = net.node("a")
    done(a, ops.AddPeer("old:1"))
    net.run(3)
    assert "classic" in refused(a, ops.Duplicate("old:1", 5))
    done(a, ops.Lose("old:1", 60))
    for number in range(10):
        done(a, ops.Put(f"k{number}", "1"))
        net.run(0.5)
    done(a, ops.Heal("all"))
    net.run(10)
    assert isinstance(done(a, ops.Keys()), ops.KeyList)
    assert sorted(classic.store.records) == done(a, ops.Keys()).keys


def test_a_dial_for_a_peer_that_was_not_met_yet_counts_when_it_comes() -> None:
    net = Network(1)
    a = net.node("a")
    done(a, ops.AddPeer("b:1"))
    done(a, ops.Lag("b:1", 1000))
    b = net.node("b", a)
    net.run(1.5)
    assert isinstance(a.do(ops.Cut("b")), Refused | ops.Addresses)
    net.run(6)
    assert net.level()
    assert b.up


def test_what_is_dialled_stays_in_the_memory_of_the_node() -> None:
    _, a, _ = two()
    done(a, ops.Lag("b", 200, for_s=30))
    done(a, ops.Heal("b"))
    texts = [one.text for one in done(a, ops.Recall()).happened if one.what == "network"]
    assert texts[-2:] == ["lag 200 ms, for 30 s: b at b:1", "healed: b at b:1"]
    assert "b at b:1 is alive: linked" in texts


def test_all_that_are_known_can_be_cut_at_once() -> None:
    net, a, b = two()
    c = net.node("c", a)
    net.run(3)
    assert done(a, ops.Cut("all", for_s=30)).peers == [b.address, c.address]
    done(a, ops.Put("k", "1"))
    net.run(3)
    assert not has(b, "k")
    assert not has(c, "k")
    net.run(40)
    assert has(b, "k")
    assert has(c, "k")


def test_without_a_peer_there_is_none_to_cut() -> None:
    assert "no peer is known yet" in refused(alone(), ops.Cut("all"))
