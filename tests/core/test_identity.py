"""A node id and its numbers, and what happens when a machine is set back to an earlier state."""

from decent_tui.core import messages as wire
from decent_tui.core.batch import pack
from tests.lab.histories import a_machine_is_rolled_back

from .builders import version
from .network import linked_pair


def test_a_version_written_over_a_number_that_we_never_made_tells_of_a_rollback_too() -> None:
    _net, a, b, link = linked_pair()
    old = a.engine.node
    b_wrote = version(b.engine.node, 1, {old: 3})
    a.take(link.id, wire.encode(wire.Versions(pack([b_wrote]))))
    assert a.engine.node != old
    assert not a.engine.parts.replica.seen[b.engine.node]  # it comes again, under the new id


def test_a_node_that_was_rolled_back_takes_a_new_id_and_loses_nothing() -> None:
    a, b = a_machine_is_rolled_back()
    assert len(a.engine.parts.replica.former) == 1
    assert any("rolled back" in alarm for alarm in a.engine.parts.tally.alarms)
    assert b.engine.parts.replica.seen[a.engine.node]
