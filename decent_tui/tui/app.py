"""The app: theme, one screen, and the node's life around it."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from textual import constants
from textual.app import App
from textual.driver import Driver
from textual.message import Message

from decent_tui.core.text import printable
from decent_tui.net.interface import NodeInterface
from decent_tui.service import garbage
from decent_tui.tui import themes
from decent_tui.tui.dashboard import Dashboard
from decent_tui.tui.driver import SteadyDriver
from decent_tui.tui.history import History, default_path
from decent_tui.tui.palette import DARK, LIGHT, variables

if TYPE_CHECKING:
    from decent_tui.net.interface import Beside
    from decent_tui.net.node import Settings

FAREWELL: Final = 3.0
"""Seconds the screen gets to restore the terminal; one that is gone or unread must not hold up the node."""

SWITCH: Final = 0.0005
"""Seconds until the thread that reads the keys gets the interpreter from a busy loop. It asks two or three
times a key, and Python's usual 5 ms each time can be seen."""


class DashboardApp(App[None]):
    """Shows a node. The node itself belongs to whoever starts the app and outlives it."""

    TITLE = "decent-tui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False  # lines are painted, not widgets; every terminal selects with shift and the mouse
    CSS_PATH = "dashboard.tcss"  # of the first screen too: styles are read once before the first frame

    class Opened(Message):
        """The node is open."""

        def __init__(self, node: NodeInterface) -> None:
            super().__init__()
            self.node = node

    class Leave(Message):
        """A signal asked the program to end."""

    def __init__(
        self,
        progress: str = "opening …",
        history: Path | None = None,
        now: Callable[[], float] | None = None,
        theme_file: Path | None = None,
    ) -> None:
        self._themed = False
        first = themes.first(theme_file)
        own = {theme.name: theme for theme in (*themes.THEMES, themes.NO_COLOUR)}
        # what the first theme wants is known only here: later ones are asked themselves
        super().__init__(driver_class=_driver(), ansi_color=own[first].ansi or None)
        self.set_reactive(App.ansi_color, None)
        self._themed = True
        for theme in own.values():
            self.register_theme(theme)
        # set without the watchers: they would read all styles a second time
        self.set_reactive(App.theme, first)
        self.stylesheet.set_variables(self.get_css_variables())
        self._theme_file = theme_file
        self.painted = asyncio.Event()
        self.dashboard = Dashboard(History(history), now=now or time.time)
        self._progress = progress
        self._unsubscribe: Callable[[], None] | None = None

    def get_css_variables(self) -> dict[str, str]:
        """The colours, worked out from the theme once it is ours: Textual asks before there are any but its
        own, and that would be for nothing."""
        return super().get_css_variables() if self._themed else {}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The inks for themes that are not ours."""
        return variables(DARK if self.current_theme.dark else LIGHT)

    def get_default_screen(self) -> Dashboard:
        """View 1."""
        return self.dashboard

    def action_help_quit(self) -> None:
        """Somebody pressed ctrl+c, which ends nothing here."""
        self.notify(
            "ctrl+q leaves, and ends the node in order if it runs here; y copies the key, Y its value",
            title="ctrl+c ends nothing",
        )

    def action_next_theme(self) -> None:
        """Go to the next of the program's own themes, and keep it for the next run."""
        if self.no_color:
            self.tell("NO_COLOR is set, so there is only the theme without colours")
            return
        theme = themes.after(self.theme)
        self.theme = theme.name
        kept = themes.keep(self._theme_file, theme.name)
        how = "" if kept else ", for this run"
        self.tell(f"theme: {themes.DESCRIBED[theme.name]}{how}")

    def tell(self, sentence: str) -> None:
        """Say something of the program itself."""
        self.dashboard.tell(sentence)

    def on_mount(self) -> None:
        """Say what is going on, and when it is on the screen."""
        self.dashboard.progress(self._progress)
        self.call_after_refresh(self.painted.set)

    def on_dashboard_app_opened(self, event: Opened) -> None:
        """Watch the node."""
        self._unsubscribe = self.dashboard.attach(event.node)

    def on_dashboard_app_leave(self) -> None:
        """End in order."""
        self.exit()

    def on_unmount(self) -> None:
        """Stop watching."""
        if self._unsubscribe is not None:
            self._unsubscribe()


def _driver() -> type[Driver]:
    """For a terminal, unless whoever started this shows it in a page and said so, as Textual has it."""
    if not constants.DRIVER:
        return SteadyDriver
    from decent_tui.tui.page_driver import PageDriver

    return PageDriver


async def start_screen(app: DashboardApp) -> asyncio.Task[None]:
    """Put the screen up and return once its first frame is there (or it has ended already); the task ends
    with the screen, which SIGTERM and SIGHUP ask to leave."""
    running = asyncio.create_task(app.run_async())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.post_message, DashboardApp.Leave())
    painted = asyncio.create_task(app.painted.wait())
    await asyncio.wait({running, painted}, return_when=asyncio.FIRST_COMPLETED)
    painted.cancel()
    return running


async def run_dashboard(settings: "Settings", beside: "Beside") -> int:
    """Show a node of these settings, with what goes on beside it, until a person or a signal ends it; returns
    the exit code.

    The first frame comes before the node, so that a big file or a slow disk shows as progress. Whatever
    ends the screen, the node is closed in order after it (goodbye, flush).
    """
    settings = msgspec.structs.replace(settings, screen=True)
    sys.setswitchinterval(SWITCH)
    opening = f"opening {settings.host}:{settings.port} …"
    app = DashboardApp(opening, default_path(), theme_file=themes.default_path())
    running = await start_screen(app)
    from decent_tui.net.node import Node, StartError

    def retired() -> None:
        app.post_message(DashboardApp.Leave())

    try:
        async with Node(settings, retired=retired) as node, beside(node):
            app.post_message(DashboardApp.Opened(node))
            garbage.settle()
            await running
    except StartError as error:
        app.post_message(DashboardApp.Leave())
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(running, FAREWELL)
        sys.stderr.write(printable(str(error)) + "\n")
        return 1
    return app.return_code or 0
