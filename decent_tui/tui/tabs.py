"""The names of the panes, where only one of them has room."""

from textual import events
from textual.message import Message

from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span


class PaneTabs(LineView):
    """One name a pane, the current one lit; a click goes there."""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: dict[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self._panes = panes
        self._current = ""

    def show(self, current: str) -> None:
        """Light the name of this pane."""
        if current != self._current:
            self._current = current
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        line: list[Span] = [Span(" ")]
        for pane, name in self._panes.items():
            lit = pane == self._current
            line += [Span(f" {name} ", "bold ground on accent" if lit else "dim"), Span(" ")]
        line.append(Span("  Tab next", "dim"))
        return line, "ground"

    def on_click(self, event: events.Click) -> None:
        """Go to the pane under the mouse."""
        x = 1
        for pane, name in self._panes.items():
            if x <= event.x < x + len(name) + 2:
                self.post_message(self.Chosen(pane))
            x += len(name) + 3
