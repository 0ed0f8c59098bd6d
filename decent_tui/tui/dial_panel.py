"""The dials of a node: a line for each link, a column for each way to break it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, Final

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from decent_tui.commands.session import Outcome
from decent_tui.core.errors import Refused
from decent_tui.core.faults import Direction
from decent_tui.core.operations import Peers, PeerView
from decent_tui.net.interface import READONLY
from decent_tui.tui.alongside import alongside
from decent_tui.tui.dial_board import COLUMNS, TIMES, WAYS, Board, Column, amount, dial, sides
from decent_tui.tui.footing import offers
from decent_tui.tui.lines import Line, Span, fit, flow, said
from decent_tui.tui.pane import Pane
from decent_tui.tui.subject import Subject
from decent_tui.tui.words import span

READ: Final = 0.5
"""Seconds between two readings, so that timers are seen to run."""

NAME: Final = 24
"""Cells for who is at the other end, where there is room for so many."""

WIDTHS: Final[dict[Column, int]] = {
    "cut": 5, "lag": 8, "jitter": 9, "lose": 6, "duplicate": 10, "reorder": 8
}  # fmt: skip
"""Cells of the columns."""

HEALS: Final = 8
"""Cells of the last one."""

ABOUT: Final[dict[Column, str]] = {
    "cut": "Nothing passes. Cut both ways, the link is dropped until it is healed.",
    "lag": "Everything that passes arrives so much later.",
    "jitter": "The lag varies by so much either way; what passes keeps its order.",
    "lose": "So many of the messages vanish.",
    "duplicate": "So many of the messages arrive twice.",
    "reorder": "So many of the messages are held back, and later ones overtake them.",
}

_WAYS: Final = {"both": "both ways", "out": "to it (→)", "in": "from it (←)"}


class DialPane(Pane, can_focus=True):
    """The board. Every key that turns something is a command, and is shown as one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "peer(-1)", "Link before", tooltip="The link before"),
        Binding("down,j", "peer(1)", "Next link", tooltip="The next link"),
        Binding("left,h", "column(-1)", "Dial before", tooltip="The dial before"),
        Binding("right,l", "column(1)", "Next dial", tooltip="The next dial"),
        Binding("plus,equals_sign,pageup", "turn(1)", "more", tooltip="Turn the chosen dial up"),
        Binding("minus,pagedown", "turn(-1)", "less", tooltip="Turn the chosen dial down"),
        Binding("0,delete", "off", "off", tooltip="Turn the chosen dial off"),
        Binding("x", "cut", "cut / heal", tooltip="Cut the chosen link, or undo all that is dialled for it"),
        Binding("A", "heal", "heal all", tooltip="Undo everything on every link"),
        Binding("w", "way", "way", tooltip="Turn what goes both ways, to it, or from it"),
        Binding("t", "time", "timer", tooltip="Have what is turned next heal by itself after a time"),
    ]

    def __init__(self, subject: Subject, carry_out: Callable[[str], Awaitable[Outcome | None]]) -> None:
        super().__init__(id="dials")
        self._subject = subject
        self._carry_out = carry_out
        self._said: Sequence[Line] = ()
        self._turning = asyncio.Lock()
        self._lines: list[tuple[Line, PeerView | None]] = []
        self.board = Board(address=subject.peer)

    @property
    def readonly(self) -> bool:
        """Whether dials are shown only, and turning one is refused."""
        return self._subject.node.readonly

    def on_mount(self) -> None:
        """Begin to read."""
        self._label()
        self.set_interval(READ, self.read)
        self.read()

    def read(self) -> None:
        """Read how the dials stand."""
        alongside(self, self._read, "dials")

    async def _read(self) -> None:
        try:
            known = (await self._subject.node.run(Peers())).peers
        except Refused:
            return  # the node is closing, or its disk is in trouble; the last picture stays
        self._show(peers=[peer for peer in known if peer.state not in ("left", "forgotten") or peer.dials])

    def _show(self, **changes: object) -> None:
        self.board = msgspec.structs.replace(self.board, **changes)
        self._lines = list(self._made())
        self.refresh()

    # ------------------------------------------------------------------ keys

    def action_peer(self, by: int) -> None:
        """Choose another link."""
        board = self.board
        if board.peer is not None:
            addresses = [peer.address for peer in board.peers]
            at = max(0, min(addresses.index(board.peer.address) + by, len(addresses) - 1))
            self._show(address=addresses[at])

    def action_column(self, by: int) -> None:
        """Choose another dial."""
        at = max(0, min(COLUMNS.index(self.board.column) + by, len(COLUMNS) - 1))
        self._show(column=COLUMNS[at])

    def action_way(self) -> None:
        """Turn another way."""
        self._show(way=WAYS[(WAYS.index(self.board.way) + 1) % len(WAYS)])

    def action_time(self) -> None:
        """Turn for another time."""
        self._show(time=TIMES[(TIMES.index(self.board.time) + 1) % len(TIMES)])

    def action_turn(self, by: int) -> None:
        """More or less."""
        self._run(lambda board: board.step(by))

    def action_off(self) -> None:
        """Off."""
        self._run(Board.off)

    def action_cut(self) -> None:
        """Cut the link, or heal it."""
        self._run(lambda board: board.heal() or board.cut())

    def action_heal(self) -> None:
        """Undo everything."""
        self._run(lambda board: "heal all")

    def _run(self, command: Callable[[Board], str]) -> None:
        """Carry out the command that a key stands for, as the dials stand after those before it."""
        alongside(self, partial(self._done, command, self.board), "dials")

    async def _done(self, command: Callable[[Board], str], chosen: Board) -> None:
        async with self._turning:
            line = command(msgspec.structs.replace(chosen, peers=self.board.peers))
            if line:
                self._tell(line, await self._carry_out(line))
                await self._read()

    def _tell(self, line: str, outcome: Outcome | None) -> None:
        if outcome is not None:
            ink = "dim" if outcome.ok else "red"
            words = [said(f": {line}", "text"), Span(" ─", "dim")]
            words += [said(word, ink) for text in outcome.text() for word in text.split()]
            self._said = [(Span(" "), *line) for line in flow(words, self.room - 2)][:2]

    # ------------------------------------------------------------------ what is seen

    def _label(self) -> None:
        roster = self._subject.roster()
        face = roster.face(roster.own)
        who = f"{face.label} {face.name}".strip()
        self.label(
            (Span("Dials of ", "bold accent"), said(who, f"bold {face.ink}")),
            offers([("Esc", "close")]),
        )

    @property
    def _called(self) -> int:
        return max(10, min(NAME, self.room - sum(WIDTHS.values()) - HEALS))

    def _made(self) -> list[tuple[Line, PeerView | None]]:
        head = [Span(fit("   link to", self._called), "dim")]
        head += [
            Span(fit(name, WIDTHS[name]), "bold accent" if name == self.board.column else "dim")
            for name in COLUMNS
        ]
        lines: list[tuple[Line, PeerView | None]] = [((*head, Span("heals in", "dim")), None)]
        for peer in self.board.peers:
            for at, ways in enumerate(sides(peer)):
                lines.append((self._line(peer, ways, first=at == 0), peer))
        if not self.board.peers:
            lines.append(((Span("   no other node is known yet: there is no link to break", "dim"),), None))
        return lines

    def _line(self, peer: PeerView, ways: Sequence[Direction], *, first: bool) -> Line:
        face = self._subject.roster().face(peer.node_id or "", peer.address)
        chosen = peer is self.board.peer
        sign = " ▸ " if chosen and first else "   "
        way = "" if len(ways) == 2 else " →" if ways[0] == "out" else " ←"
        name = f"{face.label} {face.name}".strip() if first else ""
        line = [Span(sign, "accent"), said(fit(name, self._called - 6), face.ink), Span(fit(way, 3), "dim")]
        for column in COLUMNS:
            value = amount(peer, column, ways[0])
            ink = "red" if column == "cut" else "amber"
            lit = chosen and column == self.board.column and self.board.way in ("both", *ways)
            words = fit(_value(column, value), WIDTHS[column] - 1)
            line.append(Span(words, "bold ground on accent" if lit else ink if value else "dim"))
            line.append(Span(" "))
        times = [view.for_s for column in COLUMNS if (view := dial(peer, column, ways[0])) is not None]
        left = [time for time in times if time is not None]
        line.append(Span(span(min(left)) if left else "", "amber"))
        return line

    def _settings(self) -> list[Line]:
        """What the keys do, and how; where one only looks, that they do nothing."""
        board = self.board
        if self.readonly:
            told = (Span(f" {ABOUT[board.column]}", "text"),)
            return [(), told, (Span(f" {READONLY}", "dim"),), (), *self._said]
        time = "until it is healed" if board.time is None else f"for {span(board.time)}"
        return [
            (),
            (Span(f" {ABOUT[board.column]}", "text"),),
            _keys(
                ("+ −", "more, less"),
                ("0", "off"),
                ("x", "cut, heal"),
                ("A", "heal all"),
                ("Enter", "type it"),
            ),
            (*_keys(("w", f"turns what goes {_WAYS[board.way]}")), *_keys(("t", time))),
            (),
            *self._said,
        ]

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew."""
        self._show()

    def row(self, y: int) -> tuple[Line, str]:
        """One line: the board, below it what the keys do and what was done last."""
        top = self._top
        shown = self._lines[:1] + self._lines[1 + top :]
        height = self.rows - len(self._settings())
        if y < height:
            line, peer = shown[y] if y < len(shown) else ((), None)
            return line, "cursor" if peer is not None and peer is self.board.peer else "ground"
        settings = self._settings()
        return (settings[y - height] if y - height < len(settings) else ()), "ground"

    @property
    def _top(self) -> int:
        """Lines of the board that are above what is seen."""
        height = self.rows - len(self._settings()) - 1
        chosen = [at for at, (_, peer) in enumerate(self._lines[1:]) if peer is self.board.peer]
        return max(0, chosen[-1] - height + 1) if chosen else 0

    def on_click(self, event: events.Click) -> None:
        """Choose a cell."""
        row = self.row_at(event)
        at = row + self._top if row else 0
        if row and at < len(self._lines) and (peer := self._lines[at][1]) is not None:
            x, column = event.x - 1 - self._called, self.board.column
            for name in COLUMNS:
                if 0 <= x < WIDTHS[name]:
                    column = name
                x -= WIDTHS[name]
            self._show(address=peer.address, column=column)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """More."""
        self.action_turn(1)
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Less."""
        self.action_turn(-1)
        event.stop()


