"""A history that does not end well is found out, each kind of it by its name."""

from unittest import mock

import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.tombstones import Collector
from decent_tui.lab.checks import Broken
from decent_tui.lab.ending import Ending
from decent_tui.lab.network import Network
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.streams import Streams


@pytest.fixture
def net() -> Network:
    return Network(Streams(1))


@pytest.fixture
def nodes(net: Network) -> list[SimNode]:
    """Two that have met; one has written and deleted."""
    a, b = SimNode(net, "a:1"), SimNode(net, "b:1")
    a.start()
    b.start("a:1")
    assert net.agenda.run_until(lambda: net.linked([a, b]), 10)
    a.do(ops.Put("kept", "1"))
    a.do(ops.Put("gone", "1"))
    a.do(ops.Delete("gone"))
    return [a, b]


def test_all_is_well(net: Network, nodes: list[SimNode]) -> None:
    Ending(net, None, nodes, []).judge()
    assert net.tally["seconds until level"] >= 0
    assert not any(node.store.siblings("gone") for node in nodes)


def broken(net: Network, nodes: list[SimNode]) -> Broken:
    """What it is that ends badly."""
    with pytest.raises(Broken) as caught:
        Ending(net, None, nodes, []).judge()
    return caught.value


def test_who_never_hears_of_a_write_is_not_level(net: Network, nodes: list[SimNode]) -> None:
    net.part("a:1", "b:1")
    nodes[0].do(ops.Put("late", "1"))
    found = broken(net, nodes)
    assert (found.check, found.what) == ("level", "after 60 s without trouble they differ in seen")


def test_a_tombstone_that_nobody_needs_may_not_be_left(net: Network, nodes: list[SimNode]) -> None:
    with mock.patch.object(Collector, "turn", return_value=0):
        found = broken(net, nodes)
    assert (found.check, found.what) == ("tombstones", "2 are left, gone among them")


def test_who_is_level_and_would_still_send_something_is_found(net: Network, nodes: list[SimNode]) -> None:
    with mock.patch("decent_tui.lab.ending.sync.answer", return_value=wire.Versions()):
        found = broken(net, nodes)
    assert (found.check, found.what) == ("sync", "a is level, and a would still send versions")


def test_who_never_goes_quiet_is_found(net: Network, nodes: list[SimNode]) -> None:
    def again() -> None:
        nodes[0].do(ops.Gossip())
        net.agenda.later(1.0, again)

    again()
    assert broken(net, nodes).check == "idle"
