"""The versions of the selected key: cards side by side, and in plain words why there are several."""

import asyncio
import time
from collections.abc import Callable
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from decent_tui.commands.scan import quote
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Inspect, Inspection
from decent_tui.core.why import missing
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.cards import LETTERS, Values, cards
from decent_tui.tui.explain import explained, hints
from decent_tui.tui.json_view import indented
from decent_tui.tui.lines import Line, Span, cut, said
from decent_tui.tui.pane import Pane
from decent_tui.tui.requests import EditValue, RunLine
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import ago

REST: Final = 0.02
"""Seconds the cursor rests on a key before its versions are fetched: holding a key down fetches few."""

UNFOLDED: Final = 2_000
"""Lines of one value after unfolding; what is longer is for the editor."""


class VersionsPane(Pane, can_focus=True):
    """Everything held for one key. Scrolls when it is longer than the pane."""

    HELP = "Every version of the selected key that this node holds, its vector clock, and who else has it."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False, id="versions.up"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="versions.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="versions.pageup"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="versions.pagedown"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="versions.halfup"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="versions.halfdown"),
        Binding("home,g", "scroll(-100000)", "Top", show=False, id="versions.top"),
        Binding("end,G", "scroll(100000)", "Bottom", show=False, id="versions.bottom"),
        *(
            Binding(letter, f"keep({at})", f"keep {letter}", show=False, id=f"versions.keep_{letter}")
            for at, letter in enumerate(LETTERS)
        ),
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

    # ------------------------------------------------------------------ what it shows

    @property
    def inspection(self) -> Inspection | None:
        """What is on the screen."""
        return self._inspection

    @property
    def length(self) -> int:
        """Lines there are to scroll through."""
        return len(self._lines)

    @property
    def choices(self) -> int:
        """How many siblings can be kept with a letter; none without a conflict."""
        shown = self._inspection
        if shown is None or shown.key != self._key or len(shown.siblings) < 2:
            return 0
        return min(len(shown.siblings), len(LETTERS))

    @property
    def value(self) -> str:
        """The newest value's JSON text; empty when there is none."""
        if self._inspection is not None:
            for view in self._inspection.siblings:
                if not view.record.deleted:
                    return bytes(view.record.value).decode(errors="replace")
        return ""

    def attach(self, node: NodeInterface) -> None:
        """Show what this node holds."""
        self._node = node
        self.reload()

    def show(self, key: str) -> None:
        """Show another key (empty: none)."""
        if key != self._key:
            self._key = key
            self._unfolded = False
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
            self.run_worker(self._load(self._node), group="versions")

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
                self._values = Values(inspection)
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
        if shown is None or values is None:
            if self._key or self._node is None:
                return []
            return [(), (Span(" select a key to see its versions, clocks and who has it", "dim"),)]
        room = self.room
        most = UNFOLDED if self._unfolded else max(6, self.rows - 16)
        lines = cards(shown, values, self._roster, room, most, self._now())
        return [*lines, *explained(shown, self._roster, room)]

    def _label(self) -> None:
        accent = "bold accent" if self.has_focus else "bold text"
        shown = self._inspection
        if shown is None or not self._key:
            self.label((Span("Versions", accent),))
            return
        count = len(shown.siblings)
        title = [said(cut(said(shown.key).text, max(8, self.room - 34)), accent)]
        visible = len({view.record.cid for view in shown.siblings if not view.record.deleted})
        if visible > 1:
            title.append(Span(f"  ≠ {visible} siblings", "bold amber"))
        elif count == 1 and shown.siblings[0].record.deleted:
            title.append(Span("  ✗ deleted", "red"))
        held = len(shown.members) - len(missing(shown))
        if count and len(shown.members) > 1:
            title.append(
                Span(
                    f"  held by {held}/{len(shown.members)}", "dim" if held == len(shown.members) else "amber"
                )
            )
        self.label(tuple(title), hints(shown, visible, self.choices))

    def on_resize(self, event: events.Resize) -> None:
        """Cards go beside or below each other."""
        self._lay_out()

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
        if action == "keep":
            at = parameters[0] if parameters else 0
            return isinstance(at, int) and at < self.choices
        return True

    def action_keep(self, at: int) -> None:
        """Settle the conflict: this sibling stays."""
        shown = self._inspection
        if shown is None or at >= self.choices:
            return
        record = shown.siblings[at].record
        verb = "delete" if record.deleted else "resolve"
        line = f"{verb} {quote(shown.key)}" + ("" if record.deleted else f" {record.cid}")
        self.post_message(RunLine(line))

    def edit(self) -> None:
        """Open the editor with the value, or with a draft of a merge when there are several."""
        if self._inspection is None or self._values is None or self._inspection.key != self._key:
            return
        several = len({v.record.cid for v in self._inspection.siblings if not v.record.deleted}) > 1
        self.post_message(EditValue("resolve" if several else "put", self._key, indented(self._values.merge)))

    def action_unfold(self) -> None:
        """Show long values whole, or fold them again."""
        self._unfolded = not self._unfolded
        self._lay_out()
