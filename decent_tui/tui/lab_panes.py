"""The panes of the lab: a store, the links between them, the story."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from decent_tui.lab.guide import Guide
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, flow, said
from decent_tui.tui.links_picture import Link, Node, height, picture
from decent_tui.tui.pane import Pane
from decent_tui.tui.pulses import Pulses
from decent_tui.tui.store_lines import NARROW, Shelf, store_lines, summary

FRESH: Final = 1.5
"""Seconds for which a key that changed stands out."""


class StorePane(Pane, can_focus=True):
    """What one node holds. The one with the focus is the node that commands go to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "app.show_node(0)", "Its dashboard", show=False, tooltip="The dashboard of this node"
        ),
    ]

    def __init__(self, at: int, name: str) -> None:
        super().__init__(id=f"store-{name}", classes="store")
        self.at = at
        """Which of the nodes this is, from 0."""
        self._called = name
        self._address = ""
        self._names: Mapping[str, str] = {}
        self._shelf: Shelf | None = None
        self._fresh: dict[str, float] = {}

    @property
    def shelf(self) -> Shelf | None:
        """What is shown; None before anything was read."""
        return self._shelf

    def introduce(self, address: str, inks: Mapping[str, str]) -> None:
        """Say where the node listens, and which colour each name has."""
        self._address, self._names = address, inks
        self._label()

    def show(self, shelf: Shelf) -> None:
        """Show what the node holds now."""
        old = self._shelf
        if old is not None and old.up and shelf.up:
            before = {held.key: held.values for held in old.held}
            until = time.monotonic() + FRESH
            self._fresh |= {held.key: until for held in shelf.held if before.get(held.key) != held.values}
        if shelf != old:
            self._shelf = shelf
            self._label()
            self.refresh()

    def look(self, now: float) -> None:
        """What is no longer fresh goes back among the rest."""
        stale = [key for key, until in self._fresh.items() if until <= now]
        for key in stale:
            del self._fresh[key]
        if stale:
            self.refresh()

    def _label(self) -> None:
        port = f" :{self._address.rpartition(':')[2]}" if self._address and self.room >= NARROW else ""
        name = Span(f"{self._called}{port}", f"bold {self._names.get(self._called, 'text')}")
        mark = (Span("▸", "bold accent"),) if self.has_focus else ()  # not by the colour of its frame alone
        self.label((*mark, name), summary(self._shelf, self.room) if self._shelf is not None else ())

    def on_resize(self, event: events.Resize) -> None:
        """More or less finds room in the frame."""
        self._label()

    def row(self, y: int) -> tuple[Line, str]:
        """One line of the store."""
        if self._shelf is None:
            return (Span(" starting …", "dim"),) if y == 1 else (), "ground"
        lines = store_lines(self._shelf, self._fresh, self._names, self.room, self.rows)
        return (lines[y] if y < len(lines) else ()), "ground"


class LinksView(LineView):
    """The links as a picture below the stores, each node under the middle of its store."""

    def __init__(self, pulses: Pulses, nodes: int, *, id: str) -> None:
        super().__init__(id=id)
        self.pulses = pulses
        self._count = nodes
        self._ends: Sequence[tuple[str, bool]] = ()
        self._links: Sequence[Link] = ()
        self._lines: Sequence[Line] = ()
        self._moving = False

    def show(self, nodes: Sequence[tuple[str, bool]], links: Sequence[Link]) -> None:
        """Show these nodes (ink, whether it runs) and links."""
        if (nodes, links) != (self._ends, self._links):
            self._ends, self._links = nodes, links
            self._draw()

    def look(self) -> None:
        """Move what is on its way; costs nothing when nothing is."""
        pulses = self.pulses.at(time.monotonic())
        if pulses or self._moving:
            self._draw()
        self._moving = bool(pulses)

    def _draw(self) -> None:
        room, count = self.size.width, max(1, len(self._ends))
        nodes = [Node(room * (2 * at + 1) // (2 * count), ink, up) for at, (ink, up) in enumerate(self._ends)]
        old = self._lines
        lines = picture(nodes, self._links, self.pulses.at(time.monotonic()), room, self._stretch)
        self._lines = lines
        if len(old) != len(lines):
            self.refresh()
        else:
            self.refresh_lines(*(y for y, (a, b) in enumerate(zip(old, lines, strict=True)) if a != b))

    @property
    def _stretch(self) -> int:
        deepest = height(self._count) - 1
        return max(1, (self.size.height - 1) // deepest) if deepest else 1

    def row(self, y: int) -> tuple[Line, str]:
        """One line of the picture."""
        return (self._lines[y] if y < len(self._lines) else ()), "ground"

    def on_resize(self, event: events.Resize) -> None:
        """Draw anew."""
        self._draw()


class StoryPane(Pane):
    """The caption of the story, what was done, what a node says about it, and how the story stands."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._guide: Guide | None = None
        self._names: Mapping[str, str] = {}
        self._lines: list[Line] = []

    def attach(self, guide: Guide, inks: Mapping[str, str]) -> None:
        """Show this story, with the inks of the names in it."""
        self._guide, self._names = guide, inks
        self.renew()

    def renew(self) -> None:
        """Something of the story is new."""
        if self._guide is not None:
            self._lines = story_lines(self._guide, self._names, self.room)
            self._label()
            self.refresh()

    def _label(self) -> None:
        guide = self._guide
        if guide is not None:
            title = said(guide.scenario.title, "bold text")
            self.label((title,), (Span(f"{guide.told} of {guide.captions} · {standing(guide)}", "accent"),))

    def row(self, y: int) -> tuple[Line, str]:
        """One line."""
        return (self._lines[y] if y < len(self._lines) else ()), "ground"

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew."""
        self.renew()


def standing(guide: Guide) -> str:
    """How the story stands, in a word or two."""
    return {
        "playing": "playing",
        "paused": "paused, space goes on",
        "rewinding": "going back to the beginning …",
        "over": "the end, r tells it again",
        "stuck": "stuck, r tells it again",
    }[guide.state]


def _yours() -> Iterator[Span]:
    """What to try when the story is over, word by word."""
    for key, does in (
        (":", "has the chosen node do something, such as"),
        ('put lunch "cake"', "·"),
        ("X", "breaks its links ·"),
        ("3", "shows all that happened ·"),
        ("1", "is a node's dashboard ·"),
        ("r", "tells it again"),
    ):
        yield from (Span(word, "bold accent") for word in key.split())
        yield from (Span(word, "dim") for word in does.split())


YOURS: Final = (
    Span("Now", "text"),
    Span("it", "text"),
    Span("is", "text"),
    Span("yours:", "text"),
    *_yours(),
)


def story_lines(guide: Guide, inks: Mapping[str, str], room: int) -> list[Line]:
    """The story of the moment in lines of at most `room` cells."""
    lines = _wrapped(guide.caption, inks, "bold text", room)
    if guide.note:
        lines += _wrapped(guide.note, {}, "amber", room)
    if guide.done:
        lines += _wrapped("  ·  ".join(guide.done), {}, "dim", room)
    for answer in guide.answer:
        lines += _wrapped(answer, inks, "text", room)
    if guide.state == "over":
        lines += [(), *([Span(" "), *line] for line in flow(YOURS, room - 2))]
    return lines


def _wrapped(text: str, inks: Mapping[str, str], ink: str, room: int) -> list[Line]:
    words = []
    for word in said(text).text.split():
        name = inks.get(word.split("'")[0].strip('.,:;"').lower())
        words.append(Span(word, f"bold {name}" if name else ink))
    return [[Span(" "), *line] for line in flow(words, room - 2)] if words else []
