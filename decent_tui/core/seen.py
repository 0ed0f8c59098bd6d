"""What a replica has seen: per node, the set of sequence numbers.

`seen` only grows (invariant I4). Its hash together with the fingerprint is the *digest* that
heartbeats carry: equal digests mean equal replicas.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from decent_tui.core import ranges
from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.limits import TOLD_RANGES
from decent_tui.core.ranges import Ranges


class Seen:
    """A growing map from node id to the sequence numbers seen of it."""

    __slots__ = ("_by_node",)

    def __init__(self, by_node: Mapping[str, Ranges] | None = None) -> None:
        self._by_node: dict[str, Ranges] = {node: r for node, r in (by_node or {}).items() if r}

    def __contains__(self, dot: Dot) -> bool:
        held = self._by_node.get(dot.node)
        return held is not None and ranges.contains(held, dot.seq)

    def __getitem__(self, node: str) -> Ranges:
        """The numbers seen of `node`; the empty set for a node never heard of."""
        return self._by_node.get(node, ranges.EMPTY)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_node)

    def __len__(self) -> int:
        return len(self._by_node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self._by_node == other._by_node

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Seen({self._by_node!r})"

    def items(self) -> Iterator[tuple[str, Ranges]]:
        """Each node with its numbers."""
        return iter(self._by_node.items())

    def copy(self) -> "Seen":
        """An independent copy (the ranges themselves are immutable and shared)."""
        copied = Seen()
        copied._by_node = dict(self._by_node)
        return copied

    def add(self, dot: Dot) -> None:
        """Take in one dot."""
        self._by_node[dot.node] = ranges.add(self[dot.node], dot.seq)

    def add_all(self, node: str, numbers: Ranges) -> None:
        """Take in numbers of one node."""
        self._by_node[node] = ranges.union(self[node], numbers)

    def join(self, other: "Seen") -> list[str]:
        """Take in all of `other`; returns the nodes whose numbers grew."""
        grown: list[str] = []
        for node, mine, theirs in self._unlike(other):
            united = ranges.union(mine, theirs)
            if united != mine:
                self._by_node[node] = united
                grown.append(node)
        return grown

    def _unlike(self, other: "Seen") -> list[tuple[str, Ranges, Ranges]]:
        """The nodes of which `other` has seen something else than this, with what either has. With many nodes
        most are alike most of the time, and nothing need be calculated for these."""
        held = self._by_node
        return [
            (node, mine, theirs)
            for node, theirs in other._by_node.items()
            if (mine := held.get(node, ranges.EMPTY)) != theirs
        ]

    def lacks(self, other: "Seen") -> dict[str, Ranges]:
        """Node by node, what `other` has and this does not."""
        return {
            node: gap for node, mine, theirs in self._unlike(other) if (gap := ranges.subtract(theirs, mine))
        }

    def lacks_counts(self, other: "Seen") -> dict[str, int]:
        """Node by node, how many writes `other` has seen that this has not."""
        counts = {node: ranges.lacking(mine, theirs) for node, mine, theirs in self._unlike(other)}
        return {node: count for node, count in counts.items() if count}

    def lacks_count(self, other: "Seen") -> int:
        """How many writes `other` has seen that this has not."""
        return sum(ranges.lacking(mine, theirs) for _, mine, theirs in self._unlike(other))

    def covers(self, other: "Seen") -> bool:
        """Whether this has seen all that `other` has."""
        held = self._by_node
        for node, theirs in other._by_node.items():
            mine = held.get(node, ranges.EMPTY)
            if mine != theirs and ranges.lacking(mine, theirs):
                return False
        return True

    def base(self, node: str) -> int:
        """The number up to which everything of `node` was seen."""
        return ranges.base(self[node])

    def bases_cover(self, clock: Clock) -> bool:
        """Whether every number of `clock` is at or below the base: nothing below it can still arrive."""
        return all(self.base(node) >= seq for node, seq in clock.items())

    def size(self) -> int:
        """How many ranges it has, of all nodes together: what it takes in memory."""
        return sum(map(len, self._by_node.values()))

    def gaps(self, node: str) -> int:
        """How many gaps there are in the numbers of `node`: a push that got lost, or is still on its way."""
        held = self[node]
        return len(held) - (bool(held) and held[0][0] == 1)

    def digest(self, fingerprint: int) -> str:
        """64 bits, as 16 hex digits, of `seen` and the fingerprint together."""
        state = blake2b(digest_size=8)
        for node in sorted(self._by_node):
            state.update(f"{node}={self._by_node[node]!r};".encode())
        state.update(fingerprint.to_bytes(32, "big"))
        return state.hexdigest()

    def to_wire(self) -> dict[str, list[int]]:
        """`{node: [low, high, …]}`; of a set with very many ranges only the lowest of each node."""
        most = max(1, TOLD_RANGES // max(1, len(self._by_node)))
        return {node: ranges.flatten(held[:most]) for node, held in self._by_node.items()}

    @classmethod
    def from_wire(cls, flat: Mapping[str, list[int]]) -> "Seen":
        """The inverse of `to_wire`; raises ValueError for what is no set of ranges."""
        return cls({node: ranges.unflatten(held) for node, held in flat.items()})
