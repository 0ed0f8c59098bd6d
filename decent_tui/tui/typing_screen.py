"""Typing: how a command or a filter begins, is handed in, and gives the focus back to where it came from."""

from textual import events, on
from textual.screen import Screen
from textual.widgets import Input

from decent_tui.commands.complete import usage
from decent_tui.commands.scan import quote
from decent_tui.tui.desk import Desk
from decent_tui.tui.dropdown import Dropdown
from decent_tui.tui.lines import Span
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.panes import Panes
from decent_tui.tui.prompt import Prompt
from decent_tui.tui.requests import Stands
from decent_tui.tui.typed_lines import CommandLine, FilterLine


class TypingScreen(Screen[None]):
    """A screen of panes with a line to type in and a place for answers; whoever extends it lays them out."""

    def __init__(self, panes: Panes, answer: Desk, prompt: Prompt) -> None:
        super().__init__(classes="-wide -normal")  # the usual size, so that it is laid out once
        self.panes, self.answer, self.prompt = panes, answer, prompt
        self._filtered: FilteredPane | None = None

    @property
    def is_typing(self) -> bool:
        """Whether letters are letters now."""
        return isinstance(self.focused, Input)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        match action:
            case "command" | "filter":
                return not self.is_typing
            case "submit":
                return self.is_typing
            case "answer":
                return self.answer.is_longer
            case _:
                return True

    def run_command(self, line: str) -> None:
        """Carry out one line of the command language and show what came of it."""
        self.answer.run(line)

    @on(Stands)
    def _stands(self, event: Stands) -> None:
        if event.line:
            self.answer.show(f": {event.line}", ("lists these in a script",), "dim")

    def action_command(self) -> None:
        """Type a command."""
        self.answer.withdraw()
        self.prompt.begin_command()

    def action_begin(self, verb: str) -> None:
        """Type a command that begins with this word and the selected key."""
        key = self.panes.keys.key
        self.prompt.begin_command(f"{verb} {quote(key)} " if key else f"{verb} ")

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

    def _stop_typing(self) -> None:
        """Back to the pane that typing began in."""
        self.set_focus(self.panes.current)
        self.prompt.rest()
        self.answer.hint(())

    async def action_submit(self) -> None:
        """Enter while typing: take the choice that is marked, run the command, or keep the filter.

        The line first takes in the keys that still wait for it, and what is typed after Enter finds the focus
        where it belongs; so a fast hand (or a paste) loses nothing.
        """
        await self.prompt.settled()
        if self.prompt.command.take_choice():
            return
        command = self.prompt.take()
        if command is not None:
            self._submit(command)
        self._stop_typing()
        if command is None and self._filtered is not None:
            self._stands(Stands(self._filtered.command))

    def _submit(self, text: str) -> None:
        text = text.strip(" \t").removeprefix(":").strip(" \t")
        if text:
            self.prompt.command.remember(text)
            self.run_command(text)

    @on(Input.Submitted, "#command")
    def _pasted(self, event: Input.Submitted) -> None:
        self._submit(event.value)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        if self._filtered is not None and self.prompt.filter.display:
            self._filtered.set_filter(event.value)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        if self._filtered is not None:
            self._filtered.set_filter("")
        self._stop_typing()

    @on(CommandLine.Left)
    def _command_left(self) -> None:
        self._stop_typing()

    @on(Input.Changed, "#command")
    def _command_changed(self, event: Input.Changed) -> None:
        told = usage(event.value)
        self.answer.hint((Span(" usage  ", "dim"), Span(told, "text")) if told else ())

    @on(Dropdown.Chosen)
    def _choice_clicked(self, event: Dropdown.Chosen) -> None:
        self.prompt.command.take_choice(event.word)

    def action_answer(self, pages: int) -> None:
        """A long answer says that PgDn goes on in it, wherever the focus is."""
        self.answer.scroll_pages(pages)

    @on(CommandLine.ScrollAnswer)
    def _scroll_answer(self, event: CommandLine.ScrollAnswer) -> None:
        self.answer.scroll_pages(event.pages)

    def on_paste(self, event: events.Paste) -> None:
        """A line pasted over a pane is typed into the command line, if it begins with a colon."""
        if event.text.startswith(":"):
            self.action_command()
            self.prompt.command.take(event.text[1:])
            if event.text.endswith(("\n", "\r")):
                self._stop_typing()
