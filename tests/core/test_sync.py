from collections.abc import Callable
from random import Random

import msgspec
import pytest

from decent_tui.core import messages as wire
from decent_tui.core import ranges, sync
from decent_tui.core.batch import unpack
from decent_tui.core.errors import ProtocolError
from decent_tui.core.invariants import violations
from decent_tui.core.messages import Sync, Versions
from decent_tui.core.replica import Replica
from decent_tui.core.sync import Pull
from decent_tui.core.tuning import Tuning

from . import stories
from .builders import A, B, C, apply, delete, put, replica
from .crowd import Crowd, play


@pytest.mark.parametrize("story", stories.EVERY, ids=lambda story: story.__name__)
def test_a_directed_history_goes_well(story: Callable[[], None]) -> None:
    story()


@pytest.mark.parametrize("start", range(0, 400, 40))
def test_after_any_history_without_a_network_all_are_level(start: int) -> None:
    for seed in range(start, start + 40):
        play(seed)


# ------------------------------------------------------------------ the answering side


def ask(of: Replica, by: Replica, chunk: int = 10_000) -> Versions:
    """What one replica answers to another."""
    return sync.answer(of, Pull(1, 0.0).question(by), Tuning(chunk))


def test_the_answer_holds_what_the_asker_lacks_and_nothing_else() -> None:
    one, other = replica(A), replica(B)
    both = put(one, "both")
    apply(other, both)
    missing = put(one, "missing")
    assert list(unpack(ask(one, other).batch)) == [missing]


def test_of_many_gaps_what_is_held_in_them_is_found_wherever_it_is() -> None:
    one = replica(A)
    for number in range(1, 10_001):
        put(one, f"k{number}" if number % 7 == 0 else "hot")
    gaps = ranges.from_numbers(number for number in range(1, 10_001) if number % 3)
    flat = ranges.flatten(ranges.subtract(((1, 10_000),), gaps))
    said = sync.answer(one, Sync({A: flat}), Tuning(10**9))
    expected = [number for number in range(1, 10_000) if number % 7 == 0 and number % 3]
    assert [version.seq for version in unpack(said.batch)] == [*expected, 10_000]
    assert said.seen == {A: [1, 10_000]}


def test_a_joiner_need_not_name_every_number_that_was_overwritten_before_it_came() -> None:
    one, other = replica(A), replica(B)
    for number in range(2_000):
        put(one, "hot", str(number))
        put(one, f"k{number}")
    pull, longest, done = Pull(told=one.seen.copy()), 0, False
    while not done:
        question = pull.question(other)
        longest = max(longest, len(wire.encode(question)))
        said = sync.answer(one, question, Tuning(2_000))
        apply(other, *unpack(said.batch))
        done = pull.take(other, said)
        pull.told = one.seen.copy()
    assert longest < 2_000
    assert other.digest() == one.digest()


@pytest.mark.parametrize("seed", range(200))
def test_what_changes_at_the_peer_while_it_is_pulled_is_not_passed_over(seed: int) -> None:
    chance = Random(seed)
    one, other, third = replica(B), replica(C), replica(A)
    for replica_ in (one, third):
        for _ in range(30):
            put(replica_, f"k{chance.randrange(12)}", str(chance.random()))
    some = [version for key in range(12) for version in third.store.siblings(f"k{key}")]
    pull, done = Pull(), False
    while not done:
        pull.told = one.seen.copy() if chance.random() < 0.7 else pull.told
        said = sync.answer(one, pull.question(other), Tuning(chance.randrange(100, 400)))
        apply(other, *unpack(said.batch))
        done = pull.take(other, said)
        while not done and chance.random() < 0.6:
            if some and chance.random() < 0.6:  # late, and with numbers below those that were passed
                apply(one, some.pop(chance.randrange(len(some))))
            else:
                put(one, f"k{chance.randrange(12)}", str(chance.random()))
    assert not violations(other)
    assert other.digest() == one.digest()


def test_equal_replicas_exchange_no_version() -> None:
    one, other = replica(A), replica(B)
    apply(other, put(one))
    assert not ask(one, other).batch.keys
    assert not ask(other, one).batch.keys


def test_what_was_overwritten_is_not_sent_but_claimed() -> None:
    one, other = replica(A), replica(B)
    put(one, text="1")
    newest = put(one, text="2")
    said = ask(one, other)
    assert list(unpack(said.batch)) == [newest]
    assert said.seen == {A: [1, 2]}


