"""From the node's events to the screen: a bounded buffer, emptied a few times a second."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from decent_tui.core.events import (
    AnyEvent,
    Attached,
    Carried,
    Changed,
    Conflict,
    Dialled,
    PeerChanged,
    Settled,
    Skipped,
)
from decent_tui.tui.signs import is_sign_of_life

BATCHES: Final = 2_000
"""Batches held between two looks. At 10 looks a second that is 20,000 batches a second; what comes beyond
is counted, not kept."""

KEYS: Final = 1_000
"""Changed keys named one by one; beyond that everything counts as changed."""


class News(msgspec.Struct, frozen=True):
    """What happened since the last look.

    `keys` are those that changed (None: too many to name). `writes` counts the changed keys. `peers` says
    that some peer's state changed, `stored` that the store did. `skipped` events came too fast to keep.
    `lost` says why the node cannot be reached any more ("": it can again; None: no news of that).
    """

    events: Sequence[AnyEvent] = ()
    keys: tuple[str, ...] | None = ()
    writes: int = 0
    stored: bool = False
    peers: bool = False
    skipped: int = 0
    lost: str | None = None


class Feed:
    """Collects batches of events; `look` hands them over. `wake` is called when there is something that a
    person should see soon; signs of life can wait for the next look, whenever that is."""

    def __init__(self, wake: Callable[[], None] = lambda: None, batches: int = BATCHES) -> None:
        self._wake = wake
        self._batches: deque[Sequence[AnyEvent]] = deque()
        self._most = batches
        self._skipped = 0
        self._lost_changes = False

    def listener(self, events: Sequence[AnyEvent]) -> None:
        """Given to `NodeInterface.subscribe`: only puts the batch away."""
        if len(self._batches) >= self._most:
            old = self._batches.popleft()
            self._skipped += len(old)
            self._lost_changes = True
        self._batches.append(events)
        if len(self._batches) >= self._most // 2 or not all(map(is_sign_of_life, events)):
            self._wake()

    @property
    def waiting(self) -> bool:
        """Whether anything happened since the last look."""
        return bool(self._batches)

    def look(self) -> News:
        """All that happened since the last look, once."""
        batches, self._batches = self._batches, deque()
        events = [event for batch in batches for event in batch]
        keys: set[str] = set()
        writes = 0
        stored = peers = False
        lost: str | None = None
        for event in events:
            match event:
                case Carried():
                    pass
                case Changed():
                    stored = True
                    writes += len(event.keys)
                    if len(keys) <= KEYS:
                        keys.update(event.keys)
                case PeerChanged() | Dialled():
                    peers = True
                case Conflict() | Settled():
                    stored = True
                case Skipped(count=count):
                    self._skipped += count
                    self._lost_changes = True
                case Attached():
                    peers, lost = True, "" if event.up else event.why
                case _:
                    pass
        named = tuple(keys) if len(keys) <= KEYS and not self._lost_changes else None
        news = News(events, named, writes, stored or self._lost_changes, peers, self._skipped, lost)
        self._skipped = 0
        self._lost_changes = False
        return news
