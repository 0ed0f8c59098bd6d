"""What others say that they have seen is read with care."""

import pytest

from decent_tui.core import claims
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_NODES, MAX_RANGES
from decent_tui.core.messages import Flat
from decent_tui.core.seen import Seen

from .builders import A, B


def many_nodes(count: int, start: int = 0) -> Flat:
    """One write seen of each of so many nodes."""
    return {f"{number:016x}": [1, 1] for number in range(start, start + count)}


def many_gaps(count: int, start: int = 1) -> list[int]:
    """So many ranges of one number each."""
    return [end for number in range(start, start + 2 * count, 2) for end in (number, number)]


def test_what_was_told_is_what_is_read() -> None:
    seen = Seen({A: ((1, 3), (5, 5)), B: ((2, 2),)})
    assert claims.read_seen(seen.to_wire()) == seen
    assert claims.read_ranges([1, 3, 5, 5]) == ((1, 3), (5, 5))
    assert claims.read_seen({}) == Seen()
    assert claims.read_ranges([]) == ()


@pytest.mark.parametrize("flat", [[1], [3, 1], [0, 1], [1, 2, 2, 3], [5, 6, 1, 2]])
def test_what_is_no_set_of_ranges_is_refused(flat: list[int]) -> None:
    for read in (lambda: claims.read_ranges(flat), lambda: claims.read_seen({A: flat})):
        with pytest.raises(ProtocolError) as caught:
            read()
        assert caught.value.fatal


@pytest.mark.parametrize(
    "flat", [{"": [1, 1]}, {"classic": [1, 1]}, {A.upper(): [1, 1]}, many_nodes(MAX_NODES + 1)]
)
def test_a_seen_set_names_nodes_of_ours_and_not_too_many(flat: Flat) -> None:
    with pytest.raises(ProtocolError, match="names too many nodes, or what is no node of ours"):
        claims.read_seen(flat)


@pytest.mark.parametrize(
    ("flat", "floor"), [({A: [1, 5]}, {A: 5}), ({A: [1, 5]}, {}), ({A: [1, 2, 4, 5]}, {A: 2})]
)
def test_a_claim_that_reaches_its_own_floor_is_read(flat: Flat, floor: dict[str, int]) -> None:
    assert claims.read(flat, floor, Seen()) == Seen.from_wire(flat)


@pytest.mark.parametrize(
    ("flat", "floor"),
    [({A: [1, 5]}, {A: 6}), ({A: [2, 5]}, {A: 5}), ({A: [1, 2, 4, 5]}, {A: 5}), ({}, {A: 1})],
)
def test_a_claim_with_a_gap_below_its_own_floor_is_none(flat: Flat, floor: dict[str, int]) -> None:
    with pytest.raises(ProtocolError, match="does not reach its own floor"):
        claims.read(flat, floor, Seen())


def test_a_claim_is_not_taken_over_that_would_fill_the_memory_with_what_is_there() -> None:
    half = Seen.from_wire({A: many_gaps(MAX_RANGES // 2)})
    assert claims.read({B: many_gaps(MAX_RANGES // 2)}, {}, half) is not None
    assert claims.read({B: many_gaps(MAX_RANGES // 2 + 1)}, {}, half) is None
    few = Seen.from_wire(many_nodes(10))
    assert claims.read(many_nodes(MAX_NODES, start=1), {}, few) is None
    assert claims.read(many_nodes(MAX_NODES), {}, few) is not None


def test_a_claim_that_adds_nothing_is_taken_over_by_whoever_has_too_much_already() -> None:
    full = Seen.from_wire({A: many_gaps(MAX_RANGES + 9)})
    assert claims.read({A: [1, 2]}, {}, full) == Seen({A: ((1, 2),)})
    before = full.copy()
    assert claims.read({B: [1, 1]}, {}, full) is None
    assert full == before, "it was only looked at"


def test_a_list_may_be_as_long_as_what_was_sent_before_it() -> None:
    assert claims.longest_list(0) == MAX_RANGES
    assert claims.longest_list(10**6) == MAX_RANGES + 4 * 10**6
