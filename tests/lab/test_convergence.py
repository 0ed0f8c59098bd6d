import pytest

from decent_tui.core import messages as wire
from decent_tui.core.batch import pack
from decent_tui.lab.convergence import Mesh, alone, kind_of, percentile
from decent_tui.lab.weather import Weather
from tests.core.builders import A, version

CALM = Weather(0.01, 0.0)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (wire.Versions(pack([version()])), "payload"),
        (wire.Versions(seen={A: [1, 2]}), "claim"),
        (wire.Sync({A: [1, 2]}), "question"),
        (wire.Heartbeat("0" * 16), "digest"),
        (wire.Heartbeat("0" * 16, {A: [1, 2]}), "acknowledgement"),
        (wire.Bye(), "other"),
    ],
)
def test_what_a_line_is_for(message: wire.Message, kind: str) -> None:
    assert kind_of(wire.encode(message)) == kind


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0.0),
        ([3.0], 0.5, 3.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.99, 2.0),
        ([1.0, 2.0], 0.5, 1.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize("nodes", [3, 10])
def test_without_loss_a_write_takes_one_message_to_each_and_one_latency(nodes: int) -> None:
    spread = alone(nodes, CALM, 10)
    assert (spread.writes, spread.missing, spread.lost) == (10, 0, 0)
    assert spread.payload == spread.bound == nodes - 1
    assert [spread.p50, spread.longest] == pytest.approx([0.01, 0.01])
    assert spread.questions == spread.claims == 0
    assert spread.acknowledgements >= nodes - 1


def test_idle_links_stay_cheap() -> None:
    mesh = Mesh(3, CALM)
    mesh.net.agenda.run(30)
    mesh.write()
    assert 50 < mesh.measured().beats < 150


def test_a_lost_push_costs_one_more_message_and_is_repaired_within_a_heartbeat() -> None:
    spread = alone(3, CALM, 20, lose=1)
    assert (spread.lost, spread.missing) == (20, 0)
    assert spread.p50 > 0.1
    assert spread.repaired == spread.longest < 1.5
    assert spread.payload == pytest.approx(spread.bound + 1, abs=0.2)


def test_what_never_arrives_is_counted_and_not_waited_for() -> None:
    mesh = Mesh(3, CALM)
    for one in mesh.nodes:
        for other in mesh.nodes:
            mesh.net.part(one.address, other.address)
    mesh.write()
    mesh.spread()
    spread = mesh.measured()
    assert (spread.writes, spread.missing, spread.longest) == (1, 1, 0.0)


def test_equal_seeds_give_equal_measures() -> None:
    stormy = Weather(0.01, 0.01, lose=0.1)
    assert alone(3, stormy, 5) == alone(3, stormy, 5) != alone(3, stormy, 5, seed=2)
