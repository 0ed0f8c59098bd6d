"""Watching keys: what a key holds now, each time that it changed, from any node."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Final, Self

import msgspec

from decent_tui.commands.render import lines
from decent_tui.commands.scan import quote
from decent_tui.core.errors import NoValue, Refused, Unreachable
from decent_tui.core.events import AnyEvent, Attached, Changed, Skipped
from decent_tui.core.operations import Get, Keys, Versions
from decent_tui.core.records import Record
from decent_tui.core.text import printable
from decent_tui.net.interface import NodeInterface

MOST: Final = 10_000
"""Changed keys that wait for a slow reader, at most 10 MB; those beyond are counted, not kept."""

AT_ONCE: Final = 32
"""Keys read at a time: enough to spare round trips."""


class Change(msgspec.Struct, frozen=True, tag_field="event", tag="changed"):
    """A key changed and holds these versions now (none: it was deleted)."""

    key: str
    versions: list[Record]


class Missed(msgspec.Struct, frozen=True, tag_field="event", tag="skipped"):
    """Changes came faster than they were read; `count` of them are not told (0: nobody knows how many)."""

    count: int


class Watcher:
    """`async with Watcher(node, prefix) as changes: async for change in changes: …`

    A key that changes several times before it is read is told once, as it is then; that a deletion is
    forgotten is no change. Raises Unreachable when the connection to the node is lost.
    """

    def __init__(self, node: NodeInterface, prefix: str = "") -> None:
        self._node = node
        self._prefix = prefix
        self._changed: dict[str, None] = {}
        self._missed: int | None = None
        self._lost = ""
        self._came = asyncio.Event()
        self._ready: deque[Change] = deque()
        self._end: Callable[[], None] | None = None

    async def __aenter__(self) -> Self:
        self._end = self._node.subscribe(self._listener)
        # by the time that this is answered a node elsewhere has taken in the subscription before it
        await self._node.run(Keys(limit=1))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._end is not None:
            self._end()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change | Missed:
        while not self._ready:
            if self._missed is not None:
                missed, self._missed = Missed(self._missed), None
                return missed
            if self._changed:
                await self._read()
            elif self._lost:
                raise Unreachable(self._lost)
            else:
                self._came.clear()
                await self._came.wait()
        return self._ready.popleft()

    def _listener(self, events: Sequence[AnyEvent]) -> None:
        for event in events:
            match event:
                case Changed(keys=keys, forgotten=False):
                    for key in keys:
                        if key.startswith(self._prefix):
                            self._note(key)
                case Skipped(count=count):
                    self._missed = (self._missed or 0) + count
                case Attached(up=False, why=why):
                    self._lost = why
                case _:
                    continue
            self._came.set()

    def _note(self, key: str) -> None:
        if len(self._changed) < MOST or key in self._changed:
            self._changed[key] = None
        else:
            self._missed = (self._missed or 0) + 1

    async def _read(self) -> None:
        keys = list(islice(self._changed, AT_ONCE))
        for key in keys:
            del self._changed[key]
        self._ready += filter(None, await asyncio.gather(*map(self._look, keys)))

    async def _look(self, key: str) -> Change | None:
        try:
            return Change(key, (await self._node.run(Get(key))).versions)
        except NoValue:
            return Change(key, [])
        except Unreachable:
            raise
        except Refused:  # its disk is in trouble
            self._missed = (self._missed or 0) + 1
            return None


def in_text(told: Change | Missed) -> Iterator[str]:
    """What was told, for a person, line by line, safe to show."""
    if isinstance(told, Missed):
        yield f"… {told.count:,} changes came too fast to be shown" if told.count else "… some changes missed"
    elif told.versions:
        yield from lines("watch", Versions(told.key, told.versions))
    else:
        yield printable(f"{quote(told.key)} is deleted")
