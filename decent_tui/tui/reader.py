"""A window over the screen that shows lines to read, and scrolls."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from decent_tui.tui.line_view import Inked
from decent_tui.tui.lines import Line, crop

Write = Callable[[int], Sequence[Line]]
"""Makes the lines for a width in cells."""


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

    def __init__(self, title: Line, write: Write) -> None:
        super().__init__()
        self._heading, self._write = title, write
        self._lines: Sequence[Line] = ()

    def on_mount(self) -> None:
        """Name the window."""
        super().on_mount()
        self.label(self._heading)

    def on_resize(self, event: events.Resize) -> None:
        """Write anew for the new width."""
        width = self.scrollable_content_region.width
        self._lines = self._write(width)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row (the line API)."""
        at = y + self.scroll_offset.y
        width = self.size.width
        return self.inks.strip(crop(self._lines[at], width) if at < len(self._lines) else (), width)


class Reader(ModalScreen[None]):
    """Something to read. Esc, q or Enter closes it."""

    CSS_PATH = "reader.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "dismiss", "close", id="reader.close", tooltip="Close"),
    ]

    def __init__(self, title: Line, hint: Line, write: Write) -> None:
        super().__init__()
        self._page = Page(title, write)
        self._hint = hint

    def compose(self) -> ComposeResult:
        """One page."""
        yield self._page

    def on_mount(self) -> None:
        """Scroll with the keys at once."""
        self.set_focus(self._page)
        self._page.border_subtitle = self._page.inks.content(self._hint)

    def on_click(self, event: events.Click) -> None:
        """A click beside the page closes it."""
        if event.widget is self:
            self.dismiss()
