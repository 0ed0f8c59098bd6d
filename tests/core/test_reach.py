"""How nodes find each other, and notice that one is gone."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.peers import DOWN
from decent_tui.core.reach import PATIENCE

from .network import Network
from .nodes import linked, states, three


@pytest.mark.parametrize("seed", range(5))
def test_nodes_that_know_one_in_common_find_each_other(seed: int) -> None:
    _net, _a, _b, c = three(seed)
    assert states(c) == {"a:1": "alive", "b:1": "alive"}


def test_an_unspecified_host_is_replaced_by_the_senders() -> None:
    net = Network(1)
    a = net.node("a")
    a.turn(lambda: a.engine.opened(99, "10.0.0.7:5555", None))
    a.take(99, wire.encode(wire.Handshake("b" * 16, "0.0.0.0:9001", ["[::]:9002", "nonsense"], protocol=1)))
    assert sorted(states(a)) == ["10.0.0.7:9001", "10.0.0.7:9002"]


def test_who_never_answers_the_handshake_is_given_up() -> None:
    net = Network(1)
    a = net.node("a")
    a.do(ops.AddPeer("b:1"))
    a.turn(lambda: a.engine.opened(99, "b:1", "b:1"))
    net.run(PATIENCE + 1)
    assert a.engine.parts.links.get(99) is None
    peer = a.engine.parts.peers.at("b:1")
    assert peer is not None
    assert not peer.dialling


def test_a_known_peer_is_dialled_after_a_restart() -> None:
    net, a, b, c = three()
    c.crash()
    net.run(1)
    c.start()  # nobody tells it an address
    net.run(5)
    assert linked(a, b, c)


def test_a_peer_whose_machine_refuses_is_down_and_one_that_is_silent_is_first_suspect() -> None:
    net, a, b, c = three()
    net.separate(a, b)
    c.crash()
    net.run(7)
    assert states(a) == {"b:1": "suspect", "c:1": "down"}
    net.run(DOWN)
    assert states(a)["b:1"] == "down"
    net.mend()
    c.start()
    net.run(10)
    assert states(a) == {"b:1": "alive", "c:1": "alive"}


def test_a_dial_that_ends_after_its_peer_has_left_does_not_make_it_a_member_that_is_down() -> None:
    net, a, _b, c = three()
    c.do(ops.Leave())
    c.stop()
    net.run(2)
    a.dial_failed("c:1", "connection refused", refused=True)
    assert states(a)["c:1"] == "left"
    net.run(10)
    assert not [peer for peer in a.engine.parts.peers if peer.address == "c:1" and peer.dialling]
    assert states(a)["c:1"] == "left"


def test_an_address_given_anew_is_dialled_though_who_was_there_has_left() -> None:
    """A machine that was left, and set up anew, knows nobody: whoever is told of it must find it (the
    simulator's seed 941137, in which it stayed alone)."""
    net, a, _b, c = three()
    c.do(ops.Leave())
    c.stop()
    net.run(2)
    assert states(a)["c:1"] == "left"
    a.do(ops.AddPeer("c:1"))
    net.run(3)
    assert states(a)["c:1"] != "left"
    c.start()
    net.run(10)
    assert states(a)["c:1"] == "alive"
