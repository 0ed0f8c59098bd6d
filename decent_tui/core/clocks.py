"""Vector clocks and dots.

A *clock* maps node ids to how many of their writes are known (absent means 0). A *dot* names one
write: the node that made it and that node's sequence number. Clocks are never changed in place.

The entries of a clock are node ids, but for three kinds: ids of the original program; `ID+`, under which the
numbers count that a node gave to what others had written (see `taken_in`); and `ID+SEQ`, which protects one
write that was made beside others (see `beside`).

Source: Preguiça et al., "Dotted version vectors" (2010); the names follow that paper.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Clock = Mapping[str, int]
NO_CONTEXT: Final[Clock] = {}
"""That of a first write; one for all of them."""
Order = Literal["same", "ahead", "behind", "concurrent"]
_OURS: Final = re.compile("[0-9a-f]{16}")
_OWNED: Final = re.compile(r"([0-9a-f]{16})\+([0-9]*)")


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


def weight(clock: Clock) -> int:
    """About how many bytes a clock takes on the wire, never less."""
    return sum(len(entry.encode()) for entry in clock) + 20 * len(clock)


def clip(clock: Clock, node: str, highest: int) -> dict[str, int]:
    """The clock with the numbers that `node` gave lowered to at most `highest` (dropped at 0, and dropped
    where the entry stands for one higher number only)."""
    clipped = dict(clock)
    for entry, seq in clock.items():
        if seq > highest and owner(entry) == node:
            if highest and entry in (node, taken_in(node)):
                clipped[entry] = highest
            else:
                del clipped[entry]
    return clipped


@lru_cache(maxsize=4_096)
def is_node(name: str) -> bool:
    """Whether a name is the id of a node of ours: 16 hex digits. (Asked of every id of every `seen`.)"""
    return _OURS.fullmatch(name) is not None


def taken_in(node: str) -> str:
    """The entry of a clock under which a node's numbers count for what others wrote: what it takes in for
    classic peers, and what it puts again (see `Replica.put_again`).

    Its own writes cover all that it holds of a key, so `{node: 5}` in a context covers `{node: 3}`. What it
    takes in covers nothing of that: it may stand beside an own write with a smaller number, and whoever has
    only that newcomer, and writes over it, must not hold down the other. (The simulator's seed 10083 lost a
    write so, when both counted under the node's id.) Two taken in for different peers are told apart by the
    entry of the peer that each has.
    """
    return f"{node}+"


def beside(node: str, seq: int) -> str:
    """The entry, with the number `seq`, that a write has in its context when it was made beside others of its
    node, as if these were not there.

    Numbers alone would lose one of them: whoever holds only the 11th write, and writes over it, has the
    context `{node: 11}`, which covers the whole clock `{node: 10}` of the 10th, though nobody there has seen
    it. With an entry that only the 10th brings along, a context covers it when its writer has had it.
    """
    return f"{node}+{seq}"


def entry_of(node: str, author: str) -> str:
    """The entry of clocks under which the number counts that `node` gave to what `author` wrote."""
    return node if author == node else taken_in(node)


@lru_cache(maxsize=4_096)
def owner(entry: str) -> str:
    """The node whose number an entry of a clock is."""
    owned = _OWNED.fullmatch(entry)
    return owned[1] if owned else entry


def is_classic(entry: str) -> bool:
    """Whether an entry is none of ours: the original program's ids are `hex@host:port`."""
    return not is_node(owner(entry))


def by_node(clock: Clock) -> dict[str, int]:
    """The numbers of a clock by the nodes that gave them. Classic entries are left out: they count for no
    base."""
    numbers: dict[str, int] = {}
    for entry, seq in clock.items():
        node = owner(entry)
        if is_node(node) and seq > numbers.get(node, 0):
            numbers[node] = seq
    return numbers
