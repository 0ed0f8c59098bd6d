from random import Random

from decent_tui.lab.weather import OVERTAKE, Draws, Weather

DRAW = Draws(*map(Random, range(4)))


def test_on_a_calm_day_every_line_arrives_once_in_its_place_and_in_time() -> None:
    weather = Weather(0.01, 0.02)
    for _ in range(100):
        [(latency, in_order)] = weather.fate(DRAW)
        assert 0.01 <= latency <= 0.03
        assert in_order


def test_lines_get_lost_come_twice_and_are_overtaken_as_often_as_it_says() -> None:
    weather = Weather(0.01, 0.02, lose=0.3, duplicate=0.2, reorder=0.1)
    fates = [list(weather.fate(DRAW)) for _ in range(20_000)]
    assert 0.28 < sum(not fate for fate in fates) / len(fates) < 0.32
    arrived = [fate for fate in fates if fate]
    assert 0.18 < sum(len(fate) == 2 for fate in arrived) / len(arrived) < 0.22
    copies = [copy for fate in fates for copy in fate]
    assert 0.09 < sum(not in_order for _, in_order in copies) / len(copies) < 0.11
    assert max(latency for latency, _ in copies) <= 0.03 + OVERTAKE


def test_what_is_drawn_for_one_concern_shifts_no_other() -> None:
    def arrivals(weather: Weather) -> list[list[tuple[float, bool]]]:
        draws = Draws(*map(Random, range(4)))
        return [list(weather.fate(draws)) for _ in range(200)]

    plain = arrivals(Weather(0.01, 0.02, tail=0.1))
    for weather in (
        Weather(0.01, 0.02, tail=0.1, lose=0.3),
        Weather(0.01, 0.02, tail=0.1, duplicate=0.3),
        Weather(0.01, 0.02, tail=0.1, reorder=0.3),
    ):
        for [one], other in zip(plain, arrivals(weather), strict=True):
            assert not other or other[0] == one or not other[0][1]


def test_the_calm_keeps_the_distances() -> None:
    assert Weather(0.1, 0.2, 0.1, 0.2, 0.3, 0.4).calm == Weather(0.1, 0.2)
