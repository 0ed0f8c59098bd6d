"""Sets of positive integers as disjoint ranges, the shape in which a node remembers what it saw.

A `Ranges` is an immutable, sorted tuple of closed intervals `(low, high)` that neither overlap
nor touch. Sequence numbers are issued without gaps, so in practice a set of millions of numbers
is one interval; every operation below costs the number of intervals, not of numbers.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Ranges = tuple[tuple[int, int], ...]

EMPTY: Ranges = ()


def contains(ranges: Ranges, number: int) -> bool:
    """Whether `number` is in the set."""
    at = bisect_right(ranges, (number, number)) - 1
    if at >= 0 and ranges[at][1] >= number:
        return True
    return at + 1 < len(ranges) and ranges[at + 1][0] == number


def add(ranges: Ranges, number: int) -> Ranges:
    """The set with `number` in it."""
    if ranges:
        low, high = ranges[-1]
        if number == high + 1:  # by far the most frequent: a writer's next number
            return (*ranges[:-1], (low, number))
    return union(ranges, ((number, number),))


def union(a: Ranges, b: Ranges) -> Ranges:
    """The numbers in either; commutative, associative, idempotent."""
    if a == b or not b:
        return a
    if not a:
        return b
    if len(a) == len(b) == 1 and a[0][0] <= b[0][0] and b[0][1] <= a[0][1]:  # from whoever knows less
        return a
    if b[0][0] == a[-1][1] + 1:  # a writer's next numbers
        return (*a[:-1], (a[-1][0], b[0][1]), *b[1:])
    merged: list[tuple[int, int]] = []
    for low, high in sorted(a + b):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def subtract(a: Ranges, b: Ranges) -> Ranges:
    """The numbers in `a` but not in `b`."""
    if not b or not a:
        return a
    rest: list[tuple[int, int]] = []
    at = 0
    for low, high in a:
        while at < len(b) and b[at][1] < low:
            at += 1
        here = at
        while here < len(b) and b[here][0] <= high:
            if b[here][0] > low:
                rest.append((low, b[here][0] - 1))
            low = b[here][1] + 1
            here += 1
        if low <= high:
            rest.append((low, high))
    return tuple(rest)


def lacking(a: Ranges, b: Ranges) -> int:
    """How many numbers of `b` are not in `a`: the size of `subtract(b, a)`, without making that set."""
    if len(a) == len(b) == 1 and a[0][0] <= b[0][0] <= a[0][1] + 1:  # nearly always so
        return max(0, b[0][1] - a[0][1])
    return count(subtract(b, a))


def count(ranges: Ranges) -> int:
    """How many numbers the set holds."""
    return sum(high - low + 1 for low, high in ranges)


def base(ranges: Ranges) -> int:
    """The end of the range that starts at 1: everything up to it was seen. 0 if there is none."""
    return ranges[0][1] if ranges and ranges[0][0] == 1 else 0


def from_numbers(numbers: Iterable[int]) -> Ranges:
    """The set of `numbers`, given in any order."""
    rising = sorted(set(numbers))
    if rising and rising[-1] - rising[0] == len(rising) - 1:  # without a gap, as nearly always
        return ((rising[0], rising[-1]),)
    grown: list[tuple[int, int]] = []
    for number in rising:
        if grown and grown[-1][1] == number - 1:
            grown[-1] = (grown[-1][0], number)
        else:
            grown.append((number, number))
    return tuple(grown)


def flatten(ranges: Ranges) -> list[int]:
    """`[low, high, low, high, …]`, the form on the wire and in the file."""
    return [end for pair in ranges for end in pair]


def unflatten(flat: list[int]) -> Ranges:
    """The inverse of `flatten`; raises ValueError for what is no well-formed set."""
    if len(flat) % 2 or any(
        flat[i] <= (flat[i - 1] + 1 if i % 2 == 0 else flat[i - 1] - 1) for i in range(1, len(flat))
    ):
        raise ValueError("ranges must be pairs that rise and do not touch")
    if flat and flat[0] < 1:
        raise ValueError("ranges start at 1 or above")
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def numbers(ranges: Ranges) -> Iterator[int]:
    """Every number, rising. For tests and small sets only."""
    for low, high in ranges:
        yield from range(low, high + 1)
