"""A screen with a line to type commands in: how one begins, is handed in, and gives the focus back."""

from typing import TYPE_CHECKING

from textual import events, on
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from decent_tui.net.interface import NodeInterface
from decent_tui.tui.desk import Desk
from decent_tui.tui.dropdown import Dropdown
from decent_tui.tui.history import History
from decent_tui.tui.lines import Line, Span
from decent_tui.tui.prompt import Prompt
from decent_tui.tui.roster import Roster
from decent_tui.tui.subject import Subject
from decent_tui.tui.typed_lines import CommandLine
from decent_tui.tui.undo import Undo

if TYPE_CHECKING:
    from decent_tui.commands.session import Outcome


class CommandScreen(Screen[str]):
    """A line to type in and a place for answers; whoever extends it lays them out, and says where the focus
    rests. Dismissed, it names the view to go to."""

    def __init__(self, history: History, undo: Undo | None = None, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.history = history
        self.answer = Desk(id="answer", undo=undo, roster=self._faces)
        self.prompt = Prompt(history, id="prompt")

    @property
    def resting(self) -> Widget:
        """What has the focus while nothing is typed."""
        raise NotImplementedError

    @property
    def who(self) -> Line:
        """Who carries commands out, said before their usage where that is not plain."""
        return ()

    @property
    def subject(self) -> Subject | None:
        """What views that open over this screen are about; None before there is a node."""
        raise NotImplementedError

    @property
    def is_typing(self) -> bool:
        """Whether letters are letters now."""
        return isinstance(self.focused, Input)

    def _faces(self) -> Roster:
        return subject.roster() if (subject := self.subject) is not None else Roster()

    def attach_commands(self, node: NodeInterface) -> None:
        """Commands go to this node."""
        self.answer.attach(node)
        self.prompt.command.attach(node)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        match action:
            case "command":
                return not self.is_typing
            case "submit":
                return self.is_typing
            case "answer":
                return self.answer.is_longer
            case "yes" | "no":
                return bool(self.answer.question) and not self.is_typing
            case _:
                return True

    # ------------------------------------------------------------------ what opens over it

    def action_view(self, view: str) -> None:
        """Show another view: 2 or 3."""
        from decent_tui.tui.views import open_view

        if (subject := self.subject) is not None:
            open_view(self, view, subject)

    def went(self, view: str) -> None:
        """A view over this screen was left for another one."""
        if view in "23":
            self.action_view(view)

    def action_dials(self) -> None:
        """Show the dials."""
        from decent_tui.tui.views import open_dials

        if (subject := self.subject) is not None:
            open_dials(self, subject)

    # ------------------------------------------------------------------ carrying out

    def noticed(self, line: str) -> None:
        """A person gives a command of their own. Whoever tells a story waits then."""

    def run_command(self, line: str) -> None:
        """Carry out one line of the command language and show what came of it."""
        self.noticed(line)
        self.answer.run(line)

    async def carry_out(self, line: str) -> "Outcome | None":
        """The same for whoever waits for the outcome; nothing is asked about."""
        self.noticed(line)
        return await self.answer.carry_out(line)

    def action_run(self, line: str) -> None:
        """Carry out a command that a key stands for."""
        self.run_command(line)

    def action_yes(self) -> None:
        """Carry out what was asked about."""
        self.answer.confirm()

    def action_no(self) -> None:
        """Leave it."""
        self.answer.withdraw()

    def action_answer(self, pages: int) -> None:
        """A long answer says that PgDn goes on in it, wherever the focus is."""
        self.answer.scroll_pages(pages)

    @on(Desk.Done)
    def _ended(self, event: Desk.Done) -> None:
        if event.outcome.ends:
            self.app.exit()

    # ------------------------------------------------------------------ typing

    def action_command(self) -> None:
        """Type a command."""
        self.begin_command()

    def begin_command(self, text: str = "") -> None:
        """Type a command that begins with this."""
        self.answer.withdraw()
        self.prompt.begin_command(text)

    async def action_submit(self) -> None:
        """Enter while typing: take the choice that is marked, or hand the line in.

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
        if command is None:
            self.filter_kept()

    def filter_kept(self) -> None:
        """A filter was typed, and is kept."""

    def _submit(self, text: str) -> None:
        text = text.strip(" \t").removeprefix(":").strip(" \t")
        if text:
            self.prompt.command.remember(text)
            self.run_command(text)

    def _stop_typing(self) -> None:
        """Back to where typing began."""
        self.set_focus(self.resting)
        self.prompt.rest()
        self.answer.hint(())

    @on(Input.Submitted, "#command")
    def _pasted(self, event: Input.Submitted) -> None:
        self._submit(event.value)

    @on(CommandLine.Left)
    def _command_left(self) -> None:
        self._stop_typing()

    @on(Input.Changed, "#command")
    def _command_changed(self, event: Input.Changed) -> None:
        from decent_tui.commands.complete import usage

        told = usage(event.value)
        hint: Line = (*self.who, Span(" usage  ", "dim"), Span(told, "text")) if told else ()
        self.answer.hint(hint)

    @on(Dropdown.Chosen)
    def _choice_clicked(self, event: Dropdown.Chosen) -> None:
        self.prompt.command.take_choice(event.word)

    @on(CommandLine.ScrollAnswer)
    def _scroll_answer(self, event: CommandLine.ScrollAnswer) -> None:
        self.answer.scroll_pages(event.pages)

    def on_paste(self, event: events.Paste) -> None:
        """A line pasted over a pane is typed into the command line, if it begins with a colon."""
        if event.text.startswith(":"):
            self.action_command()
            self.prompt.command.take(event.text[1:])
            if event.text.endswith(("\n", "\r")) and not self.prompt.command.value:
                self._stop_typing()
