"""A window over the screen that shows lines to read, and scrolls."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from decent_tui.tui.footing import press_clicked
from decent_tui.tui.line_view import Inked
from decent_tui.tui.lines import Line, crop, cut, said

Write = Callable[[int, str], Sequence[Line]]
"""Makes the lines for a width in cells, with what was looked for."""


FOUND: Final = 40
"""Cells of the frame for what is looked for."""


class Page(Inked, ScrollView, can_focus=True):
    """Lines made for the width at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", show=False),
        Binding("j", "scroll_down", show=False),
        Binding("ctrl+u,ctrl+b", "page_up", show=False),
        Binding("ctrl+d,ctrl+f,space", "page_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]

    def __init__(self, title: Line, write: Write, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._heading, self._write = title, write
        self._needle = ""
        self._lines: Sequence[Line] = ()

    def on_mount(self) -> None:
        """Name the window."""
        super().on_mount()
        self.label(self._heading)

    def on_resize(self, event: events.Resize) -> None:
        """Write anew for the new width."""
        self._make()

    def look_for(self, needle: str) -> None:
        """Show only what has this text."""
        self._needle = needle
        found = (said(cut(f"  / {needle}", FOUND), "amber"),) if needle else ()
        self.label((*self._heading, *found))
        self.scroll_home(animate=False)
        self._make()

    def again(self) -> None:
        """Write anew: what is told of has changed. Only lines that read otherwise are painted."""
        before, width = self._lines, self.scrollable_content_region.width
        lines = self._write(width, self._needle)
        if len(lines) != len(before):
            self._make()
            return
        self._lines = lines
        for at, (line, old) in enumerate(zip(lines, before, strict=True)):
            if list(line) != list(old):
                self.refresh_line(at)

    def _make(self) -> None:
        width = self.scrollable_content_region.width
        self._lines = self._write(width, self._needle)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row (the line API)."""
        at = y + self.scroll_offset.y
        width = self.size.width
        return self.inks.strip(crop(self._lines[at], width) if at < len(self._lines) else (), width)


class Reader(ModalScreen[None]):
    """Something to read. Esc, q or Enter closes it; `/` finds, where the text can be `filtered`."""

    CSS_PATH = "reader.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "close", "close", id="reader.close", tooltip="Close"),
        Binding(
            "slash", "find", "find", id="reader.find", tooltip="Show only what has some text", priority=True
        ),
    ]

    def __init__(self, title: Line, hint: Line, write: Write, *, filtered: bool = False) -> None:
        super().__init__()
        self._page = Page(title, write)
        self._hint = hint
        self._filtered = filtered
        self._line = Input(placeholder="what to look for", compact=True, id="find")

    def compose(self) -> ComposeResult:
        """One page, and where to type what is looked for."""
        yield self._page
        yield self._line

    def on_mount(self) -> None:
        """Scroll with the keys at once."""
        self._line.display = False
        self._line.cursor_blink = False
        self.set_focus(self._page)
        self._page.border_subtitle = self._page.inks.content(self._hint)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Not every text can be filtered."""
        return (self._filtered and self.focused is not self._line) if action == "find" else True

    def action_find(self) -> None:
        """Type what to look for."""
        self._line.display = True
        self.set_focus(self._line)

    def action_close(self) -> None:
        """Take away what was looked for; without that, close."""
        if self._line.display:
            self._line.value = ""
            self._line.display = False
            self.set_focus(self._page)
        else:
            self.dismiss()

    @on(Input.Changed)
    def _looked_for(self, event: Input.Changed) -> None:
        self._page.look_for(event.value)

    @on(Input.Submitted)
    def _found(self) -> None:
        self.set_focus(self._page)

    def on_click(self, event: events.Click) -> None:
        """A click beside the page closes it; on a word in its frame, does what that says."""
        if event.widget is self:
            self.dismiss()
        else:
            press_clicked(event, self._page, self._hint)
