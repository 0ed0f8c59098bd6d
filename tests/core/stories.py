"""Directed histories: the shortest course of events that each rule is there for.

Each runs through without a complaint as the rules stand; `tests/lab/mutants` breaks the rules one by one.
"""

from .crowd import Crowd, check


def two_versions_in_two_chunks() -> None:
    """A pull takes two answers, and the first holds only half of what was missing."""
    crowd = Crowd(2, chunk=1)
    p, r = crowd.all
    crowd.write(p, "k", "1")
    crowd.write(p, "l", "2")
    crowd.ask(r, p)
    crowd.take(r, p)
    check(crowd.oracle, r.replica)
    crowd.level()


def a_tombstone_arrives_before_what_it_deletes() -> None:
    """Q sees the delete, but not yet the write: the tombstone must stay until the gap is closed."""
    crowd = Crowd(2)
    p, q = crowd.all
    put = crowd.write(p, "k", "1")
    delete = crowd.write(p, "k", None)
    crowd.push(q, delete)
    q.heard[p.id] = p.replica.seen.copy()
    crowd.collect(q)
    crowd.push(q, put)
    check(crowd.oracle, q.replica)
    crowd.level()


def a_delete_and_a_put_at_the_same_time() -> None:
    """The tombstone stands beside a live value, and must go all the same one day."""
    crowd = Crowd(2)
    p, q = crowd.all
    crowd.push(q, crowd.write(p, "k", "1"))
    crowd.write(p, "k", None)
    crowd.write(q, "k", "2")
    crowd.level()


def a_new_write_over_a_collected_tombstone() -> None:
    """A's later writes cover the dot of its old tombstone, but not what that tombstone held down."""
    crowd = Crowd(3, counted=False)
    a, b, r = crowd.all
    old = crowd.write(b, "k", "1")
    crowd.push(a, old)
    crowd.push(r, crowd.write(a, "k", None))
    assert crowd.collect(a) == 1
    crowd.push(r, crowd.write(a, "k", "2"))
    crowd.push(r, crowd.write(a, "k", "3"))
    crowd.push(r, old)
    crowd.level()


def away_while_a_tombstone_was_collected() -> None:
    """R has a value that was deleted meanwhile, and the tombstone is gone: only a full answer tells it."""
    crowd = Crowd(2, counted=False)
    p, r = crowd.all
    crowd.push(r, crowd.write(p, "k", "1"))
    crowd.write(p, "k", None)
    assert crowd.collect(p) == 1
    crowd.level()


def empty_when_the_pull_began() -> None:
    """What came with the first chunk is deleted, and the tombstone collected, before the last."""
    crowd = Crowd(2, chunk=1, counted=False)
    p, r = crowd.all
    crowd.write(p, "k", "1")
    crowd.write(p, "l", "2")
    crowd.ask(r, p)
    crowd.take(r, p)
    crowd.write(p, "k", None)
    assert crowd.collect(p) == 1
    crowd.pull(r, p)
    crowd.level()


def a_tombstone_below_the_floor_that_still_waits() -> None:
    """P may forget a later tombstone, but not yet an earlier one, whose key another node wrote."""
    crowd = Crowd(4, counted=False)
    p, q, r, s = crowd.all
    old = crowd.write(q, "k", "1")
    crowd.push(s, old)
    crowd.push(p, old)
    for version in (crowd.write(p, "k", None), crowd.write(p, "l", "1"), crowd.write(p, "l", None)):
        crowd.push(r, version)
    p.heard[r.id] = r.replica.seen.copy()  # it has not seen `old`
    assert crowd.collect(p) == 1
    assert p.replica.floor == {p.id: 3}
    crowd.pull(s, p)
    check(crowd.oracle, s.replica)
    crowd.level()


def the_floor_moves_between_two_pages() -> None:
    """What lay above the floor when a page was made lies below it when the last one is."""
    crowd = Crowd(3, page=1, counted=False)
    p, q, r = crowd.all
    for version in (crowd.write(q, key, "1") for key in ("x", "y", "old")):
        crowd.push(r, version)
        crowd.push(p, version)
    crowd.push(p, crowd.write(q, "old", None))
    kept = crowd.write(p, "v", "1")
    crowd.push(q, kept)
    crowd.push(r, kept)
    assert crowd.collect(q) == 1
    crowd.ask(r, q)
    crowd.take(r, q)
    assert r.pulls[q.id].listed == {q.id: ((1, 1),)}
    crowd.push(q, crowd.write(p, "w", "1"))
    crowd.push(q, crowd.write(p, "w", None))
    assert crowd.collect(q) == 1
    crowd.pull(r, q)
    check(crowd.oracle, r.replica)
    assert r.replica.store.siblings("v") == (kept,), "v is lost"
    crowd.level()


def the_answer_of_a_pull_given_up() -> None:
    """A pull was given up after its first page; its last page arrives when another pull is under way."""
    crowd = Crowd(2, page=1, counted=False)
    p, r = crowd.all
    for key in ("x", "y", "old"):
        crowd.push(r, crowd.write(p, key, "1"))
    crowd.write(p, "old", None)
    assert crowd.collect(p) == 1
    crowd.ask(r, p)
    crowd.take(r, p)
    crowd.ask(r, p)
    late = r.flight.pop(p.id)
    assert late.said.seen is not None
    crowd.give_up(r, p)
    crowd.ask(r, p)
    r.flight[p.id] = late
    crowd.take(r, p)
    check(crowd.oracle, r.replica)
    crowd.level()


def an_old_version_arrives_late() -> None:
    """R holds a write that was made over an older one, and then the older one arrives."""
    crowd = Crowd(3)
    p, q, r = crowd.all
    old = crowd.write(p, "k", "1")
    crowd.push(q, old)
    crowd.push(r, crowd.write(q, "k", "2"))
    crowd.push(r, old)
    crowd.level()


def one_of_two_written_side_by_side_is_written_over() -> None:
    """R has the 2nd write only, and writes over it: that says nothing of the 1st, which stood beside it. A
    delete that has seen all covers all, and is forgotten in the end."""
    crowd = Crowd(3)
    p, q, r = crowd.all
    _, second = crowd.unresolve(p, "k", "1", "2")
    crowd.push(r, second)
    crowd.write(r, "k", "3")
    crowd.level()
    for one in crowd.all:
        assert {version.value for version in one.replica.store.siblings("k")} == {b"2", b"3"}
    crowd.write(q, "k", "4")
    crowd.level()
    assert [version.value for version in p.replica.store.siblings("k")] == [b"4"]
    crowd.unresolve(q, "k", "5", "6")
    crowd.write(q, "k", None)
    crowd.level()
    assert not r.replica.store.siblings("k")


EVERY = (
    two_versions_in_two_chunks,
    a_tombstone_arrives_before_what_it_deletes,
    a_delete_and_a_put_at_the_same_time,
    a_new_write_over_a_collected_tombstone,
    away_while_a_tombstone_was_collected,
    empty_when_the_pull_began,
    a_tombstone_below_the_floor_that_still_waits,
    the_floor_moves_between_two_pages,
    the_answer_of_a_pull_given_up,
    an_old_version_arrives_late,
    one_of_two_written_side_by_side_is_written_over,
)
