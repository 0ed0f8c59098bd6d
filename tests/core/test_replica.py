import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import Refused, Stale, StorageError
from decent_tui.core.invariants import violations
from decent_tui.core.limits import MAX_NUMBER, SIBLINGS_MAX
from decent_tui.core.memory import MemoryStore
from decent_tui.core.replica import Replica
from decent_tui.core.store import Change, Root
from decent_tui.core.values import Value, read_value
from decent_tui.core.version import Version

from .builders import A, B, C, FullDisk, X, apply, delete, histories, put, replica, texts, version


def value(text: str) -> Value:
    return read_value(text.encode())


# ------------------------------------------------------------------ local writes


def test_a_put_gets_the_next_dot_and_knows_what_was_there() -> None:
    one = replica(A)
    first, second = put(one, text="1"), put(one, text="2")
    assert (first.dot, first.context) == ((A, 1), {})
    assert (second.dot, second.context) == ((A, 2), {A: 1})
    assert texts(one) == ["2"]


def test_a_put_replaces_every_sibling_held() -> None:
    one = replica(A)
    apply(one, version(B, 3, {B: 1}), version(C, 1))
    written = put(one, text="9")
    assert written.context == {B: 3, C: 1}
    assert one.store.siblings("k") == (written,)


def test_a_put_over_a_tombstone_knows_it() -> None:
    one = replica(A)
    put(one)
    delete(one)
    assert put(one).context == {A: 2}


def test_a_delete_is_a_version_without_a_value() -> None:
    one = replica(A)
    put(one)
    gone = delete(one)
    assert (gone.value, gone.cid, gone.context) == (None, "", {A: 1})
    assert texts(one) == []
    assert one.store.siblings("k") == (gone,)


@pytest.mark.parametrize("was_there", [False, True])
def test_what_has_no_value_cannot_be_deleted(was_there: bool) -> None:
    one = replica(A)
    if was_there:
        put(one)
        delete(one)
    counter = one.counter
    with pytest.raises(Refused, match="no value"):
        one.delete("k", 0)
    assert one.counter == counter


def test_what_comes_after_it_was_covered_is_counted_as_obsolete() -> None:
    one = replica(A)
    old, new = version(B, 1), version(B, 2, {B: 1})
    apply(one, new)
    assert one.obsolete == 0
    apply(one, old)
    apply(one, old)  # its number is known by now: that is a duplicate
    assert (one.obsolete, one.store.siblings("k")) == (1, (new,))


def test_a_put_that_saw_something_else_is_stale_and_changes_nothing() -> None:
    one = replica(A)
    put(one, text="1")
    with pytest.raises(Stale) as caught:
        one.put("k", value("2"), 0, saw=[value("7").cid])
    assert caught.value.cids == (value("1").cid,)
    assert (one.counter, texts(one)) == (1, ["1"])


@pytest.mark.parametrize(
    ("held", "saw", "new", "fine"),
    [
        (["1"], ["1"], "2", True),
        (["1"], [], "2", False),
        ([], [], "2", True),
        ([], ["1"], "2", False),
        (["1", "2"], ["2", "1"], "3", True),
        (["1", "2"], ["1"], "3", False),
        (["1", "1"], ["1"], "3", True),  # equal values are one
        (["2"], ["1"], "2", True),  # somebody wrote the same meanwhile
        (["1", "2"], [], "2", False),
    ],
)
def test_compare_and_set(held: list[str], saw: list[str], new: str, fine: bool) -> None:
    one = replica(A)
    apply(one, *(version(node, 1, text=text) for node, text in zip((B, C), held, strict=False)))
    cids = [value(text).cid for text in saw]
    if fine:
        one.put("k", value(new), 0, saw=cids)
        assert texts(one) == [new]
    else:
        with pytest.raises(Stale):
            one.put("k", value(new), 0, saw=cids)


def test_tombstones_do_not_count_for_compare_and_set() -> None:
    one = replica(A)
    apply(one, version(B, 1, text=None))
    one.put("k", value("1"), 0, saw=[])
    assert texts(one) == ["1"]


