"""The dashboard: four panes, a command line, and what flows between them."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

from decent_tui.commands.complete import usage
from decent_tui.commands.scan import quote
from decent_tui.commands.table import COMMANDS
from decent_tui.core.operations import Versions
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.bindings import EVERYWHERE
from decent_tui.tui.clipboard import copy
from decent_tui.tui.desk import Desk
from decent_tui.tui.dropdown import Dropdown
from decent_tui.tui.header import Header
from decent_tui.tui.history import History
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.keys import KeyList
from decent_tui.tui.lines import Span
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.panes import NAMES, Panes
from decent_tui.tui.peers import PeersPane
from decent_tui.tui.prompt import Prompt
from decent_tui.tui.requests import EditValue, RunLine
from decent_tui.tui.tabs import PaneTabs
from decent_tui.tui.typed_lines import CommandLine, FilterLine
from decent_tui.tui.versions import VersionsPane
from decent_tui.tui.watch import LOOK, Watch

if TYPE_CHECKING:
    from decent_tui.tui.chooser import Choice


class Dashboard(Screen[None]):
    """View 1. State flows down to the panes; what they ask for comes up as messages."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-normal"), (48, "-tall")]  # noqa: RUF012
    HELP = "Tab goes from pane to pane. What a key does is shown as the command it stands for."

    BINDINGS = EVERYWHERE

    def __init__(self, history: History, *, now: Callable[[], float] = time.time) -> None:
        super().__init__(classes="-wide -normal")  # the usual size, so that it is laid out once
        self._editable = False  # whether there is a key to edit, as the key bar shows it
        self._filtered: FilteredPane | None = None
        self.header = Header(id="header")
        self.tabs = PaneTabs(NAMES, id="tabs")
        self.panes = Panes(now=now, id="panes")
        self.keys, self.versions = self.panes.keys, self.panes.versions
        self.peers, self.messages = self.panes.peers, self.panes.messages
        self.answer = Desk(id="answer")
        self.prompt = Prompt(history, id="prompt")
        self._watch = Watch(self.panes, self.header, lambda work: self.run_worker(work, group="numbers"))

    def compose(self) -> ComposeResult:
        """Header, panes, answer, command line, keys."""
        yield self.header
        yield self.tabs
        yield self.panes
        yield self.answer
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

    def attach(self, node: NodeInterface) -> Callable[[], None]:
        """Watch this node; returns what ends the watching."""
        self.answer.attach(node)
        end = self._watch.attach(node)
        self.prompt.command.attach(node)
        self.set_interval(LOOK, self._watch.look)
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

    def action_help(self) -> None:
        """Show all keys and commands."""
        from decent_tui.tui.popups import help_reader

        panes = (KeyList, VersionsPane, PeersPane, MessagesPane)
        places: dict[str, type[DOMNode]] = dict(zip(NAMES.values(), panes, strict=True))
        self.app.push_screen(help_reader({"Everywhere": Dashboard, **places, "Command line": CommandLine}))

    def action_convergence(self) -> None:
        """Show view 2."""
        from decent_tui.tui.convergence import ConvergenceScreen

        if (node := self._watch.node) is not None:
            self.app.push_screen(ConvergenceScreen(node, lambda: self._watch.roster, self.keys.key))

    def action_timeline(self) -> None:
        """Show view 3."""
        from decent_tui.tui.timeline import TimelineScreen

        if (node := self._watch.node) is not None:
            self.app.push_screen(TimelineScreen(node, lambda: self._watch.roster))

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

    # ------------------------------------------------------------------ typing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        typing = isinstance(self.focused, Input)
        match action:
            case "command" | "filter":
                return not typing
            case "submit":
                return typing
            case "answer":
                return self.answer.is_longer
            case "yes" | "no":
                return bool(self.answer.question) and not typing
            case "choose":
                return len(self.app.screen_stack) == 1
            case "keep":
                at = parameters[0] if parameters else 0
                return isinstance(at, int) and at < self.versions.choices
            case "edit" | "delete":
                return bool(self.keys.key)
            case _:
                return True

    def action_command(self) -> None:
        """Type a command."""
        self.answer.withdraw()
        self.prompt.begin_command()

    def action_begin(self, verb: str) -> None:
        """Type a command that begins with this word and the selected key."""
        key = self.keys.key
        self.prompt.begin_command(f"{verb} {quote(key)} " if key else f"{verb} ")

    def action_filter(self) -> None:
        """Type a filter for the current pane, or for the keys where the pane has none."""
        pane = self.panes.current
        pane = pane if isinstance(pane, FilteredPane) else self.keys
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
        self._begin_filter(self.messages, event.text)

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

    # ------------------------------------------------------------------ commands

    @on(RunLine)
    def _run_requested(self, event: RunLine) -> None:
        self.run_command(event.line)

    def action_run(self, line: str) -> None:
        """Carry out a command that a key stands for."""
        self.run_command(line)

    def run_command(self, line: str) -> None:
        """Carry out one line of the command language and show what came of it."""
        self.answer.run(line)

    def action_yes(self) -> None:
        """Carry out what was asked about."""
        self.answer.confirm()

    def action_no(self) -> None:
        """Leave it."""
        self.answer.withdraw()

    def action_delete(self) -> None:
        """Delete the selected key, after a question."""
        if self.keys.key:
            self.run_command(f"delete {quote(self.keys.key)}")

    def action_choose(self) -> None:
        """Find something to do."""
        from decent_tui.tui.chooser import Chooser, choices

        self.app.push_screen(Chooser(choices(list(self.active_bindings.values()))), self._take)

    def _take(self, choice: "Choice | None") -> None:
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
        outcome = event.outcome
        if outcome.ends:
            self.app.exit()
            return
        self._watch.look()
        if outcome.command == "put" and isinstance(outcome.answer, Versions):
            self.keys.show_key(outcome.answer.key)

    def action_keep(self, at: int) -> None:
        """Keep one sibling of the selected key."""
        self.versions.action_keep(at)

    def action_edit(self) -> None:
        """Edit the value of the selected key."""
        self.versions.edit()

    @on(EditValue)
    def _edit_requested(self, event: EditValue) -> None:
        from decent_tui.tui.editor import Editor

        def write(line: str | None) -> None:
            if line is not None:
                self.run_command(line)

        self.app.push_screen(Editor(event.verb, event.key, event.text), write)

    def action_copy(self, what: str) -> None:
        """Copy the key or its newest value."""
        text = self.keys.key if what == "key" else self.versions.value
        if text:
            self.run_worker(self._copy(text, what), group="copy")
        else:
            self.answer.show("", (f"there is no {what} to copy",), "dim")

    async def _copy(self, text: str, what: str) -> None:
        self.answer.show("", (await copy(text, what, self.app.copy_to_clipboard),), "dim")

    def on_resize(self, event: events.Resize) -> None:
        """Long answers leave room for the panes."""
        self.answer.limit(max(4, event.size.height * 2 // 5))
