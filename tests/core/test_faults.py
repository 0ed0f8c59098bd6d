"""The decisions about messages, without any message."""

import random

import pytest

from decent_tui.core.faults import HELD_BACK, Care, Dial, Direction, Faults, Kind

from .builders import A, B


def test_a_peer_is_cut_by_its_id_and_by_its_address() -> None:
    faults = Faults()
    faults.cut(A, "a:1")
    assert faults.is_cut(A, "a:1")
    assert faults.is_cut(A, "moved:1")
    assert faults.is_cut(None, "a:1")
    assert faults.is_cut(B, "a:1")  # another id at that address: whoever was meant is there
    assert not faults.is_cut(B, "b:1")
    assert not faults.is_cut(None, "")


def test_a_peer_whose_id_is_not_known_is_cut_by_its_address() -> None:
    faults = Faults()
    faults.cut(None, "a:1")
    assert faults.is_cut(A, "a:1")
    assert not faults.is_cut(None, "b:1")
    assert not faults.is_cut(A, "b:1")


def test_a_cut_is_healed_by_either_of_them() -> None:
    for node, address in ((A, "moved:1"), (None, "a:1"), (A, "a:1")):
        faults = Faults()
        faults.cut(A, "a:1")
        faults.cut(B, "b:1")
        faults.heal(node, address)
        assert not faults.is_cut(A, "a:1")
        assert faults.is_cut(B, "b:1")


def test_all_cuts_are_healed_at_once() -> None:
    faults = Faults()
    faults.cut(A, "a:1")
    faults.cut(B, "b:1")
    faults.heal_all()
    assert not faults.is_cut(A, "a:1")
    assert not faults.is_cut(B, "b:1")


def test_what_was_dialled_for_an_address_follows_the_node_that_is_met_there() -> None:
    faults = Faults()
    faults.turn(None, "localhost:1", "lag", Dial(5.0))
    faults.met(B, ("other:1", None))
    faults.met(A, ("localhost:1", "127.0.0.1:1"))
    faults.met(B, ("localhost:1", None))
    assert faults.of(A, "127.0.0.1:1") is not None
    assert faults.of(B, "127.0.0.1:1") is None


# ------------------------------------------------------------------ one message


def turned(kind: Kind, amount: float, direction: Direction = "out", jitter: float = 0.0) -> Faults:
    """Faults with one dial on."""
    faults = Faults()
    faults.turn(A, "a:1", kind, Dial(amount, jitter), (direction,))
    return faults


def courses(
    faults: Faults, count: int = 1, direction: Direction = "out", care: Care = "none", now: float = 5.0
) -> list[tuple[float, ...]]:
    """What becomes of so many messages that pass at one time."""
    chance = random.Random(1)
    return [faults.course(A, "a:1", direction, now, chance, care) for _ in range(count)]


def test_without_a_dial_a_message_arrives_at_once() -> None:
    assert courses(Faults()) == [(5.0,)]
    assert turned("lose", 100).course(B, "b:1", "out", 5.0, random.Random(1)) == (5.0,)


@pytest.mark.parametrize("kind", ["cut", "lag", "lose", "duplicate", "reorder"])
def test_a_dial_is_for_one_direction_only(kind: Kind) -> None:
    assert courses(turned(kind, 100, "out"), direction="in") == [(5.0,)]
    assert courses(turned(kind, 100, "in"), direction="in") != [(5.0,)]


def test_a_cut_of_one_direction_lets_nothing_pass_there_and_is_no_cut_of_the_link() -> None:
    faults = turned("cut", 100, "in")
    assert courses(faults, direction="in", care="whole") == [()]
    assert courses(faults, direction="out") == [(5.0,)]
    assert not faults.is_cut(A, "a:1")
    faults.cut(A, "a:1", ("out",))
    assert faults.is_cut(A, "a:1")


def test_a_lag_delays_everything_alike() -> None:
    assert courses(turned("lag", 200), 3) == [(5.2,)] * 3


def test_jitter_spreads_a_lag_and_keeps_the_order() -> None:
    times = [at for (at,) in courses(turned("lag", 100, jitter=80), 200)]
    assert times == sorted(times)
    assert times[0] >= 5.02
    assert times[-1] <= 5.18
    assert len(set(times)) > 3


def test_what_follows_a_healed_lag_does_not_overtake_what_is_under_way() -> None:
    faults = turned("lag", 2000)
    assert courses(faults) == [(7.0,)]
    faults.heal(A, "a:1")
    assert not list(faults)
    assert courses(faults, now=6.0) == [(7.0,)]
    faults.due(7.0)
    assert not faults
    assert courses(faults, now=7.5) == [(7.5,)]


def test_a_share_is_lost_doubled_or_overtaken() -> None:
    lost = courses(turned("lose", 30), 1000).count(())
    assert 250 < lost < 350
    doubled = courses(turned("duplicate", 30), 1000).count((5.0, 5.0))
    assert 250 < doubled < 350
    overtaken = courses(turned("reorder", 30), 1000).count((5.0 + HELD_BACK,))
    assert 250 < overtaken < 350


def test_a_message_that_is_held_back_does_not_hold_up_the_others() -> None:
    faults = turned("reorder", 100)
    assert courses(faults) == [(5.0 + HELD_BACK,)]
    assert courses(faults, care="in turn", now=5.1) == [(5.1,)]


@pytest.mark.parametrize(
    ("care", "lose", "duplicate", "reorder", "lag"),
    [("in turn", (), (5.0,), (5.0,), (6.0,)), ("whole", (5.0,), (5.0,), (5.0,), (6.0,))],
)
def test_what_a_message_bears(
    care: Care,
    lose: tuple[float, ...],
    duplicate: tuple[float, ...],
    reorder: tuple[float, ...],
    lag: tuple[float, ...],
) -> None:
    assert courses(turned("lose", 100), care=care) == [lose]
    assert courses(turned("duplicate", 100), care=care) == [duplicate]
    assert courses(turned("reorder", 100), care=care) == [reorder]
    assert courses(turned("lag", 1000), care=care) == [lag]


def test_a_dial_with_a_time_turns_itself_off() -> None:
    faults = Faults()
    faults.cut(A, "a:1", since=0.0, until=30.0)
    faults.turn(A, "a:1", "lag", Dial(5.0), ("out",))
    assert faults.due(29.9) == []
    (healed,) = faults.due(30.0)
    assert (healed.target.node, healed.kind, healed.directions) == (A, "cut", ("in", "out"))
    assert not faults.is_cut(A, "a:1")
    assert [list(target.dials) for target in faults] == [[("lag", "out")]]


def test_a_dial_at_nothing_is_off() -> None:
    faults = turned("lose", 20)
    faults.turn(A, "a:1", "lose", Dial(0.0))
    assert not list(faults)
