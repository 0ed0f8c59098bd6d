"""What others say that they have seen, or hold, as it comes from the wire: read, and bounded.

Most of it is only remembered of whoever said it. A *claim* is more: `seen` and `floor` at the end of an
answer that held all that was missing, which the asker takes over as its own. One that cannot be is a
ProtocolError; one that can, but would fill the memory, is left alone.
"""

from decent_tui.core import ranges
from decent_tui.core.clocks import Clock, is_node
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_NODES, MAX_RANGES
from decent_tui.core.messages import Flat
from decent_tui.core.ranges import Ranges
from decent_tui.core.seen import Seen


def read(flat: Flat, floor: Clock, own: Seen) -> Seen | None:
    """What a peer claims to have seen; None if with it our `own` would name so many nodes or have so many
    gaps that it is not taken over."""
    claim = read_seen(flat)
    if not claim.bases_cover(floor):
        raise ProtocolError("a claim does not reach its own floor", fatal=True)
    joined = own.copy()
    joined.join(claim)
    if len(joined) > max(MAX_NODES, len(own)) or joined.size() > max(MAX_RANGES, own.size()):
        return None
    return claim


def read_seen(flat: Flat) -> Seen:
    """A `seen` from the wire; ProtocolError if it is none."""
    if len(flat) > MAX_NODES or not all(map(is_node, flat)):
        raise ProtocolError("a seen-set names too many nodes, or what is no node of ours", fatal=True)
    try:
        return Seen.from_wire(flat)
    except ValueError as error:
        raise ProtocolError(f"a seen-set is broken: {error}", fatal=True) from None


def read_ranges(flat: list[int]) -> Ranges:
    """Ranges from the wire; ProtocolError if they are none."""
    try:
        return ranges.unflatten(flat)
    except ValueError as error:
        raise ProtocolError(f"a list of dots is broken: {error}", fatal=True) from None


def longest_list(versions: int) -> int:
    """How many ranges the list of a full answer may have, for a replica that holds so many `versions`. What
    it names was sent before, so it is held here, or was until something made it obsolete; who went on naming
    numbers would fill the memory."""
    return MAX_RANGES + 4 * versions
