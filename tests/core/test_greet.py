"""How nodes meet, part, and meet again."""

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.clocks import Dot
from decent_tui.core.greet import DOUBT
from decent_tui.core.outputs import Send
from decent_tui.core.peers import RETRY_LAST
from decent_tui.lab.disk import SimMarker
from decent_tui.lab.sim_node import SimNode

from .network import Network
from .nodes import linked, links, states, three

# ------------------------------------------------------------------ meeting


@pytest.mark.parametrize("seed", range(10))
def test_a_simultaneous_dial_ends_with_one_link(seed: int) -> None:
    net = Network(seed)
    a, b = net.node("a"), net.node("b")
    for one, other in ((a, b), (b, a)):
        one.do(ops.AddPeer(other.address))
    net.run(5)
    assert linked(a, b)
    assert len(a.wires) == len(b.wires) == 1


def test_a_node_that_dials_itself_learns_that_it_is_itself() -> None:
    net = Network(1)
    a = net.node("a")
    a.do(ops.AddPeer("alias:1"))
    a.engine.opened(1, "alias:1", "alias:1")
    a.engine.opened(2, "127.0.0.1:9", None)
    for link, other in ((1, 2), (2, 1)):  # what it says on either end comes out at the other
        for effect in a.engine.take_effects():
            if isinstance(effect, Send) and effect.link == link:
                a.engine.received(other, wire.Line(effect.message))
    a.engine.commit()
    assert states(a) == {}
    assert a.engine.parts.links.all() == []
    assert not a.engine.parts.tally.alarms
    state = a.store.load()
    assert state is not None
    assert state.addresses == ()
    assert a.do(ops.AddPeer("alias:1")) != ops.Address("alias:1")


def test_two_processes_with_one_id_are_told_apart_and_said() -> None:
    net = Network(1)
    a, b = net.node("a"), net.node("b")
    twin = SimNode(net, "twin:1")
    twin.disk.marker = SimMarker(a.disk.marker.inode)
    twin.disk.roll_back(a.disk.image())
    twin.start("a:1")
    net.run(3)
    for node in (a, twin):
        assert any("uses this node's id" in alarm for alarm in node.engine.parts.tally.alarms)
        assert links(node) == []
    assert b.up


# ------------------------------------------------------------------ parting


def test_a_stop_says_goodbye_and_the_peer_is_down_at_once_and_still_a_member() -> None:
    net, a, b, c = three()
    c.stop()
    net.run(0.3)
    assert states(a)["c:1"] == states(b)["c:1"] == "down"
    assert c.engine.node in a.engine.parts.audience()


def test_a_restarted_node_takes_its_place_within_seconds_though_the_old_link_looks_alive() -> None:
    """Not at once: it might be a second process beside the first, so the old link is asked first."""
    net, a, b, c = three()
    for wire_ in c.wires.values():
        wire_.void = set(wire_.ends)  # nobody hears that it ended
    c.crash()
    c.start()
    net.run(DOUBT + RETRY_LAST)
    assert linked(a, b, c)
    assert all(not node.engine.parts.tally.alarms for node in (a, b, c))


def test_a_cut_holds_on_both_sides_until_it_is_healed() -> None:
    net, a, b, c = three()
    assert a.do(ops.Cut("b:1")) == ops.Addresses(["b:1"])
    net.run(20)
    assert links(a) == [c.engine.node]
    assert a.engine.node not in links(b)
    assert a.do(ops.Heal("b:1")) == ops.Addresses(["b:1"])
    net.run(8)
    assert linked(a, b, c)


def test_a_cut_holds_at_any_address_of_the_node() -> None:
    net, a, b, c = three()
    net.parties["alias:1"] = b
    a.do(ops.Cut("b:1"))
    a.do(ops.AddPeer("alias:1"))
    net.run(5)
    assert links(a) == [c.engine.node]
    [error] = [peer.error for peer in a.engine.parts.peers if peer.address == "alias:1"]
    assert error == "cut by you"
    a.do(ops.Heal("all"))
    net.run(8)
    assert linked(a, b, c)


# ------------------------------------------------------------------ leaving


def test_who_leaves_is_no_member_any_more_and_all_are_told() -> None:
    net, a, b, c = three()
    c.do(ops.Leave())
    c.stop()
    net.run(2)
    assert states(a)["c:1"] == states(b)["c:1"] == "left"
    assert c.engine.node not in a.engine.parts.audience()
    a.do(ops.Put("k", "1"))
    a.do(ops.Delete("k"))
    net.run(5)
    assert not a.store.siblings("k")  # nobody waits for it


