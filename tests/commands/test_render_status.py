"""The status in one line: all is well in few words, and what is not as it should be is said."""

import msgspec
import pytest

from decent_tui.commands.render import lines
from decent_tui.core.dial_operations import DialView
from decent_tui.core.operations import NodeStatus

WELL = NodeStatus(
    node_id="n1", name="otter", address="h:1", keys=1234, conflicts=0, deleted=1, versions=1240, lamport=9,
    counter=8, writes=5, applied=4, peers_alive=2, peers_known=2, settled=1.0, sent=1000, received=2000,
    tombstones=0, waits_for=[], alarms=[], data="node.db", digest="abc", settle_p95_ms=12.3,
)  # fmt: skip


def line(**changes: object) -> str:
    (only,) = lines("status", msgspec.structs.replace(WELL, **changes))
    return only


def test_all_is_well_in_one_line() -> None:
    assert line() == (
        "otter at h:1 (node n1, node.db); 1,234 keys; 2 of 2 peers alive, 100% settled; "
        "95% of writes settle within 12 ms"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"settled": 0.9999}, " alive, 99% settled; "),
        ({"keys": 1, "conflicts": 1}, "; 1 key, 1 in conflict; "),
        ({"peers_known": 0, "peers_alive": 0}, "; 1,234 keys; no peers"),
        ({"missing": {"h:2": 1, "h:3": 1200}}, "; h:2 lacks 1 write; h:3 lacks 1,200 writes"),
        ({"missing": {f"h:{n}": 1 for n in range(9)}}, "; h:2 lacks 1 write; 6 more"),
        ({"tombstones": 1, "waits_for": ["n2"]}, "; 1 deletion waits for n2"),
        ({"tombstones": 3, "waits_for": ["n2", "n3"]}, "; 3 deletions wait for n2, n3"),
        ({"tombstones": 2}, "; 2 deletions wait for a write that this node never got"),
        (
            {"dials": [DialView("h:2", "cut", "in"), DialView("h:2", "lag", "out", ms=1)]},
            "; dials are on for h:2",
        ),
        ({"alarms": ["the disk is full"]}, "; 1 alarm: the disk is full"),
        ({"alarms": ["one", "another"]}, "; 2 alarms: another; one"),
        ({"alarms": ["two\nlines"]}, "; 1 alarm: two␊lines"),
    ],
)
def test_what_is_not_as_it_should_be_is_said(changes: dict[str, object], said: str) -> None:
    assert f"{line(**changes)};".find(said) >= 0, line(**changes)
