"""What passes between two nodes of our kind, seen from outside."""

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.exchange import HEARTBEAT
from decent_tui.core.tuning import Tuning

from .network import Network, kinds, sent
from .nodes import two


def test_a_write_is_one_push_and_needs_no_pull() -> None:
    net, a, _b = two()
    already = len(net.sent)
    a.do(ops.Put("k", "1"))
    net.run(3)
    assert kinds(net, already) == ["VERSIONS"]
    assert net.level()


def test_a_burst_goes_out_at_once_however_little_goes_at_a_time() -> None:
    net = Network(1)
    a = net.node("a", tuning=Tuning(push=1))
    net.node("b", a)
    net.run(3)
    already = len(net.sent)
    a.turn(lambda: [a.engine.operate(number, ops.Put(f"k{number}", "1")) for number in range(3)].clear())
    a.turn(lambda: None)
    assert a.engine.pushes(a.wires) is False  # the third is the last
    a.turn(lambda: None)
    pushed = [line.message for who, line in sent(net, already) if who == "a" and line.type == "VERSIONS"]
    assert [len(message.batch.keys) for message in pushed if isinstance(message, wire.Versions)] == [1, 1, 1]


def test_the_writer_knows_soon_that_the_others_have_it() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run(0.35)  # there and back, and a tenth of a second in which acknowledgements are gathered
    assert a.engine.parts.members[b.engine.node].seen == a.engine.parts.replica.seen


def test_a_lost_push_is_noticed_by_the_gap_that_the_next_one_leaves() -> None:
    net, a, _b = two()
    net.lose_pushes = 1.0
    a.do(ops.Put("k", "1"))
    net.lose_pushes = 0.0
    already = len(net.sent)
    a.do(ops.Put("l", "2"))
    net.run(0.3)
    assert kinds(net, already) == ["VERSIONS", "SYNC", "VERSIONS"]
    assert net.level()


def test_a_burst_that_does_not_fit_is_pulled() -> None:
    net, a, b = two()

    def burst() -> None:
        for number in range(100):
            a.engine.operate(number, ops.Put(f"k{number}", '"' + "x" * 60_000 + '"'))

    a.turn(burst)
    net.run(8)
    assert net.level()
    assert b.store.counts().keys == 100


def test_a_lost_last_push_is_pulled_as_soon_as_the_writers_next_heartbeat_tells_of_it() -> None:
    net = Network(1)
    a = net.node("a")
    net.run(HEARTBEAT / 2)  # so that the other's own check comes half a second after this one's heartbeat
    net.node("b", a)
    net.run(3)
    net.lose_pushes = 1.0
    a.do(ops.Put("k", "1"))
    already = len(net.sent)

    def told() -> bool:
        beats = [line.message for who, line in sent(net, already) if who == "a"]
        return any(isinstance(beat, wire.Heartbeat) and beat.seen for beat in beats)

    net.run_until(told, within=HEARTBEAT + 0.2)
    net.run(0.2)  # there, and back, and there
    assert kinds(net, already) == ["SYNC", "VERSIONS"]
    assert net.level()


def test_a_heartbeat_does_not_tell_of_a_write_that_still_waits_to_be_pushed() -> None:
    net, a, b = two()
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    already = len(net.sent)

    def write_and_beat() -> None:
        a.engine.operate(1, ops.Put("k", "1"))
        for _ in range(11):
            a.engine.at(a.engine.parts.clock.now + 0.1, 0)
            a.engine.tick()

    a.turn(write_and_beat)
    net.run(3)
    first = next(line.message for who, line in sent(net, already) if who == "a")  # before the push
    assert isinstance(first, wire.Heartbeat)
    assert not first.seen
    assert kinds(net, already) == ["VERSIONS"]
    assert net.level()


def test_pushes_are_not_relayed() -> None:
    net = Network(1)
    a = net.node("a")
    b, c = net.node("b", a), net.node("c", a)
    net.run(5)
    already = len(net.sent)
    a.do(ops.Put("k", "1"))
    net.run(5)
    pushes = [who for who, line in sent(net, already) if line.type == "VERSIONS" and line.id is None]
    assert pushes == ["a", "a"]
    assert net.level()
    assert b.store.siblings("k") == c.store.siblings("k") == a.store.siblings("k")


def test_level_nodes_exchange_signs_of_life_only() -> None:
    net, a, _b = two()
    a.do(ops.Put("k", "1"))
    net.run(3)
    already = len(net.sent)
    net.run(30)
    assert kinds(net, already) == []
    heartbeats = [line for _, line in sent(net, already) if line.type == "HEARTBEAT"]
    assert 58 <= len(heartbeats) <= 70  # one a second each way, and the answers to some
    assert all(isinstance(line.message, wire.Heartbeat) and not line.message.seen for line in heartbeats)


def test_tombstones_wait_for_a_member_that_is_down_and_status_says_for_whom() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run(2)
    b.crash()
    a.do(ops.Delete("k"))
    net.run(5)
    status = a.do(ops.Status())
    assert isinstance(status, ops.NodeStatus)
    assert (status.tombstones, status.waits_for) == (1, [b.engine.node])
    b.start()
    net.run(10)
    assert not a.store.siblings("k")
    assert not b.store.siblings("k")


def test_nobody_waits_for_a_volatile_node_that_is_down() -> None:
    net = Network(1)
    a = net.node("a")
    b = net.node("b", a, volatile=True)
    net.run(2)
    a.do(ops.Put("k", "1"))
    net.run(1)
    b.crash()
    a.do(ops.Delete("k"))
    net.run(3)
    assert not a.store.siblings("k")
    b.start(a.address)
    net.run(10)
    assert net.level()
    assert not b.store.siblings("k")


def test_whoever_sends_a_version_is_known_to_hold_it_at_once() -> None:
    net, a, b = two()
    a.do(ops.Put("k", "1"))
    net.run_until(lambda: bool(b.store.siblings("k")))
    answer = b.do(ops.Inspect("k"))
    assert isinstance(answer, ops.Inspection)
    assert set(answer.siblings[0].held) == {a.engine.node, b.engine.node}
