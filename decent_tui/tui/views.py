"""Opens what lies over a screen: the further views, the dials. Imported when the first one is opened."""

from typing import Final

from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.convergence import ConvergenceScreen
from decent_tui.tui.dial_panel import DialPanel
from decent_tui.tui.subject import Subject
from decent_tui.tui.timeline import TimelineScreen
from decent_tui.tui.view_screen import ViewScreen

VIEWS: Final[dict[str, type[ViewScreen]]] = {"2": ConvergenceScreen, "3": TimelineScreen}
"""By the digit that leads to them."""


def open_view(below: CommandScreen, view: str, subject: Subject) -> None:
    """Show a view; left for another one, that is for the screen below to open."""

    def left(wanted: str | None) -> None:
        if wanted:
            below.went(wanted)

    below.app.push_screen(VIEWS[view](below, subject), left)


def open_dials(below: CommandScreen, subject: Subject) -> None:
    """Show the dials; left with the beginning of a command, that is typed below."""

    def left(begun: str | None) -> None:
        if begun:
            below.begin_command(begun)

    below.app.push_screen(DialPanel(subject, below.carry_out), left)
