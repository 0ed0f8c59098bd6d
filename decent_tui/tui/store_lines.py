"""What a node of the lab holds, in few lines: every key with its values side by side under each other."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Get, KeyRow, Rows, Status
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.lines import Line, Span, fit, said
from decent_tui.tui.words import plural

KEYS: Final = 40
"""Keys read: more than a screen has room for."""

KEY_CELLS: Final = 12
"""The most cells that a key takes."""


class Held(NamedTuple):
    """A key and its values as JSON text; none if it is deleted."""

    key: str
    values: tuple[str, ...]


class Shelf(msgspec.Struct, frozen=True):
    """What a node holds, as read last. `more` keys were not read; `up` is false while it is switched off."""

    held: Sequence[Held] = ()
    more: int = 0
    conflicts: int = 0
    up: bool = True


async def read(node: NodeInterface) -> Shelf:
    """Read what a node holds."""
    try:
        rows = (await node.run(Rows(limit=KEYS))).rows
        status = await node.run(Status())
        held = [Held(row.key, await _values(node, row)) for row in rows]
    except Refused:
        return Shelf(up=False)
    return Shelf(held, status.keys + status.deleted - len(held), status.conflicts)


async def _values(node: NodeInterface, row: KeyRow) -> tuple[str, ...]:
    if row.siblings < 2:
        return (row.preview,) * row.siblings
    versions = (await node.run(Get(row.key))).versions
    return tuple(bytes(record.value).decode() for record in versions)


def store_lines(shelf: Shelf, fresh: Collection[str], room: int, height: int) -> list[Line]:
    """The lines of a store; the keys that are `fresh` stand out."""
    if not shelf.up:
        return [(), (Span(" switched off; its disk keeps what it had", "dim"),)]
    if not shelf.held:
        return [(), (Span(" holds nothing", "dim"),)]
    wide = min(KEY_CELLS, max(4, room // 3), max(len(held.key) for held in shelf.held))
    lines: list[Line] = []
    for held in shelf.held:
        lines += _held(held, wide, fresh=held.key in fresh)
    if len(lines) > height or shelf.more:
        hidden = shelf.more + sum(1 for line in lines[height - 1 :] if line[1].text.strip())
        lines[height - 1 :] = [(Span(f" … and {plural(hidden, 'more key')}", "dim"),)] if hidden else []
    return lines


def _held(held: Held, wide: int, *, fresh: bool) -> list[Line]:
    key = fit(said(held.key).text, wide)
    ink = "bold accent" if fresh else "text"
    if not held.values:
        return [(Span(" ✗ ", "dim"), Span(key, "bold dim" if fresh else "dim"), Span(" deleted", "dim"))]
    sign = Span(" ≠ ", "bold amber") if len(held.values) > 1 else Span("   ")
    first, *rest = held.values
    value = "amber" if rest else ink
    lines: list[Line] = [(sign, Span(key, ink), Span(" "), said(first, value))]
    lines += [(Span("   "), Span(" " * wide), Span(" "), said(each, value)) for each in rest]
    return lines


def summary(shelf: Shelf) -> Line:
    """What stands in the border."""
    if not shelf.up:
        return (Span("○ off", "bold dim"),)
    if shelf.conflicts:
        return (Span(f"≠ {plural(shelf.conflicts, 'conflict')}", "bold amber"),)
    return (Span(plural(len(shelf.held) + shelf.more, "key"), "dim"),)
