"""The checks themselves: each finds what it is there for."""

from decent_tui.core.clocks import Dot
from decent_tui.core.invariants import all_versions, inspect, violations
from decent_tui.core.store import Change
from decent_tui.core.values import read_value

from .builders import A, B, apply, put, replica, version


def test_a_sound_replica_breaks_nothing() -> None:
    one = replica(A)
    put(one)
    apply(one, version(B, 3), version(B, 5, key="l", text=None))
    assert violations(one) == []


def test_every_version_is_found_whatever_the_number_of_keys() -> None:
    one = replica(A)
    for number in range(1_001):
        one.put(f"k{number}", read_value(b"1"), 0)
    assert len(all_versions(one.store)) == 1_001


def test_a_version_held_but_not_seen_is_found() -> None:
    one = replica(A)
    one.store.replace([Change.of("k", (), (version(B, 1),))])
    assert any(broken.startswith("I4") for broken in violations(one))


def test_an_obsolete_version_held_is_found() -> None:
    one = replica(A)
    old, new = version(B, 1), version(B, 2, {B: 1})
    apply(one, new)
    one.seen.add(old.dot)
    one.store.replace([Change.of("k", (new,), (new, old))])
    assert any(broken.startswith("siblings") for broken in violations(one))


def test_a_floor_above_the_base_is_found() -> None:
    one = replica(A)
    apply(one, version(B, 2))
    one.sink({B: 2})
    assert any(broken.startswith("I3") for broken in violations(one))


def test_a_counter_above_what_was_seen_is_found() -> None:
    one = replica(A)
    one.counter = 1
    assert any(broken.startswith("I1") for broken in violations(one))


def test_a_wrong_fingerprint_is_found() -> None:
    one = replica(A)
    put(one)
    one.fingerprint += 1
    assert any(broken.startswith("fingerprint") for broken in violations(one))


def test_a_number_seen_that_nothing_accounts_for_is_found() -> None:
    one = replica(A)
    apply(one, version(B, 2, {B: 1}))
    one.sink({B: 1})
    assert inspect(one).unaccounted() == {}
    one.seen.add(Dot(B, 3))
    assert inspect(one).unaccounted() == {B: 2}


def test_what_was_forgotten_accounts_for_itself() -> None:
    one = replica(A)
    one.seen.add(Dot(B, 1))
    assert inspect(one).unaccounted() == {B: 0}
    one.sink({B: 1})
    assert inspect(one).unaccounted() == {}
