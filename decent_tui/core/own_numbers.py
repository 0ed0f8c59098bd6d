"""What others say of the numbers that this node gave: none of them can be above its counter."""

from collections.abc import Iterable

from decent_tui.core.clocks import taken_in
from decent_tui.core.errors import ProtocolError
from decent_tui.core.replica import Replica
from decent_tui.core.version import Version


class RolledBack(ProtocolError):
    """A peer knows a write number `highest` of ours that we never made."""

    def __init__(self, highest: int) -> None:
        super().__init__("a peer knows a write of this node that it has not made")
        self.highest = highest


def check_own(replica: Replica, highest: int) -> None:
    """RolledBack for a number above our own counter under our own id: this machine was rolled back, or the
    peer lies."""
    if highest > replica.counter:
        raise RolledBack(highest)


def highest_of(node: str, versions: Iterable[Version]) -> int:
    """The highest number of a node in the dots of the versions and in what their writers had seen."""
    imports, highest = taken_in(node), 0
    for version in versions:
        if version.node == node:
            highest = max(highest, version.seq)
        elif version.context:
            highest = max(highest, version.context.get(node, 0), version.context.get(imports, 0))
    return highest
