"""Typing over panes: what begins with the selected key, and the filters of the panes."""

from textual import events, on
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.history import History
from decent_tui.tui.lines import Span
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.panes import Panes
from decent_tui.tui.requests import Stands
from decent_tui.tui.typed_lines import FilterLine


class TypingScreen(CommandScreen):
    """A screen of panes with a line for commands and filters; whoever extends it lays them out."""

    def __init__(self, panes: Panes, history: History) -> None:
        super().__init__(history, classes="-wide -normal")  # the usual size, so that it is laid out once
        self.panes = panes
        self._filtered: FilteredPane | None = None
        self._told: Size | None = None

    def on_resize(self, event: events.Resize) -> None:
        """A start tells of one size three times over, and each time all would be laid out and painted."""
        if event.size == self._told:
            event.prevent_default()
        self._told = event.size

    @property
    def resting(self) -> Widget:
        """The pane that typing began in."""
        return self.panes.current

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        return not self.is_typing if action == "filter" else super().check_action(action, parameters)

    @on(Stands)
    def _stands(self, event: Stands) -> None:
        if event.line:
            self.answer.show(f": {event.line}", ("lists these in a script",), "dim")

    def action_begin(self, verb: str) -> None:
        """Type a command that begins with this word and the selected key."""
        from decent_tui.commands.scan import quote

        key = self.panes.keys.key
        self.begin_command(f"{verb} {quote(key)} " if key else f"{verb} ")

    def action_filter(self) -> None:
        """Type a filter for the current pane, or for the keys where the pane has none."""
        pane = self.panes.current
        pane = pane if isinstance(pane, FilteredPane) else self.panes.keys
        self._begin_filter(pane, pane.filter)

    def _begin_filter(self, pane: FilteredPane, text: str) -> None:
        self.answer.withdraw()
        self._filtered = pane
        if pane is not self.panes.current:
            self.panes.go(pane)
        self.prompt.begin_filter(text)
        self.answer.hint((Span(f" filter  {pane.FILTER}", "dim"),))

    @on(MessagesPane.Filter)
    def _filter_offered(self, event: MessagesPane.Filter) -> None:
        self._begin_filter(self.panes.messages, event.text)

    def filter_kept(self) -> None:
        """It is shown as its command too."""
        if self._filtered is not None:
            self._stands(Stands(self._filtered.command))

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if self._filtered is not None and self.prompt.filter.display:
            self._filtered.set_filter(event.value)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        if self._filtered is not None:
            self._filtered.set_filter("")
        self._stop_typing()
