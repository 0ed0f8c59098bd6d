"""The repair of replicas that have seen the same but do not hold the same."""

import copy

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change
from tests.core.network import Network, SimNode


def values(node: SimNode, key: str) -> set[bytes]:
    answer = node.do(ops.Get(key))
    return {bytes(record.value) for record in answer.versions} if isinstance(answer, ops.Versions) else set()


def rolled_back(seed: int, before: str, after: str) -> tuple[SimNode, SimNode]:
    """Two nodes, of which one was put back as a whole to a time before it wrote `before`, and then wrote `after`
    under the same number."""
    net = Network(seed, checking=False)
    a = net.node("a")
    b = net.node("b", a)
    a.do(ops.Put("early", "1"))
    net.settle()
    a.stop()
    backup = copy.deepcopy(a.store)
    a.start()
    a.do(ops.Put(before, '"before"'))
    net.settle()
    a.stop()
    b.stop()
    a.store = backup
    a.start()
    a.do(ops.Put(after, '"after"'))
    b.start()
    net.settle()
    net.run(30)
    assert net.level()
    return a, b


@pytest.mark.parametrize("seed", range(10))
def test_a_number_that_names_two_writes_of_two_keys_keeps_both(seed: int) -> None:
    for node in rolled_back(seed, "x", "y"):
        assert values(node, "x") == {b'"before"'}
        assert values(node, "y") == {b'"after"'}


@pytest.mark.parametrize("seed", range(10))
def test_a_number_that_names_two_writes_of_one_key_makes_them_siblings(seed: int) -> None:
    for node in rolled_back(seed, "x", "x"):
        assert values(node, "x") == {b'"before"', b'"after"'}


def lose(store: MemoryStore, key: str) -> None:
    """A disk forgets a key."""
    store.replace([Change.of(key, store.siblings(key), ())])
    store.commit()


def test_what_a_damaged_disk_lost_comes_back_and_a_person_is_told() -> None:
    net = Network(1, checking=False)
    a = net.node("a")
    b = net.node("b", a)
    for number in range(5):
        a.do(ops.Put(f"k{number}", str(number)))
    net.settle()
    b.stop()
    lose(b.store, "k2")
    replica = b.engine.parts.replica
    wrong = replica.fingerprint
    b.start()
    b.engine.parts.replica.fingerprint = wrong ^ 1  # what is held does not add up any more
    b.engine.parts.replica._digest = None
    net.run(30)
    assert values(b, "k2") == {b"2"}
    assert any("did not hold the same" in alarm for alarm in b.engine.parts.tally.alarms)