@pytest.mark.parametrize(("saw", "fine"), [(["1"], True), ([], False), (["2"], False), (None, True)])
def test_a_delete_compares_too(saw: list[str] | None, fine: bool) -> None:
    one = replica(A)
    put(one, text="1")
    cids = None if saw is None else [value(text).cid for text in saw]
    if fine:
        one.delete("k", 0, cids)
        assert texts(one) == []
    else:
        with pytest.raises(Stale):
            one.delete("k", 0, cids)
        assert texts(one) == ["1"]


def test_unresolve_puts_values_side_by_side_over_all_that_was_there() -> None:
    one, other = replica(A), replica(B)
    apply(one, version(C, 1, text="0"))
    first, second = one.unresolve("k", [value("1"), value("2")], 0, [value("0").cid])
    assert texts(one) == ["1", "2"]  # as given
    assert not violations(one)
    for made in ((first, second), (second, first)):
        apply(other, version(C, 1, text="0"), *made)
        assert sorted(texts(other)) == ["1", "2"]
        assert not violations(other)
    with pytest.raises(Stale):
        one.unresolve("k", [value("3"), value("4")], 0, [value("1").cid])
    one.put("k", value("5"), 0)
    assert texts(one) == ["5"]


@pytest.mark.parametrize("had", ["1", "2"])
def test_who_writes_over_one_of_two_written_side_by_side_does_not_hold_down_the_other(had: str) -> None:
    one, other = replica(A), replica(C)
    put(one, text="0")
    one.unresolve("k", [value("1"), value("2")], 0)
    one.commit()
    apply(other, *(held for held in one.store.siblings("k") if held.value == had.encode()))
    apply(one, put(other, text="3"))
    assert sorted(texts(one)) == sorted({"1", "2", "3"} - {had})
    assert not violations(one)
    put(one, text="4")
    assert texts(one) == ["4"]


# ------------------------------------------------------------------ merging


@given(histories(keys=("k", "l")), st.data())
def test_versions_applied_in_any_order_and_more_than_once_give_the_same_replica(
    made: list[Version], data: st.DataObject
) -> None:
    one, other = replica(A), replica(A)
    apply(one, *made)
    for version_ in data.draw(st.permutations([*made, *made[::2]])):
        apply(other, version_)
        assert not violations(other)
    assert one.seen == other.seen
    assert one.fingerprint == other.fingerprint
    for key in ("k", "l"):
        assert one.store.siblings(key) == other.store.siblings(key)


def test_a_version_whose_dot_was_seen_says_nothing_new() -> None:
    one = replica(A)
    old = version(B, 1)
    apply(one, old)
    put(one, text="2")
    assert one.apply([old]) == []
    assert texts(one) == ["2"]


def test_an_obsolete_version_is_seen_but_not_kept() -> None:
    one = replica(A)
    apply(one, version(B, 2, {B: 1}, text="2"))
    apply(one, version(B, 1, text="1"))
    assert Dot(B, 1) in one.seen
    assert texts(one) == ["2"]


def test_importing_is_no_event_of_ones_own() -> None:
    one = replica(A)
    apply(one, version(B, 7))
    assert one.counter == 0
    assert A not in list(one.seen)


def test_a_change_tells_what_went_and_what_came() -> None:
    store = MemoryStore()
    store.save(root=Root(A))
    told: list[tuple[Change, str]] = []
    one = Replica(store, lambda changes, source: told.extend((change, source) for change in changes))
    old, new = version(B, 1, text="1"), version(C, 1, {B: 1}, text="2")
    one.apply([old], "b")
    one.apply([new], "c")
    [(_, first), (change, second)] = told
    assert (first, second) == ("b", "c")
    assert (change.dropped, change.kept) == ((old,), (new,))


# ------------------------------------------------------------------ lamport


def test_lamports_tick_on_writes_and_rise_above_all_that_is_heard() -> None:
    one = replica(A)
    assert put(one).lamport == 1
    apply(one, version(B, 1, lamport=10, key="l"))
    assert put(one).lamport == 12


def test_lamports_saturate() -> None:
    one = replica(A)
    apply(one, version(B, 1, lamport=MAX_NUMBER))
    assert put(one).lamport == MAX_NUMBER


# ------------------------------------------------------------------ limits


