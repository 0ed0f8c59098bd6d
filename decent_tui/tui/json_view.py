"""JSON on the screen: indented, coloured, folded to what a person reads, differing parts marked.

The work is bounded by the lines asked for, not by the size of the value: long strings, long lists and
everything below the last line are folded with a count.
"""

import json
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from decent_tui.tui.lines import Line, Span, crop, cut, said, width, wrapped
from decent_tui.tui.words import plural

Path = tuple[str | int, ...]
"""Where a part of a value is: object keys and list indexes from the root."""

ITEMS: Final = 40
"""Items of one object or list that are shown; the rest is counted."""

DIFFERENCES: Final = 200
"""Differences that are looked for; a person gives up long before."""

LONGEST: Final = 20_000
"""Characters shown of a string that is not folded."""

MARKED: Final = "bold amber on mark"
DIFFERS: Final = "  ← differs"
INDENT: Final = "  "

_decode: Final = msgspec.json.Decoder().decode
_quote: Final = json.JSONEncoder(ensure_ascii=False).encode


def decode(raw: bytes) -> object:
    """The value; text that is no JSON (it cannot come from a node of ours) is shown as a string."""
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw[:4096].decode(errors="replace")


def differing(values: Sequence[object]) -> frozenset[Path]:
    """The smallest parts in which the values differ; a part that one of them lacks counts as well."""
    found: set[Path] = set()
    if len(values) > 1:
        _compare((), values, found)
        if not found and any(_kind(value) != _kind(values[0]) for value in values):
            found.add(())
    return frozenset(found)


def _kind(value: object) -> str:
    return type(value).__name__


def _compare(path: Path, values: Sequence[object], found: set[Path]) -> None:
    first = values[0]
    if len(found) >= DIFFERENCES or all(type(v) is type(first) and v == first for v in values):
        return
    if all(isinstance(value, dict) for value in values):
        objects = [value for value in values if isinstance(value, dict)]
        for key in dict.fromkeys(key for value in objects for key in value):
            _compare_part(
                (*path, key), [value[key] for value in objects if key in value], len(objects), found
            )
    elif all(isinstance(value, list) for value in values):
        lists = [value for value in values if isinstance(value, list)]
        for at in range(max(map(len, lists))):
            _compare_part((*path, at), [value[at] for value in lists if at < len(value)], len(lists), found)
    else:
        found.add(path)


def _compare_part(path: Path, parts: Sequence[object], of: int, found: set[Path]) -> None:
    if len(parts) < of:
        found.add(path)
    else:
        _compare(path, parts, found)


class Written(NamedTuple):
    """A value in lines, and whether something of it was folded."""

    lines: list[Line]
    folded: bool


def written(
    value: object,
    room: int,
    most: int,
    marks: frozenset[Path] = frozenset(),
    word: str = DIFFERS,
    *,
    whole: bool = False,
) -> Written:
    """The value in lines of at most `room` cells, at most `most` of them, parts at `marks` marked, with the
    `word` behind each of them where there is room. With `whole`, long strings and lists are not folded, but
    take as many lines as they need."""
    writer = _Writer(max(room, 8), most, marks, word, whole=whole)
    try:
        writer.write(value, (), [], "", depth=0, marked=False)
    except _Full:
        writer.folded = True
        # unfolding does not help any more; elsewhere what does stands in the frame, or the raw text below
        writer.lines.append([Span("… more; e opens it" if whole else "… more is folded", "dim")])
    return Written([crop(line, room) for line in writer.lines], writer.folded)


def pretty(
    value: object, room: int, most: int, marks: frozenset[Path] = frozenset(), word: str = DIFFERS
) -> list[Line]:
    """The lines alone."""
    return written(value, room, most, marks, word).lines


_Part = tuple[str | int, object, list[Span]]
"""The step to a part of a container, the part, and what stands before it on its line."""


class _Full(Exception):
    """The last line was written."""


class _TooWide(Exception):
    """Does not fit on one line."""


