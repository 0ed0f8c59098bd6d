"""Changes that wait: what they answer, what they come to, and when they are written."""

import sqlite3
from collections.abc import Callable

import pytest

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.store import Change, Counts, Member, Root
from decent_tui.storage.pending import MOST, Moves, Pending, kind
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import connection, hold, put, version

A1, A2, GONE = version("a", 1), version("a", 2, "2", node="n2"), version("a", 3, None)
E1, E2, F1, F2 = version("e", 11), version("e", 12), version("f", 13, None), version("f", 14, None)
SAME = version("a", 4, "1", node="n3")  # the value of A1


@pytest.mark.parametrize(
    ("siblings", "is_now"),
    [
        ((), None),
        ((A1,), "live"),
        ((GONE,), "deleted"),
        ((A1, A2), "conflicts"),
        ((A1, SAME), "live"),
        ((A1, GONE), "live"),
        ((A1, A2, GONE), "conflicts"),
        ((GONE, version("a", 9, None)), "deleted"),
    ],
)
def test_what_a_key_is(siblings, is_now: str | None) -> None:
    assert kind(siblings) == is_now


def test_two_changes_of_a_key_become_one() -> None:
    pending = Pending()
    pending.add([Change.of("a", (A1,), (A1, A2)), Change.of("b", (), (version("b", 9),))])
    pending.add([Change.of("a", (A1, A2), (GONE, A2))])
    assert len(pending) == 2
    assert pending.siblings("a") == (GONE, A2)
    assert pending.siblings("c") is None
    assert next(iter(pending.take())) == Change("a", (A1,), (GONE, A2), dropped=(A1,), kept=(GONE, A2))
    assert len(pending) == 0
    assert pending.siblings("a") is None


def test_a_change_and_its_opposite_come_to_nothing() -> None:
    pending = Pending()
    pending.add([Change.of("a", (A1,), ()), Change.of("a", (), (A1,))])
    assert pending.siblings("a") == (A1,)
    assert [(change.dropped, change.kept) for change in pending.take()] == [((), ())]


def test_changes_that_do_not_fit_together_are_refused() -> None:
    pending = Pending()
    pending.add([Change.of("a", (), (A1,))])
    with pytest.raises(StorageError, match="'a' does not hold what the change expects"):
        pending.add([Change.of("a", (A2,), (GONE,))])


def test_what_changes_come_to() -> None:
    b, c = version("b", 5), version("c", 6, None)
    changes = [
        Change.of("a", (A1,), (A1, A2)),
        Change.of("b", (), (b,)),
        Change.of("c", (c,), ()),
        Change.of("d", (), ()),
        Change.of("e", (E1,), (E2,)),
        Change.of("f", (F1,), (F2,)),
    ]
    moves = Moves.of(changes)
    assert moves.replaced == [(E1, E2), (F1, F2)]
    assert (moves.dropped, moves.kept) == ([c], [A2, b])
    assert moves.left == {"live": [("a",)], "conflicts": [], "deleted": [("c",)], None: [("b",)]}
    assert moves.entered == {"live": [("b",)], "conflicts": [("a",)], "deleted": [], None: [("c",)]}
    assert [moves.more("live"), moves.more("conflicts"), moves.more("deleted")] == [0, 1, -1]


def test_a_dot_that_goes_over_to_another_key_is_never_there_twice() -> None:
    taken, free = version("g", 13, "2"), version("f", 20)
    moves = Moves.of([Change.of("e", (E1,), (E2,)), Change.of("g", (GONE,), (taken,))])
    assert moves.replaced == [(E1, E2)]
    moves = Moves.of(
        [Change.of("g", (version("g", 9),), (taken,)), Change.of("f", (version("f", 13),), (free,))]
    )
    assert moves.replaced == [(version("f", 13), free)]
    assert (moves.dropped, moves.kept) == ([version("g", 9)], [taken])


# ------------------------------------------------------------------ in a store


def written(store: SqliteStore) -> int:
    """Versions in the table, seen past the store."""
    return connection(store).execute("SELECT count(*) FROM version").fetchone()[0]


def test_a_read_of_the_changed_keys_does_not_write_them_out(store: SqliteStore) -> None:
    put(store, version("b", 1))
    store.commit()
    put(store, A1)
    hold(store, "b", [])
    assert store.siblings("a") == (A1,)
    assert store.siblings("b") == ()
    assert store.siblings_of(["a", "b", "c"]) == {"a": (A1,)}
    assert written(store) == 1  # b


READS: list[tuple[Callable[[SqliteStore], object], object]] = [
    (lambda store: store.by_number("n1", 1, 9, 9), [A1]),
    (lambda store: store.dots("n1", 9, 0, 9), [1]),
    (lambda store: store.tombstones(Dot("", 0), 9), [version("b", 2, None, node="n2")]),
    (lambda store: store.page(wanted="all"), ["a", "b"]),
    (lambda store: store.counts(), Counts(keys=1, deleted=1, versions=2)),
]


@pytest.mark.parametrize(("read", "found"), READS)
def test_any_other_read_sees_them_too(store: SqliteStore, read, found: object) -> None:
    put(store, A1, version("b", 2, None, node="n2"))
    assert read(store) == found


def test_the_state_needs_no_writing_out(store: SqliteStore) -> None:
    """`save`, `remove` and `load` have nothing to do with keys, and any order of theirs is fine."""
    put(store, A1)
    store.save(root=Root("n1", 1), members=[Member("n2"), Member("n3")])
    put(store, version("b", 2))
    store.remove(members=["n2"])
    state = store.load()
    assert state is not None
    assert (state.root, list(state.members)) == (Root("n1", 1), ["n3"])
    assert written(store) == 0
    assert store.commit()
    assert written(store) == 2
    assert store.load() == state
    assert store.counts() == Counts(keys=2, versions=2)


def test_each_count_follows_alone(store: SqliteStore) -> None:
    put(store, version("b", 9))
    assert store.counts() == Counts(keys=1, versions=1)
    hold(store, "b", [version("b", 9), version("b", 1, node="n2")])
    assert store.counts() == Counts(keys=1, versions=2)
    hold(store, "b", [version("b", 9), version("b", 2, "2", node="n2")])
    assert store.counts() == Counts(keys=1, conflicts=1, versions=2)
    hold(store, "c", [version("c", 10, None)])
    assert store.counts() == Counts(keys=1, conflicts=1, deleted=1, versions=3)


def test_a_turn_is_written_by_few_statements(store: SqliteStore) -> None:
    statements: list[str] = []
    put(store, version("a", 1))
    for number in range(MOST - 1):
        put(store, version(f"k{number}", number + 2))
        assert written(store) in (0, MOST)
    assert written(store) == MOST
    put(store, version("last", 9999))
    connection(store).set_trace_callback(statements.append)
    store.commit()
    connection(store).set_trace_callback(None)
    assert [statement.split()[0] for statement in statements] == ["INSERT", "UPDATE", "COMMIT"]


def test_others_see_nothing_before_the_commit(store: SqliteStore) -> None:
    put(store, A1)
    store.counts()  # writes it out
    other = sqlite3.connect(store.path)
    assert other.execute("SELECT count(*) FROM version").fetchone() == (0,)
    store.commit()
    assert other.execute("SELECT count(*) FROM version").fetchone() == (1,)
    other.close()