def test_a_write_that_would_leave_too_many_siblings_is_refused_but_replication_is_not() -> None:
    one = replica(A)
    apply(one, *(version(B, n, {C: n}, text=str(n)) for n in range(1, SIBLINGS_MAX + 6)))
    assert len(one.store.siblings("k")) == SIBLINGS_MAX + 5
    with pytest.raises(Refused, match="siblings"):
        one.take_in("k", value('"x"'), X, {X: 1}, 1, 0)
    assert one.counter == 0
    put(one, text="0")  # settles it
    assert texts(one) == ["0"]


# ------------------------------------------------------------------ the transaction


def test_what_is_rolled_back_never_happened_and_uses_up_no_number() -> None:
    one = replica(A)
    put(one, text="1")
    before = (one.counter, one.lamport, one.fingerprint, one.seen.copy(), one.digest())
    one.put("k", value("2"), 0)
    one.apply([version(B, 1)])
    one.rollback()
    assert (one.counter, one.lamport, one.fingerprint, one.seen, one.digest()) == before
    assert texts(one) == ["1"]
    assert put(one).dot == (A, 2)


def test_a_commit_that_fails_undoes_the_turn() -> None:
    store = FullDisk()
    store.save(root=Root(A))
    one = Replica(store, lambda changes, source: None)
    one.commit()
    one.put("k", value("1"), 0)
    store.full = True
    with pytest.raises(StorageError):
        one.commit()
    assert (one.counter, texts(one)) == (0, [])
    store.full = False
    assert put(one).dot == (A, 1)


def test_all_of_it_is_there_after_a_restart() -> None:
    one = replica(A)
    put(one)
    delete(one)
    apply(one, version(B, 2, key="l"))
    one.sink({A: 2})
    one.commit()
    again = Replica(one.store, lambda changes, source: None)
    assert (again.node, again.counter, again.lamport) == (one.node, one.counter, one.lamport)
    assert (again.seen, again.floor, again.fingerprint) == (one.seen, one.floor, one.fingerprint)
    assert again.digest() == one.digest()


def test_a_commit_says_whether_anything_was_written() -> None:
    one = replica(A)
    assert not one.commit()
    one.put("k", value("1"), 0)
    assert one.commit()
    assert not one.commit()


def test_a_store_without_an_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="identity"):
        Replica(MemoryStore(), lambda changes, source: None)


# ------------------------------------------------------------------ identity


def test_under_a_new_id_numbers_start_anew_and_the_old_writes_stay() -> None:
    one = replica(A)
    put(one, text="1")
    one.take_id(B)
    written = put(one, text="2")
    assert (written.dot, written.context) == ((B, 1), {A: 1})
    assert one.former == (A,)
    assert not violations(one)


def test_after_a_rollback_what_this_run_wrote_and_still_holds_is_put_again() -> None:
    one = replica(A)
    put(one, "old", "1")
    again = Replica(one.store, lambda changes, source: None)  # opened at 1: up to here all is sound
    put(again, "lost", "2")
    put(again, "lost", "3")
    put(again, "kept", "4")
    again.take_id(B, rewrite_ts=5)
    again.commit()
    rewritten = {v.key: v for v in again.store.by_number(B, 1, 9, 9)}
    assert {key: v.value for key, v in rewritten.items()} == {"lost": b"3", "kept": b"4"}
    assert all(not v.context.get(A) or v.context[A] <= 1 for v in rewritten.values())
    assert not again.store.by_number(B, 3, 9, 9)
    assert not again.store.by_number(A, 2, 9, 9)  # their contexts name what was lost
    assert not violations(again)


@pytest.mark.parametrize("had", [0, 1])
def test_what_stood_side_by_side_still_does_when_it_was_put_again_after_a_rollback(had: int) -> None:
    one, other = replica(A), replica(C)
    one.unresolve("k", [value("1"), value("2")], 0)
    one.take_id(B, rewrite_ts=5)
    one.commit()
    rewritten = one.store.by_number(B, 1, 9, 9)
    assert sorted(version.value or b"" for version in rewritten) == [b"1", b"2"]
    apply(other, rewritten.pop(had))
    apply(one, put(other, text="3"))
    assert one.store.by_number(B, 1, 9, 9) == rewritten
    assert not violations(one)
