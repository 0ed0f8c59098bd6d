"""What the wire carried and what happened, newest last."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from decent_tui.core.events import (
    Alarm,
    AnyEvent,
    Carried,
    Collected,
    Conflict,
    Dialled,
    PeerChanged,
    Settled,
)
from decent_tui.tui.feed import News
from decent_tui.tui.lines import Line, Span, cut, fit, said, spread
from decent_tui.tui.pane import Pane
from decent_tui.tui.ring import Logged, Ring
from decent_tui.tui.roster import Face, Roster
from decent_tui.tui.words import clock, plural, size


class MessagesPane(Pane, can_focus=True):
    """The newest lines of a ring. Moving up freezes the view, never the collecting."""

    HELP = "The lines that crossed the wire (→ sent, ← received) and what happened on this node."

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
        Binding("enter", "open", "open", id="messages.open", tooltip="Show this message, decoded and raw"),
    ]

    class Opened(Message):
        """A line was opened."""

        def __init__(self, event: AnyEvent) -> None:
            super().__init__()
            self.event = event

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._ring = Ring()
        self._roster = Roster()
        self._cursor = 0  # lines below the cursor; 0 follows the newest
        self._below = 0  # lines below the view
        self._new = 0  # lines that came while the view is frozen
        self._skipped = 0

    # ------------------------------------------------------------------ what it shows

    @property
    def filter(self) -> str:
        """The filter as typed."""
        return self._ring.needle

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
        self.refresh()

    def set_filter(self, needle: str) -> None:
        """Show only lines with this text (`!text`: without it)."""
        self._ring.filter(needle, signs_of_life=self._ring.signs_of_life)
        self._cursor = self._below = self._new = 0
        self._label()
        self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """One line of the ring; few lines stand at the top."""
        shown = self._ring.shown
        at = max(0, len(shown) - self._below - self.rows) + y
        if at >= len(shown) - self._below:
            return ((Span(" nothing was said yet", "dim"),) if y == 0 and not shown else ()), "ground"
        current = self.has_focus and at == len(shown) - 1 - self._cursor
        return event_line(shown[at], self._roster, self.room), "cursor" if current else "ground"

    def _label(self) -> None:
        title = [Span("Messages", "bold accent" if self.has_focus else "bold text")]
        if self.filter:
            title.append(said(cut(f"  / {self.filter}", max(10, self.size.width // 2)), "amber"))
        if self.frozen:
            title.append(Span(f"  {self._new:,} new", "bold amber" if self._new else "dim"))
            title.append(Span("  End follows", "dim"))
        kept = f"{len(self._ring.shown):,} match" if self.filter else f"{len(self._ring.shown):,} kept"
        gone = self._ring.dropped + self._skipped
        hint = [Span(kept, "dim")]
        if not self._ring.signs_of_life:
            hint = [Span("heartbeats hidden · ", "dim"), *hint]
        if gone:
            hint.append(Span(f" · {gone:,} skipped", "dim"))
        self.label(tuple(title), tuple(hint))

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight."""
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
        self._cursor = max(0, self._cursor - by)
        self._keep_in_sight()
        self._settle()

    def action_page(self, pages: float) -> None:
        """Move by pages."""
        self.action_move(int(pages * max(1, self.rows - 1)))

    def _settle(self) -> None:
        if not self.frozen:
            self._new = 0
        self._label()
        self.refresh()

    def action_signs_of_life(self) -> None:
        """Show heartbeats too, or hide them."""
        self._ring.filter(self.filter, signs_of_life=not self._ring.signs_of_life)
        self._cursor = self._below = self._new = 0
        self._settle()

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


# ------------------------------------------------------------------ one line


def event_line(line: Logged, roster: Roster, room: int) -> Line:
    """Time, glyph, who, what, and at the right edge the size."""
    event = line.event
    glyph, face, word, text, right = _parts(event, roster)
    left = [
        Span(f" {clock(event.at)} ", "dim"),
        glyph,
        Span(f" {fit(face.label, 10 if room > 70 else 6)} ", face.ink),
        Span(fit(word.text, 12 if room > 70 else 10) + " ", word.ink),
        *text,
    ]
    return spread(left, (Span(f" {right:>9} " if right else " ", "dim"),), room)


_NOBODY = Face("", "", "dim")


def _parts(event: AnyEvent, roster: Roster) -> tuple[Span, Face, Span, list[Span], str]:
    match event:
        case Carried():
            arrow = Span("→", "accent") if event.outgoing else Span("←", "green")
            face = roster.face(event.node_id or "", event.peer)
            text = [said(event.summary, "text", most=500)]
            if event.key and event.key not in event.summary:
                text.append(said(f"  {event.key}", "dim", most=300))
            return arrow, face, said(event.type, "text", most=40), text, size(event.size)
        case Conflict():
            text = [said(event.key, "bold text"), Span(f" now has {plural(event.values, 'value')}", "dim")]
            return Span("≠", "bold amber"), _NOBODY, Span("conflict", "amber"), text, ""
        case Settled():
            text = [said(event.key, "bold text"), Span(" has one value again", "dim")]
            return Span("●", "green"), _NOBODY, Span("settled", "green"), text, ""
        case PeerChanged():
            glyph, ink = {
                "alive": ("●", "green"),
                "joining": ("◌", "dim"),
                "suspect": ("◐", "amber"),
                "down": ("○", "red"),
            }.get(event.state, ("○", "dim"))
            face = roster.face(event.node_id or "", event.address)
            return Span(glyph, ink), face, Span(event.state, ink), [said(event.why, "text")], ""
        case Dialled():
            face = roster.face("", event.address)
            if event.words not in ("", "cut", "healed"):
                ink = "amber" if event.on else "green"
                return Span("≈", ink), face, Span("dial", ink), [said(event.words, "text")], ""
            if event.cut:
                return (
                    Span("✂", "bold red"),
                    face,
                    Span("cut", "red"),
                    [Span("by you; x heals it", "dim")],
                    "",
                )
            return Span("●", "green"), face, Span("healed", "green"), [Span("by you", "dim")], ""
        case Alarm():
            return Span("✗", "bold red"), _NOBODY, Span("alarm", "bold red"), [said(event.text, "red")], ""
        case Collected():
            what = f"{plural(event.count, 'tombstone')} forgotten: every node has seen the delete"
            return Span("○", "dim"), _NOBODY, Span("collected", "dim"), [Span(what, "dim")], ""
        case _:
            return Span(" ", "dim"), _NOBODY, Span("", "dim"), [], ""
