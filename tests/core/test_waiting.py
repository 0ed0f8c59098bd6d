"""`wait`: when everybody alive has it."""

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused
from decent_tui.lab.sim_node import SimNode

from .network import Network
from .nodes import refused, three_level


def waited(node: SimNode, operation: ops.Wait) -> ops.Waited:
    """The answer to a wait."""
    assert isinstance(node.net, Network)
    answer = node.net.ask(node, operation, operation.timeout_s + 1)
    assert isinstance(answer, ops.Waited), answer
    return answer


def test_alone_there_is_nothing_to_wait_for() -> None:
    node = Network(1).node("a")
    node.do(ops.Put("k", "1"))
    assert waited(node, ops.Wait()) == ops.Waited(True, {}, {}, 0)


def test_a_wait_ends_when_all_have_what_was_written() -> None:
    net, a, b, c = three_level()
    a.do(ops.Put("k", "1"))
    began = net.now
    assert waited(a, ops.Wait()) == ops.Waited(True, {}, {}, 2)
    assert net.now - began < 0.5
    assert b.store.siblings("k") == c.store.siblings("k") == a.store.siblings("k")


def test_what_is_missing_at_the_deadline_is_counted() -> None:
    net, a, _, _ = three_level()
    a.do(ops.Cut("b", "out"))
    a.do(ops.Put("k", "1"))
    a.do(ops.Put("l", "1"))
    began = net.now
    assert waited(a, ops.Wait(timeout_s=0.5)) == ops.Waited(False, {"b:1": 2}, {}, 2)
    assert net.now - began >= 0.5


def test_a_wait_that_was_given_up_is_not_answered_and_the_others_are() -> None:
    net, a, _, _ = three_level()
    a.do(ops.Cut("b", "out"))
    a.do(ops.Put("k", "1"))
    given_up, kept = net.agenda.number(), net.agenda.number()
    for number in (given_up, kept):
        a.turn(lambda number=number: a.engine.operate(number, ops.Wait(timeout_s=0.5)))  # type: ignore[misc]
    a.turn(lambda: a.engine.abandon(given_up))
    net.run_until(lambda: kept in a.answers, 2)
    assert given_up not in a.answers


def test_a_wait_for_one_key_looks_at_that_key_only() -> None:
    _, a, _, _ = three_level()
    a.do(ops.Put("k", "1"))
    assert waited(a, ops.Wait("k")).converged
    a.do(ops.Cut("b", "out"))
    a.do(ops.Put("l", "1"))
    assert waited(a, ops.Wait("k", 0)) == ops.Waited(True, {}, {}, 2)
    assert waited(a, ops.Wait("l", 0)) == ops.Waited(False, {"b:1": 1, "c:1": 1}, {}, 2)


def test_a_key_of_which_nothing_is_held_is_level() -> None:
    _, a, _, _ = three_level()
    assert waited(a, ops.Wait("never")).converged


def test_who_is_away_is_said_and_not_waited_for() -> None:
    net, a, _, c = three_level()
    c.crash()
    net.run(15)
    a.do(ops.Put("k", "1"))
    answer = waited(a, ops.Wait())
    assert answer == ops.Waited(True, {}, {"c:1": 1}, 1)


def test_what_a_peer_has_and_we_lack_is_waited_for_too() -> None:
    net, a, b, _ = three_level()
    a.do(ops.Lag("b", 30_000, direction="in"))
    net.lose_pushes = 1.0
    b.do(ops.Put("k", "1"))
    net.lose_pushes = 0.0
    a.engine.parts.members[b.engine.node].seen.join(b.engine.parts.replica.seen)  # as if its word had come
    answer = waited(a, ops.Wait(timeout_s=0))
    assert answer.missing["a:1"] == 1


def test_a_goal_stands_while_others_write_on() -> None:
    net, a, b, _ = three_level()
    a.do(ops.Put("k", "1"))
    number = net.agenda.number()
    a.turn(lambda: a.engine.operate(number, ops.Wait()))
    for extra in range(10):
        b.do(ops.Put(f"x{extra}", "1"))
        net.run(0.05)
    assert number in a.answers


@pytest.mark.parametrize("wrong", [ops.Wait(""), ops.Wait(timeout_s=-1), ops.Wait(timeout_s=1e9)])
def test_what_is_no_wait_is_refused(wrong: ops.Wait) -> None:
    assert refused(Network(1).node("a"), wrong)
    assert isinstance(Network(1).node("a").do(wrong), Refused)
