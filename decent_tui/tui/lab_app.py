"""The lab: a cluster of real nodes in this process, its story, and a dashboard of each node."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from decent_tui.core.text import printable
from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.lab.guide import Guide
from decent_tui.lab.scenario import Scenario
from decent_tui.net.settings import StartError
from decent_tui.service import garbage
from decent_tui.tui import themes
from decent_tui.tui.app import FAREWELL, SWITCH, DashboardApp
from decent_tui.tui.dashboard import Dashboard
from decent_tui.tui.history import History, default_path
from decent_tui.tui.lab import LabScreen
from decent_tui.tui.lab_panes import standing
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, said, spread
from decent_tui.tui.roster import Colours


class Seats(LineView):
    """Above a dashboard of the lab: whose it is, the others, and how the story stands."""

    def __init__(self, names: Sequence[str], at: int, *, id: str) -> None:
        super().__init__(id=id)
        self._names = names
        self._at = at
        self._colours: Mapping[str, str] = {}
        self._guide: Guide | None = None

    def attach(self, guide: Guide, inks: Mapping[str, str]) -> None:
        """Show how this story stands."""
        self._guide, self._colours = guide, inks
        self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        line: list[Span] = [Span(" ")]
        for at, name in enumerate(self._names):
            ink = self._colours.get(name, "text")
            line.append(Span(f" {name} ", f"bold ground on {ink}" if at == self._at else ink))
        line += [Span("  ["), Span(" ]", "text"), Span(" node  ", "dim"), Span("4", "bold accent")]
        line.append(Span(" lab  ", "dim"))
        guide = self._guide
        if guide is None:
            return line, "ground"
        return spread([*line, said(guide.caption, "dim")], (Span(f" {standing(guide)} ", "accent"),),
                      self.size.width), "ground"  # fmt: skip


class LabDashboard(Dashboard):
    """The dashboard of one node of the lab."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # with priority, so that keys take effect in the order they were pressed
        Binding("4", "app.show_lab", "lab", tooltip="All nodes and the story", priority=True),
        Binding(
            "left_square_bracket",
            "app.show_node(-1)",
            "Node before",
            show=False,
            tooltip="The node before",
            priority=True,
        ),
        Binding("right_square_bracket", "app.show_node(1)", "node", tooltip="The next node", priority=True),
    ]

    def __init__(self, names: Sequence[str], at: int, guide: Guide, history: History) -> None:
        super().__init__(history)
        self.seats = Seats(names, at, id="seats")
        self._names, self._seat, self._guide = names, at, guide

    def compose(self) -> ComposeResult:
        """Whose dashboard it is, and the dashboard."""
        yield self.seats
        yield from super().compose()

    def noticed(self, line: str) -> None:
        """The story waits."""
        self._guide.take_over(f"{self._names[self._seat]}: {line}")

    def went(self, view: str) -> None:
        """View 4 is the lab."""
        if view == "4":
            self.app.call_later(self.app.run_action, "app.show_lab")
        else:
            super().went(view)


class LabApp(DashboardApp):
    """The lab first; the dashboards when they are asked for, each with screens of its own."""

    CSS_PATH: ClassVar[list[str]] = ["dashboard.tcss", "lab.tcss"]  # type: ignore[assignment]

    DEFAULT_MODE = "the lab"  # no node can be called so

    def __init__(
        self,
        scenario: Scenario,
        *,
        speed: float = 1.0,
        history: History | None = None,
        theme_file: Path | None = None,
    ) -> None:
        super().__init__(theme_file=theme_file)
        self._history = history or History(None)
        self._scenario = scenario
        self._speed = speed
        self._cluster: Cluster | None = None
        self._boards: dict[int, LabDashboard] = {}
        self.guide: Guide | None = None
        self._inks: Mapping[str, str] = {}
        self.lab = LabScreen(scenario.nodes, self._history, speed)
        self.add_mode(self.DEFAULT_MODE, lambda: self.lab)

    def open(self, cluster: Cluster) -> Guide:
        """The nodes run: show them. Whoever calls this lets the story run."""
        self._cluster = cluster
        colours = Colours()
        self._inks = {name: colours.of(cluster.address(name)) for name in cluster.names}
        self.guide = Guide(self._scenario, cluster, speed=self._speed, changed=self._renew)
        # later, and so in the app's own context: timers need it
        self.call_later(self.lab.attach, cluster, self.guide, self._inks)
        return self.guide

    def tell(self, sentence: str) -> None:
        """Say something of the program itself, on the screen that is shown."""
        screen = self.screen
        if isinstance(screen, LabScreen | LabDashboard):
            screen.answer.tell(sentence)

    def _renew(self) -> None:
        self.lab.renew()
        for board in self._boards.values():
            board.seats.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        if action in ("show_lab", "show_node"):
            return self._cluster is not None and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    async def action_show_lab(self) -> None:
        """All nodes and the story."""
        await self.switch_mode(self.DEFAULT_MODE)

    async def action_show_node(self, by: int) -> None:
        """The dashboard of the chosen node, or of one beside it."""
        if self._cluster is None or self.guide is None:
            return
        self.lab.choose(self.lab.chosen + by)
        at, names = self.lab.chosen, self._scenario.nodes
        if at in self._boards:
            await self.switch_mode(names[at])
            return
        board = self._boards[at] = LabDashboard(names, at, self.guide, self._history)
        self.add_mode(names[at], lambda: board)
        await self.switch_mode(names[at])
        board.seats.attach(self.guide, self._inks)
        board.attach(Seat(self._cluster, names[at]))


@contextlib.contextmanager
def _signals(app: LabApp) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.post_message, DashboardApp.Leave())
    yield


async def run_lab(scenario: Scenario, speed: float) -> int:
    """Show a scenario until a person or a signal ends it; returns the exit code.

    Whatever ends the screen, the nodes are closed in order after it, and their files are removed.
    """
    sys.setswitchinterval(SWITCH)
    app = LabApp(scenario, speed=speed, history=History(default_path()), theme_file=themes.default_path())
    running = asyncio.create_task(app.run_async())
    with _signals(app):
        painted = asyncio.create_task(app.painted.wait())
        await asyncio.wait({running, painted}, return_when=asyncio.FIRST_COMPLETED)
        painted.cancel()
        try:
            async with Cluster(scenario.nodes, screen=True) as cluster:
                garbage.settle()
                await _told(app, cluster, running)
        except StartError as error:
            app.post_message(DashboardApp.Leave())
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(running, FAREWELL)
            sys.stderr.write(printable(str(error)) + "\n")
            return 1
    return app.return_code or 0


async def _told(app: LabApp, cluster: Cluster, running: "asyncio.Task[None]") -> None:
    """Tell the story for as long as the screen is there."""
    if running.done():
        return
    telling = asyncio.create_task(app.open(cluster).run())
    try:
        await asyncio.wait({running, telling}, return_when=asyncio.FIRST_COMPLETED)
        if telling.done():  # a bug: it never ends by itself
            app.exit()
    finally:
        await running
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