def _keys(*keys: tuple[str, str]) -> list[Span]:
    """Keys, each with what it does."""
    words = [Span(" ")]
    for key, does in keys:
        words += [Span(key, "bold accent"), Span(f" {does}  ", "dim")]
    return words


def _value(column: Column, value: float) -> str:
    if not value:
        return "·"
    match column:
        case "cut":
            return "✂"
        case "lag":
            return _time(value)
        case "jitter":
            return f"±{_time(value)}"
        case _:
            return f"{value:g} %"


def _time(ms: float) -> str:
    return f"{ms:g} ms" if ms < 1_000 else f"{ms / 1_000:g} s"


class DialPanel(ModalScreen[str]):
    """The board over a screen; left by Enter, it hands the beginning of a command down to be typed there."""

    CSS_PATH = "dial_panel.tcss"
    HELP = "A line for each link, a column for each way to break it. What a key does is shown as a command."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,X", "close", "close", tooltip="Close; what is dialled stays"),
        Binding("enter,colon", "type", "type it", tooltip="Type the command for the chosen dial"),
        Binding("ctrl+q", "app.quit", "quit", show=False, priority=True),
    ]

    def __init__(self, subject: Subject, carry_out: Callable[[str], Awaitable[Outcome | None]]) -> None:
        super().__init__()
        self.dials = DialPane(subject, carry_out)

    def compose(self) -> ComposeResult:
        """The board."""
        yield self.dials

    def on_mount(self) -> None:
        """Keys go to the board."""
        self.set_focus(self.dials)

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss("")

    def action_type(self) -> None:
        """Type the rest, where it is not refused."""
        if not self.dials.readonly:
            self.dismiss(self.dials.board.begun())
