"""The memory of the message pane: the newest lines, capped in rows and in bytes."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from decent_tui.core.events import (
    Alarm,
    AnyEvent,
    Attached,
    Carried,
    Changed,
    Collected,
    Conflict,
    Dialled,
    PeerChanged,
    Settled,
    Skipped,
)
from decent_tui.tui.message_filter import Term
from decent_tui.tui.signs import is_sign_of_life

ROWS: Final = 10_000
"""Lines kept. A guess: an hour of an idle cluster of five; a filter looks through all of them in 50 ms."""

BYTES: Final = 16 * 1024 * 1024
"""Raw bytes kept; a line's raw text is itself cut at a few KiB, so rows are normally the tighter cap."""

SIFTED: Final = 1_000
"""Lines that a new filter looks at in one go: about a millisecond."""

OVERHEAD: Final = 400
"""Bytes counted for a line beside its raw text (the structs; measured at about 350)."""


class Logged(msgspec.Struct, frozen=True, gc=False):
    """One line: its running number, the event, and the text a filter looks in (lower case)."""

    number: int
    event: AnyEvent
    haystack: str

    @property
    def weight(self) -> int:
        """Bytes this line counts for."""
        raw = len(self.event.raw) if isinstance(self.event, Carried) else 0
        return raw + len(self.haystack) + OVERHEAD


class Ring:
    """The newest lines and, in the same order, those that are shown.

    Lines pushed out are counted in `dropped`, so that the screen can say what it no longer has. Signs of
    life are kept but neither shown nor counted unless `signs_of_life` is set.
    """

    def __init__(self, rows: int = ROWS, size: int = BYTES) -> None:
        self._rows, self._size = rows, size
        self._lines: deque[Logged] = deque()
        self._shown: deque[Logged] = deque()
        self._bytes = 0
        self._hidden = 0  # signs of life among the lines
        self._next = 0
        self._terms: tuple[Term, ...] = ()
        self._older: Iterator[Logged] = iter(())  # lines that the filter has not looked at yet, newest first
        self.signs_of_life = False
        self.sifting = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def countable(self) -> int:
        """How many lines a filter could show."""
        return len(self._lines) - (0 if self.signs_of_life else self._hidden)

    @property
    def shown(self) -> Sequence[Logged]:
        """The lines that are shown, oldest first."""
        return self._shown

    def extend(self, events: Iterable[AnyEvent]) -> int:
        """Take in what happened; returns how many lines of it are shown."""
        came = 0
        for event in events:
            if isinstance(event, Changed | Skipped):
                continue  # the versions that changed it are a line already; what was skipped is a number
            line = Logged(self._next, event, haystack(event))
            self._next += 1
            self._lines.append(line)
            self._bytes += line.weight
            self._hidden += is_sign_of_life(event)
            if self._matches(line):
                self._shown.append(line)
                came += 1
        while len(self._lines) > self._rows or self._bytes > self._size:
            gone = self._lines.popleft()
            self._bytes -= gone.weight
            if is_sign_of_life(gone.event):
                self._hidden -= 1
            else:
                self.dropped += 1
            if self._shown and self._shown[0] is gone:
                self._shown.popleft()
        return came

    def filter(self, terms: tuple[Term, ...], *, signs_of_life: bool) -> None:
        """Show only lines that fit all of these words. The newest are looked at now, the rest by `sift`."""
        self._terms = terms
        self.signs_of_life = signs_of_life
        self._shown = deque()
        self._older = iter(list(reversed(self._lines)))
        self.sifting = True
        self.sift()

    def sift(self) -> bool:
        """Look at so many more of the older lines; whether there are more yet."""
        if self.sifting:
            oldest = self._lines[0].number if self._lines else self._next
            some = list(islice(self._older, SIFTED))
            for line in some:
                if line.number >= oldest and self._matches(line):
                    self._shown.appendleft(line)
            self.sifting = len(some) == SIFTED
        return self.sifting

    def _matches(self, line: Logged) -> bool:
        if not self.signs_of_life and is_sign_of_life(line.event):
            return False
        return all(term.fits(line.event, line.haystack) for term in self._terms)


def haystack(event: AnyEvent) -> str:
    """What a filter looks in: the words of the line."""
    match event:
        case Carried():
            way = "->" if event.outgoing else "<-"
            text = f"{way} {event.peer} {event.type} {event.summary} {event.key}"
        case Conflict():
            text = f"conflict {event.key}"
        case Settled():
            text = f"settled {event.key}"
        case PeerChanged():
            text = f"{event.address} {event.state} {event.why}"
        case Dialled():
            text = f"{event.address} {event.words or ('cut' if event.cut else 'healed')}"
        case Collected():
            text = "collected"
        case Alarm():
            text = f"alarm {event.text}"
        case Attached():
            text = f"no answer {event.why}" if not event.up else "answers again"
        case _:
            text = ""
    return text[:500].lower()
