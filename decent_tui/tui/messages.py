"""What the wire carried and what happened, newest last."""

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.message import Message

from decent_tui.core.events import AnyEvent
from decent_tui.tui.event_line import event_line
from decent_tui.tui.feed import News
from decent_tui.tui.lines import Line, Span, cut, said
from decent_tui.tui.message_filter import like, terms
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.ring import Logged, Ring
from decent_tui.tui.roster import Roster

REST: Final = 0.005
"""Seconds between two pieces of a filter's look through the ring."""


class MessagesPane(FilteredPane, can_focus=True):
    """The newest lines of a ring. Moving up freezes the view, never the collecting."""

    HELP = "The lines that crossed the wire (→ sent, ← received) and what happened on this node."

    FILTER = "any words, peer:9002 type:sync dir:in key:user; !word for lines without it"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="messages.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="messages.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="messages.pageup"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="messages.pagedown"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="messages.halfup"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="messages.halfdown"),
        Binding("home,g", "move(-1000000)", "Oldest", show=False, id="messages.first"),
        Binding("end,G", "move(1000000)", "Newest", show=False, id="messages.last", tooltip="Follow again"),
        Binding(
            "t",
            "signs_of_life",
            "heartbeats",
            id="messages.heartbeats",
            tooltip="Show heartbeats and pings too, or hide them",
        ),
        Binding(
            "f", "like", "like this", id="messages.like", tooltip="Filter: this peer and type (then edit it)"
        ),
        Binding("enter", "open", "open", id="messages.open", tooltip="Show this message, decoded and raw"),
    ]

    class Opened(Message):
        """A line was opened."""

        def __init__(self, event: AnyEvent) -> None:
            super().__init__()
            self.event = event

    class Filter(Message):
        """This filter is to be put before the person, to be changed or kept."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ring = Ring()
        self._roster = Roster()
        self._filter = ""
        self._made: LRUCache[int, Line] = LRUCache(200)  # lines as made for this width and these names
        self._cursor = 0  # lines below the cursor; 0 follows the newest
        self._below = 0  # lines below the view
        self._new = 0  # lines that came while the view is frozen
        self._skipped = 0

    # ------------------------------------------------------------------ what it shows

    @property
    def filter(self) -> str:
        """The filter as typed."""
        return self._filter

    @property
    def frozen(self) -> bool:
        """Whether the view stays where it is while lines come."""
        return self._cursor > 0

    def take(self, news: News) -> None:
        """Take in what happened. Frozen, only the count of new lines is painted."""
        came = self._ring.extend(news.events)
        self._skipped += news.skipped
        if self.frozen:
            self._cursor += came
            self._below += came
            self._new += came
            top = self._cursor, self._below
            self._keep_in_sight()
            if top != (self._cursor, self._below):
                self.refresh()
        elif came:
            self.refresh()
        self._label()

    def set_roster(self, roster: Roster) -> None:
        """Labels and colours of the nodes."""
        self._roster = roster
        self._made.clear()
        self.refresh()

    def set_filter(self, needle: str) -> None:
        """Show only lines that fit (see `message_filter`)."""
        self._filter = needle
        self._sift_anew(signs_of_life=self._ring.signs_of_life)

    def _sift_anew(self, *, signs_of_life: bool) -> None:
        self._ring.filter(terms(self._filter, self._roster), signs_of_life=signs_of_life)
        self._cursor = self._below = self._new = 0
        self._sift()

    def _sift(self) -> None:
        """Look through the ring in pieces, so that whoever types is not kept waiting."""
        if self._ring.sift():
            self.set_timer(REST, self._sift)
        self._label()
        self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """One line of the ring; few lines stand at the top."""
        shown = self._ring.shown
        at = max(0, len(shown) - self._below - self.rows) + y
        if at >= len(shown) - self._below:
            return (
                (Span(" nothing was said since this was opened", "dim"),) if y == 0 and not shown else ()
            ), "ground"
        current = self.has_focus and at == len(shown) - 1 - self._cursor
        return self._line(shown[at]), "cursor" if current else "ground"

    def _line(self, logged: Logged) -> Line:
        line = self._made.get(logged.number)
        if line is None:
            line = self._made[logged.number] = event_line(logged.event, self._roster, self.room)
        return line

    def _label(self) -> None:
        title = [Span("Messages", self.name_ink)]
        if self.filter:
            title.append(said(cut(f"  / {self.filter}", max(10, self.size.width // 2)), "amber"))
        if self.frozen:
            title.append(Span(f"  {self._new:,} new", "bold amber" if self._new else "dim"))
            title.append(Span("  End follows", "dim"))
        kept = f"{len(self._ring.shown):,} kept"
        if self.filter:
            more = " …" if self._ring.sifting else ""
            kept = f"{len(self._ring.shown):,}{more} of {self._ring.countable:,} fit"
        hint = [Span(kept, "dim")]
        if not self._ring.signs_of_life:
            hint = [Span("heartbeats hidden · ", "dim"), *hint]
        if self._ring.dropped:
            hint.append(Span(f" · {self._ring.dropped:,} older gone", "dim"))
        if self._skipped:
            hint.append(Span(f" · {self._skipped:,} too fast to show", "amber"))
        self.label(tuple(title), tuple(hint))

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight."""
        self._made.clear()
        self._keep_in_sight()
        self._label()

    # ------------------------------------------------------------------ moving

    def _keep_in_sight(self) -> None:
        count, height = len(self._ring.shown), max(1, self.rows)
        self._cursor = max(0, min(self._cursor, count - 1))
        self._below = max(self._cursor - height + 1, min(self._below, self._cursor))
        self._below = max(0, min(self._below, count - height))

    def action_move(self, by: int) -> None:
        """Move the cursor; at the newest line the view follows again."""
        cursor, below = self._cursor, self._below
        self._cursor = max(0, cursor - by)
        self._keep_in_sight()
        self._settle(cursor, below)

    def action_page(self, pages: float) -> None:
        """Move by pages."""
        self.action_move(int(pages * max(1, self.rows - 1)))

    def _settle(self, cursor: int = -1, below: int = -1) -> None:
        """Paint what a move changed: two lines when the view stayed (`below` is what it was before)."""
        if not self.frozen:
            self._new = 0
        self._label()
        if below == self._below:
            last = min(len(self._ring.shown), self.rows) - 1 + below
            self.refresh_rows(last - cursor, last - self._cursor)
        else:
            self.refresh()

    def action_like(self) -> None:
        """Filter by the peer and the type of the line under the cursor."""
        shown = self._ring.shown
        if shown:
            self.post_message(self.Filter(like(shown[len(shown) - 1 - self._cursor].event)))

    def action_signs_of_life(self) -> None:
        """Show heartbeats too, or hide them."""
        self._sift_anew(signs_of_life=not self._ring.signs_of_life)

    def action_open(self) -> None:
        """Show the line under the cursor, decoded and raw."""
        shown = self._ring.shown
        if shown:
            self.post_message(self.Opened(shown[len(shown) - 1 - self._cursor].event))

    def on_click(self, event: events.Click) -> None:
        """Point at a line; a double click opens it."""
        row = self.row_at(event)
        shown = self._ring.shown
        if row is None:
            return
        at = max(0, len(shown) - self._below - self.rows) + row
        if at < len(shown) - self._below:
            self._cursor = len(shown) - 1 - at
            self._settle()
            if event.chain == 2:
                self.action_open()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back; this freezes the view."""
        self._below += 3
        self._cursor = max(self._cursor, self._below)
        self._keep_in_sight()
        self._settle()
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll forward; the end follows again."""
        self._below = max(0, self._below - 3)
        self._cursor = min(self._cursor, self._below + max(1, self.rows) - 1) if self._below else 0
        self._keep_in_sight()
        self._settle()
        event.stop()
