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
