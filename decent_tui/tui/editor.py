"""The editor for one value: a draft, whether it is JSON, and the command that writing it stands for."""

from typing import ClassVar, Final

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import TextArea

from decent_tui.commands.scan import quote
from decent_tui.core.values import decode_value
from decent_tui.tui.json_view import escaped
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cut, said

PREVIEW: Final = 2_000
"""Characters of the command that are shown."""

PAUSE: Final = 0.15
"""Seconds without a key after which the draft is read again; reading 200 KiB takes 2 ms."""


class Preview(LineView):
    """The command that will be run, or why there is none yet."""

    line: Line = ()

    def row(self, y: int) -> tuple[Line, str]:
        """The one line."""
        return (self.line if y == 0 else ()), "ground"

    def show(self, line: Line) -> None:
        """Show another line."""
        self.line = line
        self.refresh()


class Draft(TextArea):
    """The text that is edited: nothing gets in that could do something to the terminal."""

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, with escapes for what cannot be shown."""
        event.stop()
        event.prevent_default()  # of the class above, which would insert it as it is
        await super()._on_paste(events.Paste(escaped(event.text)))


class Editor(ModalScreen[str | None]):
    """Returns the command line to run, or None when it was given up."""

    CSS_PATH = "editor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "write", "write", id="editor.write", tooltip="Write this value", priority=True),
        Binding(
            "escape",
            "give_up",
            "cancel",
            id="editor.cancel",
            tooltip="Leave everything as it is",
            priority=True,
        ),
    ]

    def __init__(self, verb: str, key: str, text: str) -> None:
        super().__init__()
        self._verb, self._key, self._draft = verb, key, text
        self._pending: Timer | None = None

    def compose(self) -> ComposeResult:
        """The draft, and the command below it."""
        with Vertical(id="editor"):
            yield Draft(self._draft, soft_wrap=True, show_line_numbers=False, compact=True, id="draft")
            yield Preview(id="preview")

    def on_mount(self) -> None:
        """Type at once."""
        box = self.query_one("#editor")
        preview = self.query_one(Preview)
        merging = self._verb == "resolve"
        title = (
            Span("merge " if merging else "edit ", "bold accent"),
            Span(cut(said(self._key).text, 60), "bold text"),
        )
        box.border_title = preview.inks.content(title)
        hint = (
            Span("ctrl+s", "bold accent"),
            Span(" write  ", "dim"),
            Span("Esc", "bold accent"),
            Span(" cancel", "dim"),
        )
        box.border_subtitle = preview.inks.content(hint)
        self.query_one(TextArea).focus()
        self._read()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Read the draft after a little pause."""
        event.stop()
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(PAUSE, self._read)

    def _compact(self) -> str:
        """The draft as compact JSON; raises ValueError with one plain sentence."""
        value = decode_value(self.query_one(TextArea).text.encode())
        return msgspec.json.encode(value).decode()

    def _read(self) -> bool:
        preview = self.query_one(Preview)
        try:
            compact = self._compact()
        except ValueError as error:
            preview.show((Span("✗ ", "bold red"), said(str(error), "red", most=500)))
            return False
        line = said(f"{self._verb} {quote(self._key)} {compact}", "text", most=PREVIEW)
        preview.show((Span(": ", "bold accent"), line))
        return True

    def action_write(self) -> None:
        """Hand the command back, when the draft is JSON."""
        if self._read():
            self.dismiss(f"{self._verb} {quote(self._key)} {self._compact()}")

    def action_give_up(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the editor does nothing: a draft is not lost so easily."""
        event.stop()
