"""JSON on the screen: indented, coloured, folded to what a person reads, differing parts marked.

The work is bounded by the lines asked for, not by the size of the value: long strings, long lists and
everything below the last line are folded with a count.
"""

import json
from collections.abc import Sequence
from itertools import islice
from typing import Final

import msgspec

from decent_tui.core.text import printable
from decent_tui.tui.lines import Line, Span, crop, cut, said, width
from decent_tui.tui.words import plural

Path = tuple[str | int, ...]
"""Where a part of a value is: object keys and list indexes from the root."""

ITEMS: Final = 40
"""Items of one object or list that are shown; the rest is counted."""

DIFFERENCES: Final = 200
"""Differences that are looked for; a person gives up long before."""

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


def pretty(
    value: object, room: int, most: int, marks: frozenset[Path] = frozenset(), word: str = DIFFERS
) -> list[Line]:
    """The value in lines of at most `room` cells, at most `most` of them, parts at `marks` marked, with the
    `word` behind them where there is room."""
    writer = _Writer(max(room, 8), most, marks, word)
    try:
        writer.write(value, (), [], "", depth=0, marked=False)
    except _Full:
        writer.lines.append([Span("… more is folded; e opens all of it", "dim")])
    return [crop(line, room) for line in writer.lines]


_Part = tuple[str | int, object, list[Span]]
"""The step to a part of a container, the part, and what stands before it on its line."""


class _Full(Exception):
    """The last line was written."""


class _TooWide(Exception):
    """Does not fit on one line."""


class _Writer:
    def __init__(self, room: int, most: int, marks: frozenset[Path], word: str) -> None:
        self.lines: list[Line] = []
        self._room, self._most, self._marks, self._word = room, most, marks, word

    def write(
        self, value: object, path: Path, lead: list[Span], tail: str, *, depth: int, marked: bool
    ) -> None:
        """Write one value behind `lead`, on one line if it fits."""
        marked = marked or path in self._marks
        parts: list[_Part]
        whole = depth == 0 and isinstance(value, dict) and len(value) > 1  # reads better one entry a line
        spans = (
            None if whole else self._on_one_line(value, path, self._room - width(lead) - len(tail), marked)
        )
        if spans is not None:
            self._add([*lead, *spans, Span(tail, "dim")])
        elif isinstance(value, dict):
            parts = [
                (key, item, [Span(INDENT * (depth + 1)), *_key(str(key), self._room // 2)])
                for key, item in islice(value.items(), self._items(depth))
            ]
            self._container("{", "}", parts, value, path, lead, tail, depth, marked)
        elif isinstance(value, list):
            parts = [
                (at, item, [Span(INDENT * (depth + 1))])
                for at, item in enumerate(value[: self._items(depth)])
            ]
            self._container("[", "]", parts, value, path, lead, tail, depth, marked)
        else:
            self._add([*lead, *_folded(value, self._room - width(lead), marked), Span(tail, "dim")])

    def _items(self, depth: int) -> int:
        """How many items of a container are shown: as the lines allow, its end and a count included."""
        return max(2, min(ITEMS, self._most - len(self.lines) - depth - 3))

    def _container(
        self,
        opener: str,
        closer: str,
        parts: list[_Part],
        whole: dict[str, object] | list[object],
        path: Path,
        lead: list[Span],
        tail: str,
        depth: int,
        marked: bool,
    ) -> None:
        count = len(whole)
        self._add([*lead, Span(opener, MARKED if marked else "dim")])
        for at, (step, item, part_lead) in enumerate(parts):
            comma = "," if at + 1 < count else ""
            self.write(item, (*path, step), part_lead, comma, depth=depth + 1, marked=marked)
        last = self._last_on_one_line(whole, path, depth, marked) if count == len(parts) + 1 else None
        if last is not None:
            self._add(last)
        elif count > len(parts):
            ink = MARKED if marked or self._differs_after(len(parts), whole, path) else "dim"
            self._add([Span(INDENT * (depth + 1)), Span(f"… {count - len(parts):,} more", ink)])
        self._add([Span(INDENT * depth), Span(closer, MARKED if marked else "dim"), Span(tail, "dim")])

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

    def _add(self, line: list[Span]) -> None:
        if len(self.lines) >= self._most:
            raise _Full
        if any(span.ink == MARKED for span in line) and width(line) + len(self._word) <= self._room:
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


def merged(values: Sequence[object]) -> object:
    """A first draft of a merge: objects united key by key (the newest, given first, wins), lists and all
    else taken from the newest."""
    if values and all(isinstance(value, dict) for value in values):
        objects = [value for value in values if isinstance(value, dict)]
        keys = dict.fromkeys(key for value in objects for key in value)
        return {key: merged([value[key] for value in objects if key in value]) for key in keys}
    return values[0] if values else None


def indented(value: object) -> str:
    """The value as text to edit."""
    return escaped(json.dumps(value, indent=2, ensure_ascii=False))


def reindented(raw: bytes) -> str:
    """JSON text as text to edit, its numbers and strings as they are written."""
    return escaped(msgspec.json.format(raw, indent=2).decode(errors="replace"))


def escaped(text: str) -> str:
    """JSON text that can be shown while it is edited: what `printable` would replace or drop (controls, what
    reorders or hides text) is written as JSON escapes, so that the value stays what it is."""
    hidden = {char for char in set(text) if char not in "\n\r\t" and printable(char) not in (char, " ")}
    return text.translate({ord(char): _escape(char) for char in hidden})


def _escape(char: str) -> str:
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]
