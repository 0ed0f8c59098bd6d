"""Each check finds what it is there for: a node is broken on purpose, and the next turn says so."""

from collections.abc import Callable

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.clocks import Dot
from decent_tui.core.seen import Seen
from decent_tui.core.version import Version
from decent_tui.lab.checks import Broken, caps, verify
from decent_tui.lab.simulation import Simulation
from decent_tui.lab.world import World

from ..core.builders import version


def running() -> Simulation:
    """Two nodes that are level, with a value."""
    sim = Simulation(World(1, 2))
    sim.run([])
    sim.write(sim.nodes[0], "k", ops.Put("k", "1"))
    sim.net.agenda.run(3)
    return sim


def slip_in(sim: Simulation, *versions: Version) -> None:
    """Versions get into the first node past all rules."""
    replica = sim.nodes[0].replica
    replica.apply(versions)


def unseen(sim: Simulation) -> None:
    replica = sim.nodes[0].replica
    replica.seen = Seen({replica.node: replica.seen[replica.node]})
    replica.seen.add(Dot("b" * 16, 5))
    replica.counter = 1
    replica._touch()


def floor_above(sim: Simulation) -> None:
    replica = sim.nodes[0].replica
    replica.sink({replica.node: 99})


def wrong_sum(sim: Simulation) -> None:
    replica = sim.nodes[0].replica
    replica.fingerprint += 1
    replica._touch()


def lost_value(sim: Simulation) -> None:
    replica = sim.nodes[0].replica
    replica.drop(replica.store.siblings("k"))


def never_written(sim: Simulation) -> None:
    sim.nodes[0].replica.join_claim(Seen({"c" * 16: ((1, 3),)}), {})


def counter_ahead(sim: Simulation) -> None:
    sim.nodes[0].replica.counter = 50
    sim.nodes[0].replica._touch()


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        ("I1", lambda sim: slip_in(sim, version("d" * 16, 1))),
        ("I1", counter_ahead),
        ("I2", lost_value),
        ("I2", never_written),
        ("I3", floor_above),
        ("fingerprint", wrong_sum),
        ("I2", unseen),
    ],
)
def test_what_must_always_be_so_is_checked_after_the_turn(
    check: str, wrong: Callable[[Simulation], None]
) -> None:
    sim = running()
    with pytest.raises(Broken) as caught:
        sim.nodes[0].turn(lambda: wrong(sim))
    assert caught.value.check == check


def test_an_unbounded_queue_is_found() -> None:
    sim = running()
    caps(sim.nodes[0].engine)
    [link] = sim.nodes[0].engine.parts.links.decent()
    link.outbox._size = link.outbox.limit + 1
    with pytest.raises(Broken, match="wait for a link"):
        caps(sim.nodes[0].engine)


def test_what_is_lost_or_came_back_is_found_at_the_end() -> None:
    sim = running()
    assert sim.oracle is not None
    verify(sim.oracle, sim.nodes[0])
    sim.nodes[0].replica.drop(sim.nodes[0].store.siblings("k"))
    with pytest.raises(Broken, match="lost"):
        verify(sim.oracle, sim.nodes[0])
