"""Everything that can be done here, to be found by typing a part of its name: the palette."""

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from decent_tui.commands.table import COMMANDS
from decent_tui.tui.bindings import WRITING
from decent_tui.tui.footing import offers, press_clicked
from decent_tui.tui.key_names import key_name
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cut, fit, spread

NAME: Final = 16
"""Cells for the name of a thing to do."""

SIGN: Final = 30
"""Cells for the key or the usage; what is longer is shown whole when the command is begun."""


ELSEWHERE: Final = "watch"
"""The command that is for scripts: on a screen it is refused."""

HINT: Final = offers([("↑/↓", "choose"), ("Enter", "do it"), ("Esc", "close")])


class Choice(NamedTuple):
    """One thing to do: a command to begin or run, or a key to press."""

    name: str
    about: str
    sign: str = ""
    command: str = ""
    key: str = ""


def choices(bindings: Sequence[ActiveBinding], *, readonly: bool = False) -> list[Choice]:
    """The keys that do something now, and the commands; with `readonly` only what changes nothing."""
    found: dict[str, Choice] = {}
    for active in bindings:
        binding = active.binding
        moves = binding.action.startswith(("move", "page", "first", "last", "scroll"))
        left_out = binding.action in ("choose", "submit", "back") or (readonly and binding.id in WRITING)
        if binding.tooltip and not moves and not left_out:
            key = binding.key.partition(",")[0]
            name = binding.description.lower()
            found.setdefault(
                binding.action, Choice(name, binding.tooltip or name, sign=key_name(key), key=key)
            )
    commands = [
        Choice(each.name, each.summary, sign=f":{each.usage}", command=each.name)
        for each in COMMANDS.values()
        if each.name != ELSEWHERE and (each.looks or not readonly)
    ]
    return [*commands, *found.values()]


class Found(LineView):
    """What fits so far, one of it marked."""

    def __init__(self, all_choices: Sequence[Choice]) -> None:
        super().__init__()
        self._all = all_choices
        self._fitting: Sequence[Choice] = all_choices
        self._at = self._top = 0

    @property
    def choice(self) -> Choice | None:
        """The one that is marked."""
        return self._fitting[self._at] if self._fitting else None

    def look_for(self, text: str) -> None:
        """Show what has all these words in its name or description; names that begin so come first."""
        words = text.lower().split()
        fitting = [each for each in self._all if all(w in f"{each.name} {each.about}".lower() for w in words)]
        first = words[0] if words else ""
        self._fitting = sorted(fitting, key=lambda each: not each.name.startswith(first))
        self._at = self._top = 0
        self.refresh()

    def move(self, by: int) -> None:
        """Mark another one."""
        self._at = max(0, min(self._at + by, len(self._fitting) - 1))
        self._top = max(self._at - max(1, self.size.height) + 1, min(self._top, self._at))
        self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """One thing to do."""
        at = self._top + y
        if at >= len(self._fitting):
            return ((Span(" nothing is called that", "dim"),) if at == 0 else ()), "ground"
        each = self._fitting[at]
        left = (
            Span(" "),
            Span(fit(each.name, NAME), "bold text"),
            Span(f" {each.about}", "dim"),
        )
        sign = Span(f" {cut(each.sign, SIGN)} ", "dim" if each.command else "bold accent")
        line = spread(left, (sign,), self.size.width)
        return line, "cursor" if at == self._at else "ground"

    def on_click(self, event: events.Click) -> None:
        """Take the one under the mouse."""
        if self._top + event.y < len(self._fitting):
            self._at = self._top + event.y
            self.screen.dismiss(self.choice)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next one."""
        self.move(1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The one before."""
        self.move(-1)
        event.stop()


class Chooser(ModalScreen[Choice | None]):
    """The palette: a line to type in, and what fits below it."""

    CSS_PATH = "chooser.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "dismiss(None)", "close", id="chooser.close", tooltip="Close"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="chooser.up"),
        Binding("down,tab", "move(1)", "Down", show=False, priority=True, id="chooser.down"),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True, id="chooser.pageup"),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True, id="chooser.pagedown"),
    ]

    def __init__(self, all_choices: Sequence[Choice]) -> None:
        super().__init__()
        self._found = Found(all_choices)
        self._line = Input(placeholder="what do you want to do?", compact=True)

    def compose(self) -> ComposeResult:
        """The line, and what fits."""
        with Vertical(id="chooser"):
            yield self._line
            yield self._found

    def on_mount(self) -> None:
        """Type at once."""
        self._line.cursor_blink = False
        self.set_focus(self._line)
        box = self.query_one("#chooser")
        box.border_title = "What can be done"
        box.border_subtitle = self._found.inks.content(HINT)

    def action_move(self, by: int) -> None:
        """Mark another one."""
        self._found.move(by)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._found.look_for(event.value)

    @on(Input.Submitted)
    def _taken(self) -> None:
        self.dismiss(self._found.choice)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box closes it; on a word in its frame, does what that says."""
        if event.widget is self:
            self.dismiss(None)
        else:
            press_clicked(event, self.query_one("#chooser"), HINT)
