"""The versions of the selected key: cards side by side, and in plain words why there are several.

What makes cards and sentences is imported with the first key: the dashboard is there sooner for it.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Inspect, Inspection
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.lines import Line, Span, cut, said
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.requests import RunLine
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago

if TYPE_CHECKING:
    from decent_tui.tui.cards import Laid, Place, Values

REST: Final = 0.02
"""Seconds the cursor rests on a key before its versions are fetched: holding a key down fetches few."""


class VersionsPane(FilteredPane, can_focus=True):
    """Everything held for one key. Scrolls when it is longer than the pane."""

    HELP = "Every version of the selected key that this node holds, its vector clock, and who else has it."

    FILTER = "a part of the lines of a value; !… for those without it"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False, id="versions.up"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="versions.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="versions.pageup"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="versions.pagedown"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="versions.halfup"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="versions.halfdown"),
        Binding("home,g", "scroll(-100000)", "Top", show=False, id="versions.top"),
        Binding("end,G", "scroll(100000)", "Bottom", show=False, id="versions.bottom"),
        Binding(
            "left,h",
            "choose(-1)",
            "Sibling before",
            show=False,
            id="versions.left",
            tooltip="Choose a sibling",
        ),
        Binding(
            "right,l",
            "choose(1)",
            "Next sibling",
            show=False,
            id="versions.right",
            tooltip="Choose a sibling",
        ),
        Binding(
            "enter", "keep_chosen", "keep", show=False, id="versions.keep", tooltip="Keep the chosen sibling"
        ),
        Binding("escape", "unchoose", "Choose none", show=False, id="versions.unchoose"),
        Binding(
            "space", "unfold", "unfold", id="versions.unfold", tooltip="Show long values whole, or fold them"
        ),
    ]

    def __init__(
        self, *, id: str | None = None, classes: str | None = None, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._now = now
        self._node: NodeInterface | None = None
        self._roster = Roster()
        self._key = ""
        self._stale = False
        self._loading = False
        self._failed = False
        self._offered = 0
        self._inspection: Inspection | None = None
        self._values: Values | None = None
        self._lines: list[Line] = []
        self._top = 0
        self._ages: list[str] = []
        self._unfolded = False
        self._filter = ""
        self._laid: Laid | None = None
        self._chosen: int | None = None

    # ------------------------------------------------------------------ what it shows

    @property
    def inspection(self) -> Inspection | None:
        """What is on the screen."""
        return self._inspection

    @property
    def now(self) -> Callable[[], float]:
        """The clock that ages are told by, in seconds since 1970."""
        return self._now

    @property
    def chosen(self) -> int | None:
        """The sibling the cursor is on, if it is on one."""
        return self._chosen

    @property
    def length(self) -> int:
        """Lines there are to scroll through."""
        return len(self._lines)

    @property
    def choices(self) -> int:
        """How many siblings there are to keep one of; none without a conflict."""
        shown = self._inspection
        if shown is None or shown.key != self._key or len(shown.siblings) < 2:
            return 0
        return len(shown.siblings)

    @property
    def value(self) -> str:
        """The newest value's JSON text; empty when there is none."""
        from decent_tui.tui.settle import newest

        return "" if self._inspection is None else newest(self._inspection)

    @property
    def filter(self) -> str:
        """The filter as typed."""
        return self._filter

    def set_filter(self, text: str) -> None:
        """Of the values, show only lines with this text (`!text`: without it); nothing is folded then."""
        self._filter = text
        self._top = 0
        self._lay_out()

    def attach(self, node: NodeInterface) -> None:
        """Show what this node holds."""
        self._node = node
        self.reload()

    def show(self, key: str) -> None:
        """Show another key (empty: none)."""
        if key != self._key:
            self._key = key
            self._unfolded = False
            self._chosen = None
            self._top = 0
            self.reload()

    def changed(self, keys: tuple[str, ...]) -> None:
        """These keys changed in the store."""
        if self._key in keys:
            self.reload()

    def set_roster(self, roster: Roster) -> None:
        """Names and colours of the nodes."""
        self._roster = roster
        self._lay_out()

    def tick(self) -> None:
        """Time went by: '12 s ago' reads differently now; what could not be read is asked for again."""
        if self._failed:
            self.reload()
        if self._read_ages() != self._ages:
            self._lay_out()

    def reload(self) -> None:
        """Fetch the versions anew."""
        self._stale = True
        if self._node is not None and not self._loading and self.is_attached:
            self._loading = True
            alongside(self, partial(self._load, self._node), "versions")

    async def _load(self, node: NodeInterface) -> None:
        try:
            while self._stale:
                if self._inspection is not None and self._inspection.key != self._key:
                    await asyncio.sleep(REST)
                self._stale = False
                await self._load_once(node, self._key)
        finally:
            self._loading = False

    async def _load_once(self, node: NodeInterface, key: str) -> None:
        inspection: Inspection | None = None
        if key:
            try:
                inspection = await node.run(Inspect(key))
                self._failed = False
            except Refused:
                self._failed = True
        if key != self._key:
            self._stale = True
            return
        if inspection != self._inspection:
            old = self._inspection
            self._inspection = inspection
            records = None if inspection is None else [view.record for view in inspection.siblings]
            if inspection is None:
                self._values = None
            elif old is None or self._values is None or records != [view.record for view in old.siblings]:
                from decent_tui.tui.cards import Values

                self._values = Values(inspection)
                self._chosen = None  # what a place in the row means has changed
        self._lay_out()
        if self.choices != self._offered:
            self._offered = self.choices
            self.refresh_bindings()

    # ------------------------------------------------------------------ painting

    def _lay_out(self) -> None:
        """Make the lines anew; paint those that differ."""
        if not self.is_attached or not self.room:
            return
        old, self._lines = self._lines, self._made()
        self._ages = self._read_ages()
        self._label()
        self._show_from(self._top)
        longest = max(len(old), len(self._lines))
        differing = (at - self._top for at in range(longest) if old[at : at + 1] != self._lines[at : at + 1])
        self.refresh_rows(*differing)

    def _read_ages(self) -> list[str]:
        shown = self._inspection
        return [] if shown is None else [ago(self._now() - view.record.ts) for view in shown.siblings]

    def row(self, y: int) -> tuple[Line, str]:
        """One line of the cards and sentences."""
        at = self._top + y
        return (self._lines[at] if at < len(self._lines) else ()), "ground"

    def _made(self) -> list[Line]:
        shown, values = self._inspection, self._values
        self._laid = None
        if shown is None or values is None:
            if self._key or self._node is None:
                return []
            return [(), (Span(" select a key to see its versions, clocks and who has it", "dim"),)]
        from decent_tui.tui.cards import Look
        from decent_tui.tui.sheet import sheet

        look = Look(
            self._roster, self.room, self._now(), whole=self._unfolded, find=self._filter, chosen=self._chosen
        )
        made = sheet(shown, values, look, self.rows)
        self._laid = made.laid
        return made.lines

    def _label(self) -> None:
        shown = self._inspection if self._key else None
        if shown is None:
            self.label((Span("Versions", self.name_ink),))
        else:
            from decent_tui.tui.explain import heading, hints
            from decent_tui.tui.settle import cids

            laid = self._laid
            unfolds = "fold" if self._unfolded else "unfold" if laid is not None and laid.folded else ""
            hint = hints(
                shown,
                len(cids(shown)),
                self._chosen,
                focused=self.has_focus,
                unfolds=unfolds,
                readonly=self._node is not None and self._node.readonly,
            )
            title = list(heading(shown, self.room, self.name_ink))
            if self._filter and laid is not None:
                title.append(said(cut(f"  / {self._filter}", max(10, self.room // 3)), "amber"))
                hint = (Span(f"{laid.fitting:,} of {laid.of:,} lines  ", "dim"), *hint)
            self.label(title, hint)

    def on_resize(self, event: events.Resize) -> None:
        """Cards go beside or below each other."""
        self._lay_out()

    @property
    def _places(self) -> "list[Place]":
        return [] if self._laid is None else self._laid.places

    # ------------------------------------------------------------------ scrolling

    def _show_from(self, top: int) -> None:
        top = max(0, min(top, len(self._lines) - self.rows))
        moved, self._top = top != self._top, top
        self.mark_place(top, self.rows, len(self._lines))
        if moved:
            self.refresh()

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self._show_from(self._top + by)

    def action_page(self, pages: float) -> None:
        """Scroll by pages."""
        self._show_from(self._top + int(pages * max(1, self.rows - 1)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        self.action_scroll(3)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        self.action_scroll(-3)
        event.stop()

    # ------------------------------------------------------------------ acting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A letter keeps a sibling only while there are so many."""
        match action:
            case "keep_chosen" | "unchoose":
                return self._chosen is not None
            case "choose":
                return self.choices > 1
            case _:
                return True

    def action_choose(self, by: int) -> None:
        """Put the cursor on the next or the last sibling."""
        first = 0 if by > 0 else self.choices - 1
        self._choose(first if self._chosen is None else (self._chosen + by) % self.choices)

    def action_unchoose(self) -> None:
        """The cursor leaves the siblings."""
        self._choose(None)

    def _choose(self, at: int | None) -> None:
        self._chosen = at
        self._lay_out()
        self.refresh_bindings()
        places = self._places
        if at is not None and at < len(places):
            place = places[at]
            if place.top < self._top or place.bottom > self._top + self.rows:
                self._show_from(place.top)

    def on_click(self, event: events.Click) -> None:
        """Choose the sibling under the mouse."""
        row, offset = self.row_at(event), event.get_content_offset(self)
        if row is None or offset is None or not self.choices:
            return
        for at, place in enumerate(self._places):
            inside = place.left <= offset.x - 1 < place.right
            if inside and place.top <= row + self._top < place.bottom:
                self._choose(None if at == self._chosen else at)

    def action_keep_chosen(self) -> None:
        """Settle the conflict: the chosen sibling stays."""
        if self._chosen is not None:
            self.action_keep(self._chosen)

    def action_keep(self, at: int) -> None:
        """Settle the conflict: this sibling stays."""
        shown = self._inspection
        if shown is None or at >= self.choices:
            return
        from decent_tui.tui.settle import keep_line

        self.post_message(RunLine(keep_line(shown, at)))

    def edit(self) -> None:
        """Open the editor with the value, or with a draft of a merge when there are several."""
        shown, values = self._inspection, self._values
        if shown is None or values is None or shown.key != self._key:
            return
        from decent_tui.tui.settle import edit_request

        self.post_message(edit_request(shown, values))

    def action_unfold(self) -> None:
        """Show long values whole, or fold them again."""
        self._unfolded = not self._unfolded
        self._lay_out()