class _Writer:
    def __init__(self, room: int, most: int, marks: frozenset[Path], word: str, *, whole: bool) -> None:
        self.lines: list[Line] = []
        self.folded = False
        self._room, self._most, self._marks, self._word, self._whole = room, most, marks, word, whole

    def write(
        self, value: object, path: Path, lead: list[Span], tail: str, *, depth: int, marked: bool
    ) -> None:
        """Write one value behind `lead`, on one line if it fits. `marked` says that what it is a part of is
        marked already."""
        told, marked = marked, marked or path in self._marks
        parts: list[_Part]
        whole = depth == 0 and isinstance(value, dict) and len(value) > 1  # reads better one entry a line
        spans = (
            None if whole else self._on_one_line(value, path, self._room - width(lead) - len(tail), marked)
        )
        if spans is not None:
            self._add([*lead, *spans, Span(tail, "dim")], told=told)
        elif isinstance(value, dict):
            parts = [
                (key, item, [Span(INDENT * (depth + 1)), *_key(str(key), self._room // 2)])
                for key, item in islice(value.items(), self._items(depth))
            ]
            self._add([*lead, Span("{", MARKED if marked else "dim")], told=told)
            self._rest("}", parts, value, path, tail, depth, marked)
        elif isinstance(value, list):
            parts = [
                (at, item, [Span(INDENT * (depth + 1))])
                for at, item in enumerate(value[: self._items(depth)])
            ]
            self._add([*lead, Span("[", MARKED if marked else "dim")], told=told)
            self._rest("]", parts, value, path, tail, depth, marked)
        elif self._whole and isinstance(value, str):
            self._long(value, lead, tail, marked=marked, told=told)
        else:
            self.folded = True
            folded = _folded(value, self._room - width(lead), marked)
            self._add([*lead, *folded, Span(tail, "dim")], told=told)

    def _long(self, text: str, lead: list[Span], tail: str, *, marked: bool, told: bool) -> None:
        """A string on as many lines as it needs, each below the first."""
        indent = min(width(lead), self._room // 2)
        ink = MARKED if marked else "json-string"
        words = [said(_quote(text[:LONGEST]), ink, most=2 * LONGEST)]
        if len(text) > LONGEST:
            self.folded = True
            words.append(Span(f" … {len(text):,} characters", "dim"))
        first, *others = wrapped(words, max(8, self._room - width(lead) - len(tail)), indent=0)
        self._add([*lead, *first], told=told)
        for line in others:
            self._add([Span(" " * indent), *line], told=True)
        self.lines[-1] = [*self.lines[-1], Span(tail, "dim")]

    def _items(self, depth: int) -> int:
        """How many items of a container are shown: as the lines allow, its end and a count included."""
        room = self._most - len(self.lines) - depth - 3
        return max(2, room if self._whole else min(ITEMS, room))

    def _rest(
        self,
        closer: str,
        parts: list[_Part],
        whole: dict[str, object] | list[object],
        path: Path,
        tail: str,
        depth: int,
        marked: bool,
    ) -> None:
        """The parts of an object or list below its first line, and its end."""
        count = len(whole)
        for at, (step, item, part_lead) in enumerate(parts):
            comma = "," if at + 1 < count else ""
            self.write(item, (*path, step), part_lead, comma, depth=depth + 1, marked=marked)
        last = self._last_on_one_line(whole, path, depth, marked) if count == len(parts) + 1 else None
        if last is not None:
            self._add(last, told=marked)
        elif count > len(parts):
            ink = MARKED if marked or self._differs_after(len(parts), whole, path) else "dim"
            self.folded = True
            self._add([Span(INDENT * (depth + 1)), Span(f"… {count - len(parts):,} more", ink)], told=marked)
        end = [Span(INDENT * depth), Span(closer, MARKED if marked else "dim"), Span(tail, "dim")]
        self._add(end, told=marked)

    def _last_on_one_line(
        self, whole: dict[str, object] | list[object], path: Path, depth: int, marked: bool
    ) -> list[Span] | None:
        """The last part where "… 1 more" would stand, if it takes no more than that line."""
        lead = [Span(INDENT * (depth + 1))]
        step, item = next(reversed(whole.items())) if isinstance(whole, dict) else (len(whole) - 1, whole[-1])
        if isinstance(step, str):
            lead += _key(step, self._room // 2)
        spans = self._on_one_line(item, (*path, step), self._room - width(lead), marked)
        return None if spans is None else [*lead, *spans]

    def _differs_after(self, shown: int, whole: dict[str, object] | list[object], path: Path) -> bool:
        """Whether a part that is not shown is marked, or something in it."""
        deep = len(path)
        steps = {mark[deep] for mark in self._marks if len(mark) > deep and mark[:deep] == path}
        if isinstance(whole, dict):
            return bool(steps) and any(key in steps for key in islice(whole, shown, None))
        return any(isinstance(step, int) and shown <= step < len(whole) for step in steps)

    def _add(self, line: list[Span], *, told: bool) -> None:
        """One more line; the word goes behind what is marked on it, unless it was `told` above."""
        if len(self.lines) >= self._most:
            raise _Full
        marked = not told and any(span.ink == MARKED for span in line)
        if marked and width(line) + len(self._word) <= self._room:
            line.append(Span(self._word, "amber"))
        self.lines.append(line)

    def _on_one_line(self, value: object, path: Path, room: int, marked: bool) -> list[Span] | None:
        spans: list[Span] = []
        try:
            self._inline(value, path, room, marked, spans)
        except _TooWide:
            return None
        return spans

    def _inline(self, value: object, path: Path, room: int, marked: bool, spans: list[Span]) -> int:
        """Append the value's spans; returns the room that is left."""
        marked = marked or path in self._marks
        if isinstance(value, dict | list):
            return self._inline_parts(value, path, room, marked, spans)
        if isinstance(value, str) and len(value) > room:
            raise _TooWide
        return _spend(_scalar(value, marked), room, spans)

    def _inline_parts(
        self, value: dict[str, object] | list[object], path: Path, room: int, marked: bool, spans: list[Span]
    ) -> int:
        ink = MARKED if marked else "dim"
        is_object = isinstance(value, dict)
        room = _spend(Span("{" if is_object else "[", ink), room, spans)
        for at, step in enumerate(value):  # an object yields its keys, a list its items
            item: object = value[str(step)] if isinstance(value, dict) else step
            if at:
                room = _spend(Span(", ", ink), room, spans)
            if isinstance(value, dict):
                for span in _key(str(step), room):
                    room = _spend(span, room, spans)
            room = self._inline(item, (*path, str(step) if is_object else at), room, marked, spans)
        return _spend(Span("}" if is_object else "]", ink), room, spans)


def _spend(span: Span, room: int, spans: list[Span]) -> int:
    room -= width((span,))
    if room < 0:
        raise _TooWide
    spans.append(span)
    return room


def _key(key: str, room: int) -> list[Span]:
    quoted = said(_quote(key[: room + 1]), "json-key")
    return [Span(cut(quoted.text, max(room, 4)), "json-key"), Span(": ", "dim")]


def _scalar(value: object, marked: bool) -> Span:
    if isinstance(value, str):
        return said(_quote(value), MARKED if marked else "json-string")
    return said(msgspec.json.encode(value).decode(), MARKED if marked else "json-number")


def _folded(value: object, room: int, marked: bool) -> list[Span]:
    """A scalar that does not fit: its beginning, and how long it is."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    what = f" {plural(len(text), 'character' if isinstance(value, str) else 'digit')}"
    start = said(_quote(text[:room]) if isinstance(value, str) else text[:room], "json-string")
    body = cut(start.text.removesuffix('"') + " " * room, max(room - len(what) - 1, 4))
    return [Span(body, MARKED if marked else "json-string"), Span(what, "dim")]
