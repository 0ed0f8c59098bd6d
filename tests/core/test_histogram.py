"""Counting numbers by size."""

import pytest

from decent_tui.core.histogram import Histogram


def test_a_number_counts_at_the_first_bound_that_it_does_not_exceed() -> None:
    histogram = Histogram((1.0, 2.0, 5.0))
    for number in (0.5, 1.0, 1.5, 5.0, 5.1, 100):
        histogram.note(number)
    assert histogram.counts == [2, 1, 1, 2]
    assert histogram.total == pytest.approx(113.1)
