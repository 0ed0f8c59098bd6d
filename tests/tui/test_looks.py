"""What the screen looks like, to the last cell: SVG pictures at three sizes and in two themes.

After a change that was meant, `UPDATE_LOOKS=1 pytest tests/tui/test_looks.py` writes them anew; a browser
shows the old and the new one. (The plugin for this, pytest-textual-snapshot 1.1, wants a pytest below 9.)
"""

import html
import os
import re
from pathlib import Path

import pytest

from .stage import staged

LOOKS = Path(__file__).parent / "looks"
UPDATE = "UPDATE_LOOKS"
_ID = re.compile(r"terminal-\d+")


def words(svg: str) -> list[str]:
    """The lines of the screen, for whoever reads the difference."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, said in re.findall(r'<text [^>]*?x="([^"]+)" y="([^"]+)"[^>]*>([^<]*)</text>', svg):
        rows.setdefault(float(y), []).append((float(x), html.unescape(said)))
    return ["".join(said for _, said in sorted(row)).rstrip() for _, row in sorted(rows.items())]


@pytest.mark.parametrize("theme", ["decent-dark", "decent-light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_looks_as_it_did(size: tuple[int, int], theme: str, tmp_path: Path) -> None:
    async with staged(size, theme) as (pilot, _, _):
        svg = _ID.sub("terminal", pilot.app.export_screenshot(title="decent-tui"))
    name = f"{size[0]}x{size[1]}-{theme}.svg"
    kept = LOOKS / name
    if os.environ.get(UPDATE):
        LOOKS.mkdir(exist_ok=True)
        kept.write_text(svg, encoding="utf-8")
    before = kept.read_text(encoding="utf-8")
    if svg != before:
        (tmp_path / name).write_text(svg, encoding="utf-8")
        assert words(svg) == words(before), f"see {tmp_path / name}; {UPDATE}=1 keeps it"
        raise AssertionError(f"the colours differ: see {tmp_path / name}; {UPDATE}=1 keeps it")
