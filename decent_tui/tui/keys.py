"""The key list: a window over the store, one painted line a key."""

from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from decent_tui.core.errors import Refused
from decent_tui.core.operations import KeyRow, RowPage, Rows
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.footing import offers
from decent_tui.tui.key_filter import KeyFilter
from decent_tui.tui.key_line import key_line
from decent_tui.tui.key_tally import KeyTally
from decent_tui.tui.lines import Line, Span, cells, cut, said
from decent_tui.tui.pane import FilteredPane
from decent_tui.tui.requests import Stands
from decent_tui.tui.window import Goal, Window
from decent_tui.tui.words import plural

KEY_CELLS: Final = 12
"""Cells of the key column at first. It grows with the keys that were seen, and does not shrink back: a
column that moves with every page is hard to read."""

WHEEL: Final = 3
"""Lines that one notch of the mouse wheel scrolls."""


class KeyList(FilteredPane, can_focus=True):
    """Keys with what stands behind them. Posts `Selected` when the cursor comes to another key."""

    HELP = "The keys of this node. ≠ is a conflict, ✗ a deleted key, ◌ a key that not every node has yet."

    FILTER = "what keys begin with; !… for those that do not begin so (c: conflicts only)"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="keys.up", tooltip="The key above"),
        Binding("down,j", "move(1)", "Down", show=False, id="keys.down", tooltip="The key below"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="keys.pageup"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="keys.pagedown"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="keys.halfup"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="keys.halfdown"),
        Binding("home,g", "first", "First key", show=False, id="keys.first"),
        Binding("end,G", "last", "Last key", show=False, id="keys.last"),
        Binding("c", "conflicts", "conflicts", id="keys.conflicts", tooltip="Show conflicts only, or all"),
        Binding("enter", "open", "versions", show=False, id="keys.open", tooltip="Go to the key's versions"),
    ]

    class Selected(Message):
        """The cursor is on this key now (empty: there is none)."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The selected key was opened with Enter or a second click."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._node: NodeInterface | None = None
        self._window = Window()
        self._filter = KeyFilter()
        self._tally = KeyTally()
        self._totals = (0, 0)  # all keys, and those in conflict
        self._deleted = 0  # of all keys
        self._goal: Goal | None = None
        self._loading = False
        self._selected = ""
        self._key_cells = KEY_CELLS
        self._view = 0  # grows with every change of filter: answers for an older one are dropped

    # ------------------------------------------------------------------ what it shows

    @property
    def key(self) -> str:
        """The key under the cursor; empty when there is none."""
        return self._window.key

    @property
    def filter(self) -> str:
        """The filter as typed."""
        return self._filter.text

    @property
    def conflicts_only(self) -> bool:
        """Whether only keys with a conflict are shown."""
        return self._filter.conflicts

    @property
    def command(self) -> str:
        """What lists the same in a script; nothing does where a beginning is left out."""
        if self._filter.without:
            return ""
        from decent_tui.commands.scan import quote

        prefix = f" {quote(self._filter.prefix)}" if self._filter.prefix else ""
        return f"keys{prefix}{' --conflicts' if self.conflicts_only else ''}"

    def attach(self, node: NodeInterface) -> None:
        """Show the keys of this node."""
        self._node = node
        self.reload()

    def changed(self, keys: tuple[str, ...]) -> None:
        """These keys changed in the store."""
        if self._window.touches(keys):
            self.reload()

    def set_totals(self, keys: int, conflicts: int, deleted: int) -> None:
        """How many keys there are, the deleted ones among them, as the node counts them: rows far away may
        come and go unseen."""
        if deleted != self._deleted:
            self._deleted = deleted
            self._label()
        if (keys, conflicts) == self._totals:
            return
        self._totals = keys, conflicts
        if self._filter.is_narrow:
            if self._tally.is_due:
                self._count()
        elif self._window.total not in (None, self._total):
            self.reload()

    @property
    def _total(self) -> int:
        return self._totals[self._filter.conflicts]

    def reload(self) -> None:
        """Fetch the rows anew; the cursor stays on its key."""
        self._load(self._goal or Goal())

    def set_filter(self, text: str) -> None:
        """Show only keys that start with `text` (`!text`: that do not)."""
        if text != self._filter.text:
            self._restart(KeyFilter(text, self._filter.conflicts))

    def show_key(self, key: str) -> None:
        """Put the cursor on a key; the filter goes when it would hide it."""
        if self._filter.conflicts or not self._filter.shows(key):
            self._change(KeyFilter())
        self._load(Goal(key, jump=True))

    # ------------------------------------------------------------------ loading

    def _restart(self, wanted: KeyFilter) -> None:
        self._change(wanted)
        self._load(Goal(self.key if wanted.shows(self.key) else "", jump=True))

    def _change(self, wanted: KeyFilter) -> None:
        self._filter = wanted
        self._view += 1
        self._tally.forget()
        self._count()

    def _count(self) -> None:
        """Count what a narrow filter shows; a count under way is given up."""
        self.workers.cancel_group(self, "count")
        if self._node is not None and self._filter.is_narrow:
            work = partial(self._tally.count, self._node, self._filter, self._total, self._told)
            alongside(self, work, "count")

    def _told(self) -> None:
        if self._tally.whole is not None:
            self._window.counted(self._tally.whole)
        self._label()

    def _load(self, goal: Goal) -> None:
        self._goal = goal
        if self._node is not None and not self._loading and self.is_attached:
            self._loading = True
            alongside(self, partial(self._load_all, self._node), "keys")

    async def _load_all(self, node: NodeInterface) -> None:
        """Fetch until no one wants more. One load runs at a time; wishes that come meanwhile become one.
        What is shown stays until its successor is there."""
        try:
            while self._goal is not None:
                goal, self._goal = self._goal, None
                await self._load_once(node, goal)
        except Refused:
            pass  # the store cannot be read just now; the node raises an alarm of its own
        finally:
            self._loading = False

    async def _load_once(self, node: NodeInterface, goal: Goal) -> None:
        window, reach, view = self._window, self._window.reach, self._view
        key = goal.key if goal.key is not None else self.key
        before = after = RowPage([], None)
        if goal.end or key:
            start = "" if goal.end else key
            before = await node.run(self._page(start, reach, backwards=True, inclusive=goal.end))
        if not goal.end:
            after = await node.run(self._page(key, reach, backwards=False, inclusive=True))
        if view != self._view:
            return  # for a filter that was changed meanwhile; the change brought a goal of its own
        seen, line = window.visible, window.cursor - window.top
        if goal.jump:
            window.forget()
        fits = window.load(
            before.rows[::-1],
            after.rows,
            key=before.rows[0].key if goal.end and before.rows else key,
            more_before=len(before.rows) == reach,
            more_after=len(after.rows) == reach,
            total=after.total if after.total is not None else before.total or self._tally.whole,
        )
        if (not fits or window.short) and self._goal is None:
            self._goal = Goal()
        longest = max((cells(row.key) for row in (*before.rows, *after.rows)), default=0) + 1
        if self._key_cells < min(longest, 100):
            self._key_cells = min(longest, 100)
            self.refresh()
        else:
            self._refresh_what_differs(seen, line)
        self._shown()

    def _refresh_what_differs(self, seen: Sequence[KeyRow], line: int) -> None:
        """Paint the rows that read differently than those seen before, when the cursor was on `line`."""
        now, cursor = self._window.visible, self._window.cursor - self._window.top
        if not seen or not now:
            self.refresh()
            return
        rows = {at for at, (old, new) in enumerate(zip_longest(seen, now)) if old != new}
        self.refresh_rows(*rows, *({line, cursor} if line != cursor else ()))

    def _page(self, start: str, limit: int, *, backwards: bool, inclusive: bool) -> Rows:
        return Rows(
            wanted=self._filter.wanted,
            prefix=self._filter.prefix,
            without=self._filter.without,
            start=start,
            inclusive=inclusive,
            backwards=backwards,
            limit=limit,
        )

    # ------------------------------------------------------------------ moving

    def _moved(self, top: int, cursor: int) -> None:
        """Paint what a move of the cursor changed, and see to it that more rows come in time."""
        window = self._window
        if window.top != top:
            self.refresh()
        else:
            self.refresh_rows(cursor - top, window.cursor - top)
        if window.short:
            self._load(self._goal or Goal())
        self._shown()

    def _shown(self) -> None:
        self._label()
        if self.key != self._selected:
            self._selected = self.key
            self.post_message(self.Selected(self.key))

    def action_move(self, by: int) -> None:
        """Move the cursor by lines."""
        top, cursor = self._window.top, self._window.cursor
        self._window.move(by)
        self._moved(top, cursor)

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages."""
        self.action_move(int(pages * max(1, self._window.height - 1)))

    def action_first(self) -> None:
        """Go to the first key."""
        if self._window.at_start:
            self.action_move(-len(self._window.rows))
        else:
            self._load(Goal("", jump=True))

    def action_last(self) -> None:
        """Go to the last key."""
        if self._window.at_end:
            self.action_move(len(self._window.rows))
        else:
            self._load(Goal("", end=True, jump=True))

    def action_conflicts(self) -> None:
        """Show conflicts only, or everything again."""
        self._restart(KeyFilter(self._filter.text, not self._filter.conflicts))
        self.post_message(Stands(self.command))

    def action_open(self) -> None:
        """Go to the versions of the key."""
        if self.key:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the list."""
        self._wheel(WHEEL)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the list."""
        self._wheel(-WHEEL)
        event.stop()

    def _wheel(self, by: int) -> None:
        top, cursor = self._window.top, self._window.cursor
        self._window.scroll(by)
        self._moved(top, cursor)

    def on_click(self, event: events.Click) -> None:
        """Select the key under the mouse; a double click opens it."""
        row = self.row_at(event)
        if row is None or self._window.top + row >= len(self._window.rows):
            return
        top, cursor = self._window.top, self._window.cursor
        self._window.put(top + row)
        self._moved(top, cursor)
        if event.chain == 2:
            self.action_open()

    def on_resize(self, event: events.Resize) -> None:
        """Hold as many rows as the new height needs."""
        self._window.resize(self.rows)
        if self._window.short:
            self._load(self._goal or Goal())
        self._label()

    # ------------------------------------------------------------------ painting

    def row(self, y: int) -> tuple[Line, str]:
        """One key."""
        at = self._window.top + y
        if at < len(self._window.rows):
            ground = (
                ("cursor" if self.has_focus else "cursor-blur") if at == self._window.cursor else "ground"
            )
            row = self._window.rows[at]
            return key_line(row, self.room, self._key_cells, at == self._window.cursor), ground
        if not self._window.rows and self._node is not None:
            told = self._filter.nothing(readonly=self._node.readonly)
            return (told[y - 1] if 1 <= y <= len(told) else ()), "ground"
        return (), "ground"

    def _label(self) -> None:
        title = [Span("Keys", self.name_ink)]
        if self.filter:
            title.append(said(cut(f"  / {self.filter}", max(10, self.size.width // 2)), "amber"))
        if self.conflicts_only:
            title.append(Span("  ≠ conflicts only", "amber"))
        window = self._window
        words = ""
        if self._filter.is_narrow:
            words = self._tally.words(self._total)
        elif window.rows and window.total is not None:
            place = f"{window.position + 1:,} of " if window.position is not None else ""
            words = f"{place}{window.total:,}" if place else plural(window.total, "key")
            if self._deleted and not self.conflicts_only:
                words += f", {self._deleted:,} deleted"
        self._mark()
        told = (Span(words, "dim"),) if words else ()
        if self._alone and window.rows:
            told = (*told, Span("  "), *offers([("Enter", "versions")]))
        self.label(tuple(title), told)

    @property
    def _alone(self) -> bool:
        """Whether what a key holds is out of sight while the keys are looked at."""
        return self.is_attached and (self.screen.has_class("-narrow") or self.screen.has_class("-zoomed"))

    def _mark(self) -> None:
        """Light the part of the edge that says where in the list this is, as far as that is known."""
        window = self._window
        if window.total is not None and window.position is not None:
            first = window.position - window.cursor + window.top
            self.mark_place(first, len(window.visible), window.total)
        else:
            self.mark_place(0, 0, 0)
