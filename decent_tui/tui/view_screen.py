"""What the further views share: the line for commands, the keys that lead from view to view."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.subject import Subject


class ViewScreen(CommandScreen):
    """A view over a screen. Commands typed here go to the same node, and what was written can be taken back
    there. Dismissed, it names the view to go to."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-normal")]  # noqa: RUF012  # Textual's own declaration

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", tooltip="All keys and commands"),
        Binding("colon", "command", "command", tooltip="Type a command", priority=True),
        Binding(
            "enter", "submit", "Run", show=False, tooltip="Carry out the line that is typed", priority=True
        ),
        Binding("y", "yes", "do it", tooltip="Carry out what was asked about", priority=True),
        Binding("n", "no", "leave it", tooltip="Do not carry out what was asked about", priority=True),
        Binding("escape", "back", "back", show=False, tooltip="Fold a long answer, or back"),
        Binding("1", "go('1')", "dashboard", tooltip="Back to view 1"),
        Binding("2", "go('2')", "convergence", tooltip="Who lacks what, and why"),
        Binding("3", "go('3')", "timeline", tooltip="What happened, in space and time"),
        Binding("4", "go('4')", "Lab", show=False, tooltip="In the lab: all nodes and the story"),
        Binding("X", "dials", "dials", tooltip="Break the network on purpose, link by link"),
        Binding("pageup", "answer(-1)", show=False, priority=True, system=True),
        Binding("pagedown", "answer(1)", show=False, priority=True, system=True),
        Binding("ctrl+t", "app.next_theme", "Theme", show=False, tooltip="The next theme"),
        Binding(
            "ctrl+q",
            "app.quit",
            "quit",
            tooltip="Leave, and end the node in order if it runs here",
            priority=True,
        ),
    ]

    VIEW = ""
    """The digit that leads here."""

    def __init__(self, below: CommandScreen, subject: Subject) -> None:
        super().__init__(below.history, below.answer.undone)
        self._below = below
        self._subject = subject

    def compose(self) -> ComposeResult:
        """What is shown, the answer, the command line, the keys."""
        yield from self.compose_view()
        yield self.answer
        yield self.prompt.dropdown
        yield self.prompt
        yield KeyBar(id="keybar")

    def compose_view(self) -> ComposeResult:
        """What this view shows."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin."""
        self.attach_commands(self._subject.node)
        self.answer.limit(max(4, self.size.height * 2 // 5))
        self.set_focus(self.resting)

    @property
    def subject(self) -> Subject:
        """The same as below."""
        return self._subject

    def noticed(self, line: str) -> None:
        """The screen below wants to know too."""
        self._below.noticed(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key of the view that is shown leads nowhere else."""
        if action == "go" and self.VIEW in parameters:
            return False
        return super().check_action(action, parameters)

    def action_go(self, view: str) -> None:
        """Leave for another view."""
        self.dismiss(view)

    def action_back(self) -> None:
        """Fold a long answer; else back."""
        if self.answer.is_open:
            self.answer.fold()
        else:
            self.dismiss("")
