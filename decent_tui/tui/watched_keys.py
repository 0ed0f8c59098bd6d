"""Which keys the convergence view tells about."""

import asyncio
from collections.abc import Sequence
from typing import Final

from decent_tui.core.events import AnyEvent, Changed
from decent_tui.core.operations import Recall, Rows
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.convergence_lines import KEYS

RECENT: Final = 24
"""Keys that changed last, of which those come first that not everybody has."""


class WatchedKeys:
    """The key that was selected, then those that somebody lacks, then the rest of what changed last."""

    def __init__(self, selected: str) -> None:
        self._selected = selected
        self._changed: dict[str, None] = {}
        self.news = False
        """Whether anything changed since `keys` was asked."""

    def listener(self, happened: Sequence[AnyEvent]) -> None:
        """Given to `NodeInterface.subscribe`."""
        for event in happened:
            if isinstance(event, Changed):
                self._note(event.keys[-RECENT:])

    async def remember(self, node: NodeInterface) -> None:
        """Those that changed last before anybody watched, as far as the node remembers; raises Refused."""
        since, keys = 0, list(self._changed)
        self._changed.clear()
        while (page := await node.run(Recall(since))).next != since:
            since = page.next
            self._note([news.key for news in page.happened if news.key])
        self._note(keys)

    def _note(self, keys: Sequence[str]) -> None:
        self.news = True
        for key in keys:
            self._changed.pop(key, None)
            self._changed[key] = None
        while len(self._changed) > RECENT:
            del self._changed[next(iter(self._changed))]

    async def keys(self, node: NodeInterface) -> list[str]:
        """At most `KEYS` of them; raises Refused."""
        self.news = False
        newest = [key for key in reversed(self._changed) if key != self._selected]
        lacked = await asyncio.gather(*(_is_lacked(node, key) for key in newest))
        ranked = sorted(zip(newest, lacked, strict=True), key=lambda pair: not pair[1])
        return [*([self._selected] if self._selected else []), *(key for key, _ in ranked)][:KEYS]


async def _is_lacked(node: NodeInterface, key: str) -> bool:
    """Whether not everybody is known to have all of a key."""
    rows = (await node.run(Rows(start=key, limit=1, preview=0))).rows
    return bool(rows) and rows[0].key == key and rows[0].held < rows[0].members
