from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.clocks import Clock
from decent_tui.core.version import Siblings, Version, in_conflict, in_order, live, merge, obsoletes, visible

from .builders import A, B, C, clocks, histories, nodes, version


def merged(*versions: Version) -> Siblings:
    siblings: Siblings = ()
    for one in versions:
        siblings = merge(siblings, one)
    return siblings


@pytest.mark.parametrize(
    ("context", "held", "is_obsolete"),
    [
        ({A: 1}, version(A, 1), True),  # it was there when the newer one was written
        ({}, version(A, 1), False),  # it was not
        ({A: 5}, version(A, 1, {B: 2}), False),  # its dot is covered, but not what it held down
        ({A: 5, B: 2}, version(A, 1, {B: 2}), True),
        ({B: 2}, version(A, 1, {B: 2}), False),
    ],
)
def test_a_version_is_obsolete_iff_the_other_context_covers_its_whole_clock(
    context: Clock, held: Version, is_obsolete: bool
) -> None:
    assert obsoletes(version(C, 1, context), held) is is_obsolete


def test_versions_that_do_not_make_each_other_obsolete_are_siblings() -> None:
    one, other = version(A, 1), version(B, 1)
    assert merged(one, other) == in_order([one, other])


def test_a_newcomer_drops_what_it_was_written_over_and_nothing_else() -> None:
    one, other, over_one = version(A, 1), version(B, 1), version(C, 1, {A: 1})
    assert merged(one, other, over_one) == in_order([other, over_one])


def test_a_newcomer_that_is_obsolete_already_changes_nothing() -> None:
    siblings = merged(version(B, 1, {A: 1}))
    assert merge(siblings, version(A, 1)) is siblings


def test_siblings_stand_newest_lamport_first_then_by_node_then_by_number() -> None:
    some = [
        version(node, seq, lamport=7 if node == C else 2) for node, seq in ((A, 1), (A, 2), (B, 1), (C, 1))
    ]
    for order in permutations(some):
        assert [held.dot for held in in_order(order)] == [(C, 1), (A, 1), (A, 2), (B, 1)]


@given(histories(), st.randoms(use_true_random=False))
def test_versions_may_come_in_any_order(made: list[Version], chance: object) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(*shuffled) == merged(*made)


some_versions = st.builds(
    lambda node, seq, context, lamport, text: version(
        node, seq, {**context, node: min(context.get(node, 0), seq - 1)}, lamport=lamport, text=text
    ),
    nodes,
    st.integers(1, 4),
    clocks,
    st.integers(0, 3),
    st.sampled_from(["1", "2", None]),
)
"""Any versions whose context lies below their own dot, whether or not a history could have made them."""


some_writes = st.lists(some_versions, max_size=6, unique_by=lambda one: one.dot)


def join(a: Siblings, b: Siblings) -> Siblings:
    """What two replicas hold together."""
    return merged(*a, *b)


@given(some_writes, st.lists(st.integers(0, 7), min_size=6, max_size=6))
def test_merging_siblings_is_commutative_associative_and_idempotent(
    made: list[Version], places: list[int]
) -> None:
    """Three replicas hold some of the writes each: number k has those whose place has bit k."""
    a, b, c = (
        merged(*(one for one, place in zip(made, places, strict=False) if place >> k & 1)) for k in range(3)
    )
    assert join(a, b) == join(b, a)
    assert join(a, join(b, c)) == join(join(a, b), c)
    assert join(a, a) == a


@given(some_writes)
def test_siblings_are_the_versions_that_no_other_makes_obsolete(made: list[Version]) -> None:
    assert merged(*made) == in_order(one for one in made if not any(obsoletes(other, one) for other in made))


@given(histories())
def test_what_makes_a_version_obsolete_makes_all_obsolete_that_it_did(made: list[Version]) -> None:
    for a in made:
        for b in made:
            for c in made:
                if obsoletes(a, b) and obsoletes(b, c):
                    assert obsoletes(a, c)
        assert not obsoletes(a, a)


def test_a_reader_sees_equal_values_once_and_no_tombstones() -> None:
    newest, same, other = version(A, 1, lamport=9), version(B, 1), version(C, 1, text="2")
    gone = version(C, 2, text=None)
    siblings = in_order((newest, same, other, gone))
    assert live(siblings) == in_order([newest, same, other])
    assert visible(siblings) == (newest, other)


@pytest.mark.parametrize(
    ("siblings", "conflict"),
    [
        ((), False),
        ((version(A, 1),), False),
        ((version(A, 1), version(B, 1)), False),  # the same value twice
        ((version(A, 1), version(B, 1, text="2")), True),
        ((version(A, 1), version(B, 1, text=None)), False),
    ],
)
def test_a_conflict_is_more_than_one_value_to_a_reader(siblings: Siblings, conflict: bool) -> None:
    assert in_conflict(siblings) is conflict


def test_the_clock_of_a_version_is_its_context_and_its_dot() -> None:
    assert version(A, 3, {A: 1, B: 4}).clock == {A: 3, B: 4}
    assert version(A, 3).dot == (A, 3)
    assert not version().deleted
    assert version(text=None).deleted
