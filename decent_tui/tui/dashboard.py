"""The dashboard: four panes, a command line, and what flows between them."""

import time
from collections.abc import Callable
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from decent_tui.commands.complete import usage
from decent_tui.commands.scan import quote
from decent_tui.commands.session import run_line
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Versions
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.answer import AnswerView
from decent_tui.tui.feed import Feed
from decent_tui.tui.header import Header
from decent_tui.tui.history import History
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.keys import KeyList
from decent_tui.tui.lines import Span, said
from decent_tui.tui.messages import MessagesPane
from decent_tui.tui.numbers import Numbers
from decent_tui.tui.peers import PeersPane
from decent_tui.tui.prompt import Prompt
from decent_tui.tui.requests import EditValue, RunLine
from decent_tui.tui.tabs import PaneTabs
from decent_tui.tui.typed_lines import CommandLine, FilterLine
from decent_tui.tui.versions import VersionsPane

LOOK: Final = 0.1
"""Seconds between two looks at what happened: ten repaints a second read as live."""

NUMBERS: Final = 0.25
"""Seconds at least between two readings of the node's numbers."""

PANES: Final = {"keys": "Keys", "versions": "Versions", "peers": "Peers", "messages": "Messages"}


class Dashboard(Screen[None]):
    """View 1. State flows down to the panes; what they ask for comes up as messages."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own declaration
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-normal"), (48, "-tall")]  # noqa: RUF012
    HELP = "Tab goes from pane to pane. What a key does is shown as the command it stands for."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", id="help", tooltip="All keys and commands"),
        Binding("colon", "command", "command", id="command", tooltip="Type a command", priority=True),
        Binding("slash", "filter", "filter", id="filter", tooltip="Filter this pane", priority=True),
        Binding("enter", "submit", "Run", show=False, id="submit", priority=True),
        Binding("escape", "back", "Back", show=False, id="back", tooltip="Fold the answer, drop the filter"),
        Binding("pageup", "answer(-1)", show=False, priority=True, system=True, id="answer_up"),
        Binding("pagedown", "answer(1)", show=False, priority=True, system=True, id="answer_down"),
        Binding("tab", "pane(1)", "pane", id="next_pane", tooltip="The next pane"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="previous_pane"),
        Binding("z", "zoom", "zoom", id="zoom", tooltip="This pane alone, or all"),
        Binding("e", "edit", "edit", id="edit", tooltip="Edit the value, or merge the siblings"),
        Binding(
            "a", "keep(0)", "Keep a", show=False, id="keep_a", tooltip="Settle the conflict: keep sibling a"
        ),
        Binding(
            "b", "keep(1)", "Keep b", show=False, id="keep_b", tooltip="Settle the conflict: keep sibling b"
        ),
        Binding("p", "begin('put')", "put", id="put", tooltip="Begin a put of this key"),
        Binding("d", "begin('delete')", "delete", id="delete", tooltip="Begin a delete of this key"),
        Binding("s", "run('gossip')", "gossip", id="gossip", tooltip="Exchange with every peer now"),
        Binding("y", "copy('key')", "Copy key", show=False, id="copy_key", tooltip="Copy the key"),
        Binding("Y", "copy('value')", "Copy value", show=False, id="copy_value", tooltip="Copy the value"),
        Binding("2", "convergence", "convergence", id="convergence", tooltip="Who lacks what, and why"),
        Binding("3", "timeline", "timeline", id="timeline", tooltip="What happened, in space and time"),
        Binding("ctrl+t", "app.next_theme", "Theme", show=False, id="theme", tooltip="Dark or light"),
        Binding("ctrl+q", "app.quit", "quit", id="quit", tooltip="End the node in order", priority=True),
    ]

    def __init__(self, history: History, *, now: Callable[[], float] = time.time) -> None:
        super().__init__(classes="-wide -normal")  # the usual size, so that it is laid out once
        self._node: NodeInterface | None = None
        self._history = history
        self._feed = Feed()
        self._numbers = Numbers()
        self._reading = False
        self._read_at = 0.0
        self._numbers_due = False
        self._early: list[str] = []  # commands typed before the node was open
        self._editable = False  # whether there is a key to edit, as the key bar shows it
        self._origin: Widget | None = None
        self._filtered: KeyList | MessagesPane | None = None
        self.header = Header(id="header")
        self.tabs = PaneTabs(PANES, id="tabs")
        self.keys = KeyList(id="keys", classes="pane -current")
        self.versions = VersionsPane(id="versions", classes="pane", now=now)
        self.peers = PeersPane(id="peers", classes="pane")
        self.messages = MessagesPane(id="messages", classes="pane")
        self.answer = AnswerView(id="answer")
        self.prompt = Prompt(history, id="prompt")

    def compose(self) -> ComposeResult:
        """Header, panes, answer, command line, keys."""
        yield self.header
        yield self.tabs
        yield Container(self.keys, self.versions, self.peers, self.messages, id="panes")
        yield self.answer
        yield self.prompt
        yield KeyBar(id="keybar")

    def on_mount(self) -> None:
        """Start where the keys are."""
        self.set_focus(self.keys)
        for pane, name in ((self.keys, "Keys"), (self.peers, "Peers"), (self.messages, "Messages")):
            pane.label((Span(name, "bold text"),))
        self.answer.limit(max(4, self.size.height * 2 // 5))

    # ------------------------------------------------------------------ the node

    def progress(self, text: str) -> None:
        """Say how the start of the node goes."""
        self.header.show(self._numbers.progress(text))

    def attach(self, node: NodeInterface) -> Callable[[], None]:
        """Watch this node; returns what ends the watching."""
        self._node = node
        end = node.subscribe(self._feed.listener)
        self.keys.attach(node)
        self.versions.attach(node)
        self.prompt.command.attach(node)
        self.set_interval(LOOK, self._look)
        self.set_interval(1.0, self._second)
        self._read_numbers()
        early, self._early = self._early, []
        for line in early:
            self.run_command(line)
        return end

    def _look(self) -> None:
        """Show what happened since the last look; costs nothing when nothing did."""
        if self._feed.waiting:
            news = self._feed.look()
            self.messages.take(news)
            if news.stored:
                if news.keys is None:
                    self.keys.reload()
                    self.versions.reload()
                else:
                    self.keys.changed(news.keys)
                    self.versions.changed(news.keys)
            self._numbers_due = self._numbers_due or news.stored or news.peers
        if self._numbers_due and time.monotonic() - self._read_at >= NUMBERS:
            self._read_numbers()

    def _second(self) -> None:
        """A second went by: rates, ages, and what heartbeats brought."""
        self.header.show(self._numbers.second())
        self.versions.tick()
        self._read_numbers()

    def _read_numbers(self) -> None:
        if self._node is not None and not self._reading:
            self._reading = True
            self._numbers_due = False
            self._read_at = time.monotonic()
            self.run_worker(self._read(self._node), group="numbers")

    async def _read(self, node: NodeInterface) -> None:
        try:
            change = await self._numbers.read(node)
        except Refused:
            return  # the node is closing, or its disk is in trouble and it raised an alarm
        finally:
            self._reading = False
        facts = self._numbers.facts
        if change.roster:
            self.versions.set_roster(facts.roster)
            self.messages.set_roster(facts.roster)
        if change.spread:
            self.keys.reload()
            self.versions.reload()
        self.peers.show(self._numbers.peers, facts.roster)
        if facts.status is not None:
            self.keys.set_total(facts.status.keys + facts.status.deleted)
        self.header.show(facts)

    # ------------------------------------------------------------------ panes and focus

    @property
    def current(self) -> Widget:
        """The pane that has the focus, or had it before the command line."""
        return self.query_one(".-current", Widget)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focused pane is the current one."""
        if event.widget.has_class("pane"):
            for pane in self.query(".pane"):
                pane.set_class(pane is event.widget, "-current")
            self.tabs.show(event.widget.id or "")
            self._origin = event.widget

    def _go(self, pane: Widget) -> None:
        for other in self.query(".pane"):
            other.set_class(other is pane, "-current")
        self.set_focus(pane)

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        names = list(PANES)
        at = names.index(self.current.id or names[0])
        self._go(self.query_one(f"#{names[(at + by) % len(names)]}"))

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self._go(self.query_one(f"#{event.pane}"))

    def action_zoom(self) -> None:
        """Give the whole screen to the current pane, or share it again."""
        self.toggle_class("-zoomed")

    @on(KeyList.Selected)
    def _key_selected(self, event: KeyList.Selected) -> None:
        self.versions.show(event.key)
        if bool(event.key) is not self._editable:
            self._editable = bool(event.key)
            self.refresh_bindings()

    @on(KeyList.Opened)
    def _key_opened(self) -> None:
        self._go(self.versions)

    @on(MessagesPane.Opened)
    def _message_opened(self, event: MessagesPane.Opened) -> None:
        from decent_tui.tui.popups import message_reader

        self.app.push_screen(message_reader(event.event, self._numbers.facts.roster))

    def action_help(self) -> None:
        """Show all keys and commands."""
        from decent_tui.tui.popups import help_reader

        panes = (KeyList, VersionsPane, PeersPane, MessagesPane)
        places: dict[str, type[DOMNode]] = dict(zip(PANES.values(), panes, strict=True))
        self.app.push_screen(help_reader({"Everywhere": Dashboard, **places, "Command line": CommandLine}))

    def action_convergence(self) -> None:
        """Show view 2."""
        from decent_tui.tui.convergence import ConvergenceScreen

        if self._node is not None:
            roster = lambda: self._numbers.facts.roster  # noqa: E731
            self.app.push_screen(ConvergenceScreen(self._node, roster, self.keys.key))

    def action_timeline(self) -> None:
        """Show view 3."""
        from decent_tui.tui.timeline import TimelineScreen

        if self._node is not None:
            self.app.push_screen(TimelineScreen(self._node, lambda: self._numbers.facts.roster))

    def action_back(self) -> None:
        """Undo what lies on top: a long answer, a filter, the zoom."""
        pane = self.current
        if self.answer.is_open:
            self.answer.fold()
        elif isinstance(pane, KeyList | MessagesPane) and pane.filter:
            pane.set_filter("")
        elif isinstance(pane, KeyList) and pane.conflicts_only:
            pane.action_conflicts()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif pane is not self.keys:
            self._go(self.keys)

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
            case "keep":
                at = parameters[0] if parameters else 0
                return isinstance(at, int) and at < self.versions.choices
            case "edit":
                return bool(self.keys.key)
            case _:
                return True

    def action_command(self) -> None:
        """Type a command."""
        self.prompt.begin_command()

    def action_begin(self, verb: str) -> None:
        """Type a command that begins with this word and the selected key."""
        key = self.keys.key
        self.prompt.begin_command(f"{verb} {quote(key)} " if key else f"{verb} ")

    def action_filter(self) -> None:
        """Type a filter for the current pane, or for the keys where the pane has none."""
        pane = self.current
        self._filtered = pane if isinstance(pane, KeyList | MessagesPane) else self.keys
        if self._filtered is not pane:
            self._go(self._filtered)
        self.prompt.begin_filter(self._filtered.filter)

    def _stop_typing(self) -> None:
        """Back to the pane that typing began in."""
        pane = self._origin if self._origin is not None and self._origin.display else self.current
        self.set_focus(pane)
        self.prompt.rest()
        self.answer.hint(())

    async def action_submit(self) -> None:
        """Enter while typing: run the command, or keep the filter."""
        command = await self.prompt.enter()
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

    @on(CommandLine.Choices)
    def _choices(self, event: CommandLine.Choices) -> None:
        words = [said(f"{word}  ", "text", most=60) for word in event.words[:20]]
        self.answer.hint((Span(" ", "dim"), *words))

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
        if self._node is None:
            self._early.append(line)
            self.answer.show(f": {line}", ("waits until the node is open …",), "dim")
            return
        self.answer.show(f": {line}", ("…",), "dim")
        self.run_worker(self._carry_out(self._node, line), group="commands")

    async def _carry_out(self, node: NodeInterface, line: str) -> None:
        outcome = await run_line(node, line)
        if outcome is None:
            return
        if outcome.ends:
            self.app.exit()
            return
        brief = outcome.ok and outcome.command in ("put", "resolve")  # the value was typed a moment ago
        ink = "text" if outcome.ok else "red"
        self.answer.show(f": {line}", outcome.text(), ink, brief=brief)
        self._look()
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
            self.app.copy_to_clipboard(text)
            self.answer.show("", (f"the {what} was handed to the terminal's clipboard (OSC 52)",), "dim")

    def on_resize(self, event: events.Resize) -> None:
        """Long answers leave room for the panes."""
        self.answer.limit(max(4, event.size.height * 2 // 5))
