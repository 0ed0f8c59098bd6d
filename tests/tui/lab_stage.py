"""The lab on virtual time: the demo as the simulator plays it, so that each picture is the same in every run.

The nodes are real cores on a simulated network; ids, times and what crosses the network come from a seed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf
from typing import cast

from textual.pilot import Pilot

from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.lab.demo import demo
from decent_tui.lab.virtual import VirtualStage
from decent_tui.net.interface import Listener
from decent_tui.tui.convergence import ConvergenceScreen
from decent_tui.tui.dial_panel import DialPanel
from decent_tui.tui.lab_app import LabApp
from decent_tui.tui.store_lines import read
from decent_tui.tui.timeline import TimelineScreen
from decent_tui.tui.words import plural

from .screen import text, until
from .stage import utc

SPEED = 1000.0
"""The pauses of the story, which a picture does not show."""

PAUSE = 4.0
"""Virtual seconds after each caption."""

SALAD = 15
"""With seven captions told, so many events up from the newest: ben writes, and cannot know of anna's."""


class VirtualCluster(VirtualStage):
    """What the lab asks of a cluster beside what a story does."""

    def address(self, name: str) -> str:
        """Where a node listens; each has a port of its own, as on one machine."""
        return f"{name}:{9_001 + self.names.index(name)}"

    def id(self, name: str) -> str:
        """The id of a node now."""
        node = self.node(name)
        return node.sim.replica.node if node is not None else ""

    def called(self, node: str) -> str:
        """The name of the node with this id."""
        names = (name for name in self.names if node in (self.first_id(name), self.id(name)))
        return next(names, "")

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Nothing happens while it is looked at."""
        return lambda: None


@asynccontextmanager
async def told(
    captions: int, size: tuple[int, int] = (120, 36), theme: str = "decent-dark"
) -> AsyncIterator[tuple[Pilot[None], LabApp]]:
    """The lab with so many captions of the demo told, and the story paused there."""
    story = demo()
    cluster = VirtualCluster(story.nodes)
    app = LabApp(story, speed=SPEED)
    with utc():
        async with app.run_test(size=size) as pilot:
            app.theme = theme
            guide = app.open(cast(Cluster, cluster))
            guide.pause()
            telling = asyncio.create_task(guide.run())
            try:
                for number in range(1, captions + 1):
                    if number > 1:  # the first one is said at once
                        guide.step()
                    await until(pilot, lambda number=number: guide.told == number, guide.note)
                    await cluster.sleep(PAUSE)
                await _still(pilot, app, cluster)
                yield pilot, app
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)


async def _still(pilot: Pilot[None], app: LabApp, cluster: VirtualCluster) -> None:
    """Show all stores, links and events as they are now, and nothing as fresh: virtual nodes tell nobody."""
    lab = app.lab
    for store, name in zip(lab.stores, cluster.names, strict=True):
        store.show(await read(Seat(cast(Cluster, cluster), name), cluster.called))
        store.look(inf)
    await lab._show_links(cast(Cluster, cluster))
    for memory in lab.chronicle._memories:
        memory.due = True
    await until(pilot, lambda: not lab.chronicle.due)
    await app.workers.wait_for_complete()
    await pilot.pause()


async def timeline(pilot: Pilot[None], app: LabApp, *, select: int = 0) -> TimelineScreen:
    """View 3 over it, `select` events up from the newest selected."""
    app.lab.action_view("3")
    await until(pilot, lambda: isinstance(app.screen, TimelineScreen))
    view = cast(TimelineScreen, app.screen)
    await until(pilot, lambda: len(view.events) > 0)
    await until(pilot, lambda: plural(len(view.timeline), "event") in text(view.headline))
    for _ in range(select):
        view.events.action_move(-1)
    await pilot.pause()
    return view


async def convergence(pilot: Pilot[None], app: LabApp) -> ConvergenceScreen:
    """View 2 over it, as the first node hears, read by hand: three readings."""
    subject = app.lab.subject
    assert subject is not None
    view = ConvergenceScreen(app.lab, subject)
    view._begin = _nothing  # type: ignore[method-assign]
    await app.push_screen(view)
    await view._watched.remember(subject.node)
    for _ in range(3):
        await view._read()
    await pilot.pause()
    return view


async def dials(pilot: Pilot[None], app: LabApp) -> None:
    """The dials of the first node, some of them on."""
    app.lab.action_dials()
    await until(pilot, lambda: isinstance(app.screen, DialPanel))
    board = cast(DialPanel, app.screen).dials
    await until(pilot, lambda: "cleo" in text(board))
    await pilot.press("A", "x", "down", "right", "+", "+", "+", "right", "+", "right", "w", "+", "+", "+")
    await until(pilot, lambda: "5 %" in text(board), text(board))
    await until(pilot, lambda: "≈ 2 dials" in text(app.lab.headline))  # they are counted a little later
    await app.workers.wait_for_complete()


async def _nothing() -> None:
    """No timer reads."""
