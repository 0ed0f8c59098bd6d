import pytest
from hypothesis import given

from decent_tui.core.clocks import (
    Clock,
    Dot,
    Order,
    beside,
    by_node,
    clip,
    compare,
    covers,
    is_classic,
    is_node,
    join,
    owner,
    taken_in,
    with_entry,
)

from .builders import A, B, C, X, clocks


@pytest.mark.parametrize(
    ("a", "b", "order"),
    [
        ({}, {}, "same"),
        ({A: 1}, {A: 1}, "same"),
        ({A: 2}, {A: 1}, "ahead"),
        ({A: 1}, {}, "ahead"),
        ({A: 1}, {A: 1, B: 1}, "behind"),
        ({A: 2}, {A: 1, B: 1}, "concurrent"),
        ({A: 1}, {B: 1}, "concurrent"),
    ],
)
def test_how_two_clocks_stand_to_each_other(a: Clock, b: Clock, order: Order) -> None:
    assert compare(a, b) == order
    opposite: dict[Order, Order] = {"ahead": "behind", "behind": "ahead"}
    assert compare(b, a) == opposite.get(order, order)


@given(clocks, clocks, clocks)
def test_join_is_commutative_associative_and_idempotent(a: Clock, b: Clock, c: Clock) -> None:
    assert join(a, b) == join(b, a)
    assert join(a, join(b, c)) == join(join(a, b), c) == join(a, b, c)
    assert join(a, a) == a


@given(clocks, clocks, clocks)
def test_join_is_the_least_clock_that_covers_both(a: Clock, b: Clock, c: Clock) -> None:
    joined = join(a, b)
    assert covers(joined, a)
    assert covers(joined, b)
    if covers(c, a) and covers(c, b):
        assert covers(c, joined)


@given(clocks, clocks)
def test_a_clock_covers_another_iff_joining_it_adds_nothing(a: Clock, b: Clock) -> None:
    assert covers(a, b) is (join(a, b) == a)


def test_no_clock_is_changed_in_place() -> None:
    clock = {A: 1}
    join(clock, {B: 1})
    with_entry(clock, A, 5)
    clip(clock, A, 0)
    assert clock == {A: 1}


@pytest.mark.parametrize(
    ("context", "dot", "clock"),
    [
        ({}, Dot(A, 3), {A: 3}),
        ({A: 2, B: 1}, Dot(A, 3), {A: 3, B: 1}),
        ({A: 4}, Dot(A, 3), {A: 4}),
    ],
)
def test_the_clock_of_a_version_is_its_context_joined_with_its_dot(
    context: Clock, dot: Dot, clock: Clock
) -> None:
    assert with_entry(context, *dot) == clock


@pytest.mark.parametrize(
    ("highest", "clipped"), [(0, {B: 9}), (2, {A: 2, B: 9}), (3, {A: 3, B: 9}), (4, {A: 3, B: 9})]
)
def test_clipping_lowers_one_entry_and_drops_it_at_zero(highest: int, clipped: Clock) -> None:
    assert clip({A: 3, B: 9}, A, highest) == clipped


def test_clipping_lowers_all_numbers_of_a_node_and_drops_the_names_of_higher_ones() -> None:
    clock = {A: 5, taken_in(A): 4, beside(A, 5): 5, beside(A, 2): 2, B: 9, X: 9}
    assert clip(clock, A, 3) == {A: 3, taken_in(A): 3, beside(A, 2): 2, B: 9, X: 9}
    assert clip(clock, A, 0) == {B: 9, X: 9}


@pytest.mark.parametrize(
    ("node", "classic"),
    [(A, False), ("0123456789abcdef", False), (X, True), ("A" * 16, True), ("a" * 15, True)],
)
def test_ids_of_our_own_have_a_form_that_the_original_program_never_uses(node: str, classic: bool) -> None:
    assert is_classic(node) is classic
    assert is_node(node) is not classic


def test_what_is_taken_in_for_classic_peers_counts_under_an_entry_of_its_own() -> None:
    entry = taken_in(A)
    assert entry != A
    assert owner(entry) == owner(A) == A
    assert not is_classic(entry)
    assert not is_node(entry)
    assert owner(f"{X}+") == f"{X}+"
    assert is_classic(f"{X}+")


def test_an_entry_that_protects_one_write_is_its_nodes() -> None:
    entry = beside(A, 17)
    assert entry not in (A, taken_in(A), beside(A, 1), beside(B, 17))
    assert owner(entry) == A
    assert not is_classic(entry)
    assert not is_node(entry)
    for other in (f"{X}+17", f"{A}+17+", f"{A}+x", f"{A}+1\n"):
        assert owner(other) == other
        assert is_classic(other)


def test_the_numbers_of_a_clock_by_node_leave_classic_entries_out() -> None:
    assert by_node({A: 3, taken_in(A): 5, B: 2, taken_in(C): 1, beside(B, 7): 7, X: 9}) == {A: 5, B: 7, C: 1}
