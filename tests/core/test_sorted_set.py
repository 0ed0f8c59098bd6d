"""The sorted set against a sorted list."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.sorted_set import SortedSet


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30))), st.integers(-1, 31), st.integers(-1, 31))
def test_it_is_a_sorted_set(steps: list[tuple[bool, int]], low: int, high: int) -> None:
    numbers, model = SortedSet[int](), set[int]()
    for add, number in steps:
        (numbers.add if add else numbers.discard)(number)
        (model.add if add else model.discard)(number)
    assert len(numbers) == len(model)
    assert [number for number in range(31) if number in numbers] == sorted(model)
    within = sorted(number for number in model if low <= number < high)
    assert list(numbers.rising(low, high)) == within
    assert list(numbers.falling(low, high)) == within[::-1]
    assert list(numbers.rising(low)) == sorted(number for number in model if number >= low)
    assert list(numbers.falling(low)) == sorted((number for number in model if number >= low), reverse=True)


def test_many_buckets() -> None:
    numbers, every = SortedSet[int](), list(range(10_000))
    Random(1).shuffle(every)
    for number in every:
        numbers.add(number)
    for number in every[:5_000]:
        numbers.discard(number)
    left = sorted(every[5_000:])
    assert list(numbers.rising(0)) == left
    assert list(numbers.falling(0)) == left[::-1]
    assert list(numbers.rising(4_000, 6_000)) == [number for number in left if 4_000 <= number < 6_000]
    for number in left:
        numbers.discard(number)
    assert (len(numbers), list(numbers.rising(0))) == (0, [])
