"""How long writes take to settle, from what others are known to have seen."""

import pytest

from decent_tui.core.seen import Seen
from decent_tui.core.settling import KEPT, RECENT, Settling, newest, percentile

from .builders import A, B, C

D = "d" * 16


def up_to(seq: int) -> Seen:
    """Having seen the first writes of A."""
    return Seen({A: ((1, seq),)}) if seq else Seen()


def test_a_write_settles_when_the_last_alive_peer_has_it() -> None:
    settling = Settling()
    settling.wrote(A, 1, 10.0)
    settling.look({B: up_to(1), C: up_to(0)}, 10.1)
    assert settling.in_flight == 1
    assert settling.oldest(10.5) == pytest.approx(0.5)
    settling.look({B: up_to(1), C: up_to(1)}, 10.25)
    assert settling.in_flight == 0
    assert settling.recent(11.0) == [pytest.approx(0.25)]
    assert settling.oldest(11.0) == 0


def test_only_the_word_of_the_last_that_lacks_a_write_calls_for_a_look() -> None:
    settling = Settling()
    assert not settling.can_settle(B, up_to(1))  # there is nothing in flight
    settling.wrote(A, 1, 10.0)
    assert settling.can_settle(B, up_to(1))  # nobody has looked yet
    settling.look({B: up_to(1), C: up_to(0), D: up_to(0)}, 10.1)
    assert not settling.can_settle(B, up_to(1))
    assert not settling.can_settle(C, up_to(1))  # D still lacks it
    assert not settling.can_settle(D, up_to(0))
    settling.wrote(A, 2, 10.1)
    assert settling.can_settle(D, up_to(1))
    settling.look({B: up_to(1), C: up_to(2), D: up_to(1)}, 10.2)
    assert settling.in_flight == 1
    assert not settling.can_settle(D, up_to(2))  # B lacks the second
    assert settling.can_settle(B, up_to(2))


def test_who_came_meanwhile_is_waited_for_too() -> None:
    settling = Settling()
    settling.wrote(A, 1, 10.0)
    settling.look({B: up_to(0)}, 10.1)
    assert settling.can_settle(B, up_to(1))
    settling.look({B: up_to(1), C: up_to(0)}, 10.2)
    assert settling.in_flight == 1
    assert settling.can_settle(C, up_to(1))


def test_a_gap_keeps_later_writes_in_flight() -> None:
    settling = Settling()
    for seq in (1, 2, 3):
        settling.wrote(A, seq, 10.0)
    settling.look({B: Seen({A: ((1, 1), (3, 3))})}, 10.1)
    assert settling.in_flight == 2


def test_alone_nothing_is_in_flight_and_nothing_settles() -> None:
    settling = Settling()
    settling.wrote(A, 1, 10.0)
    settling.look({}, 10.1)
    assert (settling.in_flight, settling.recent(11.0)) == (0, [])


def test_a_peer_that_goes_away_settles_nothing() -> None:
    settling = Settling()
    settling.wrote(A, 1, 10.0)
    settling.look({B: up_to(1), C: up_to(0)}, 10.1)
    settling.look({B: up_to(1)}, 22.0)
    assert (settling.in_flight, settling.recent(23.0)) == (0, [])
    settling.wrote(A, 2, 30.0)
    settling.look({B: up_to(2)}, 30.1)
    assert settling.recent(31.0) == [pytest.approx(0.1)]


def test_a_number_that_a_failing_disk_took_back_counts_from_its_second_write() -> None:
    settling = Settling()
    settling.wrote(A, 1, 10.0)
    settling.wrote(A, 1, 20.0)
    settling.look({B: up_to(1)}, 20.5)
    assert settling.recent(21.0) == [0.5]


def test_under_a_new_id_the_writes_of_the_old_one_are_timed_no_longer() -> None:
    settling = Settling()
    settling.wrote(A, 7, 10.0)
    settling.wrote(B, 1, 11.0)
    assert settling.in_flight == 1


def test_only_recent_writes_count_and_only_so_many() -> None:
    settling = Settling()
    for seq in range(1, KEPT + 10):
        settling.wrote(A, seq, 10.0)
        settling.look({B: up_to(seq)}, 10.5)
    assert len(settling.recent(10.5)) == KEPT
    assert settling.recent(10.6 + RECENT) == []


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([3.0], 50, 3.0),
        ([3.0], 95, 3.0),
        ([1.0, 2.0], 50, 1.0),
        ([4.0, 1.0, 3.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([float(n) for n in range(1, 21)], 95, 19.0),
    ],
)
def test_percentiles(values: list[float], percent: float, expected: float | None) -> None:
    assert percentile(values, percent) == expected


def test_the_newest_are_told_in_milliseconds() -> None:
    assert newest([0.1, 0.2, 0.3], 2) == [200, 300]


def test_every_write_that_settled_is_counted_by_how_long_it_took() -> None:
    settling = Settling()
    for seq, took in enumerate((0.25, 0.24, 0.3, 100.0), 1):
        settling.wrote(A, seq, 10.0)
        settling.look({B: up_to(seq)}, 10.0 + took)
    assert sum(settling.took.counts) == 4
    assert settling.took.counts[-1] == 1  # longer than all bounds
    assert settling.took.total == pytest.approx(100.79)
