"""What can become of a connection, with parties that only write down what happens."""

from dataclasses import dataclass, field

from decent_tui.lab.network import Network, Wire
from decent_tui.lab.streams import Streams
from decent_tui.lab.weather import Weather


@dataclass
class Listener:
    """A party that writes down what happens to it."""

    net: Network
    address: str
    ours: bool = True
    up: bool = True
    generation: int = 1
    frozen_until: float = 0.0
    wires: dict[int, Wire] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.net.parties[self.address] = self

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        self.told.append(f"opened {dialled or 'from outside'}")

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        self.told.append(why)

    def lost(self, link: int, why: str) -> None:
        self.told.append(why)

    def take(self, link: int, line: bytes) -> None:
        self.told.append(line.decode())

    def say(self, text: str) -> None:
        """Send a line on the only connection."""
        [link] = self.wires
        self.net.send(self, link, text.encode())


def pair(weather: Weather | None = None) -> tuple[Network, Listener, Listener]:
    """Two parties with a connection."""
    net = Network(Streams(1), weather)
    a, b = Listener(net, "a:1"), Listener(net, "b:1")
    net.dial(a, "b:1")
    net.agenda.run(1)
    assert (a.told, b.told) == (["opened b:1"], ["opened from outside"])
    a.told.clear()
    b.told.clear()
    return net, a, b


def test_lines_keep_their_order() -> None:
    net, a, b = pair(Weather(0.001, 0.5))
    for number in range(50):
        a.say(str(number))
    net.agenda.run(5)
    assert b.told == [str(number) for number in range(50)]


def test_where_lines_are_reordered_they_are() -> None:
    net, a, b = pair(Weather(reorder=0.5))
    for number in range(50):
        a.say(str(number))
    net.agenda.run(5)
    assert sorted(b.told, key=int) == [str(number) for number in range(50)] != b.told


def test_a_dial_where_nobody_listens_is_refused() -> None:
    net, a, b = pair()
    b.up = False
    net.dial(a, "b:1")
    net.dial(a, "nobody:1")
    net.agenda.run(1)
    assert a.told == ["connection refused"] * 2


def test_a_reset_loses_what_is_in_flight_towards_the_closing_side_only() -> None:
    net, a, b = pair(Weather(0.1, 0.0))
    a.say("arrives")
    b.say("is lost")
    net.reset(a, next(iter(a.wires)))
    net.agenda.run(1)
    assert (a.told, b.told) == ([], ["arrives", "connection reset"])


def test_a_one_way_cut_lets_the_other_way_through_and_tells_nobody() -> None:
    net, a, b = pair()
    net.part("a:1", "b:1")
    a.say("vanishes")
    b.say("arrives")
    net.agenda.run(60)
    assert (a.told, b.told) == (["arrives"], [])
    net.dial(b, "a:1")
    net.agenda.run(10)
    assert b.told == ["no answer"]


def test_after_it_was_mended_a_connection_of_before_is_dead() -> None:
    net, a, b = pair()
    net.part("a:1", "b:1")
    net.mend()
    assert (a.told, b.told) == (["timed out"], ["timed out"])


def test_a_connection_is_half_open_until_a_line_finds_the_host_up_again() -> None:
    net, a, b = pair()
    net.vanish(b)
    b.up = False
    a.say("into the void")
    net.agenda.run(60)
    assert a.told == []
    b.up = True
    a.say("once more")
    net.agenda.run(1)
    assert a.told == ["connection reset"]
    assert not a.wires


def test_who_is_frozen_takes_it_all_in_later_and_in_order() -> None:
    net, a, b = pair(Weather(0.01, 0.0))
    b.frozen_until = net.now + 5
    for number in range(5):
        a.say(str(number))
    net.agenda.run(4)
    assert b.told == []
    net.agenda.run(2)
    assert b.told == [str(number) for number in range(5)]


def test_a_slow_link_is_slow() -> None:
    net, a, b = pair(Weather(0.01, 0.0))
    net.slow("a:1", "b:1", 2.0)
    a.say("late")
    net.agenda.run(2.005)
    assert b.told == []
    net.agenda.run(0.01)
    assert b.told == ["late"]


def test_classic_peers_have_tcp_and_nothing_worse() -> None:
    net = Network(Streams(1), Weather(lose=1.0))
    a, x = Listener(net, "a:1"), Listener(net, "x:1", ours=False)
    net.dial(a, "x:1")
    net.agenda.run(1)
    a.say("arrives")
    net.agenda.run(1)
    assert x.told[-1] == "arrives"
