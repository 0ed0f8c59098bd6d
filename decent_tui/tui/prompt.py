"""The row at the bottom where commands and filters are typed."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from decent_tui.tui.dropdown import Dropdown
from decent_tui.tui.history import History
from decent_tui.tui.typed_lines import CommandLine, FilterLine


class Prompt(Horizontal):
    """A sign and one of two lines: `:` for a command, `/` for a filter.

    The `dropdown` belongs above it; whoever composes the screen puts it there.
    """

    def __init__(self, history: History, *, id: str) -> None:
        super().__init__(id=id)
        self._sign = Static(":", id="sign", markup=False)
        self.dropdown = Dropdown(id="dropdown")
        self.command = CommandLine(history, self.dropdown, id="command")
        self.filter = FilterLine(id="filter")

    def compose(self) -> ComposeResult:
        """The sign and both lines, of which one is shown."""
        yield self._sign
        yield self.command
        yield self.filter

    def begin_command(self, text: str = "") -> None:
        """Type a command; the focus is there before the next key comes."""
        self._begin(self.command, text)
        self.command.begin()

    def begin_filter(self, text: str) -> None:
        """Type a filter."""
        self._begin(self.filter, text)

    def _begin(self, line: Input, text: str) -> None:
        self._show(line)
        line.value = text
        line.cursor_position = len(line.value)
        self.screen.set_focus(line)

    def rest(self) -> None:
        """Nothing is typed now."""
        self._show(self.command)

    def _show(self, line: Input) -> None:
        filtering = line is self.filter
        self.command.display, self.filter.display = not filtering, filtering
        self.dropdown.hide()
        self._sign.update("/" if filtering else ":")

    async def settled(self) -> None:
        """Return when the line has taken in the keys that wait for it; they were pressed before Enter."""
        await self._line.settled()

    def take(self) -> str | None:
        """The command that was typed, and the line is empty; None for a filter."""
        if self._line is self.filter:
            return None
        text, self.command.value = self.command.value, ""
        return text

    @property
    def _line(self) -> CommandLine | FilterLine:
        """The line that is typed in; `has_focus` comes a little later."""
        return self.filter if self.filter.display else self.command
