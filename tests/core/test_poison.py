"""What no honest peer would send, where it cannot be refused: contained, and everybody goes on writing."""

import msgspec
import pytest

from decent_tui.core import claims, sync
from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import pack, unpack
from decent_tui.core.clocks import weight
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_CLOCK, MAX_LINE, MAX_NODES, MAX_NUMBER, MAX_RANGES
from decent_tui.core.sync import Pull
from decent_tui.core.tuning import Tuning
from decent_tui.core.values import text_id
from decent_tui.core.version import Version

from .builders import A, B, C, apply, put, replica
from .network import Network

LIAR = "f" * 16


def longest() -> dict[str, int]:
    """A context as long as there may be."""
    entries = {f"{number:016x}": number + 1 for number in range(MAX_CLOCK // 36)}
    assert MAX_CLOCK - 40 < weight(entries) <= MAX_CLOCK
    return entries


def poison(context: dict[str, int] | None = None, value: bytes = b'"poison"') -> Version:
    """A version with it."""
    return Version("k", value, LIAR, 1, longest() if context is None else context, 1, LIAR, 1, text_id(value))


def test_a_key_with_the_longest_context_can_still_be_written_and_others_take_that() -> None:
    one, other = replica(A), replica(B)
    apply(one, poison())
    for text in ("1", "2", "3"):
        mine = put(one, text=text)
        assert weight(mine.context) < MAX_CLOCK
        apply(other, *unpack(pack([mine])))
    # each write covers the last one, only the poison stays beside
    assert sorted(version.node for version in one.store.siblings("k")) == [A, LIAR]
    assert [version.value for version in other.store.siblings("k")] == [b"3"]


def test_what_was_written_beside_a_long_context_is_not_lost_where_only_a_later_write_is_known() -> None:
    one, other, third = replica(A), replica(B), replica(C)
    apply(one, poison())
    first = put(one, text='"first"')
    apply(other, first)
    over = put(other, text='"over"')
    apply(third, over, poison(), first)
    assert {version.value for version in third.store.siblings("k")} == {b'"over"', b'"poison"'}


def test_what_is_put_again_with_the_longest_context_is_taken_by_others() -> None:
    one, other = replica(A), replica(B)
    apply(one, poison())
    one.put_again(poison(), 1)
    one.commit()
    apply(other, *unpack(pack(one.store.siblings("k"))))
    assert len(other.store.siblings("k")) == 2


def test_an_answer_with_the_largest_version_and_the_longest_claim_fits_into_a_line() -> None:
    one = replica(A)
    ids = [f"{number:016x}" for number in range(MAX_NODES - 1)]
    largest = b'"' + b"x" * (256 * 1024 - 2) + b'"'
    apply(one, poison(dict.fromkeys(longest(), MAX_NUMBER), largest))
    claimed = {node: [1, MAX_NUMBER] for node in ids}
    one.join_claim(claims.read_seen(claimed), dict.fromkeys(ids, MAX_NUMBER))
    said = sync.answer(one, wire.Sync(claimed), Tuning())
    assert said.seen is not None
    assert len(said.seen) == MAX_NODES
    assert said.batch.keys
    assert len(wire.encode(said, MAX_NUMBER)) < MAX_LINE


def test_a_long_context_cannot_be_said_once_for_a_thousand_versions() -> None:
    rows = 10_000
    batch = pack([poison()])
    many = msgspec.structs.replace(
        batch, runs=[batch.runs[0], rows], keys=[f"{n}" for n in range(rows)], values=batch.values * rows
    )
    assert len(msgspec.json.encode(many)) < MAX_LINE
    with pytest.raises(ProtocolError, match="too long together"):
        list(unpack(many))


def test_a_claim_full_of_gaps_is_not_taken_over() -> None:
    one = replica(A)
    gaps = [end for number in range(MAX_RANGES + 1) for end in (2 * number + 1, 2 * number + 1)]
    assert Pull().take(one, wire.Versions(seen={LIAR: gaps}))
    assert not one.seen[LIAR]
    assert Pull().take(one, wire.Versions(seen={LIAR: [1, 5]}))
    assert one.seen[LIAR] == ((1, 5),)


def test_claims_that_are_small_each_do_not_fill_the_memory_together() -> None:
    one = replica(A)
    for start in range(1, 20 * MAX_RANGES, MAX_RANGES):
        gaps = [end for number in range(start, start + MAX_RANGES // 2, 2) for end in (number, number)]
        assert Pull().take(one, wire.Versions(seen={LIAR: gaps}))
    assert one.seen.size() <= MAX_RANGES
    for start in range(0, 3 * MAX_NODES, MAX_NODES // 2):
        some = {f"{number:016x}": [1, 1] for number in range(start, start + MAX_NODES // 2)}
        assert Pull().take(one, wire.Versions(seen=some))
    assert len(one.seen) <= MAX_NODES


def test_a_claim_that_fills_gaps_is_taken_over_however_many_there_are() -> None:
    one = replica(A)
    one.seen.add_all(LIAR, tuple((number, number) for number in range(1, 3 * MAX_RANGES, 2)))
    assert Pull().take(one, wire.Versions(seen={LIAR: [1, 3 * MAX_RANGES]}))
    assert one.seen.base(LIAR) == 3 * MAX_RANGES


def test_a_list_without_end_is_no_list() -> None:
    one, pull = replica(A), Pull()

    def page(number: int) -> wire.Versions:
        start = 1 + number * MAX_RANGES
        gaps = [end for number in range(start, start + MAX_RANGES, 2) for end in (number, number)]
        return wire.Versions(floor={LIAR: MAX_NUMBER}, listed={LIAR: gaps}, after=(LIAR, gaps[-1]))

    assert not pull.take(one, page(0))
    assert not pull.take(one, page(1))
    assert pull.bulk  # nobody else's list beside it
    with pytest.raises(ProtocolError, match="no end"):
        pull.take(one, page(2))


def test_a_list_that_does_not_go_on_is_no_list() -> None:
    one, pull = replica(A), Pull()
    page = wire.Versions(floor={LIAR: 9}, listed={LIAR: [1, 1]}, after=(LIAR, 1))
    assert not pull.take(one, page)
    with pytest.raises(ProtocolError, match="no end"):
        pull.take(one, page)


def test_a_list_with_a_claim_full_of_gaps_drops_nothing() -> None:
    one = replica(A)
    apply(one, poison({}))
    gaps = [end for number in range(MAX_RANGES + 1) for end in (2 * number + 3, 2 * number + 3)]
    assert Pull().take(one, wire.Versions(seen={LIAR: [1, 1, *gaps]}, floor={LIAR: 1}, listed={}))
    assert one.store.siblings("k")


def test_nodes_with_a_poisoned_key_go_on_writing_it_and_agree() -> None:
    net = Network(3)
    a = net.node("a")
    b = net.node("b", a)
    net.run(3)
    a.turn(lambda: a.replica.apply([poison()]))
    for text in ('"1"', '"2"'):
        a.do(ops.Put("k", text))
        net.settle()
        b.do(ops.Put("k", text))
        net.settle()
    assert {version.value for version in a.replica.store.siblings("k")} == {b'"poison"', b'"2"'}