def test_a_claim_comes_only_with_the_answer_that_holds_all_that_is_missing() -> None:
    one, other = replica(A), replica(B)
    for number in range(3):
        put(one, f"k{number}")
    pull = Pull(1, 0.0)
    answers: list[Versions] = []
    while not answers or answers[-1].more:
        said = sync.answer(one, pull.question(other), Tuning(1))
        apply(other, *unpack(said.batch))
        assert pull.take(other, said) is not said.more
        answers.append(said)
    assert [len(said.batch.keys) for said in answers] == [1, 1, 1]
    assert [said.seen is not None for said in answers] == [False, False, True]
    assert other.seen == one.seen


@pytest.mark.parametrize(("chunk", "sizes"), [(1, [1, 1, 1]), (90, [2, 1]), (10_000, [3])])
def test_a_chunk_holds_so_many_bytes_but_at_least_one_version(chunk: int, sizes: list[int]) -> None:
    crowd = Crowd(2, chunk=chunk)
    one, other = crowd.all
    for number in range(3):
        crowd.write(one, f"k{number}", "1")  # each weighs 37 bytes
    taken = []
    complete = False
    while not complete:
        crowd.ask(other, one)
        taken.append(len(other.flight[one.id].said.batch.keys))
        complete = crowd.take(other, one)
    assert taken == sizes


def test_what_a_version_weighs_is_no_less_than_what_it_costs_on_the_wire() -> None:
    one = replica(A)
    for key in ("plain", '"\\' * 50, "ключ"):
        held = put(one, key, '{"a":"' + "x" * 100 + '"}')
        assert sync.weight(held) >= len(msgspec.json.encode(held.key)) + len(held.value or b"")


def test_an_answer_may_hold_more_than_is_read_at_a_time() -> None:
    one, other = replica(A), replica(B)
    for number in range(600):
        put(one, f"k{number}")
    assert [held.seq for held in unpack(ask(one, other, 10**6).batch)] == list(range(1, 601))


# ------------------------------------------------------------------ the full answer


def away(*keys: str) -> tuple[Replica, Replica]:
    """Two replicas; the second holds all keys, the first has deleted `old` and forgotten it."""
    here, there = replica(A), replica(B)
    for key in (*keys, "old"):
        apply(there, put(here, key))
    here.drop([delete(here, "old")])
    here.sink({A: here.counter})
    here.commit()
    return here, there


def test_a_floor_that_the_asker_does_not_reach_brings_the_list_of_what_is_held() -> None:
    here, there = away("x", "y")
    said = ask(here, there)
    assert (said.listed, said.after) == ({A: [1, 2]}, None)
    assert said.floor == {A: 4}
    assert Pull(1, 0.0).take(there, said)
    assert there.store.siblings("old") == ()
    assert (there.seen, there.floor) == (here.seen, {A: 4})


def test_what_is_missing_comes_before_the_list() -> None:
    here, there = away("x")
    put(here, "new")
    said = ask(here, there)
    assert (said.listed, said.more, said.seen, said.batch.keys) == (None, True, None, ["new"])


