"""View 2: does everybody have it, how long does that take, and if not, who lacks what and why?"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Convergence, KeyReasons, Peers, Why
from decent_tui.tui.alongside import alongside
from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.convergence_lines import Picture, body, headline
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line
from decent_tui.tui.subject import Subject
from decent_tui.tui.view_screen import ViewScreen
from decent_tui.tui.watched_keys import WatchedKeys

READ: Final = 0.5
"""Seconds between two readings: heartbeats come once a second, acknowledgements ten times."""

AGES: Final = 2.0
"""Seconds between two questions about keys that somebody lacks, for nothing but how long."""

SAMPLES: Final = 120
"""Readings kept for the curves: a minute."""


class _Lines(LineView, can_focus=True):
    """Lines that only scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+u", "move(-10)", show=False),
        Binding("pagedown,ctrl+d", "move(10)", show=False),
        Binding("home,g", "move(-100000)", show=False),
        Binding("end,G", "move(100000)", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._top = 0

    def show(self, lines: Sequence[Line]) -> None:
        """Show these; only lines that read differently are painted."""
        old, self._lines = self._lines, lines
        top = self._top
        self._top = max(0, min(self._top, len(lines) - self.size.height))
        if top != self._top or len(old) != len(lines):
            self.refresh()
        else:
            pairs = enumerate(zip(old, lines, strict=True))
            self.refresh_lines(*(at - top for at, (a, b) in pairs if list(a) != list(b)))

    def row(self, y: int) -> tuple[Line, str]:
        """One line."""
        at = self._top + y
        return (self._lines[at] if at < len(self._lines) else ()), "ground"

    def action_move(self, by: int) -> None:
        """Scroll."""
        self._top = max(0, min(self._top + by, len(self._lines) - self.size.height))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        self.action_move(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        self.action_move(-2)


class ConvergenceScreen(ViewScreen):
    """Reads the node while it is shown, and no longer."""

    CSS_PATH = "convergence.tcss"
    VIEW = "2"
    HELP = "What each node lacks of each writer, as far as this node heard; · means nothing."

    def __init__(self, below: CommandScreen, subject: Subject) -> None:
        super().__init__(below, subject)
        self._node = subject.node
        self._roster = subject.roster
        self._watched = WatchedKeys(subject.key)
        self._flying: deque[float] = deque(maxlen=SAMPLES)
        self._traffic: deque[float] = deque(maxlen=SAMPLES)
        self._carried: int | None = None
        self._picture: Picture | None = None
        self._reasons: Sequence[KeyReasons] = ()
        self._lost = ""
        self._level: bool | None = None
        self._asked = 0.0
        self._reading = False
        self._unsubscribe: Callable[[], None] | None = None
        self.headline = _Lines(id="headline")
        self.headline.can_focus = False
        self.body = _Lines(id="body")

    @property
    def resting(self) -> Widget:
        """The lines scroll."""
        return self.body

    def compose_view(self) -> ComposeResult:
        """The numbers, the table with all below it."""
        yield self.headline
        yield self.body

    def on_mount(self) -> None:
        """Begin to read."""
        self._unsubscribe = self._node.subscribe(self._watched.listener)
        alongside(self, self._begin, "convergence")

    async def _begin(self) -> None:
        with suppress(Refused):  # it is closing, or its disk is in trouble
            await self._watched.remember(self._node)
        self.set_interval(READ, self._read_soon)
        self._read_soon()

    def on_unmount(self) -> None:
        """Read no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _read_soon(self) -> None:
        if not self._reading:
            self._reading = True
            alongside(self, self._read, "convergence")

    async def _read(self) -> None:
        try:
            view = await self._node.run(Convergence())
            peers = (await self._node.run(Peers())).peers
            level = not any(row.lacks for row in view.rows)
            older = not level and monotonic() - self._asked >= AGES
            if self._watched.news or level is not self._level or older:  # else all reads as before
                self._level, self._asked = level, monotonic()
                keys = await self._watched.keys(self._node)
                self._reasons = [reasons for key in keys if (reasons := await self._why(key))]
        except Refused as error:
            self._lost = str(error)  # the last picture stays
            self._show()
            return
        finally:
            self._reading = False
        self._lost = ""
        carried = view.sent + view.received
        self._flying.append(float(view.in_flight))
        self._traffic.append(0.0 if self._carried is None else (carried - self._carried) / READ)
        self._carried = carried
        self._picture = Picture(
            view, peers, self._roster(), tuple(self._flying), tuple(self._traffic), self._reasons
        )
        self._show()

    async def _why(self, key: str) -> KeyReasons | None:
        try:
            return await self._node.run(Why(key))
        except Refused:
            return None

    def _show(self) -> None:
        if self._picture is not None and self.is_mounted:
            self.headline.show((headline(self._picture, self.size.width, self._lost),))
            self.body.show(body(self._picture, self.size.width))

    def action_help(self) -> None:
        """Show the keys of this view."""
        from decent_tui.tui.popups import help_reader

        self.app.push_screen(help_reader({"Convergence": ConvergenceScreen}))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        self._show()
