"""The dashboard: four panes, a command line, and what flows between them."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.dom import DOMNode

from decent_tui.net.interface import READONLY, NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.bindings import EVERYWHERE
from decent_tui.tui.desk import Desk
from decent_tui.tui.header import Header
from decent_tui.tui.history import History
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.keys import KeyList
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.panes import NAMES, Panes
from decent_tui.tui.peers import PeersPane
from decent_tui.tui.requests import EditValue, RunLine
from decent_tui.tui.subject import Subject
from decent_tui.tui.tabs import PaneTabs
from decent_tui.tui.toasts import ConflictToast, next_conflict
from decent_tui.tui.typed_lines import CommandLine
from decent_tui.tui.typing_screen import TypingScreen
from decent_tui.tui.versions import VersionsPane
from decent_tui.tui.watch import LOOK, Watch

if TYPE_CHECKING:
    from decent_tui.tui.chooser import Choice


class Dashboard(TypingScreen):
    """View 1. State flows down to the panes; what they ask for comes up as messages."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-normal"), (48, "-tall")]  # noqa: RUF012
    HELP = "Tab goes from pane to pane. What a key does is shown as the command it stands for."

    BINDINGS = EVERYWHERE

    def __init__(self, history: History, *, now: Callable[[], float] = time.time) -> None:
        super().__init__(Panes(now=now, id="panes"), history)
        self._editable = False  # whether there is a key to edit, as the key bar shows it
        self.header = Header(id="header")
        self.tabs = PaneTabs(NAMES, id="tabs")
        self.keys, self.versions = self.panes.keys, self.panes.versions
        self.peers, self.messages = self.panes.peers, self.panes.messages
        self.toast = ConflictToast(id="toast")
        self._watch = Watch(self.panes, self.header, self.toast, partial(alongside, self, group="numbers"))

    def compose(self) -> ComposeResult:
        """Header, panes, answer, command line, keys."""
        yield self.header
        yield self.tabs
        yield self.panes
        yield self.answer
        yield Container(self.toast, id="toasts")
        yield self.prompt.dropdown
        yield self.prompt
        yield KeyBar(id="keybar")

    def on_mount(self) -> None:
        """Start where the keys are."""
        self.set_focus(self.keys)
        self.tabs.show(self.keys.id or "")
        self.answer.limit(max(4, self.size.height * 2 // 5))

    # ------------------------------------------------------------------ the node

    def progress(self, text: str) -> None:
        """Say how the start of the node goes."""
        self._watch.progress(text)

    def tell(self, sentence: str) -> None:
        """Say something of the program itself."""
        self.answer.tell(sentence)

    def attach(self, node: NodeInterface) -> Callable[[], None]:
        """Watch this node; returns what ends the watching."""
        self.attach_commands(node)
        end = self._watch.attach(node, self.set_interval(LOOK, self._watch.look, pause=True))
        self.set_interval(1.0, self._watch.second)
        return end

    # ------------------------------------------------------------------ panes and focus

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        self.panes.step(by)

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.panes.go_to(event.pane)

    @on(Panes.Came)
    def _pane_came(self, event: Panes.Came) -> None:
        self.tabs.show(event.pane)

    def action_zoom(self) -> None:
        """Give the whole screen to the current pane, or share it again."""
        self.toggle_class("-zoomed")

    @on(Header.Clicked)
    def _header_clicked(self, event: Header.Clicked) -> None:
        match event.part:
            case "keys":
                self.panes.go(self.keys)
            case "peers" | "cut":
                self.panes.go(self.peers)
            case "conflicts":
                self.action_conflict()
            case "settled":
                self.action_view("2")
            case "alarm":
                self.run_command("status")
            case _:
                pass

    @on(KeyList.Selected)
    def _key_selected(self, event: KeyList.Selected) -> None:
        if bool(event.key) is not self._editable:
            self._editable = bool(event.key)
            self.refresh_bindings()

    @on(MessagesPane.Opened)
    def _message_opened(self, event: MessagesPane.Opened) -> None:
        from decent_tui.tui.popups import message_reader

        self.app.push_screen(message_reader(event.event, self._watch.roster))

    @on(PeersPane.Opened)
    def _peer_opened(self, event: PeersPane.Opened) -> None:
        from decent_tui.tui.popups import peer_reader

        self.app.push_screen(peer_reader(event.peer, self._watch.roster))

    @on(ConflictToast.Go)
    def action_conflict(self) -> None:
        """Go to the conflict that was told of, else to the next one behind the cursor."""
        node = self._watch.node
        if node is not None:
            alongside(self, partial(self._go_to_conflict, node), "commands")

    async def _go_to_conflict(self, node: NodeInterface) -> None:
        key = self.toast.visit() or await next_conflict(node, self.keys.key or "")
        if key:
            self.panes.go(self.keys)
            self.keys.show_key(key)
        else:
            self.tell("there is no conflict")

    def action_help(self) -> None:
        """Show all keys and commands."""
        from decent_tui.tui.popups import help_reader

        panes = (KeyList, VersionsPane, PeersPane, MessagesPane)
        places: dict[str, type[DOMNode]] = dict(zip(NAMES.values(), panes, strict=True))
        self.app.push_screen(help_reader({"Everywhere": Dashboard, **places, "Command line": CommandLine}))

    @property
    def subject(self) -> Subject | None:
        """The node, the key and the peer under the cursors."""
        if (node := self._watch.node) is None:
            return None
        peer = self.peers.peer if self.panes.current is self.peers else None
        return Subject(node, lambda: self._watch.roster, self.keys.key, peer.address if peer else "")

    def action_back(self) -> None:
        """Undo what lies on top: a long answer, a filter, the zoom."""
        pane = self.panes.current
        if self.answer.is_open:
            self.answer.fold()
        elif isinstance(pane, FilteredPane) and pane.filter:
            pane.set_filter("")
        elif isinstance(pane, KeyList) and pane.conflicts_only:
            pane.action_conflicts()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif pane is not self.keys:
            self.panes.go(self.keys)

    # ------------------------------------------------------------------ commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys work while there is something for them to do."""
        match action:
            case "choose":
                return len(self.app.screen_stack) == 1
            case "pane":  # in the command line Tab completes
                return not isinstance(self.focused, CommandLine)
            case "keep":
                at = parameters[0] if parameters else 0
                return isinstance(at, int) and at < self.versions.choices
            case "undo":
                return self.answer.can_undo
            case "edit" | "delete" | "history":
                return bool(self.keys.key)
            case _:
                return super().check_action(action, parameters)

    @on(RunLine)
    def _run_requested(self, event: RunLine) -> None:
        self.run_command(event.line)

    def action_delete(self) -> None:
        """Delete the selected key, after a question."""
        self._run_on_key("delete")

    def action_history(self) -> None:
        """Tell how the selected key came to be as it is."""
        self._run_on_key("history")

    def _run_on_key(self, command: str) -> None:
        from decent_tui.commands.scan import quote

        if self.keys.key:
            self.run_command(f"{command} {quote(self.keys.key)}")

    def action_choose(self) -> None:
        """Find something to do."""
        from decent_tui.tui.chooser import Chooser, choices

        found = choices(list(self.active_bindings.values()), readonly=self.answer.readonly)
        self.app.push_screen(Chooser(found), self._take)

    def _take(self, choice: "Choice | None") -> None:
        from decent_tui.commands.table import COMMANDS

        if choice is None:
            return
        if choice.key:
            self.app.simulate_key(choice.key)
        elif COMMANDS[choice.command].arguments:
            self.prompt.begin_command(f"{choice.command} ")
        else:
            self.run_command(choice.command)

    @on(Desk.Done)
    def _command_done(self, event: Desk.Done) -> None:
        if event.outcome.ends:
            return
        self._watch.look()
        self.refresh_bindings()
        if event.key:
            self.keys.show_key(event.key)

    def action_undo(self) -> None:
        """Take back the last write made here."""
        self.answer.undo()

    def action_keep(self, at: int) -> None:
        """Keep one sibling of the selected key."""
        self.versions.action_keep(at)

    def action_edit(self) -> None:
        """Edit the value of the selected key."""
        self.versions.edit()

    @on(EditValue)
    def _edit_requested(self, event: EditValue) -> None:
        from decent_tui.tui.editor import Editor

        node = self._watch.node
        if node is None:
            return
        if node.readonly:
            self.tell(READONLY)
            return

        def tell(sentence: str | None) -> None:
            if sentence:
                self.tell(sentence)

        roster, now = self._watch.roster, self.versions.now
        self.app.push_screen(Editor(node, event, self.carry_out, roster=roster, now=now), tell)

    def action_copy(self, what: str) -> None:
        """Copy the key or its newest value."""
        text = self.keys.key if what == "key" else self.versions.value
        if text:
            alongside(self, partial(self._copy, text, what), "copy")
        else:
            self.answer.show("", (f"there is no {what} to copy",), "dim")

    async def _copy(self, text: str, what: str) -> None:
        from decent_tui.tui.clipboard import copy

        self.answer.show("", (await copy(text, what, self.app.copy_to_clipboard),), "dim")

    def on_resize(self, event: events.Resize) -> None:
        """Long answers leave room for the panes."""
        self.answer.limit(max(4, event.size.height * 2 // 5))
