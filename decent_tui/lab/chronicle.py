"""Keeps a timeline up to date with what nodes remember: what one of them knows, or all that happened."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from decent_tui.core.errors import Refused
from decent_tui.core.events import AnyEvent, Attached, Carried
from decent_tui.core.operations import Recall, Status
from decent_tui.lab.timeline import Timeline
from decent_tui.net.interface import NodeInterface

PAGE: Final = 200
"""Changes read at a time: a millisecond or so of the shared loop."""


class Chronicle:
    """What happened on the nodes that are followed. `read` brings it up to date."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.edition = 0
        """Grows whenever something was added."""
        self.skipped = 0
        """Changes that nodes had forgotten before they were read."""
        self._memories: list[_Memory] = []
        self._reading = asyncio.Lock()

    def follow(self, node: NodeInterface) -> Callable[[], None]:
        """Read what this node remembers too; what is returned ends that, and what was read stays."""
        memory = _Memory(node)
        self._memories.append(memory)
        end = node.subscribe(memory.listener)

        def leave() -> None:
            end()
            self._memories.remove(memory)

        return leave

    @property
    def due(self) -> bool:
        """Whether there may be something new to read."""
        return any(memory.due for memory in self._memories)

    async def read(self) -> None:
        """Read what is new; costs nothing when nothing happened. A node that cannot answer is left for the
        next time."""
        if self._reading.locked():
            return
        async with self._reading:
            for memory in list(self._memories):
                if memory.due:
                    self.skipped += await memory.read(self.timeline, self._added)

    @asynccontextmanager
    async def still(self) -> AsyncIterator[Timeline]:
        """The timeline, to which nothing is added meanwhile: for whoever works on it in a thread."""
        async with self._reading:
            yield self.timeline

    def _added(self) -> None:
        self.edition += 1


class _Memory:
    """How far the memory of one node was read."""

    def __init__(self, node: NodeInterface) -> None:
        self.due = True
        """Whether there may be something new."""
        self._node = node
        self._id = ""
        self._since = 0
        self._newest = 0.0
        self._known = 0.0
        """Until this time everything was read before the node (or the link to it) came back."""

    def listener(self, happened: Sequence[AnyEvent]) -> None:
        """Given to `NodeInterface.subscribe`."""
        for event in happened:
            if isinstance(event, Attached) and event.up:  # its numbers may begin anew, and its id be another
                self._id, self._since, self._known = "", 0, self._newest
            if not isinstance(event, Carried):
                self.due = True

    async def read(self, timeline: Timeline, added: Callable[[], None]) -> int:
        """Read on to the end; returns how much was forgotten meanwhile."""
        self.due = False
        skipped = 0
        try:
            if not self._id:
                self._id = (await self._node.run(Status())).node_id
                timeline.lane(self._id)
                added()
            while True:
                viewer, since = self._id, self._since
                page = await self._node.run(Recall(since, PAGE))
                if (viewer, since) != (self._id, self._since):
                    return skipped  # it came back meanwhile; `due` says that there is more
                skipped += page.skipped
                for news in page.happened:
                    if news.at > self._known:
                        timeline.happened(viewer, news)
                        self._newest = max(self._newest, news.at)
                        added()
                if page.next == since:
                    return skipped
                self._since = page.next
        except Refused:
            self.due = True  # it is closing, or its disk is in trouble
            return skipped
