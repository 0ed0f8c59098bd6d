"""The events of a timeline: selected, lit by what came before and after, filtered, wider and narrower."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from decent_tui.lab.timeline import Mark, Timeline, about
from decent_tui.tui.key_filter import KeyFilter
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span
from decent_tui.tui.roster import Roster
from decent_tui.tui.timeline_lines import Light, lane_width, mark_line


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

    class Told(Message):
        """What is shown, or whether it follows, has changed."""

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
        self._wanted = KeyFilter()
        self._only = ""

    def __len__(self) -> int:
        """Events that are shown."""
        return len(self._shown)

    @property
    def wanted(self) -> str:
        """Which keys are shown, as it would be typed: the one key of an event, or a filter."""
        return self._only or self._wanted.text

    def show_only(self, text: str) -> None:
        """Show only keys that fit this filter."""
        self._wanted, self._only = KeyFilter(text), ""
        self.renew()

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
        self._shown = about(self._timeline, self._fits if self.wanted else None)
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
        self.post_message(self.Told())

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
        self.post_message(self.Told())

    def action_only(self) -> None:
        """Show one key only, or all again."""
        mark = self._timeline.get(self._selected) if self._selected is not None else None
        self._only = "" if self.wanted else (mark.key if mark is not None else "")
        self._wanted = KeyFilter()
        self.renew()
        self.post_message(self.Told())

    def _fits(self, key: str) -> bool:
        return key == self._only if self._only else self._wanted.shows(key)

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
