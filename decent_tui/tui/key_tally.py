"""How many keys a filter shows, counted in pieces beside everything else."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Count
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.key_filter import KeyFilter

PIECE: Final = 500
"""Keys counted at a time: half a millisecond of the node's time."""

REST: Final = 0.004
"""Seconds between two pieces, so that keys typed meanwhile are not kept waiting. A million keys take some
ten seconds like this, and the number on the screen grows while they do."""


TELLING: Final = 20 * PIECE
"""Keys after which the number so far is told."""

AGAIN: Final = 10.0
"""Seconds between two counts of many keys that come and go."""


class KeyTally:
    """The number of keys that a narrow filter shows, as far as they were counted."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._done = False
        self._at = 0.0

    @property
    def whole(self) -> int | None:
        """The number once all are counted; counted anew, the old one stands until the new one is whole."""
        return self._number if self._done else None

    @property
    def is_due(self) -> bool:
        """Whether counting again is worth it when keys came or went: few are counted at once."""
        if self.whole is None:
            return False
        return self.whole <= PIECE or monotonic() - self._at >= AGAIN

    def forget(self) -> None:
        """Another filter: nothing is known."""
        self._number, self._done = None, False

    async def count(
        self, node: NodeInterface, wanted: KeyFilter, total: int, told: Callable[[], None]
    ) -> None:
        """Count; `told` is called when the number changed. `total` are all keys of the kind."""
        found = 0
        with suppress(Refused):  # the store cannot be read just now; the next change asks again
            for kind in wanted.kinds:
                after, more = "", True
                while more:
                    piece = await node.run(Count(kind, wanted.prefix or wanted.without, after, PIECE))
                    found += piece.keys
                    after, more = piece.last, bool(piece.last)
                    if more:
                        if found % TELLING == 0 and not self._done:
                            self._number = max(0, total - found) if wanted.without else found
                            told()
                        await asyncio.sleep(REST)
            self._number = max(0, total - found) if wanted.without else found
            self._done, self._at = True, monotonic()
            told()

    def words(self, total: int) -> str:
        """How many of all keys of the kind are shown: `37 of 1,000,000`."""
        if self._number is None:
            return "counting …"
        return f"{self._number:,}{'' if self._done else ' …'} of {total:,}"
