"""How a delete ends; above all, what happens when something arrives late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.clocks import Clock
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.tombstones import Collector, Reach, blockers
from decent_tui.core.tuning import Tuning
from decent_tui.core.values import read_value

from .builders import A, B, C, X, apply, clocks, delete, put, replica, seen, seen_sets, texts, version
from .crowd import Crowd


def collect(on: Replica, **members: Seen) -> int:
    """One turn of collection that counts these members."""
    gone = Collector(Tuning()).turn(on, members, frozenset())
    on.commit()
    return gone


# ------------------------------------------------------------------ when one may go


@pytest.mark.parametrize(
    ("clock", "mine", "theirs", "waits"),
    [
        ({A: 2}, seen(a=[1, 2]), seen(a=[1, 2]), []),
        ({A: 2}, seen(a=[1, 2, 3]), seen(a=[1, 2, 9]), []),
        ({A: 2}, seen(a=[1, 2]), seen(a=[1]), ["other"]),
        ({A: 2}, seen(a=[1, 2]), seen(a=[2]), ["other"]),  # seen, but above a gap
        ({A: 2}, seen(a=[2]), seen(a=[1, 2]), [""]),
        ({A: 2, B: 1}, seen(a=[1, 2]), seen(a=[1, 2]), ["other", ""]),
        ({A: 2, B: 1}, seen(a=[1, 2], b=[1]), seen(a=[1, 2], b=[1]), []),
    ],
)
def test_a_tombstone_waits_until_all_in_its_clock_is_below_every_base(
    clock: Clock, mine: Seen, theirs: Seen, waits: list[str]
) -> None:
    assert list(blockers(clock, Reach(mine, {"other": theirs}), frozenset())) == waits


@given(clocks, st.dictionaries(st.sampled_from("pqrs"), seen_sets), seen_sets)
def test_it_waits_for_exactly_those_whose_bases_do_not_cover_its_clock(
    clock: Clock, members: dict[str, Seen], mine: Seen
) -> None:
    everybody = {**members, "": mine}
    late = [name for name, heard in everybody.items() if not heard.bases_cover(clock)]
    reach = Reach(mine, members)
    assert list(blockers(clock, reach, frozenset())) == late
    assert list(blockers(clock, reach, frozenset())) == late  # what was remembered is the same


def test_a_tombstone_over_a_classic_write_waits_for_that_peer_to_be_forgotten() -> None:
    clock = {A: 1, X: 7}
    assert blockers(clock, Reach(seen(a=[1]), {}), frozenset()) == (X,)
    assert blockers(clock, Reach(seen(a=[1]), {}), frozenset([X])) == ()


def test_a_collected_tombstone_sinks_into_the_floor_but_for_classic_entries() -> None:
    one = replica(A)
    one.take_in("k", read_value(b"1"), X, {X: 7}, 7, 0)
    delete(one)
    assert Collector(Tuning()).turn(one, {}, frozenset([X])) == 1
    assert one.floor == {A: 2}
    assert one.store.siblings("k") == ()


def test_a_tombstone_beside_a_live_value_goes_and_the_value_stays() -> None:
    one = replica(A)
    put(one, text="1")
    delete(one)
    apply(one, version(B, 1, text="2"))
    assert collect(one) == 1
    assert texts(one) == ["2"]


def test_nobody_waits_for_who_is_not_counted() -> None:
    one = replica(A)
    put(one)
    delete(one)
    assert collect(one, other=Seen()) == 0
    assert collect(one) == 1


def test_a_round_looks_at_a_few_and_then_says_whom_it_waited_for() -> None:
    one = replica(A)
    for number in range(30):
        put(one, f"k{number}")
        delete(one, f"k{number}")
    collector = Collector(Tuning(collect=20))
    away = {C: Seen()}
    assert collector.turn(one, away, frozenset()) == 0
    assert collector.waits_for == {}  # the round is not over
    collector.turn(one, away, frozenset())
    assert collector.waits_for == {C: 30}
    assert collector.turn(one, {}, frozenset()) == 20
    assert collector.turn(one, {}, frozenset()) == 10
    assert collector.waits_for == {}


# ------------------------------------------------------------------ what arrives late


def test_a_version_that_arrives_while_its_tombstone_is_held_is_obsolete() -> None:
    writer, other = replica(A), replica(B)
    late = put(writer)
    apply(other, delete(writer))
    apply(other, late)
    assert texts(other) == []


def test_a_version_that_arrives_after_its_tombstone_was_collected_is_passed_over() -> None:
    writer, other = replica(A), replica(B)
    late = put(writer)
    apply(other, late)
    apply(other, delete(writer))
    assert collect(other, a=writer.seen) == 1
    apply(other, late)
    assert other.store.siblings("k") == ()


def test_a_tombstone_that_arrives_first_is_not_collected_before_its_gap_is_closed() -> None:
    writer, other = replica(A), replica(B)
    late = put(writer)
    apply(other, delete(writer))
    assert collect(other, a=writer.seen) == 0
    apply(other, late)
    assert collect(other, a=writer.seen) == 1
    assert texts(other) == []


def test_a_tombstone_that_arrives_again_after_it_was_collected_is_passed_over() -> None:
    writer, other = replica(A), replica(B)
    apply(other, put(writer))
    gone = delete(writer)
    apply(other, gone)
    collect(other, a=writer.seen)
    apply(other, gone)
    assert other.store.siblings("k") == ()


def test_a_version_written_at_the_same_time_as_the_delete_survives_it_whenever_it_arrives() -> None:
    for late_is_after_the_collection in (False, True):
        deleter, third = replica(A), replica(B)
        apply(third, put(deleter, text="1"))
        concurrent = put(third, text="2")
        delete(deleter)
        if late_is_after_the_collection:
            assert collect(deleter) == 1
        apply(deleter, concurrent)
        assert texts(deleter) == ["2"]


def test_a_new_write_after_the_collection_stands_beside_nothing() -> None:
    one, other = replica(A), replica(B)
    apply(other, put(one, text="1"))
    apply(other, delete(one))
    collect(one)
    fresh = put(one, text="2")
    assert fresh.context == {}
    apply(other, fresh)
    assert texts(other) == ["2"]  # the tombstone is still held there, and does not cover it


def test_a_node_that_was_away_drops_the_old_version_in_its_next_pull() -> None:
    crowd = Crowd(2, counted=False)
    here, away = crowd.all
    crowd.push(away, crowd.write(here, "k", "1"))
    crowd.write(here, "k", None)
    assert crowd.collect(here) == 1
    assert texts(away.replica) == ["1"]
    crowd.pull(away, here)
    assert away.replica.store.siblings("k") == ()
    crowd.level()


def test_a_node_that_was_away_and_wrote_over_it_keeps_what_it_wrote() -> None:
    crowd = Crowd(2, counted=False)
    here, away = crowd.all
    crowd.push(away, crowd.write(here, "k", "1"))
    crowd.write(here, "k", None)
    assert crowd.collect(here) == 1
    crowd.write(away, "k", "2")
    crowd.pull(away, here)
    crowd.pull(here, away)
    assert texts(away.replica) == texts(here.replica) == ["2"]
    crowd.level()


def test_an_old_version_brought_to_others_by_who_was_away_is_passed_over() -> None:
    crowd = Crowd(3, counted=False)
    here, too, away = crowd.all
    old = crowd.write(here, "k", "1")
    crowd.push(away, old)
    crowd.push(too, old)
    crowd.push(too, crowd.write(here, "k", None))
    assert crowd.collect(here) == crowd.collect(too) == 1
    crowd.pull(too, away)
    crowd.push(here, old)
    assert texts(too.replica) == texts(here.replica) == []
    crowd.level()


def test_a_new_node_that_meets_who_was_away_first_drops_it_too() -> None:
    crowd = Crowd(3, counted=False)
    here, away, new = crowd.all
    crowd.push(away, crowd.write(here, "k", "1"))
    crowd.write(here, "k", None)
    assert crowd.collect(here) == 1
    crowd.pull(new, away)
    assert texts(new.replica) == ["1"]
    crowd.pull(new, here)
    assert new.replica.store.siblings("k") == ()
    crowd.level()
