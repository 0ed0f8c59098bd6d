import pytest
from hypothesis import given

from decent_tui.core.clocks import Dot
from decent_tui.core.ranges import numbers
from decent_tui.core.seen import Seen

from .builders import A, B, C, seen, seen_sets


def plain(of: Seen) -> set[Dot]:
    return {Dot(node, number) for node, held in of.items() for number in numbers(held)}


@given(seen_sets, seen_sets)
def test_joining_and_lacking_are_those_of_plain_sets(a: Seen, b: Seen) -> None:
    mine, theirs = plain(a), plain(b)
    missing = Seen(a.lacks(b))
    assert plain(missing) == theirs - mine
    assert a.lacks_count(b) == len(theirs - mine)
    assert a.covers(b) is (theirs <= mine)
    grown = a.join(b)
    assert plain(a) == mine | theirs
    assert set(grown) == {dot.node for dot in theirs - mine}


@given(seen_sets, seen_sets, seen_sets)
def test_join_is_commutative_associative_and_idempotent(a: Seen, b: Seen, c: Seen) -> None:
    def joined(*parts: Seen) -> Seen:
        total = Seen()
        for part in parts:
            total.join(part)
        return total

    assert joined(a, b) == joined(b, a)
    assert joined(joined(a, b), c) == joined(a, joined(b, c))
    assert joined(a, a) == a


def test_a_copy_grows_on_its_own() -> None:
    one = seen(a=[1])
    other = one.copy()
    other.add(Dot(A, 2))
    assert Dot(A, 2) in other
    assert Dot(A, 2) not in one


def test_a_number_is_below_the_base_only_when_all_before_it_were_seen() -> None:
    some = seen(a=[1, 2, 4], b=[2])
    assert (some.base(A), some.base(B), some.base(C)) == (2, 0, 0)
    assert some.bases_cover({A: 2})
    assert not some.bases_cover({A: 4})
    assert not some.bases_cover({A: 1, B: 1})
    assert some.bases_cover({})


@pytest.mark.parametrize(
    ("some", "gaps"), [([], 0), ([1, 2, 3], 0), ([2], 1), ([1, 3], 1), ([2, 4], 2), ([1, 3, 5], 2)]
)
def test_a_gap_is_where_numbers_are_missing_below_one_that_was_seen(some: list[int], gaps: int) -> None:
    assert seen(a=some).gaps(A) == gaps


@given(seen_sets, seen_sets)
def test_equal_digests_mean_equal_sets_and_fingerprints(a: Seen, b: Seen) -> None:
    assert (a.digest(0) == b.digest(0)) is (a == b)
    assert a.digest(0) != a.digest(1)
    assert len(a.digest(2**256 - 1)) == 16


@given(seen_sets)
def test_the_form_on_the_wire_comes_back(some: Seen) -> None:
    assert Seen.from_wire(some.to_wire()) == some


def test_a_form_on_the_wire_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="ranges"):
        Seen.from_wire({A: [3, 1]})


def test_a_node_without_numbers_is_as_if_it_were_not_there() -> None:
    assert Seen({A: ()}) == Seen()
    assert len(Seen({A: ()})) == 0
