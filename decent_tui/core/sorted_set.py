"""A set that is kept sorted: what the in-memory store pages through.

A list of buckets of at most `_FULL` items each. Adding and removing cost two binary searches and
the moving of a part of one bucket, however large the set is.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from decent_tui.core.clocks import Dot

T = TypeVar("T", int, str, Dot)

_FULL: Final = 1024
"""Items in a bucket before it is cut in two. Moving that many pointers takes well under a microsecond."""


class SortedSet(Generic[T]):
    """A set of numbers, texts or dots in rising order."""

    __slots__ = ("_buckets", "_firsts", "_size")

    def __init__(self) -> None:
        self._buckets: list[list[T]] = []  # none is empty
        self._firsts: list[T] = []  # the first item of each
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __contains__(self, item: T) -> bool:
        bucket = self._buckets[self._bucket(item)] if self._buckets else []
        at = bisect_left(bucket, item)
        return at < len(bucket) and bucket[at] == item

    def add(self, item: T) -> None:
        """Put the item in; nothing happens if it is there."""
        if item in self:
            return
        self._size += 1
        if not self._buckets:
            self._buckets, self._firsts = [[item]], [item]
            return
        number = self._bucket(item)
        bucket = self._buckets[number]
        insort(bucket, item)
        self._firsts[number] = bucket[0]
        if len(bucket) > _FULL:
            upper = bucket[_FULL // 2 :]
            del bucket[_FULL // 2 :]
            self._buckets.insert(number + 1, upper)
            self._firsts.insert(number + 1, upper[0])

    def discard(self, item: T) -> None:
        """Take the item out; nothing happens if it is not there."""
        if item not in self:
            return
        self._size -= 1
        number = self._bucket(item)
        bucket = self._buckets[number]
        del bucket[bisect_left(bucket, item)]
        if bucket:
            self._firsts[number] = bucket[0]
        else:
            del self._buckets[number], self._firsts[number]

    def rising(self, low: T, high: T | None = None) -> Iterator[T]:
        """The items from `low` on and below `high`. The set must not change meanwhile."""
        number = self._bucket(low)
        for bucket in self._buckets[number:]:
            for item in bucket[bisect_left(bucket, low) :]:
                if high is not None and item >= high:
                    return
                yield item

    def falling(self, low: T, high: T | None = None) -> Iterator[T]:
        """The same items, from the last to the first."""
        number = len(self._buckets) - 1 if high is None else self._bucket(high)
        for bucket in reversed(self._buckets[: number + 1]):
            for item in reversed(bucket if high is None else bucket[: bisect_left(bucket, high)]):
                if item < low:
                    return
                yield item

    def _bucket(self, item: T) -> int:
        """The number of the bucket the item is in, or would be."""
        return max(bisect_right(self._firsts, item) - 1, 0)
