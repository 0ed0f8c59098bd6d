"""Makes the pictures in `screenshots/`: `python -m tests.screenshots`.

Three real nodes in this process write, are cut off, conflict and heal; the program paints itself. Needs
`rsvg-convert` and the font Fira Code (Debian: librsvg2-bin, fonts-firacode).
"""

import asyncio
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from decent_tui.commands.session import run_line
from decent_tui.net.interface import NodeInterface
from decent_tui.net.node import Node
from decent_tui.net.settings import Settings
from decent_tui.tui.app import DashboardApp
from tests.tui.screen import shown, text, until

FOLDER = Path(__file__).parent.parent / "screenshots"
NAMES = ("otter", "lynx", "heron", "wren")
PORTS = (9001, 9002, 9003, 9004)


@asynccontextmanager
async def cluster() -> AsyncIterator[list[Node]]:
    """Four nodes that know each other."""
    async with AsyncExitStack() as stack:
        nodes: list[Node] = []
        for name, port in zip(NAMES, PORTS, strict=True):
            peers = (f"127.0.0.1:{PORTS[0]}",) if nodes else ()
            settings = Settings(port=port, name=name, memory=True, peers=peers)
            nodes.append(await stack.enter_async_context(Node(settings)))
        yield nodes


async def say(node: NodeInterface, *lines: str) -> None:
    """Carry out commands; each must succeed."""
    for line in lines:
        outcome = await run_line(node, line)
        if outcome is None or not outcome.ok:
            raise SystemExit(f"{line}: {outcome and outcome.error}")


async def tell(nodes: list[Node], pilot: Pilot[None]) -> None:
    """The story: writes on several nodes, a cut, two writes of one key, a heal, a node that stays away."""
    otter, lynx, heron, _ = nodes
    for at in range(42, 72):
        writer = (otter, lynx, heron)[at % 3]
        await say(writer, f'put user:{at} {{"name": "n{at}", "score": {at * 7}, "tags": ["a", "b"]}}')
    await say(lynx, 'put theme "dark"', 'put config/limits {"rate": 100, "burst": 20}')
    app = pilot.app
    assert isinstance(app, DashboardApp)
    board = app.dashboard
    await until(pilot, lambda: "32 keys" in text(board.header) and "100 %" in text(board.header))
    await say(otter, f"cut 127.0.0.1:{PORTS[3]}")
    for other in (lynx, heron):
        await say(other, f"cut 127.0.0.1:{PORTS[3]}")
    await say(lynx, f"cut 127.0.0.1:{PORTS[0]}", f"cut 127.0.0.1:{PORTS[2]}")
    await until(pilot, lambda: "1 of 3 peers" in text(board.header))
    board.run_command('put user:42 {"name": "kavin", "score": 42, "tags": ["a", "b"]}')
    await say(otter, "delete user:57")
    await asyncio.sleep(3)  # so that the two values differ in age
    await say(lynx, 'put user:42 {"name": "kavin", "score": 43, "tags": ["a", "b"]}')
    await asyncio.sleep(2)
    await say(lynx, "heal all")
    await until(pilot, lambda: "≠ 1 conflict" in text(board.header) and "2 of 3 peers" in text(board.header))
    await say(heron, "put cart:10 [1, 2, 3]")
    board.keys.show_key("user:42")
    await until(pilot, lambda: "2 siblings" in text(board.versions) and "in sync" in text(board.peers))
    await asyncio.sleep(1.5)
    await until(pilot, lambda: "in sync" in text(board.peers))


def one_by_one(found: re.Match[str]) -> str:
    """Text with other than ASCII letters, each at its own place: the converter does not know `textLength`,
    and the glyphs of lines and arrows are not as wide as the rest."""
    text = html.unescape(found["text"])
    if text.isascii() or len(text) < 2:
        return found[0]
    start, step = float(found["x"]), float(found["length"]) / len(text)
    return "".join(
        f'<text {found["before"]}x="{start + at * step:g}" {found["between"]}textLength="{step:g}"'
        f"{found['after']}>{html.escape(letter)}</text>"
        for at, letter in enumerate(text)
        if letter not in " \xa0"
    )


TEXT = re.compile(
    r'<text (?P<before>[^>]*?)x="(?P<x>[^"]+)" (?P<between>[^>]*?)textLength="(?P<length>[^"]+)"'
    r"(?P<after>[^>]*)>(?P<text>[^<]*)</text>"
)


def save(pilot: Pilot[None], name: str) -> None:
    """The screen as it is, as a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        svg = Path(pilot.app.save_screenshot("shot.svg", path=folder))
        # blanks count in SVG text only when asked for; and a cell of Fira Code is 0.6 of its size
        drawn = TEXT.sub(one_by_one, svg.read_text()).replace("<text ", '<text xml:space="preserve" ')
        svg.write_text(drawn.replace("font-size: 20px", "font-size: 20.3333px"))
        target = FOLDER / f"{name}.png"
        subprocess.run(["rsvg-convert", "-z", "1.5", str(svg), "-o", str(target)], check=True)
    print(target)  # noqa: T201


async def main() -> None:
    """Tell the story once and take every picture of it."""
    if shutil.which("rsvg-convert") is None:
        sys.exit("rsvg-convert is missing (Debian: librsvg2-bin, fonts-firacode)")
    FOLDER.mkdir(exist_ok=True)
    async with cluster() as nodes, shown(nodes[0], (120, 36)) as (pilot, board):
        await tell(nodes, pilot)
        save(pilot, "dashboard")
        await pilot.press("e")
        await pilot.pause(0.5)
        save(pilot, "merge")
        await pilot.press("escape", "question_mark")
        await pilot.pause(0.5)
        save(pilot, "help")
        await pilot.press("escape")
        pilot.app.theme = "decent-light"
        await pilot.pause(0.5)
        save(pilot, "light")
        pilot.app.theme = "decent-dark"
        await pilot.resize_terminal(80, 24)
        board.set_focus(board.keys)
        await pilot.press("tab")
        await pilot.pause(0.5)
        save(pilot, "narrow")


if __name__ == "__main__":
    asyncio.run(main())
