"""The part of a long key list that is held for the screen: the visible rows and a margin around them.

Only keys say where the window is, never offsets, because rows come and go all the time; so the cost of
everything here is the height of the screen, whether the store has ten keys or a million.
"""

from bisect import bisect_left
from collections.abc import Sequence

import msgspec

from decent_tui.core.operations import KeyRow


class Goal(msgspec.Struct, frozen=True):
    """What is to be loaded: the rows around a key ("" for the start, None for wherever the cursor is then),
    or those at the end. A jump takes the cursor there."""

    key: str | None = None
    end: bool = False
    jump: bool = False


class Window:
    """Contiguous rows of the list, a cursor that stays on its key, and the first visible row.

    `at_start` and `at_end` say that the list goes no further there. `position` is the cursor's place in
    the whole list as far as it is known.
    """

    def __init__(self) -> None:
        self.rows: Sequence[KeyRow] = ()
        self.cursor = 0
        self.top = 0
        self.height = 1
        self.at_start = True
        self.at_end = True
        self.total: int | None = None
        self.position: int | None = None
        self._owed = 0  # lines that the cursor was to go beyond the rows held; it goes on when more are there

    @property
    def key(self) -> str:
        """The key under the cursor; empty when there are no rows."""
        return self.rows[self.cursor].key if self.rows else ""

    @property
    def reach(self) -> int:
        """How many rows to fetch on each side of the cursor: enough for two pages without waiting."""
        return 2 * self.height + 10

    @property
    def visible(self) -> Sequence[KeyRow]:
        """The rows on the screen, from the top."""
        return self.rows[self.top : self.top + self.height]

    def resize(self, height: int) -> None:
        """The screen got another height; the cursor stays in sight."""
        self.height = max(1, height)
        self._show_cursor()

    def move(self, by: int) -> bool:
        """Move the cursor; whether it moved. Where rows are still to come, it goes on when they are there."""
        return self.put(self.cursor + self._owed + by)

    def put(self, at: int) -> bool:
        """Put the cursor on a row of the window; whether it moved."""
        wanted, at = at, max(0, min(at, len(self.rows) - 1))
        more = not self.at_end if wanted > at else not self.at_start
        self._owed = wanted - at if more and self.rows else 0
        moved = at != self.cursor
        if self.position is not None:
            self.position += at - self.cursor
        self.cursor = at
        self._show_cursor()
        return moved

    def scroll(self, by: int) -> None:
        """Move the view; the cursor is taken along only when it would leave it."""
        self.top = max(0, min(self.top + by, len(self.rows) - self.height))
        if self.cursor < self.top:
            self.put(self.top)
        elif self.cursor >= self.top + self.height:
            self.put(self.top + self.height - 1)

    @property
    def short(self) -> bool:
        """Whether the cursor or the view is closer than a page to an end where more rows wait."""
        first, last = min(self.top, self.cursor), max(self.top + self.height, self.cursor)
        before_short = not self.at_start and first < self.height
        return before_short or (not self.at_end and last > len(self.rows) - self.height)

    def touches(self, keys: Sequence[str]) -> bool:
        """Whether a change of these keys can be seen in the rows held (UTF-8 order is code point order)."""
        if not self.rows:
            return True
        low, high = self.rows[0].key, self.rows[-1].key
        return any((self.at_start or key >= low) and (self.at_end or key <= high) for key in keys)

    def load(
        self,
        before: Sequence[KeyRow],
        after: Sequence[KeyRow],
        *,
        key: str,
        more_before: bool,
        more_after: bool,
        total: int | None,
    ) -> bool:
        """Take new rows fetched around `key`; False if the cursor has left them meanwhile (load again).

        The cursor stays on its key, and its key on the line of the screen where it was. A key that is gone
        gives its place to the next one.
        """
        rows = (*before, *after)
        wanted = self.key or key
        at = bisect_left([row.key for row in rows], wanted)
        outside = (at == 0 and more_before and not (rows and rows[0].key == wanted)) or (
            at == len(rows) and more_after
        )
        if outside and rows and wanted != key:
            return False
        was_first = self.at_start and self.top == 0
        line = self.cursor - self.top
        same_total = total is not None and total == self.total
        position = self.position if same_total and self.rows else None
        self.rows, self.at_start, self.at_end, self.total = rows, not more_before, not more_after, total
        self.cursor = max(0, min(at, len(rows) - 1))
        self.top = 0 if was_first and self.at_start and self.cursor < self.height else self.cursor - line
        self._show_cursor()
        self.position = self._place(position)
        if self._owed:
            self.move(0)
        return True

    def counted(self, total: int | None) -> None:
        """There are so many rows in the whole list."""
        self.total = total
        self.position = self._place(self.position)

    def forget(self) -> None:
        """Start anew, for another filter: no rows, no cursor."""
        self.rows, self.cursor, self.top, self.position, self.total = (), 0, 0, None, None
        self.at_start = self.at_end = True
        self._owed = 0

    def _place(self, position: int | None) -> int | None:
        if not self.rows:
            return None
        if self.at_start:
            return self.cursor
        if self.at_end and self.total is not None:
            return self.total - len(self.rows) + self.cursor
        return position

    def _show_cursor(self) -> None:
        lowest = self.cursor - self.height + 1
        self.top = max(lowest, min(self.top, self.cursor))
        self.top = max(0, min(self.top, len(self.rows) - self.height))
