"""What every Store promises, asked of each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.limits import MAX_VALUE
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change, Counts, Member, Root, State, Store
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import hold, put, version

ROOT = Root("n1", counter=3, lamport=7, fingerprint="ab" * 32, former=("n0",))


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "a.db")
    yield made
    made.close()


# ------------------------------------------------------------------ state


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.load() is None
    assert store.counts() == Counts()
    assert store.page(wanted="all") == []
    assert store.siblings("a") == ()
    assert store.siblings_of(["a"]) == {}
    assert store.by_number("n1", 1, 9, 9) == []
    assert store.dots("n1", 9, 0, 9) == []
    assert store.tombstones(Dot("", 0), 9) == []


def test_what_is_expected_is_read_as_it_is_by_then(store: Store) -> None:
    one, two, three = version("a", 1), version("a", 2), version("b", 3)
    replace_and_commit(store, Change.of("a", (), (one,)))
    store.expect(["a", "b", "c"])
    assert [store.siblings(key) for key in "abc"] == [(one,), (), ()]
    store.replace([Change.of("a", (one,), (two,)), Change.of("b", (), (three,))])
    assert [store.siblings(key) for key in "abc"] == [(two,), (three,), ()]
    store.expect(["a", "b"])
    store.rollback()
    assert [store.siblings(key) for key in "abc"] == [(one,), (), ()]
    store.expect(["a", "b"])
    replace_and_commit(store, Change.of("a", (one,), (two,)))
    assert [store.siblings(key) for key in "abc"] == [(two,), (), ()]


def test_state_comes_back_part_by_part(store: Store) -> None:
    store.save(root=ROOT)
    assert store.load() == State(ROOT)
    member = Member("n2", "two", "host:1", "left", {"n1": ((1, 2), (4, 5))}, volatile=True)
    store.save(seen={"n1": ((1, 5),), "n2": ((1, 2), (4, 4))}, floor={"n1": 2}, members=[member])
    store.save(addresses=["b:2", "a:1"])
    store.save(addresses=["a:1"], floor={"n2": 2**53}, seen={"n1": ((1, 6),)})
    expected = State(
        root=ROOT,
        seen={"n1": ((1, 6),), "n2": ((1, 2), (4, 4))},
        floor={"n1": 2, "n2": 2**53},
        members={"n2": member},
        addresses=("a:1", "b:2"),
    )
    assert store.load() == expected
    store.commit()
    assert store.load() == expected


def test_members_and_addresses_can_be_removed(store: Store) -> None:
    store.save(root=ROOT, members=[Member("n2"), Member("n3")], addresses=["a:1", "b:2"])
    store.remove(members=["n2", "unknown"], addresses=["b:2", "unknown"])
    state = store.load()
    assert state is not None
    assert (set(state.members), state.addresses) == ({"n3"}, ("a:1",))


def test_a_member_is_saved_whole(store: Store) -> None:
    store.save(root=ROOT, members=[Member("n2", "two", classic=True)])
    store.save(members=[Member("n2", "zwei")])
    state = store.load()
    assert state is not None
    assert state.members == {"n2": Member("n2", "zwei")}


# ------------------------------------------------------------------ versions


def test_every_field_of_a_version_comes_back(store: Store) -> None:
    held = version("schlüssel \U0001f600", 9, '{"a":[1,"ü"]}', context={"n2": 4, "x@h:1": 1}, author="x@h:1")
    gone = version("b", 2**53, None, node="n2")
    put(store, held, gone)
    assert store.siblings(held.key) == (held,)
    assert store.siblings("b") == (gone,)


def test_the_largest_value_comes_back(store: Store) -> None:
    large = version("a", 1, '"' + "x" * (MAX_VALUE - 2) + '"')
    put(store, large)
    assert store.siblings("a") == (large,)


def test_siblings_come_in_order_tombstones_included(store: Store) -> None:
    first, second, third = version("a", 5), version("a", 5, "2", node="n2"), version("a", 3, None, node="n3")
    store.replace([Change.of("a", (), (first, second, third))])
    assert store.siblings("a") == (first, second, third)
    assert store.siblings_of({"a", "b"}) == {"a": (first, second, third)}


def test_siblings_of_many_keys(store: Store) -> None:
    keys = [f"k{number}" for number in range(600)]
    put(store, *(version(key, number + 1) for number, key in enumerate(keys)))
    found = store.siblings_of([*keys[::2], "absent", keys[0]])
    assert found == {key: store.siblings(key) for key in keys[::2]}


def test_one_key_may_change_twice_in_one_call(store: Store) -> None:
    one, two, three = version("a", 1), version("a", 2), version("a", 3, None)
    changes = [Change.of("a", (), (one,)), Change.of("a", (one,), (two,)), Change.of("a", (two,), (three,))]
    store.replace([*changes, Change.of("b", (), (version("b", 4),))])
    assert store.siblings("a") == (three,)
    assert store.counts() == Counts(keys=1, deleted=1, versions=2)


def test_a_change_of_what_is_not_held_is_refused(store: Store) -> None:
    put(store, version("a", 1))
    store.commit()
    with pytest.raises(StorageError):
        replace_and_commit(store, Change.of("a", (version("a", 2),), (version("a", 3),)))
    store.rollback()
    assert store.siblings("a") == (version("a", 1),)
    with pytest.raises(StorageError):
        replace_and_commit(
            store,
            Change.of("a", (version("a", 1),), (version("a", 2),)),
            Change.of("a", (version("a", 1),), (version("a", 3),)),
        )
    store.rollback()
    assert store.siblings("a") == (version("a", 1),)


def replace_and_commit(store: Store, *changes: Change) -> None:
    store.replace(changes)
    store.commit()


# ------------------------------------------------------------------ by number


def test_versions_by_number(store: Store) -> None:
    put(store, *(version(f"k{seq}", seq, node="n2") for seq in (7, 1, 3, 2)), version("x", 3))
    assert [v.seq for v in store.by_number("n2", 2, 7, 9)] == [2, 3, 7]
    assert [v.seq for v in store.by_number("n2", 1, 6, 2)] == [1, 2]
    assert store.by_number("n2", 4, 6, 9) == []
    assert store.by_number("n2", 3, 3, 9) == [version("k3", 3, node="n2")]
    assert store.dots("n2", 7, 1, 9) == [2, 3, 7]
    assert store.dots("n2", 6, 0, 2) == [1, 2]
    assert store.dots("n3", 6, 0, 2) == []


def test_a_replaced_version_has_no_number_any_more(store: Store) -> None:
    put(store, version("a", 1), version("a", 2))
    assert store.dots("n1", 9, 0, 9) == [2]


def test_tombstones_come_in_dot_order(store: Store) -> None:
    put(store, version("live", 1), version("live", 1, node="n3"))
    for node, seq in (("n3", 2), ("n1", 3), ("n2", 10), ("n1", 12), ("n3", 9)):
        put(store, version(f"{node}-{seq}", seq, None, node=node))
    every = [Dot("n1", 3), Dot("n1", 12), Dot("n2", 10), Dot("n3", 2), Dot("n3", 9)]
    for number, after in enumerate([Dot("", 0), *every]):
        assert [v.dot for v in store.tombstones(after, 9)] == every[number:]
        assert [v.dot for v in store.tombstones(after, 2)] == every[number : number + 2]
    assert [v.dot for v in store.tombstones(Dot("n1", 5), 1)] == [Dot("n1", 12)]
    assert [v.dot for v in store.tombstones(Dot("n2", 11), 1)] == [Dot("n3", 2)]


# ------------------------------------------------------------------ pages


def fill(store: Store) -> None:
    """Keys `a` to `f`: live, in conflict, deleted, deleted beside live, equal siblings, two tombstones."""
    hold(store, "a", [version("a", 1)])
    hold(store, "b", [version("b", 2), version("b", 1, "2", node="n2")])
    hold(store, "c", [version("c", 3, None)])
    hold(store, "d", [version("d", 4), version("d", 2, None, node="n2")])
    hold(store, "e", [version("e", 5), version("e", 3, node="n2")])
    hold(store, "f", [version("f", 6, None), version("f", 4, None, node="n2")])


KINDS = {"live": "abde", "conflicts": "b", "deleted": "cf", "all": "abcdef"}


@pytest.mark.parametrize(("wanted", "keys"), KINDS.items())
def test_each_kind_of_key_has_its_pages(store: Store, wanted, keys: str) -> None:
    fill(store)
    assert store.page(wanted=wanted) == list(keys)
    assert store.page(wanted=wanted, backwards=True) == list(reversed(keys))
    for start in "abcdefg":
        after = [key for key in keys if key > start]
        upto = [key for key in keys if key <= start]
        assert store.page(wanted=wanted, start=start, inclusive=False) == after
        assert store.page(wanted=wanted, start=start, backwards=True) == upto[::-1]
        assert store.page(wanted=wanted, start=start, limit=1) == [key for key in keys if key >= start][:1]
        before = [key for key in keys if key < start]
        page = store.page(wanted=wanted, start=start, backwards=True, inclusive=False, limit=2)
        assert page == before[::-1][:2]


def test_counts_follow_every_change_of_kind(store: Store) -> None:
    fill(store)
    assert store.counts() == Counts(keys=4, conflicts=1, deleted=2, versions=10)
    hold(store, "b", [version("b", 7)])
    hold(store, "f", [])
    hold(store, "a", [version("a", 8, None)])
    assert store.counts() == Counts(keys=3, conflicts=0, deleted=2, versions=7)
    assert [store.page(wanted=kind) for kind in ("live", "conflicts", "deleted")] == [
        ["b", "d", "e"],
        [],
        ["a", "c"],
    ]


NON_ASCII = [
    "Z",
    "a",
    "a\u0301",
    "a~",
    "z",
    "~",
    "é",
    "ſ",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\U00010000",
    "\U0010ffff",
]


def test_keys_are_in_the_order_of_their_bytes(store: Store) -> None:
    put(store, *(version(key, seq + 1) for seq, key in enumerate(NON_ASCII)))
    in_bytes = sorted(NON_ASCII, key=str.encode)
    assert store.page() == in_bytes
    assert store.page(backwards=True) == in_bytes[::-1]
    for start in NON_ASCII:
        assert store.page(start=start) == [key for key in in_bytes if key.encode() >= start.encode()]
        assert store.page(start=start, inclusive=False) == [
            key for key in in_bytes if key.encode() > start.encode()
        ]


@pytest.mark.parametrize("prefix", ["a", "b", "ab", "a\ud7ff", "\U0010ffff", "a\U0010ffff", "q"])
def test_a_prefix_bounds_a_page_on_both_sides(store: Store, prefix: str) -> None:
    keys = ["a", "ab", "aba", "abb", "ac", "a\ud7ff", "a\ud7ffx", "a\ue000", "a\U0010ffff", "a\U0010ffffz"]
    keys += ["b", "b\U0010ffff", "c", "\U0010ffff", "\U0010ffff\U0010ffff"]
    put(store, *(version(key, seq + 1) for seq, key in enumerate(keys)))
    matching = sorted(key for key in keys if key.startswith(prefix))
    assert store.page(prefix=prefix) == matching
    assert store.page(prefix=prefix, backwards=True) == matching[::-1]
    for start in (*keys, "A", "\U0010ffff" * 3):
        assert store.page(prefix=prefix, start=start) == [key for key in matching if key >= start]
        falling = [key for key in reversed(matching) if key <= start]
        assert store.page(prefix=prefix, start=start, backwards=True) == falling
        assert store.page(prefix=prefix, start=start, backwards=True, limit=1) == falling[:1]


# ------------------------------------------------------------------ transactions


def test_commit_says_whether_there_was_a_transaction(store: Store) -> None:
    assert not store.commit()
    store.save(root=ROOT)
    assert store.commit()
    assert not store.commit()
    put(store, version("a", 1))
    assert store.commit()
    store.make_durable()
    store.make_durable()


def test_rollback_without_a_transaction_is_nothing(store: Store) -> None:
    put(store, version("a", 1))
    store.commit()
    store.rollback()
    assert store.page() == ["a"]


def snapshot(store: Store) -> object:
    """All that can be read."""
    return (
        store.load(),
        store.counts(),
        [store.page(wanted=kind) for kind in ("live", "conflicts", "deleted", "all")],
        store.siblings_of(store.page(wanted="all")),
        [store.by_number(node, 1, 99, 99) for node in ("n1", "n2", "n9")],
        store.tombstones(Dot("", 0), 99),
    )


def test_rollback_restores_everything(store: Store) -> None:
    fill(store)
    store.save(root=ROOT, seen={"n1": ((1, 6),)}, floor={"n1": 1}, members=[Member("n2")], addresses=["a:1"])
    store.commit()
    before = snapshot(store)
    for key in "abcdef":
        hold(store, key, [version(key, 50 + ord(key), "9", node="n9")])
    hold(store, "a", [])
    hold(store, "new", [version("new", 9, None), version("new", 9, None, node="n9")])
    store.save(root=Root("n9"), seen={"n1": ((1, 9),), "n9": ((1, 9),)}, floor={"n9": 3})
    store.save(members=[Member("n2", "other"), Member("n4")], addresses=["b:2"])
    store.remove(members=["n2"], addresses=["a:1"])
    assert snapshot(store) != before
    store.rollback()
    assert snapshot(store) == before
    assert not store.commit()


def test_ids_that_were_rolled_back_can_be_used_again(store: Store) -> None:
    put(store, version("a", 1, node="n5"), version("b", 1, node="n6"))
    store.rollback()
    put(store, version("b", 1, node="n6"))
    store.commit()
    assert store.by_number("n6", 1, 1, 1) == [version("b", 1, node="n6")]
    assert store.by_number("n5", 1, 1, 1) == []


# ------------------------------------------------------------------ counting


@pytest.mark.parametrize(
    ("wanted", "prefix", "expected"),
    [("live", "", 5), ("live", "a/", 3), ("conflicts", "", 1), ("deleted", "a", 1), ("live", "zz", 0)],
)
def test_keys_are_counted_in_pieces(store: Store, wanted, prefix: str, expected: int) -> None:
    store.save(root=ROOT)
    for seq, key in enumerate(["a/1", "a/2", "a/3", "b", "ä"], 1):
        hold(store, key, [version(key, seq)])
    hold(store, "b", [version("b", 4), version("b", 1, "2", node="n2")])
    hold(store, "a/gone", [version("a/gone", 9, None)])
    for limit in (1, 2, 100):
        total, after, more = 0, "", True
        while more:
            piece = store.count(wanted=wanted, prefix=prefix, after=after, limit=limit)
            assert piece.keys <= limit
            total += piece.keys
            after, more = piece.last, bool(piece.last)
        assert total == expected


def test_the_size_grows_with_what_is_held_and_falls_when_it_goes(store: Store) -> None:
    store.save(root=ROOT)
    store.commit()
    empty = store.size()
    for number in range(20):
        hold(store, f"k{number}", [version(f"k{number}", number + 1, '"' + "x" * 100_000 + '"')])
    store.commit()
    full = store.size()
    assert 2_000_000 < full - empty < 2_400_000
    for number in range(20):
        hold(store, f"k{number}", [version(f"k{number}", number + 21, None)])
    store.commit()
    assert store.size() - empty < 100_000
