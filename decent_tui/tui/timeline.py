"""View 3: what happened, in space and time, as far as this node knows."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Recall
from decent_tui.lab.timeline import Mark, Timeline, about
from decent_tui.lab.timeline_export import shiviz, svg
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, said, spread
from decent_tui.tui.roster import Roster
from decent_tui.tui.timeline_lines import Light, lane_width, lanes_line, mark_line
from decent_tui.tui.words import plural

READ: Final = 0.3
"""Seconds between two readings of what happened."""

PAGE: Final = 200
"""Changes read at a time: a millisecond or so of the shared loop."""


class Fixed(LineView):
    """One line that somebody else writes."""

    def __init__(self, *, id: str, ground: str) -> None:
        super().__init__(id=id)
        self._line: Line = ()
        self._ground = ground

    def show(self, line: Line) -> None:
        """Show this; costs nothing when it reads the same."""
        if list(line) != list(self._line):
            self._line = line
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        return self._line, self._ground


class Events(LineView, can_focus=True):
    """The marks, newest last. Without a selection it follows; with one it stands still and lights what came
    before and after."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+u", "move(-10)", show=False),
        Binding("pagedown,ctrl+d", "move(10)", show=False),
        Binding("home,g", "move(-1000000)", show=False),
        Binding("end,G", "follow", "follow", tooltip="Follow what happens"),
        Binding("f", "only", "this key", tooltip="Only the key of the selected event, or all again"),
        Binding("plus,equals_sign", "zoom(1)", "wider", tooltip="Wider lanes"),
        Binding("minus", "zoom(-1)", "narrower", tooltip="Narrower lanes"),
    ]

    def __init__(self, timeline: Timeline, roster: Callable[[], Roster], *, id: str) -> None:
        super().__init__(id=id)
        self._timeline = timeline
        self._roster = roster
        self._shown: Sequence[Mark] = ()
        self._selected: int | None = None
        self._past: set[int] = set()
        self._future: set[int] = set()
        self._top = 0
        self._zoom = 0
        self.key = ""
        """The one key that is shown; all if empty."""

    @property
    def following(self) -> bool:
        """Whether the newest events come into sight by themselves."""
        return self._selected is None

    @property
    def wide(self) -> int:
        """Cells of one lane."""
        return lane_width(len(self._timeline.lanes), self.size.width, self._zoom)

    def renew(self) -> None:
        """Marks were added."""
        self._shown = about(self._timeline, self.key)
        if self.following:
            self._top = max(0, len(self._shown) - self.size.height)
        elif self._timeline.get(self._selected or 0) is None:
            self._selected = None
        self._light()
        self.refresh()

    def _light(self) -> None:
        selected = self._selected
        self._past = self._timeline.past(selected) if selected is not None else set()
        self._future = self._timeline.future(selected) if selected is not None else set()

    def light(self, mark: Mark) -> Light:
        """How a mark stands to the selected one."""
        if self._selected is None:
            return "none"
        if mark.number == self._selected:
            return "selected"
        if mark.number in self._past:
            return "past"
        return "future" if mark.number in self._future else "concurrent"

    def row(self, y: int) -> tuple[Line, str]:
        """One event."""
        at = self._top + y
        if at >= len(self._shown):
            if not self._shown and y == 0:
                return (Span(" nothing has happened yet; put something", "dim"),), "ground"
            return (), "ground"
        mark = self._shown[at]
        ground = "cursor" if mark.number == self._selected else "ground"
        lanes, room = self._timeline.lanes, self.size.width
        return mark_line(mark, lanes, self._roster(), self.wide, room, self.light(mark)), ground

    def _select(self, at: int) -> None:
        at = max(0, min(at, len(self._shown) - 1))
        self._selected = self._shown[at].number
        height = max(1, self.size.height)
        self._top = max(at - height + 1, min(self._top, at))
        self._light()
        self.refresh()

    def action_move(self, by: int) -> None:
        """Select another event, and stand still."""
        if self._shown:
            numbers = [mark.number for mark in self._shown]
            at = numbers.index(self._selected) if self._selected in numbers else len(numbers)
            self._select(at + by)

    def action_follow(self) -> None:
        """Select nothing, and follow."""
        self._selected = None
        self.renew()

    def action_only(self) -> None:
        """Show one key only, or all again."""
        mark = self._timeline.get(self._selected) if self._selected is not None else None
        self.key = "" if self.key else (mark.key if mark is not None else "")
        self.renew()

    def action_zoom(self, by: int) -> None:
        """Wider or narrower lanes."""
        self._zoom = max(-8, min(self._zoom + by, 8))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select an event."""
        if self._top + event.y < len(self._shown):
            self._select(self._top + event.y)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by selecting."""
        self.action_move(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by selecting."""
        self.action_move(-2)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the end in sight."""
        self.renew()


class TimelineScreen(Screen[None]):
    """Reads what the node remembers, from the beginning, and goes on while it is shown."""

    CSS_PATH = "timeline.tcss"
    HELP = (
        "What this node knows of what happened, one event a line. What came before the selected one is "
        "marked <, what came after it >."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "write", "write files", tooltip="Write it as SVG and as a log for ShiViz"),
        Binding("1,escape,3", "dismiss", "dashboard", id="timeline.close", tooltip="Back to view 1"),
        Binding("question_mark", "help", "help", tooltip="All keys and commands"),
        Binding("ctrl+t", "app.next_theme", "Theme", show=False),
        Binding("ctrl+q", "app.quit", "quit", tooltip="End the node in order", priority=True),
    ]

    def __init__(self, node: NodeInterface, roster: Callable[[], Roster], folder: Path | None = None) -> None:
        super().__init__()
        self._node = node
        self._roster = roster
        self._folder = folder or Path()
        self._since = 0
        self._skipped = 0
        self._reading = False
        self._said = ""
        self.timeline = Timeline()
        self.headline = Fixed(id="headline", ground="bar")
        self.lanes = Fixed(id="lanes", ground="ground")
        self.events = Events(self.timeline, roster, id="events")

    def compose(self) -> ComposeResult:
        """A line of words, the names of the lanes, the events, the keys."""
        yield self.headline
        yield self.lanes
        yield self.events
        yield KeyBar(id="keybar")

    def on_mount(self) -> None:
        """Begin to read."""
        self.set_focus(self.events)
        roster = self._roster()
        if roster.own:
            self.timeline.lane(roster.own)
        self.set_interval(READ, self._read_soon)
        self._read_soon()

    def _read_soon(self) -> None:
        if not self._reading:
            self._reading = True
            alongside(self, self._read, "timeline")

    async def _read(self) -> None:
        try:
            before = len(self.timeline), self._since
            while True:
                page = await self._node.run(Recall(self._since, PAGE))
                self._skipped += page.skipped
                for news in page.happened:
                    self.timeline.happened(self._roster().own, news)
                if page.next == self._since:
                    break
                self._since = page.next
            if (len(self.timeline), self._since) != before or not before[0]:
                self.events.renew()
        except Refused:
            return  # the node is closing, or its disk is in trouble; what was read stays
        finally:
            self._reading = False
        self._tell()

    def _tell(self) -> None:
        shown = self.events
        self.lanes.show(lanes_line(self.timeline.lanes, self._roster(), shown.wide, self.size.width))
        left = [Span(" Timeline ", "bold accent"), Span("  what ", "dim")]
        left += [self._roster().label(self._roster().own, bold=True), Span(" knows", "dim")]
        if self._said:
            left += [Span("  "), said(self._said, "amber")]
        right = [said(f"only {shown.key[:30]}  ", "amber")] if shown.key else []
        if self._skipped:
            right.append(Span(f"{self._skipped:,} older ones are forgotten  ", "dim"))
        right.append(Span(plural(len(self.timeline), "event"), "text"))
        right.append(Span("  following " if shown.following else "  standing; End follows ", "dim"))
        self.headline.show(spread(left, right, self.size.width))

    def _called(self, node: str) -> str:
        face = self._roster().face(node)
        return f"{face.label} {face.name}".strip()

    def action_write(self) -> None:
        """Write the picture and the log, beside each other, and say where."""
        name = time.strftime("timeline-%Y%m%d-%H%M%S")
        try:
            (self._folder / f"{name}.svg").write_text(svg(self.timeline, self._called), encoding="utf-8")
            (self._folder / f"{name}.log").write_text(shiviz(self.timeline, self._called), encoding="utf-8")
            self._said = f"written: {name}.svg and {name}.log"
        except OSError as error:
            self._said = f"nothing was written: {error.strerror or error}"
        self._tell()

    def action_help(self) -> None:
        """Show the keys of this view."""
        from decent_tui.tui.popups import help_reader

        self.app.push_screen(help_reader({"Timeline": TimelineScreen, "Events": Events}))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        self._tell()
