from collections.abc import Callable
from inspect import isfunction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core import ranges

from .builders import number_sets
from .builders import ranges_ as some_ranges


def made(numbers: frozenset[int]) -> ranges.Ranges:
    return ranges.from_numbers(numbers)


def plain(held: ranges.Ranges) -> set[int]:
    return set(ranges.numbers(held))


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ([], ()),
        ([1], ((1, 1),)),
        ([3, 1, 2, 2], ((1, 3),)),
        ([1, 3], ((1, 1), (3, 3))),
        ([5, 6, 9, 1], ((1, 1), (5, 6), (9, 9))),
    ],
)
def test_numbers_become_ranges_that_neither_overlap_nor_touch(
    numbers: list[int], held: ranges.Ranges
) -> None:
    assert ranges.from_numbers(numbers) == held


@pytest.mark.parametrize(
    ("held", "base", "count"),
    [((), 0, 0), (((1, 1),), 1, 1), (((2, 9),), 0, 8), (((1, 3), (5, 9)), 3, 8)],
)
def test_the_base_is_the_end_of_the_range_that_starts_at_1(
    held: ranges.Ranges, base: int, count: int
) -> None:
    assert ranges.base(held) == base
    assert ranges.count(held) == count


Sets = Callable[[frozenset[int], frozenset[int], int], object]
LAWS: dict[str, tuple[Sets, Sets]] = {
    "from_numbers": (lambda a, b, n: plain(ranges.from_numbers(a)), lambda a, b, n: a),
    "numbers": (lambda a, b, n: list(ranges.numbers(made(a))), lambda a, b, n: sorted(a)),
    "contains": (lambda a, b, n: ranges.contains(made(a), n), lambda a, b, n: n in a),
    "add": (lambda a, b, n: plain(ranges.add(made(a), n)), lambda a, b, n: a | {n}),
    "union": (lambda a, b, n: plain(ranges.union(made(a), made(b))), lambda a, b, n: a | b),
    "subtract": (lambda a, b, n: plain(ranges.subtract(made(a), made(b))), lambda a, b, n: a - b),
    "lacking": (lambda a, b, n: ranges.lacking(made(a), made(b)), lambda a, b, n: len(b - a)),
    "count": (lambda a, b, n: ranges.count(made(a)), lambda a, b, n: len(a)),
    "base": (
        lambda a, b, n: ranges.base(made(a)),
        lambda a, b, n: next(low - 1 for low in range(1, 40) if low not in a),
    ),
    "flatten": (
        lambda a, b, n: ranges.flatten(made(a)),
        lambda a, b, n: sorted([m for m in a if m - 1 not in a] + [m for m in a if m + 1 not in a]),
    ),
    "unflatten": (lambda a, b, n: plain(ranges.unflatten(ranges.flatten(made(a)))), lambda a, b, n: a),
}
"""Per function, what it makes of two sets and a number, and what plain sets say."""


@pytest.mark.parametrize("name", LAWS)
@given(number_sets, number_sets, st.integers(1, 31))
def test_ranges_do_what_plain_sets_do(name: str, a: frozenset[int], b: frozenset[int], number: int) -> None:
    ours, theirs = LAWS[name]
    assert ours(a, b, number) == theirs(a, b, number)


def test_every_function_is_held_against_plain_sets() -> None:
    public = {
        name for name, what in vars(ranges).items() if isfunction(what) and what.__module__ == ranges.__name__
    }
    assert set(LAWS) == public


@given(number_sets, number_sets, st.integers(1, 31))
def test_equal_sets_have_one_form(a: frozenset[int], b: frozenset[int], number: int) -> None:
    one, other = ranges.from_numbers(a), ranges.from_numbers(b)
    assert ranges.union(one, other) == ranges.from_numbers(a | b)
    assert ranges.subtract(one, other) == ranges.from_numbers(a - b)
    assert ranges.add(one, number) == ranges.from_numbers(a | {number})


@given(some_ranges, some_ranges, some_ranges)
def test_union_is_commutative_associative_and_idempotent(
    a: ranges.Ranges, b: ranges.Ranges, c: ranges.Ranges
) -> None:
    assert ranges.union(a, b) == ranges.union(b, a)
    assert ranges.union(a, ranges.union(b, c)) == ranges.union(ranges.union(a, b), c)
    assert ranges.union(a, a) == a


@given(some_ranges)
def test_the_flat_form_comes_back(held: ranges.Ranges) -> None:
    assert ranges.unflatten(ranges.flatten(held)) == held


@pytest.mark.parametrize(
    "flat", [[1], [0, 1], [2, 1], [1, 2, 3, 4], [1, 2, 2, 4], [5, 6, 1, 2], [-1, 4], [1, 2, 3]]
)
def test_a_flat_form_that_is_no_well_formed_set_is_refused(flat: list[int]) -> None:
    with pytest.raises(ValueError, match="ranges"):
        ranges.unflatten(flat)


@given(st.lists(st.integers(-2, 12), max_size=6))
def test_whatever_is_taken_has_the_one_form(flat: list[int]) -> None:
    try:
        held = ranges.unflatten(flat)
    except ValueError:
        return
    assert held == ranges.from_numbers(ranges.numbers(held))
