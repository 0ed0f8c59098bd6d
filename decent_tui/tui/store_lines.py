"""What a node of the lab holds, in few lines: every key with its values side by side under each other."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Get, KeyRow, Rows, Status
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.lines import Line, Span, fit, said, spread
from decent_tui.tui.words import plural

KEYS: Final = 40
"""Keys read: more than a screen has room for."""

LONGEST: Final = 400
"""Bytes of a value that are shown at most."""

KEY_CELLS: Final = 12
"""The most cells that a key takes."""

NARROW: Final = 22
"""Cells below which a writer is told by the colour of the value only."""


class Value(NamedTuple):
    """A value as JSON text, and the name of the node that wrote it; empty if that is not known."""

    text: str
    by: str = ""


class Held(NamedTuple):
    """A key and its values; none if it is deleted."""

    key: str
    values: tuple[Value, ...]


class Shelf(msgspec.Struct, frozen=True):
    """What a node holds, as read last. `more` keys were not read; `up` is false while it is switched off."""

    held: Sequence[Held] = ()
    more: int = 0
    conflicts: int = 0
    up: bool = True

    @property
    def live(self) -> list[Held]:
        """What a reader sees of it. (Not every node forgets a deletion at the same moment.)"""
        return [held for held in self.held if held.values]


async def read(node: NodeInterface, called: Callable[[str], str]) -> Shelf:
    """Read what a node holds; `called` knows the name of a node id."""
    try:
        rows = (await node.run(Rows(limit=KEYS))).rows
        status = await node.run(Status())
        held = [Held(row.key, await _values(node, row, called)) for row in rows]
    except Refused:
        return Shelf(up=False)
    return Shelf(held, status.keys + status.deleted - len(held), status.conflicts)


async def _values(node: NodeInterface, row: KeyRow, called: Callable[[str], str]) -> tuple[Value, ...]:
    if not row.siblings:
        return ()
    try:
        versions = (await node.run(Get(row.key))).versions
    except Refused:  # it was deleted in between
        return ()
    return tuple(
        Value(bytes(each.value)[:LONGEST].decode(errors="ignore"), called(each.node_id)) for each in versions
    )


def store_lines(
    shelf: Shelf, fresh: Collection[str], inks: Mapping[str, str], room: int, height: int
) -> list[Line]:
    """The lines of a store; the keys that are `fresh` stand out, and writers have the inks of their names.
    Where there is no room for the writer's name, the value is in the ink of it."""
    if not shelf.up:
        return [(), (Span(" switched off; its disk keeps what it had", "dim"),)]
    if not shelf.held:
        return [(), (Span(" holds nothing", "dim"),)]
    share = room // 2 if room < NARROW else room // 3
    wide = min(KEY_CELLS, max(4, share), max(len(held.key) for held in shelf.held))
    lines: list[Line] = []
    for held in shelf.held:
        lines += _held(held, wide, inks, room, fresh=held.key in fresh)
    if len(lines) > height or shelf.more:
        hidden = shelf.more + sum(1 for line in lines[height - 1 :] if line[1].text.strip())
        lines[height - 1 :] = [(Span(f" … and {plural(hidden, 'more key')}", "dim"),)] if hidden else []
    return lines


def _held(held: Held, wide: int, inks: Mapping[str, str], room: int, *, fresh: bool) -> list[Line]:
    key = fit(said(held.key).text, wide)
    ink = "bold accent" if fresh else "text"
    if not held.values:
        return [(Span(" ✗ ", "dim"), Span(key, "bold dim" if fresh else "dim"), Span(" deleted", "dim"))]
    several = len(held.values) > 1
    lines: list[Line] = []
    for at, value in enumerate(held.values):
        first, narrow = at == 0, room < NARROW
        by = (Span(f" {value.by} ", inks.get(value.by, "dim")),) if value.by and not narrow else ()
        sign = "≠" if several and first else " "
        plain = "amber" if several else ink
        left = (
            Span(sign if narrow else f" {sign} ", "bold amber"),
            Span(key if first else " " * wide, ink),
            Span(" "),
            said(value.text, inks.get(value.by, plain) if narrow else plain),
        )
        lines.append(spread(left, by, room))
    return lines


def summary(shelf: Shelf, room: int) -> Line:
    """What stands in the border."""
    if not shelf.up:
        return (Span("○ off", "bold dim"),)
    if shelf.conflicts:
        words = plural(shelf.conflicts, "conflict") if room >= NARROW else f"{shelf.conflicts:,}"
        return (Span(f"≠ {words}", "bold amber"),)
    return (Span(plural(len(shelf.held) + shelf.more, "key"), "dim"),)
