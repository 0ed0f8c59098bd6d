"""A space-time diagram as data: one lane for each node, marks on them, and what came before what.

It is fed with what nodes remember (`Recall`), of one node or of all. From one node it holds what that node
knows: its own lane whole, and of the others the writes that reached it (`inferred`: set when they were
written, by their author's clock; what else happened there is not known). Fed from all, it holds everything.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

import msgspec

from decent_tui.core.clocks import Dot
from decent_tui.core.operations import Happened

Kind = Literal["write", "delete", "delivery", "conflict", "forget", "network"]

MOST: Final = 5_000
"""Marks kept; the oldest go first, some hundreds at a time."""

TRIM: Final = 500
"""Marks that go at a time."""


class Mark(msgspec.Struct, eq=False):
    """One event. `at` is in seconds since 1970, `after` are the numbers of the marks right before it: the one
    on its lane, the write that a delivery brings, and the writes that a writer had seen."""

    number: int
    at: float
    lane: str
    kind: Kind
    text: str
    key: str = ""
    dot: Dot | None = None
    origin: str = ""
    """The lane that a delivery comes from."""
    inferred: bool = False
    siblings: int = 0
    """How many versions a delivery left side by side, if it made or met a conflict."""
    after: set[int] = set()


class Timeline:
    """The marks in an order that fits time and cause as far as they are known, and what caused what."""

    def __init__(self) -> None:
        self.lanes: list[str] = []
        """The nodes, in the order in which they were met."""
        self._marks: dict[int, Mark] = {}
        self._order: list[Mark] = []
        self._new: list[Mark] = []
        """Marks that have no place in the order yet."""
        self._next = 0
        self._last: dict[str, int] = {}
        """Per lane that is fed: its newest mark."""
        self._writes: dict[Dot, int] = {}
        self._sequences: dict[str, list[int]] = {}
        """Per lane of which only writes are known: their numbers, sorted."""

    def __len__(self) -> int:
        return len(self._marks)

    def __iter__(self) -> Iterator[Mark]:
        """Every mark, oldest first. What nodes tell of later goes where its time is, but never before its
        causes; the times of others' writes are those of their clocks, and move nothing."""
        return iter(self._order)

    def get(self, number: int) -> Mark | None:
        """The mark of a number, if it is still kept."""
        return self._marks.get(number)

    # ------------------------------------------------------------------ feeding

    def lane(self, node: str) -> None:
        """Show a lane for a node, whether or not anything happens on it."""
        if node not in self.lanes:
            self.lanes.append(node)

    def happened(self, viewer: str, news: Happened) -> None:
        """A node remembers a change of a key."""
        dot = Dot(news.node, news.seq) if news.node else None
        if news.what == "network":
            self._add(news.at, viewer, "network", news.text, "")
        elif dot is None:
            self._add(news.at, viewer, "forget", "forgotten by all", news.key)
        elif news.what == "written":
            kind: Kind = "delete" if news.deleted else "write"
            mark = self._own_write(viewer, dot) or self._add(
                news.at, viewer, kind, str(dot.seq), news.key, dot
            )
            self._had_seen(mark, news)
        else:
            write = self._writes.get(dot)
            if write is None:
                write = self._infer(dot, news)
            delivery = self._add(
                news.at, viewer, "delivery", f"{dot.seq}", news.key, dot, origin=news.node, after=write
            )
            if news.left > 1:
                delivery.kind = "conflict"
                delivery.siblings = news.left
        for mark in self._new:
            self._put(mark)
        self._new.clear()
        self._trim()

    def _put(self, mark: Mark) -> None:
        """Find the place of a mark. It goes past later ones until it meets one right before it; whatever
        else caused it stands before that one."""
        at = len(self._order)
        while at and not mark.inferred:
            before = self._order[at - 1]
            foreign = before.inferred and before.lane not in self._last  # its time is of a clock unknown
            if foreign or before.at <= mark.at or before.number in mark.after:
                break
            at -= 1
        self._order.insert(at, mark)

    def _own_write(self, viewer: str, dot: Dot) -> Mark | None:
        """The mark of a write that another node's memory has told of already: it is certain now."""
        mark = self._marks.get(self._writes.get(dot, -1))
        if mark is not None and mark.inferred:
            mark.inferred = False
            before = self._last.get(viewer)
            if before is not None and before not in self.future(mark.number):
                mark.after.add(before)
            self._last[viewer] = mark.number
            self._order.remove(mark)
            self._new.append(mark)
        return mark

    def _add(
        self,
        at: float,
        lane: str,
        kind: Kind,
        text: str,
        key: str,
        dot: Dot | None = None,
        *,
        origin: str = "",
        after: int | None = None,
        inferred: bool = False,
    ) -> Mark:
        self.lane(lane)
        mark = Mark(self._next, at, lane, kind, text, key, dot, origin, inferred)
        self._next += 1
        self._marks[mark.number] = mark
        self._new.append(mark)
        if after is not None:
            mark.after.add(after)
        if not inferred:
            if lane in self._last:
                mark.after.add(self._last[lane])
            self._last[lane] = mark.number
        if dot is not None and kind in ("write", "delete"):
            self._writes[dot] = mark.number
        return mark

    def _infer(self, dot: Dot, news: Happened) -> int:
        """The write that a delivery brings, on its writer's lane, in the order of its numbers."""
        kind: Kind = "delete" if news.deleted else "write"
        mark = self._add(news.ts, dot.node, kind, str(dot.seq), news.key, dot, inferred=True)
        known = self._sequences.setdefault(dot.node, [])
        at = bisect_left(known, dot.seq)
        if at > 0:
            mark.after.add(self._writes[Dot(dot.node, known[at - 1])])
        if at < len(known):
            self._marks[self._writes[Dot(dot.node, known[at])]].after.add(mark.number)
        insort(known, dot.seq)
        self._had_seen(mark, news)
        return mark.number

    def _had_seen(self, mark: Mark, news: Happened) -> None:
        """The writes of this key that the writer had before it: their marks come before its own."""
        for node, seq in news.context.items():
            seen = self._writes.get(Dot(node, seq))
            if seen is not None and seen != mark.number:
                mark.after.add(seen)

    def _trim(self) -> None:
        if len(self._marks) <= MOST:
            return
        gone, self._order = self._order[:TRIM], self._order[TRIM:]
        for mark in gone:
            del self._marks[mark.number]
            if mark.dot is not None and self._writes.get(mark.dot) == mark.number:
                del self._writes[mark.dot]
                if mark.dot.seq in (known := self._sequences.get(mark.lane, [])):
                    known.remove(mark.dot.seq)

    # ------------------------------------------------------------------ asking

    def past(self, number: int) -> set[int]:
        """Every mark that came before this one, causally."""
        return self._reach(number, {mark.number: mark.after for mark in self})

    def future(self, number: int) -> set[int]:
        """Every mark that came after this one, causally."""
        following: dict[int, set[int]] = {}
        for mark in self:
            for before in mark.after:
                following.setdefault(before, set()).add(mark.number)
        return self._reach(number, following)

    def concurrent(self, number: int) -> set[int]:
        """Every mark that neither came before nor after this one: neither could know of the other."""
        return set(self._marks) - self.past(number) - self.future(number) - {number}

    def _reach(self, start: int, steps: dict[int, set[int]]) -> set[int]:
        found: set[int] = set()
        todo = list(steps.get(start, ()))
        while todo:
            number = todo.pop()
            if number not in found and number in self._marks:
                found.add(number)
                todo += steps.get(number, ())
        return found

    def in_order(self) -> list[Mark]:
        """The marks so that none stands before one that caused it, else in their order."""
        done: set[int] = set()
        ordered: list[Mark] = []
        for mark in self:
            self._place(mark, done, ordered)
        return ordered

    def _place(self, mark: Mark, done: set[int], ordered: list[Mark]) -> None:
        """Put a mark after all that caused it (without recursion: a chain may be thousands long)."""
        todo = [mark]
        while todo:
            at = todo[-1]
            waits = [self._marks[n] for n in sorted(at.after) if n in self._marks and n not in done]
            if at.number in done:
                todo.pop()
            elif waits:
                todo += waits
            else:
                todo.pop()
                done.add(at.number)
                ordered.append(at)


def about(marks: Iterable[Mark], wanted: Callable[[str], bool] | None) -> list[Mark]:
    """The marks of the keys that are wanted, and those of the network; all of them for None."""
    return [mark for mark in marks if wanted is None or mark.kind == "network" or wanted(mark.key)]
