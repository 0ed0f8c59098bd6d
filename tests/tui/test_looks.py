"""What the screen looks like, to the last cell: SVG pictures at three sizes and in two themes.

After a change that was meant, `UPDATE_LOOKS=1 pytest tests/tui/test_looks.py` writes them anew; a browser
shows the old and the new one. (The plugin for this, pytest-textual-snapshot 1.1, wants a pytest below 9.)
"""

import html
import os
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from .lab_stage import SALAD, convergence, timeline, told
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


SIZES = [(80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize("theme", ["decent-dark", "decent-light"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen_looks_as_it_did(size: tuple[int, int], theme: str, tmp_path: Path) -> None:
    async with staged(size, theme) as (pilot, _, _):
        compare(pilot, f"{size[0]}x{size[1]}-{theme}.svg", tmp_path)


@pytest.mark.parametrize(("size", "theme"), [((80, 24), "decent-dark"), ((120, 36), "decent-light")])
@pytest.mark.parametrize("view", ["convergence", "timeline", "lab"])
async def test_the_views_of_a_recorded_story_look_as_they_did(
    view: str, size: tuple[int, int], theme: str, tmp_path: Path
) -> None:
    async with told(5 if view == "convergence" else 7, size, theme) as (pilot, app):
        match view:
            case "convergence":  # one side is cut off, and both have written
                await convergence(pilot, app)
            case "timeline":
                await timeline(pilot, app, select=SALAD)
            case _:
                pass
        compare(pilot, f"{view}-{size[0]}x{size[1]}-{theme}.svg", tmp_path)


def compare(pilot: Pilot[None], name: str, folder: Path) -> None:
    """The screen is the one that was kept under this name."""
    svg = _ID.sub("terminal", pilot.app.export_screenshot(title="decent-tui"))
    kept = LOOKS / name
    if os.environ.get(UPDATE):
        LOOKS.mkdir(exist_ok=True)
        kept.write_text(svg, encoding="utf-8")
    before = kept.read_text(encoding="utf-8")
    if svg != before:
        (folder / name).write_text(svg, encoding="utf-8")
        assert words(svg) == words(before), f"see {folder / name}; {UPDATE}=1 keeps it"
        raise AssertionError(f"the colours differ: see {folder / name}; {UPDATE}=1 keeps it")
