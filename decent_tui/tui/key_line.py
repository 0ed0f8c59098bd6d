"""One row of the key list."""

from typing import Final

from decent_tui.core.operations import KeyRow
from decent_tui.tui.lines import Line, Span, fit, said

MARKS: Final = {
    "conflict": Span("≠ ", "bold amber"),
    "deleted": Span("✗ ", "red"),
    "spreading": Span("◌ ", "dim"),
    "settled": Span("  ", "dim"),
}


def kind(row: KeyRow) -> str:
    """Which mark a row bears; a conflict tops all else."""
    if row.siblings > 1:
        return "conflict"
    if row.siblings == 0:
        return "deleted"
    return "spreading" if row.held < row.members else "settled"


def key_line(row: KeyRow, room: int, keys: int, current: bool) -> Line:
    """One row: mark, key, number of values if several, the value's beginning, n/m if not all have it."""
    held = f" {row.held}/{row.members}" if row.held < row.members else ""
    keys = min(keys, max(10, (room - 6 - len(held)) // 2))
    count = f"{row.siblings:>3} " if row.siblings > 1 else "    "
    rest = room - 2 - keys - len(count) - len(held) - 1
    what = kind(row)
    key_ink = {"conflict": "bold text", "deleted": "dim"}.get(what, "text")
    preview = said("deleted" if row.siblings == 0 else row.preview, "dim", most=400)
    return (
        MARKS[what],
        Span(
            fit(said(row.key).text, keys), f"bold {key_ink}" if current and "bold" not in key_ink else key_ink
        ),
        Span(count, "amber"),
        Span(fit(preview.text, max(0, rest)), "dim"),
        Span(held, "dim"),
    )
