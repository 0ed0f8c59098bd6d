"""The four panes of the dashboard: which one is current, and what one shows of another."""

from collections.abc import Callable
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from decent_tui.tui.keys import KeyList
from decent_tui.tui.lines import Span
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.pane import Pane
from decent_tui.tui.peers import PeersPane
from decent_tui.tui.typed_lines import CommandLine
from decent_tui.tui.versions import VersionsPane

NAMES: Final = {"keys": "Keys", "versions": "Versions", "peers": "Peers", "messages": "Messages"}
"""The panes in the order in which Tab visits them."""


class Panes(Container):
    """The panes. One of them is current: it has the focus, or gets it back after a line was typed."""

    class Came(Message):
        """Another pane is current now."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *, now: Callable[[], float], id: str) -> None:
        super().__init__(id=id)
        self.keys = KeyList(id="keys", classes="pane")
        self.versions = VersionsPane(id="versions", classes="pane", now=now)
        self.peers = PeersPane(id="peers", classes="pane")
        self.messages = MessagesPane(id="messages", classes="pane")
        self._all: tuple[Pane, ...] = (self.keys, self.versions, self.peers, self.messages)
        self._current: Pane = self.keys
        self.keys.add_class("-current")

    def compose(self) -> ComposeResult:
        """All four; the styles say which of them are seen."""
        yield from self._all

    def on_mount(self) -> None:
        """Name the panes that say nothing more of themselves yet."""
        for pane in (self.keys, self.peers, self.messages):
            pane.label((Span(NAMES[pane.id or ""], "bold text"),))

    @property
    def current(self) -> Pane:
        """The pane that has the focus, or had it before the command line."""
        return self._current

    def go(self, pane: Pane) -> None:
        """Go to a pane; the focus is there before the next key comes. A command line that was begun keeps it:
        `:` is faster than the Tab pressed before it, and letters must not go astray. It comes back here."""
        self._settle(pane)
        if not isinstance(self.screen.focused, CommandLine):
            self.screen.set_focus(pane)

    def go_to(self, name: str) -> None:
        """Go to the pane of this name."""
        self.go(next(pane for pane in self._all if pane.id == name))

    def step(self, by: int) -> None:
        """Go to the next pane, or so many further."""
        self.go(self._all[(self._all.index(self._current) + by) % len(self._all)])

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focused pane is the current one."""
        if isinstance(event.widget, Pane):
            self._settle(event.widget)

    def _settle(self, pane: Pane) -> None:
        if pane is not self._current:
            self._current.remove_class("-current")
            pane.add_class("-current")
            self._current = pane
            self.post_message(self.Came(pane.id or ""))

    @on(KeyList.Selected)
    def _key_selected(self, event: KeyList.Selected) -> None:
        self.versions.show(event.key)

    @on(KeyList.Opened)
    def _key_opened(self) -> None:
        self.go(self.versions)
