from decent_tui.core.limits import CHUNK
from decent_tui.core.push import EAGER, Outbox, eager
from decent_tui.core.sync import weight

from .builders import A, version


def test_what_waits_goes_out_in_order_and_once() -> None:
    box = Outbox()
    versions = [version(A, number) for number in range(1, 6)]
    for one in versions:
        box.add(one)
    assert box
    assert box.take() == versions
    assert not box
    assert box.take() == []


def test_a_batch_is_a_chunk_at_most_but_at_least_one_version() -> None:
    box = Outbox()
    versions = [version(A, n, key=f"k{n}", text='"' + "x" * 100_000 + '"') for n in range(1, 6)]
    for one in versions:
        box.add(one)
    batches = [box.take() for _ in range(4)]
    assert [len(batch) for batch in batches] == [2, 2, 1, 0]
    assert all(sum(map(weight, batch)) <= CHUNK for batch in batches)
    huge = version(A, 9, key="k" * 1024, text='"' + "x" * 262_000 + '"')
    box.add(huge)
    assert weight(huge) > CHUNK
    assert box.take() == [huge]


def test_a_batch_may_be_smaller() -> None:
    box = Outbox()
    versions = [version(A, number) for number in range(1, 4)]
    for one in versions:
        box.add(one)
    assert [box.take(1) for _ in range(4)] == [[one] for one in versions] + [[]]


def test_a_full_outbox_forgets_what_it_held_and_says_so() -> None:
    box = Outbox()
    some = version(A, 1, text='"' + "x" * 200_000 + '"')
    said = []
    for _ in range(Outbox().limit // weight(some) + 1):
        said.append((bool(box), box.dropped))
        box.add(some)
    assert set(said[1:]) == {(True, False)}
    assert (bool(box), box.dropped) == (False, True)
    box.add(some)
    assert box.take() == [some]


def test_everyone_gets_pushes_up_to_some_fifty_links() -> None:
    assert eager(range(3)) == range(3)
    assert len(eager(range(1000))) == EAGER
