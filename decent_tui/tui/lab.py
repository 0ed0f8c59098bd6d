"""View 4, the lab: every node's store side by side, the links between them, and the story."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from decent_tui.core.events import AnyEvent, Attached, Carried, Changed, Dialled, PeerChanged
from decent_tui.lab.chronicle import Chronicle
from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.lab.guide import Guide
from decent_tui.tui.alongside import alongside
from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.fixed_line import Fixed
from decent_tui.tui.history import History
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.lab_links import Reading, lab_roster, read_links
from decent_tui.tui.lab_panes import LinksView, StorePane, StoryPane
from decent_tui.tui.lines import Line, Span, spread
from decent_tui.tui.links_picture import height
from decent_tui.tui.pulses import TRAVEL, Pulses
from decent_tui.tui.roster import Roster
from decent_tui.tui.store_lines import read
from decent_tui.tui.subject import Subject
from decent_tui.tui.typed_lines import CommandLine

LOOK: Final = 0.1
"""Seconds between two looks at what is on its way: ten repaints a second read as movement."""

PEERS: Final = 1.0
"""Seconds between two readings of the links when nothing happens to them."""

WIDE: Final = 100
"""Columns from which there is room to say how others join."""

MOST_LINKS: Final = 10
"""Rows that the picture of the links takes at least if it needs them: enough for six nodes."""


class LabScreen(CommandScreen):
    """Shows a cluster and its story; commands go to the node whose store has the focus."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-normal")]  # noqa: RUF012  # Textual's own declaration
    HELP = (
        "The nodes are real ones, in this process. Messages are shown slowed down, and what they change when "
        "they get there. ● carries values, ○ asks what is missing. A broken line is cut, a dotted one slow."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", tooltip="All keys and commands"),
        Binding("colon", "command", "command", tooltip="Have the chosen node do something", priority=True),
        Binding("enter", "submit", "Run", show=False, priority=True),
        Binding("y", "yes", "do it", tooltip="Carry out what was asked about", priority=True),
        Binding("n", "no", "leave it", tooltip="Do not carry out what was asked about", priority=True),
        Binding("escape", "fold", "Fold", show=False, tooltip="Fold a long answer"),
        Binding("space", "pause", "pause", id="story.pause", tooltip="Stop the story, or go on"),
        Binding(
            "n,right", "step", "next", id="story.step", tooltip="On to the next caption, and pause there"
        ),
        Binding("r", "replay", "replay", id="story.replay", tooltip="Tell the story again from the start"),
        Binding(
            # with priority, as the colon has: keys take effect in the order they were pressed
            "left_square_bracket",
            "choose(-1)",
            "Node before",
            show=False,
            tooltip="The node before",
            priority=True,
        ),
        Binding("right_square_bracket", "choose(1)", "node", tooltip="The next node", priority=True),
        Binding("tab", "choose(1)", "Next node", show=False),
        Binding("shift+tab", "choose(-1)", "Node before", show=False),
        Binding(
            "1", "app.show_node(0)", "dashboard", tooltip="The dashboard of the chosen node", priority=True
        ),
        Binding("2", "view('2')", "convergence", tooltip="Who lacks what, as the chosen node hears"),
        Binding("3", "view('3')", "timeline", tooltip="Everything that happened, in space and time"),
        Binding("X", "dials", "dials", tooltip="Break links of the chosen node on purpose"),
        Binding("pageup", "answer(-1)", show=False, priority=True, system=True),
        Binding("pagedown", "answer(1)", show=False, priority=True, system=True),
        Binding("ctrl+t", "app.next_theme", "Theme", show=False, tooltip="The next theme"),
        Binding("ctrl+q", "app.quit", "quit", tooltip="End all nodes in order", priority=True),
    ]

    def __init__(self, names: Sequence[str], history: History, speed: float) -> None:
        super().__init__(history)
        self._names = names
        self._cluster: Cluster | None = None
        self._guide: Guide | None = None
        self._inks: Mapping[str, str] = {}
        self._links = Reading([], {}, ())
        self._due: dict[int, float] = {}
        self._reading = False
        self._peers_due = 0.0
        self._chosen = 0
        self.headline = Fixed(id="headline", ground="bar")
        self.stores = [StorePane(at, name) for at, name in enumerate(names)]
        self.links = LinksView(Pulses(TRAVEL / speed), len(names), id="links")
        self.story = StoryPane(id="story")
        self.chronicle = Chronicle()
        """All that happened since the nodes were shown."""

    def compose(self) -> ComposeResult:
        """Headline, stores, links, story, answer, command line, keys."""
        yield self.headline
        yield Horizontal(*self.stores, id="stores")
        yield self.links
        yield self.story
        yield self.answer
        yield self.prompt.dropdown
        yield self.prompt
        yield KeyBar(id="keybar")

    def on_mount(self) -> None:
        """Start at the first node."""
        self.set_focus(self.stores[0])
        self.links.styles.min_height = min(height(len(self._names)), MOST_LINKS)
        self.headline.show((Span(" decent lab", "bold accent"), Span("  starting the nodes …", "dim")))

    # ------------------------------------------------------------------ the nodes

    def attach(self, cluster: Cluster, guide: Guide, inks: Mapping[str, str]) -> None:
        """Watch these nodes and this story; `inks` are the colours of the names."""
        self._cluster, self._guide, self._inks = cluster, guide, inks
        for store, name in zip(self.stores, self._names, strict=True):
            store.introduce(cluster.address(name), inks)
            cluster.listen(name, partial(self._happened, store.at))
            self.chronicle.follow(Seat(cluster, name))
            self._read_store(store.at)
        self.story.attach(guide, inks)
        self.refresh_bindings()  # there are dashboards now
        self._settle()
        self.set_interval(LOOK, self._look)

    def _happened(self, at: int, happened: Sequence[AnyEvent]) -> None:
        """Events of a node, on the loop it shares with the screen: put away what is to be looked at."""
        now = time.monotonic()
        for event in happened:
            match event:
                case Carried(outgoing=True):
                    end = self._at(event.peer)
                    if end is not None:
                        self.links.pulses.sent(event, at, end, self._inks[self._names[at]], now)
                case Changed(by=by):
                    # what came with a message is shown when that message gets there on the screen
                    self._due[at] = max(
                        self._due.get(at, 0.0), now + (self.links.pulses.travel if by else 0.0)
                    )
                case Attached():  # it was switched on or off
                    self._peers_due = 0.0
                    self.call_later(self._read_store, at)
                case PeerChanged() | Dialled():
                    self._peers_due = 0.0
                case _:
                    pass

    def _at(self, address: str) -> int | None:
        cluster = self._cluster
        found = (at for at, name in enumerate(self._names) if cluster and cluster.address(name) == address)
        return next(found, None)

    def _look(self) -> None:
        now = time.monotonic()
        for at in [at for at, due in self._due.items() if due <= now]:
            del self._due[at]
            self._read_store(at)
        if now >= self._peers_due:
            self._peers_due = now + PEERS
            self._read_links()
        for store in self.stores:
            store.look(now)
        self.links.look()
        if self.chronicle.due:
            alongside(self, self.chronicle.read, "chronicle")

    def _read_store(self, at: int) -> None:
        async def work() -> None:
            if self._cluster is not None:
                self.stores[at].show(await read(Seat(self._cluster, self._names[at]), self._cluster.called))
                self._tell()

        alongside(self, work, f"store-{at}")

    def _read_links(self) -> None:
        if self._cluster is not None and not self._reading:
            self._reading = True
            alongside(self, partial(self._show_links, self._cluster), "links")

    async def _show_links(self, cluster: Cluster) -> None:
        try:
            self._links = await read_links(cluster)
        finally:
            self._reading = False
        if self.is_mounted:
            nodes = [(self._inks[name], cluster.node(name) is not None) for name in self._names]
            self.links.show(nodes, self._links.links)
            self._tell()

    # ------------------------------------------------------------------ the story

    def renew(self) -> None:
        """Something of the story is new."""
        self.story.renew()

    def action_pause(self) -> None:
        """Stop the story, or go on."""
        if self._guide is not None:
            if self._guide.state == "paused":
                self._guide.go_on()
            else:
                self._guide.pause()

    def action_step(self) -> None:
        """On to the next caption."""
        if self._guide is not None:
            self._guide.step()

    def action_replay(self) -> None:
        """Tell it again."""
        if self._guide is not None:
            self._guide.replay()

    def _tell(self) -> None:
        """The headline: how all stands, and how others come in."""
        cluster = self._cluster
        if cluster is None or not self.is_mounted:
            return
        shelves = [store.shelf for store in self.stores if store.shelf is not None and store.shelf.up]
        alike = all(shelf.live == shelves[0].live for shelf in shelves)
        off = len(self.stores) - len(shelves)
        wide = self.size.width >= WIDE
        left: list[Span] = [Span(" decent lab  ", "bold accent")]
        if wide:
            left.append(Span(f"{len(self._names)} real nodes  ", "dim"))
        if not alike:
            left.append(Span("◐ they differ", "amber"))
        elif off:
            left.append(Span(f"◐ the same on {len(shelves)}, {off} off", "amber"))
        else:
            left.append(Span("● the same everywhere", "green"))
        if self._links.banner:
            left += [Span("  "), *self._links.banner]
        if self._links.guests:
            left.append(Span(f"  + {len(self._links.guests)} from elsewhere", "accent"))
        how = "join in: decent-tui --peers " if wide else "--peers "
        right = (Span(how, "dim"), Span(f"{cluster.address(self._names[0])} "))
        self.headline.show(spread(left, right, self.size.width))

    # ------------------------------------------------------------------ choosing a node

    @property
    def chosen(self) -> int:
        """The node that commands go to."""
        return self._chosen

    def choose(self, at: int) -> None:
        """Have commands go to it."""
        self._chosen = at % len(self.stores)
        self._settle()
        self.set_focus(self.stores[self._chosen])

    def action_choose(self, by: int) -> None:
        """Choose the next node."""
        self.choose(self._chosen + by)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The store with the focus is the chosen node's."""
        if isinstance(event.widget, StorePane):
            self._chosen = event.widget.at
            self._settle()

    def _settle(self) -> None:
        if self._cluster is not None:
            self.attach_commands(Seat(self._cluster, self._names[self._chosen]))

    # ------------------------------------------------------------------ commands

    @property
    def resting(self) -> Widget:
        """The store of the chosen node."""
        return self.stores[self._chosen]

    @property
    def who(self) -> Line:
        """The chosen node."""
        return (Span(f" {self._names[self._chosen]} ", "bold accent"),)

    @property
    def subject(self) -> Subject | None:
        """The chosen node; the timeline shows what happened on all."""
        if self._cluster is None:
            return None
        seat = Seat(self._cluster, self._names[self._chosen])
        return Subject(seat, self._roster, chronicle=self.chronicle)

    def _roster(self) -> Roster:
        cluster, name = self._cluster, self._names[self._chosen]
        return lab_roster(cluster, name, self._inks, self._links.guests) if cluster is not None else Roster()

    def went(self, view: str) -> None:
        """View 1 is the dashboard of the chosen node."""
        if view == "1":
            self.app.call_later(self.app.run_action, "app.show_node(0)")
        else:
            super().went(view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, its letters are letters."""
        return not self.is_typing if action == "choose" else super().check_action(action, parameters)

    def noticed(self, line: str) -> None:
        """The story waits."""
        if self._guide is not None:
            self._guide.take_over(f"{self._names[self._chosen]}: {line}")

    def action_fold(self) -> None:
        """Fold a long answer."""
        self.answer.fold()

    def action_help(self) -> None:
        """Show the keys of this view."""
        from decent_tui.tui.popups import help_reader

        self.app.push_screen(help_reader({"Lab": LabScreen, "Store": StorePane, "Command line": CommandLine}))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        self._tell()
        self.answer.limit(max(4, event.size.height * 2 // 5))