def test_who_was_forgotten_while_away_comes_back_under_a_new_id_with_what_it_wrote() -> None:
    net, a, b, c = three()
    old = c.engine.node
    net.separate(c, a)
    net.separate(c, b)
    c.do(ops.Put("k", '"written alone"'))
    a.do(ops.Forget(old))
    net.run(15)
    assert b.engine.parts.members.gone() == {old: "forgotten"}
    net.mend()
    c.do(ops.AddPeer("a:1"))
    net.run(15)
    assert c.engine.node != old
    assert linked(a, b, c)
    assert a.store.siblings("k") == b.store.siblings("k") == c.store.siblings("k") != ()
    c.do(ops.Delete("k"))
    net.run(5)
    for node in (a, b, c):
        assert not node.store.tombstones(Dot("", 0), 9)
        assert node.engine.parts.members.gone() == {old: "forgotten"}


def test_what_was_forgotten_stays_so_after_a_crash() -> None:
    _net, a, b, c = three()
    c.crash()
    b.crash()
    assert a.do(ops.Forget(c.engine.node)) == ops.Done()
    a.crash()
    a.start()
    assert a.engine.parts.members.gone() == {c.engine.node: "forgotten"}


def test_an_id_that_is_gone_is_given_up_even_when_the_teller_forgets_it() -> None:
    _net, a, _b, c = three()
    old = c.engine.node
    link = c.engine.parts.links.to(a.engine.node)
    assert link is not None
    c.take(link.id, wire.encode(wire.Gone({old: "left"})))
    assert c.engine.node != old
    assert c.engine.parts.members.gone() == {old: "left"}
    assert old not in c.engine.parts.audience()


def test_told_twice_within_a_minute_that_its_id_is_gone_a_node_waits_with_the_second_new_one() -> None:
    net, a, b, c = three()
    former = []
    for pause in (5, 5, 60):
        a.do(ops.Forget(c.engine.node))
        net.run(pause)
        former.append(len(c.engine.parts.replica.former))
    assert former == [1, 1, 2]
    net.run(5)
    assert linked(a, b, c)


def test_other_news_beside_that_of_ones_own_id_is_heard() -> None:
    _net, a, _b, c = three()
    link = c.engine.parts.links.to(a.engine.node)
    assert link is not None
    c.take(link.id, wire.encode(wire.Gone({c.engine.node: "forgotten", "d" * 16: "forgotten"})))
    assert "d" * 16 in c.engine.parts.members.forgotten()


def two_with_one_id() -> tuple[Network, SimNode, SimNode, SimNode]:
    """A witness, and two processes that claim one id; the first has a link when the second comes."""
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a)
    net.run(2)
    b.stop()
    double = net.node("c")
    double.crash()
    double.disk.marker = SimMarker(b.disk.marker.inode)
    double.disk.roll_back(b.disk.image())
    b.start(a.address)
    net.run(2)
    double.start(a.address)
    assert double.engine.node == b.engine.node
    return net, a, b, double


def tags(node: SimNode) -> list[str]:
    """Which processes have the links of a node."""
    return [link.tag for link in node.engine.parts.links.decent()]


def test_two_processes_with_one_id_do_not_throw_each_other_out_and_a_person_is_told() -> None:
    net, a, b, double = two_with_one_id()
    net.run(5)
    already = len(net.sent)
    net.run(30)
    assert any("two processes use the id" in alarm for alarm in a.engine.parts.tally.alarms)
    for one in (b, double):
        assert any(alarm == wire.ID_IN_USE for alarm in one.engine.parts.tally.alarms)
    pulls = [line for sender, _, line in net.sent[already:] if sender == "a:1" and b'"SYNC"' in line]
    assert len(pulls) <= 1, "the links come and go"


def test_of_two_processes_with_one_id_the_first_keeps_its_links() -> None:
    net, a, b, double = two_with_one_id()
    for _ in range(60):
        net.run(0.5)
        assert tags(a) == [b.engine.parts.me.tag]
        assert not double.engine.parts.links.decent()
    assert states(a)["b:1"] == "alive"
    b.stop()
    net.run(DOUBT + RETRY_LAST)
    assert tags(a) == [double.engine.parts.me.tag], "the id is free again"
