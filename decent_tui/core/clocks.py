"""Vector clocks and dots.

A *clock* maps node ids to how many of their writes are known (absent means 0). A *dot* names one
write: the node that made it and that node's sequence number. Clocks are never changed in place.

Source: Preguiça et al., "Dotted version vectors" (2010); the names follow that paper.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Clock = Mapping[str, int]
Order = Literal["same", "ahead", "behind", "concurrent"]
_OURS: Final = re.compile("[0-9a-f]{16}")


class Dot(NamedTuple):
    """The name of one write, for ever: the `seq`-th write of `node` (from 1)."""

    node: str
    seq: int


def join(*clocks: Clock) -> dict[str, int]:
    """The least clock that covers all: the greater number, node by node."""
    joined: dict[str, int] = {}
    for clock in clocks:
        for node, seq in clock.items():
            if seq > joined.get(node, 0):
                joined[node] = seq
    return joined


def covers(a: Clock, b: Clock) -> bool:
    """Whether `a` knows everything that `b` knows."""
    return all(a.get(node, 0) >= seq for node, seq in b.items())


def compare(a: Clock, b: Clock) -> Order:
    """How `a` stands to `b`."""
    above, below = covers(a, b), covers(b, a)
    if above and below:
        return "same"
    if above:
        return "ahead"
    return "behind" if below else "concurrent"


def with_dot(context: Clock, dot: Dot) -> dict[str, int]:
    """The vector clock of a version, as shown and as sent to classic peers: context joined with dot."""
    clock = dict(context)
    if dot.seq > clock.get(dot.node, 0):
        clock[dot.node] = dot.seq
    return clock


def clip(clock: Clock, node: str, highest: int) -> dict[str, int]:
    """The clock with `node`'s number lowered to at most `highest` (dropped at 0)."""
    clipped = dict(clock)
    if clipped.get(node, 0) > highest:
        if highest:
            clipped[node] = highest
        else:
            del clipped[node]
    return clipped


def is_classic(node: str) -> bool:
    """Whether an id is not one of ours (16 hex digits): the original program's are `hex@host:port`."""
    return _OURS.fullmatch(node) is None
