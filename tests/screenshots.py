"""Makes the pictures in `screenshots/`: `python -m tests.screenshots` (after `pip install '.[pictures]'`).

The state is scripted (`tests/tui/stage.py`): the same code makes the same pictures, wherever it runs.
"""

import asyncio
import html
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from textual.pilot import Pilot

from decent_tui.tui.app import DashboardApp
from decent_tui.tui.editor import Editor
from decent_tui.tui.reader import Page
from tests.tui import lab_stage
from tests.tui.screen import text, until
from tests.tui.stage import staged

FOLDER: Final = Path(__file__).parent.parent / "screenshots"

Scene = Callable[[], AbstractAsyncContextManager[Pilot[None]]]


@asynccontextmanager
async def dashboard() -> AsyncIterator[Pilot[None]]:
    """View 1: what a person sees first."""
    async with staged() as (pilot, _, _):
        yield pilot


@asynccontextmanager
async def light() -> AsyncIterator[Pilot[None]]:
    """The same in the light theme."""
    async with staged(theme="decent-light") as (pilot, _, _):
        yield pilot


@asynccontextmanager
async def conflict() -> AsyncIterator[Pilot[None]]:
    """Three siblings, one of them chosen, and word of another conflict."""
    async with staged(key="config/limits") as (pilot, board, node):
        board.set_focus(board.versions)
        await pilot.press("right", "right")
        node.write("cc33cc33cc33cc33", "theme", '"light"', context={})
        await until(pilot, lambda: "theme has 2 values" in text(board.toast))
        await until(pilot, lambda: "≠ 3 conflicts" in text(board.header))  # it is counted a little later
        yield pilot


@asynccontextmanager
async def resolve() -> AsyncIterator[Pilot[None]]:
    """A merge, looked at before it is written."""
    async with staged(key="config/limits") as (pilot, _, _):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Editor))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(pilot.app.screen.query("#review")))
        yield pilot


@asynccontextmanager
async def messages() -> AsyncIterator[Pilot[None]]:
    """The wire, on the whole screen."""
    async with staged() as (pilot, board, _):
        board.set_focus(board.messages)
        await pilot.press("z")
        yield pilot


@asynccontextmanager
async def help_() -> AsyncIterator[Pilot[None]]:
    """All keys and commands."""
    async with staged() as (pilot, _, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: bool(pilot.app.screen.query(Page)))
        yield pilot


@asynccontextmanager
async def narrow() -> AsyncIterator[Pilot[None]]:
    """80 by 24: one pane at a time."""
    async with staged() as (pilot, board, _):
        await pilot.resize_terminal(80, 24)
        board.set_focus(board.keys)
        await pilot.press("tab")
        await until(pilot, lambda: "2 siblings" in text(board.versions))
        yield pilot


@asynccontextmanager
async def lab() -> AsyncIterator[Pilot[None]]:
    """The demo, where it says why there are two values."""
    async with lab_stage.told(7) as (pilot, _):
        yield pilot


@asynccontextmanager
async def timeline() -> AsyncIterator[Pilot[None]]:
    """What happened until then; selected is a write that did not know of another."""
    async with lab_stage.told(7) as (pilot, app):
        await lab_stage.timeline(pilot, app, select=lab_stage.SALAD)
        yield pilot


@asynccontextmanager
async def convergence() -> AsyncIterator[Pilot[None]]:
    """One node cut off from the others, and what they lack."""
    async with lab_stage.told(5) as (pilot, app):
        await lab_stage.convergence(pilot, app)
        yield pilot


@asynccontextmanager
async def dials() -> AsyncIterator[Pilot[None]]:
    """The network broken on purpose, link by link."""
    async with lab_stage.told(5) as (pilot, app):
        await lab_stage.dials(pilot, app)
        yield pilot


SCENES: Final[dict[str, Scene]] = {
    "dashboard": dashboard,
    "conflict": conflict,
    "resolve": resolve,
    "messages": messages,
    "help": help_,
    "narrow": narrow,
    "light": light,
    "lab": lab,
    "timeline": timeline,
    "convergence": convergence,
    "dials": dials,
}

TEXT: Final = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[^"]+)" (?P<between>[^>]*?)textLength="(?P<length>[^"]+)"'
    r"(?P<after>[^>]*)>(?P<text>[^<]*)</text>"
)


def one_by_one(found: re.Match[str]) -> str:
    """Text with other than ASCII letters, each at its own place: the glyphs of signs and arrows that come
    from another font are not as wide as the rest."""
    letters = html.unescape(found["text"])
    if letters.isascii() or len(letters) < 2:
        return found[0]
    start, step = float(found["x"]), float(found["length"]) / len(letters)
    return "".join(
        f'<text {found["before"]}x="{start + at * step:g}" {found["between"]}textLength="{step:g}"'
        f"{found['after']}>{html.escape(letter)}</text>"
        for at, letter in enumerate(letters)
        if letter not in " \xa0"
    )


def painted(svg: str) -> bytes:
    """The SVG of a screen as a PNG."""
    import resvg_py  # an extra that only this needs

    font = files("fontpkg_fira_code") / "files" / "FiraCode[wght].ttf"
    # a cell of Fira Code is 0.6 of its size; blanks count in SVG text only when asked for
    drawn = TEXT.sub(one_by_one, svg).replace("<text ", '<text xml:space="preserve" ')
    drawn = drawn.replace("font-size: 20px", "font-size: 20.3333px")
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=1.5, font_files=[str(font)]))


async def take(name: str) -> None:
    """Set one scene and take its picture."""
    async with SCENES[name]() as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app, DashboardApp)
        svg = pilot.app.export_screenshot(title="decent-tui")
    target = FOLDER / f"{name}.png"
    target.write_bytes(painted(svg))
    print(target)  # noqa: T201


async def main(names: list[str]) -> None:
    """Take the pictures of these names, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or SCENES:
        await take(name)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
