from unittest import mock

from decent_tui.lab.network import Network
from decent_tui.lab.sim_node import SimNode
from decent_tui.lab.streams import Streams


def test_a_draw_in_one_concern_does_not_shift_another() -> None:
    one, other = Streams(7), Streams(7)
    other.of("new concern").random()
    assert one.of("loss", "a").random() == other.of("loss", "a").random()


def test_seeds_and_concerns_have_streams_of_their_own() -> None:
    firsts = {
        Streams(seed).of(*concern).random() for seed in (1, 2) for concern in (("a",), ("b",), ("a", "b"))
    }
    assert len(firsts) == 6


def test_a_concern_goes_on_where_it_was() -> None:
    streams = Streams(1)
    assert streams.of("a").random() != streams.of("a").random()


def test_the_cores_own_stream_is_only_the_cores() -> None:
    net = Network(Streams(1))
    node = SimNode(net, "a:1")
    with mock.patch("decent_tui.lab.sim_node.Engine") as engine:
        engine.return_value.parts.out.effects = []
        engine.return_value.commit.return_value = False
        engine.return_value.take_events.return_value = engine.return_value.take_effects.return_value = []
        node.start()
        net.agenda.run(3)
        node.crash()
        node.start()
    assert node.chance.random() == Streams(1).of("node", "a").random()
