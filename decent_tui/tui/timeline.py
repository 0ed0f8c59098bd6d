"""View 3: what happened, in space and time, as far as this node knows."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Peers, PeerView
from decent_tui.lab.chronicle import Chronicle
from decent_tui.lab.timeline import Timeline
from decent_tui.lab.timeline_export import Label, shiviz, svg
from decent_tui.tui.alongside import alongside
from decent_tui.tui.banner import banner, unreachable
from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.fixed_line import Fixed
from decent_tui.tui.lines import Span, said, spread
from decent_tui.tui.subject import Subject
from decent_tui.tui.timeline_events import Events
from decent_tui.tui.timeline_lines import lanes_line
from decent_tui.tui.typed_lines import FilterLine
from decent_tui.tui.view_screen import ViewScreen
from decent_tui.tui.words import plural

READ: Final = 0.3
"""Seconds between two readings of what happened."""


class TimelineScreen(ViewScreen):
    """Shows what the node remembers, or all nodes that are seen at once, and goes on while it is shown."""

    CSS_PATH = "timeline.tcss"
    VIEW = "3"
    HELP = (
        "What this node knows of what happened (in the lab: all that happened), one event a line. What came "
        "before the selected one is marked <, what came after it >; all the rest was done unknown to it."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "filter", tooltip="Only keys that begin so (!: that do not)", priority=True
        ),
        Binding("w", "write", "write files", tooltip="Write it as SVG and as a log for ShiViz"),
    ]

    def __init__(self, below: CommandScreen, subject: Subject, folder: Path | None = None) -> None:
        super().__init__(below, subject)
        self._roster = subject.roster
        self._folder = folder or Path()
        self._shown = -1
        self._lost = ""
        self._peers: Sequence[PeerView] = ()
        self._leave: Callable[[], None] | None = None
        self.chronicle = subject.chronicle or Chronicle()
        self.timeline = self.chronicle.timeline
        self.headline = Fixed(id="headline", ground="bar")
        self.lanes = Fixed(id="lanes", ground="ground")
        self.events = Events(self.timeline, subject.roster, id="events")

    @property
    def resting(self) -> Widget:
        """The events."""
        return self.events

    def compose_view(self) -> ComposeResult:
        """A line of words, the names of the lanes, the events."""
        yield self.headline
        yield self.lanes
        yield self.events

    def on_mount(self) -> None:
        """Begin to read."""
        if self._subject.chronicle is None:
            self._leave = self.chronicle.follow(self._subject.node)
        self.set_interval(READ, self._read_soon)
        self._read_soon()

    def on_unmount(self) -> None:
        """Read no more."""
        if self._leave is not None:
            self._leave()

    def _read_soon(self) -> None:
        alongside(self, self._read, "timeline", exclusive=False)

    async def _read(self) -> None:
        await self.chronicle.read()
        try:
            self._peers = (await self._subject.node.run(Peers())).peers
            self._lost = ""
        except Refused as error:
            self._lost = str(error)
        async with self.chronicle.still() as timeline:
            for peer in self._peers:
                if peer.node_id and peer.state == "alive":
                    timeline.lane(peer.node_id)
        if self.chronicle.edition != self._shown:
            self._shown = self.chronicle.edition
            self.events.renew()
        self._tell()

    def _tell(self) -> None:
        shown = self.events
        self.lanes.show(lanes_line(self.timeline.lanes, self._roster(), shown.wide, self.size.width))
        left = [Span(" Timeline ", "bold accent")]
        if self._subject.chronicle is None:
            left += [Span("  what ", "dim"), self._roster().label(self._roster().own, bold=True)]
            left.append(Span(" knows", "dim"))
        else:
            left.append(Span("  everything that happened", "dim"))
        left += [Span("  "), *(unreachable(self._lost) or banner(self._peers))]
        right = [said(f"only {shown.wanted[:30]}  ", "amber")] if shown.wanted else []
        if self.chronicle.skipped:
            right.append(Span(f"{self.chronicle.skipped:,} older ones are forgotten  ", "dim"))
        count = len(self.timeline)
        of = f"{len(shown):,} of " if shown.wanted else ""
        right.append(Span(of + plural(count, "event"), "text"))
        right.append(Span("  following " if shown.following else "  standing; End follows ", "dim"))
        self.headline.show(spread(left, right, self.size.width))

    # ------------------------------------------------------------------ filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        return not self.is_typing if action == "filter" else super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Type what keys begin with."""
        self.answer.withdraw()
        self.prompt.begin_filter(self.events.wanted)
        self.answer.hint((Span(" filter  only keys that begin so; !text: that do not", "dim"),))

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if self.prompt.filter.display:
            self.events.show_only(event.value)
            self._tell()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.events.show_only("")
        self._stop_typing()

    @on(Events.Told)
    def _events_told(self) -> None:
        self._tell()

    def action_back(self) -> None:
        """Take the filter away first."""
        if self.events.wanted and not self.answer.is_open:
            self.events.show_only("")
            self._tell()
        else:
            super().action_back()

    # ------------------------------------------------------------------ files

    def _called(self, node: str) -> str:
        face = self._roster().face(node)
        return f"{face.label} {face.name}".strip()

    def action_write(self) -> None:
        """Write the picture and the log, beside each other, and say where."""
        alongside(self, self._write, "files")

    async def _write(self) -> None:
        path = (self._folder / time.strftime("timeline-%Y%m%d-%H%M%S")).absolute()
        try:
            async with self.chronicle.still() as timeline:
                await asyncio.to_thread(_write, path, timeline, self._called)
        except OSError as error:
            self.answer.show("", (f"nothing was written: {error.strerror or error}",), "red")
        else:
            self.answer.tell(f"written: {path}.svg and .log")

    def action_help(self) -> None:
        """Show the keys of this view."""
        from decent_tui.tui.popups import help_reader

        self.app.push_screen(
            help_reader({"Timeline": TimelineScreen, "Events": Events, "All views": ViewScreen})
        )

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        self._tell()


def _write(path: Path, timeline: Timeline, label: Label) -> None:
    """Thousands of events take a moment, and the node must not wait for it."""
    path.with_suffix(".svg").write_text(svg(timeline, label), encoding="utf-8")
    path.with_suffix(".log").write_text(shiviz(timeline, label), encoding="utf-8")
