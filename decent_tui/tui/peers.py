"""The peers: how each one is, and the evidence for it."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from decent_tui.core.dial_operations import in_words
from decent_tui.core.operations import PeerView
from decent_tui.core.text import printable
from decent_tui.tui.footing import offers
from decent_tui.tui.lines import Line, Span, fit, said, spread, width
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.requests import RunLine
from decent_tui.tui.roster import Face, Roster
from decent_tui.tui.words import milliseconds, size, span

SILENT: Final = 2.0
"""Seconds without a word from which the silence of a living peer is said; heartbeats come every second."""


NOISE: Final = 0.5
"""Milliseconds by which a round trip may differ from the one shown, and …"""

NOISY: Final = 0.25
"""… the share of it. Without this every heartbeat would change a digit, and each would be painted."""


WIDE: Final = 70
"""Cells from which on the bytes to and from each peer are shown."""


class PeersPane(FilteredPane, can_focus=True):
    """One line a peer."""

    HELP = "The other nodes: ● alive, ◐ silent for a while, ○ down, ◌ joining, ✂ cut off by you."

    FILTER = "a part of the name, the address or the state; !… for those without it"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="peers.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="peers.down"),
        Binding("pageup,ctrl+u", "move(-8)", "Page up", show=False, id="peers.pageup"),
        Binding("pagedown,ctrl+d", "move(8)", "Page down", show=False, id="peers.pagedown"),
        Binding("home,g", "move(-10000)", "First peer", show=False, id="peers.first"),
        Binding("end,G", "move(10000)", "Last peer", show=False, id="peers.last"),
        Binding("enter", "open", "open", id="peers.open", tooltip="All that is known of this peer"),
        Binding("x", "cut", "cut / heal", id="peers.cut", tooltip="Cut the link to this peer, or heal it"),
    ]

    class Opened(Message):
        """A peer was opened."""

        def __init__(self, peer: PeerView) -> None:
            super().__init__()
            self.peer = peer

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._known: Sequence[PeerView] = ()
        self._peers: Sequence[PeerView] = ()  # those that fit the filter
        self._filter = ""
        self._roster = Roster()
        self._address = ""  # the cursor stays on its peer
        self._top = 0
        self._lines: list[Line] = []
        self._open = False
        self._trips: dict[str, float] = {}  # the round trip shown of each peer
        self.readonly = False
        """Whether no link can be cut here."""

    @property
    def peer(self) -> PeerView | None:
        """The peer under the cursor."""
        return self._peers[self._cursor] if self._peers else None

    @property
    def _cursor(self) -> int:
        return next((at for at, peer in enumerate(self._peers) if peer.address == self._address), 0)

    @property
    def filter(self) -> str:
        """The filter as typed."""
        return self._filter

    def set_filter(self, text: str) -> None:
        """Show only peers with this text in their name, address or state (`!text`: without it)."""
        self._filter = text
        self.show(self._known, self._roster)

    def _fits(self, peer: PeerView) -> bool:
        words = f"{peer.address} {peer.name or ''} {peer.node_id or ''} {peer.state}".lower()
        words += " cut" * peer.cut + " classic" * peer.classic
        needle = self._filter.lower()
        return (needle.removeprefix("!") in words) is not (len(needle) > 1 and needle.startswith("!"))

    def show(self, known: Sequence[PeerView], roster: Roster) -> None:
        """Show these; only lines that read differently are painted."""
        self._known, peers = known, [peer for peer in known if self._fits(peer)]
        same = roster is self._roster and self._open and len(peers) == len(self._peers)
        self._peers, self._roster, self._open = peers, roster, True
        self._keep_in_sight()
        old, self._lines = self._lines, self._made()
        self._label()
        if not same:
            self.refresh()
        else:
            self.refresh_rows(
                *(at - self._top for at, (a, b) in enumerate(zip(old, self._lines, strict=False)) if a != b)
            )

    def _made(self) -> list[Line]:
        faces = [self._roster.face(peer.node_id or "", peer.address) for peer in self._peers]
        trips = [self._steady(peer) for peer in self._peers]
        labels = min(max((len(face.label) for face in faces), default=0), 21)
        names = min(max((len(face.name) for face in faces), default=0), 12)

        def lines(names: int) -> list[Line]:
            each = zip(self._peers, faces, trips, strict=True)
            return [peer_line(peer, face, trip, labels, names) for peer, face, trip in each]

        made = lines(names)
        if any(width(line) > self.room for line in made):  # how a peer is counts for more than its name
            made = lines(0)
        return made

    def _traffic(self, peer: PeerView) -> str:
        """Bytes either way, where there is room for them."""
        if self.room < WIDE or not (peer.sent or peer.received):
            return ""
        return f"→ {size(peer.sent)} ← {size(peer.received)} "

    def _steady(self, peer: PeerView) -> float | None:
        """The round trip to show: the one shown before while the new one differs by noise only."""
        now, shown = peer.rtt_ms, self._trips.get(peer.address)
        if now is None:
            self._trips.pop(peer.address, None)
        elif shown is None or abs(now - shown) > max(NOISE, shown * NOISY):
            self._trips[peer.address] = now
        return self._trips.get(peer.address)

    def row(self, y: int) -> tuple[Line, str]:
        """One peer, or what to do when there is none."""
        at = self._top + y
        if at < len(self._lines):
            ground = "ground"
            if at == self._cursor:
                ground = "cursor" if self.has_focus else "ground"
            traffic = (Span(self._traffic(self._peers[at]), "dim"),)
            return spread(self._lines[at], traffic, self.room), ground
        if self._open and not self._peers:
            if self._known:
                return ((Span(" no peer fits", "dim"),) if y == 0 else ()), "ground"
            words = nobody(self._own(), self.room)
            return (words[y] if y < len(words) else ()), "ground"
        return (), "ground"

    def _own(self) -> str:
        addresses = [key for key, face in self._roster.faces.items() if key != self._roster.own and face]
        return addresses[0] if addresses else "HOST:PORT"

    def _label(self) -> None:
        title = [Span("Peers", self.name_ink)]
        hint: Line = ()
        if self.has_focus and self.peer is not None:
            cut = [] if self.readonly else [("x", "heal" if self.peer.dials else "cut")]
            hint = offers([*cut, ("X", "dials")])
        if self._filter:
            title.append(said(f"  / {self._filter}", "amber", most=40))
            title.append(Span(f"  {len(self._peers)} of {len(self._known)}", "dim"))
        cuts = sum(peer.cut for peer in self._known)
        if cuts:
            title.append(Span(f"  ✂ {cuts} cut", "bold red"))
        self.label(tuple(title), hint)

    def on_resize(self, event: events.Resize) -> None:
        """More or less finds room; the cursor stays in sight."""
        self._lines = self._made()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        height, at = max(1, self.rows), self._cursor
        self._top = max(at - height + 1, min(self._top, at))
        self._top = max(0, min(self._top, len(self._peers) - height))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        if self._peers:
            at = max(0, min(self._cursor + by, len(self._peers) - 1))
            self._address = self._peers[at].address
            self._keep_in_sight()
            self._label()
            self.refresh()

    def action_open(self) -> None:
        """Show all that is known of the peer under the cursor."""
        if self.peer is not None:
            self.post_message(self.Opened(self.peer))

    def action_cut(self) -> None:
        """Cut the link to the peer under the cursor, or heal it."""
        peer = self.peer
        if peer is not None:
            self.post_message(RunLine(f"{'heal' if peer.dials else 'cut'} {peer.address}"))

    def on_click(self, event: events.Click) -> None:
        """Point at a peer."""
        row = self.row_at(event)
        if row is not None and self._top + row < len(self._peers):
            self.action_move(self._top + row - self._cursor)
            if event.chain == 2:
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by moving the cursor."""
        self.action_move(1)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by moving the cursor."""
        self.action_move(-1)
        event.stop()


def _another(address: str) -> int:
    """A port beside the one of this address."""
    port = address.rpartition(":")[2]
    return int(port) + 1 if port.isdecimal() and int(port) < 65535 else 9002


def nobody(own: str, room: int) -> list[Line]:
    """What to do while there are no peers: a command that can be copied whole, on two lines if it has to."""
    start, peers = f" decent-tui --port {_another(own)}", f" --peers {printable(own)}"
    lines: list[Line] = [(Span(" no peers yet; in another terminal:", "dim"),)]
    if len(start) + len(peers) <= room:
        return [*lines, (Span(start + peers, "text"),)]
    return [*lines, (Span(f"{start} \\", "text"),), (Span(f"  {peers}", "text"),)]


def mark(peer: PeerView) -> Span:
    """The state as a glyph."""
    if peer.cut:
        return Span("✂", "bold red")
    return {
        "alive": Span("●", "green"),
        "joining": Span("◌", "dim"),
        "suspect": Span("◐", "bold amber"),
        "down": Span("○", "red"),
    }.get(peer.state, Span("○", "dim"))


def peer_line(peer: PeerView, face: Face, trip: float | None, labels: int, names: int) -> Line:
    """One peer: state, address, name, round trip, and how far it is or why it is not there."""
    there = peer.state in ("alive", "joining") and not peer.cut
    rtt = milliseconds(trip) if trip is not None and there else ""
    line = [
        Span(" "),
        mark(peer),
        Span(f" {fit(face.label, labels)} ", f"bold {face.ink}" if there else face.ink),
        Span(fit(face.name, names), "text" if there else "dim"),
        Span(f" {rtt:>8}  " if rtt else "  ", "dim"),
    ]
    line += standing(peer)
    if peer.classic:
        line.append(Span("  classic", "json-key"))
    return line


def standing(peer: PeerView) -> list[Span]:
    """How the peer stands to this node, in words."""
    words: list[Span] = []
    silent = peer.heard_s is not None and peer.heard_s >= SILENT
    if peer.cut:
        words.append(Span("cut by you", "red"))
    elif peer.state == "alive":
        if silent:
            words.append(Span(f"no word for {span(peer.heard_s or 0)}", "amber"))
    elif peer.state == "suspect":
        words.append(Span(f"no word for {span(peer.heard_s or 0)}", "amber"))
    elif peer.state == "joining":
        words.append(Span("joining", "dim"))
    else:
        words.append(
            Span({"down": "down"}.get(peer.state, peer.state), "red" if peer.state == "down" else "dim")
        )
    words += [Span(in_words(view), "amber") for view in peer.dials if not (peer.cut and view.dial == "cut")]
    if peer.key:
        words.append(Span(f"{peer.key} key", "amber"))
    distance = [
        Span(f"{number:,} {word}", ink)
        for number, word, ink in ((peer.behind, "behind", "amber"), (peer.ahead, "ahead", "json-key"))
        if number
    ]
    if not distance and peer.state == "alive" and not peer.cut and not silent and not peer.classic:
        distance = [Span("in sync", "green")]
    words += distance
    if not peer.cut and peer.state not in ("alive", "left", "forgotten"):
        if peer.retry_s is not None and peer.state != "suspect":
            words.append(Span(f"retry in {max(1, round(peer.retry_s))} s", "dim"))
        if peer.last_error:  # last: its beginning says what it is, if there is no room for more
            words.append(Span(printable(peer.last_error[:200]), "dim"))
    joined: list[Span] = []
    for word in words:
        joined += [Span(" · ", "dim"), word] if joined else [word]
    return joined