def test_a_list_comes_in_pages_and_nothing_is_dropped_before_the_last() -> None:
    here, there = away("a", "b", "c", "d", "e")
    pull, pages = Pull(1, 0.0), 0
    while True:
        said = sync.answer(here, pull.question(there), Tuning(page=2))
        complete = pull.take(there, said)
        pages += 1
        if complete:
            break
        assert said.seen is None
        assert there.store.siblings("old")
        assert there.floor == {}
    assert pages == 3
    assert not there.store.siblings("old")
    assert all(there.store.siblings(key) for key in "abcde")


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_pages_of_any_size_list_each_dot_once_over_several_nodes(page: int) -> None:
    one, other = replica(A), replica(B)
    for number in range(5):
        put(one, f"a{number}")
        put(other, f"b{number}")
    apply(one, *other.store.by_number(B, 1, 9, 9))
    one.sink({A: 5, B: 4})
    listed: dict[str, ranges.Ranges] = {}
    after, pages = sync.START, 0
    while True:
        flat, last = sync._list(one, after, page)
        pages += 1
        for node, some in flat.items():
            assert not set(ranges.numbers(ranges.unflatten(some))) & set(ranges.numbers(listed.get(node, ())))
            listed[node] = ranges.union(listed.get(node, ()), ranges.unflatten(some))
        if last is None:
            break
        after = last
    assert listed == {A: ((1, 5),), B: ((1, 4),)}
    assert pages <= -(-9 // page) + 1


def test_a_restart_of_the_list_when_the_floor_moved() -> None:
    here, there = away("x", "y")
    pull = Pull(1, 0.0)
    pull.take(there, sync.answer(here, pull.question(there), Tuning(page=1)))
    assert (pull.floor, pull.listed) == ({A: 4}, {A: ((1, 1),)})
    put(here, "z")
    here.drop([delete(here, "z")])
    here.sink({A: 6})
    here.commit()
    assert not pull.take(there, sync.answer(here, pull.question(there), Tuning(page=1)))
    assert (pull.floor, pull.listed, pull.cursor) == (None, {}, sync.START)


def test_what_became_missing_meanwhile_comes_with_the_last_page() -> None:
    here, there = away("x", "y")
    pull = Pull(1, 0.0)
    pull.take(there, sync.answer(here, pull.question(there), Tuning(page=1)))
    put(here, "new")
    said = sync.answer(here, pull.question(there), Tuning(page=1))
    while said.after is not None:
        assert not pull.take(there, said)
        said = sync.answer(here, pull.question(there), Tuning(page=1))
    assert said.batch.keys == ["new"]
    assert said.seen == here.seen.to_wire()


# ------------------------------------------------------------------ the states of a pull


CHUNK = Versions(more=True)
PAGE = Versions(floor={A: 4}, listed={A: [1, 1]}, after=(A, 1))
NEXT = Versions(floor={A: 4}, listed={A: [2, 2]}, after=(A, 2))
MOVED = Versions(floor={A: 6}, listed={A: [2, 2]}, after=(A, 2))
LAST = Versions(floor={A: 4}, listed={}, seen={A: [1, 4]})
CLAIM = Versions(floor={A: 4}, seen={A: [1, 4]})

WAYS: dict[str, list[Versions]] = {"filling": [], "listing": [PAGE], "anew": [PAGE, MOVED]}
"""The answers that bring a pull into a state."""


def state(pull: Pull) -> str:
    """As the docstring of `Pull` names it."""
    if pull.cursor is None:
        return "filling"
    return "anew" if pull.floor is None else "listing"


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("filling", CHUNK, "filling"),
        ("filling", PAGE, "listing"),
        ("filling", LAST, "complete"),
        ("filling", CLAIM, "complete"),
        ("listing", CHUNK, "listing"),
        ("listing", NEXT, "listing"),
        ("listing", MOVED, "anew"),
        ("listing", LAST, "complete"),
        ("listing", CLAIM, "complete"),
        ("anew", CHUNK, "anew"),
        ("anew", NEXT, "listing"),
        ("anew", MOVED, "listing"),
        ("anew", LAST, "complete"),
        ("anew", CLAIM, "complete"),
    ],
)
def test_a_pull_goes_through_its_states(before: str, said: Versions, after: str) -> None:
    one, pull = replica(B), Pull()
    for earlier in WAYS[before]:
        assert not pull.take(one, earlier)
    assert state(pull) == before
    complete = pull.take(one, said)
    assert ("complete" if complete else state(pull)) == after
    assert pull.bulk or complete
    assert one.seen[A] == (((1, 4),) if complete else ()), "only a claim that completes it is joined"


def test_an_answer_under_way_is_not_owned_any_more_once_the_next_is_asked_for() -> None:
    one = replica(A)
    put(one)
    pull = Pull(id=1)
    pull.comes(1, ask(one, replica(B)).batch)
    pull.id = 2  # the next question
    assert not pull.owns(1)
    assert pull.owns(2)
    assert pull.question(replica(B)).coming == {A: [1, 1]}
    pull.came(1)
    assert pull.question(replica(B)).coming == {}


# ------------------------------------------------------------------ what no honest peer says


@pytest.mark.parametrize(
    "said",
    [
        Versions(seen={A: [3, 1]}),
        Versions(seen={A: [1, 1]}, floor={A: 2}),
        Versions(seen={}, floor={A: 1}),
        Versions(listed={A: [2, 1]}, floor={A: 2}, seen={A: [1, 2]}),
        Versions(listed={}, floor={A: 2}, seen={A: [1, 1]}),
        Versions(listed={}, floor={A: 2}),
    ],
)
def test_a_claim_that_cannot_be_is_not_taken(said: Versions) -> None:
    one = replica(B)
    put(one)
    before = (one.seen.copy(), one.floor)
    with pytest.raises(ProtocolError) as caught:
        Pull(1, 0.0).take(one, said)
    assert caught.value.fatal
    assert (one.seen, one.floor) == before
    assert one.store.siblings("k")


def test_a_question_that_cannot_be_is_refused() -> None:
    with pytest.raises(ProtocolError):
        sync.answer(replica(A), Sync({A: [1]}), Tuning())


def test_an_answer_without_a_claim_ends_nothing() -> None:
    assert not Pull(1, 0.0).take(replica(A), Versions(more=True))
    assert not Pull(1, 0.0).take(replica(A), Versions())


def test_an_answer_that_has_more_to_come_and_brings_nothing_is_none() -> None:
    with pytest.raises(ProtocolError, match="brings nothing"):
        Pull(1).comes(1, Versions(more=True).batch)
