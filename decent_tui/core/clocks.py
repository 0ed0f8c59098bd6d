"""Vector clocks and dots.

A *clock* maps node ids to how many of their writes are known (absent means 0). A *dot* names one
write: the node that made it and that node's sequence number. Clocks are never changed in place.

The entries of a clock are node ids, but for two kinds: ids of the original program, and `ID+`, under which
the numbers count that a node gave to what it took in for classic peers (see `taken_in`).

Source: Preguiça et al., "Dotted version vectors" (2010); the names follow that paper.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Clock = Mapping[str, int]
Order = Literal["same", "ahead", "behind", "concurrent"]
_OURS: Final = re.compile("[0-9a-f]{16}")
_TAKEN_IN: Final = "+"


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


def with_entry(context: Clock, entry: str, seq: int) -> dict[str, int]:
    """The context joined with one more entry."""
    clock = dict(context)
    if seq > clock.get(entry, 0):
        clock[entry] = seq
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


@lru_cache(maxsize=4_096)
def is_node(name: str) -> bool:
    """Whether a name is the id of a node of ours: 16 hex digits. (Asked of every id of every `seen`.)"""
    return _OURS.fullmatch(name) is not None


def taken_in(node: str) -> str:
    """The entry of a clock under which a node's numbers count for what it takes in for classic peers.

    Its own writes cover all that it holds of a key, so `{node: 5}` in a context covers `{node: 3}`. What it
    takes in covers nothing of that: it may stand beside an own write with a smaller number, and whoever has
    only that newcomer, and writes over it, must not hold down the other. (The simulator's seed 10083 lost a
    write so, when both counted under the node's id.) Two taken in for different peers are told apart by the
    entry of the peer that each has.
    """
    return node + _TAKEN_IN


def entry_of(node: str, author: str) -> str:
    """The entry under which the number of a version counts that `node` wrote for `author`."""
    return taken_in(node) if author != node and is_classic(author) else node


def owner(entry: str) -> str:
    """The node whose number an entry of a clock is."""
    return node if entry.endswith(_TAKEN_IN) and is_node(node := entry[:-1]) else entry


def is_classic(entry: str) -> bool:
    """Whether an entry is none of ours: the original program's ids are `hex@host:port`."""
    return not is_node(owner(entry))


def by_node(clock: Clock) -> dict[str, int]:
    """The numbers of a clock by the nodes that gave them. Classic entries are left out: they count for no
    base."""
    return join(*({owner(entry): seq} for entry, seq in clock.items() if not is_classic(entry)))
