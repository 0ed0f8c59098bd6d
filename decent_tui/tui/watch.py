"""From a node to the panes: what happened, a few times a second, and the numbers behind it."""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from decent_tui.core.errors import Refused
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import Work
from decent_tui.tui.feed import Feed
from decent_tui.tui.header import Header
from decent_tui.tui.numbers import Numbers
from decent_tui.tui.panes import Panes
from decent_tui.tui.roster import Roster
from decent_tui.tui.toasts import ConflictToast

LOOK: Final = 0.1
"""Seconds between two looks at what happened while something does: ten repaints a second read as live."""

NUMBERS: Final = 0.25
"""Seconds at least between two readings of the node's numbers."""


class Clock(Protocol):
    """What calls `look` every `LOOK` seconds, while there is reason to (a Textual timer fits)."""

    def resume(self) -> None:
        """Call it soon, and again and again."""

    def pause(self) -> None:
        """Do not call it until there is reason to."""


class Watch:
    """Watches one node for panes, header and toast. A clock calls `look`, and its owner `second` in time."""

    def __init__(
        self, panes: Panes, header: Header, toast: ConflictToast, alongside: Callable[[Work], None]
    ) -> None:
        self._panes, self._header, self._toast, self._alongside = panes, header, toast, alongside
        self.node: NodeInterface | None = None
        """The node that is watched, once it is open."""
        self._feed = Feed(self._wake)
        self._clock: Clock | None = None
        self._numbers = Numbers()
        self._reading = False
        self._read_at = 0.0
        self._numbers_due = False
        self._ticked = False  # a second went by since the panes were told

    @property
    def roster(self) -> Roster:
        """Who is who, as read last."""
        return self._numbers.facts.roster

    def progress(self, text: str) -> None:
        """Say how the start of the node goes."""
        self._header.show(self._numbers.progress(text))

    def attach(self, node: NodeInterface, clock: Clock) -> Callable[[], None]:
        """Watch this node, by a clock that rests now; returns what ends the watching."""
        self.node, self._clock = node, clock
        end = node.subscribe(self._feed.listener)
        self._panes.keys.attach(node)
        self._panes.versions.attach(node)
        self._panes.peers.readonly = node.readonly
        self._read_numbers()
        return end

    def _wake(self) -> None:
        if self._clock is not None:
            self._clock.resume()

    def look(self) -> None:
        """Show what happened since the last look; costs nothing when nothing did."""
        if self._feed.waiting:
            news = self._feed.look()
            self._panes.messages.take(news)
            if news.lost:
                self._header.show(self._numbers.lost(news.lost))
            self._toast.take(news.events, self._panes.keys.key or "", skipped=news.skipped > 0)
            if news.stored:
                if news.keys is None:
                    self._panes.keys.reload()
                    self._panes.versions.reload()
                else:
                    self._panes.keys.changed(news.keys)
                    self._panes.versions.changed(news.keys)
            self._numbers_due = self._numbers_due or news.stored or news.peers
        if self._numbers_due and time.monotonic() - self._read_at >= NUMBERS:
            self._read_numbers()
        if self._clock is not None and not self._numbers_due:
            self._clock.pause()

    def second(self) -> None:
        """A second went by: rates, ages, and what heartbeats brought, all in one repaint."""
        self.look()
        self._ticked = True
        self._read_numbers()

    def _read_numbers(self) -> None:
        if self.node is not None and not self._reading:
            self._reading = True
            self._numbers_due = False
            self._read_at = time.monotonic()
            self._alongside(partial(self._read, self.node))

    async def _read(self, node: NodeInterface) -> None:
        try:
            change = await self._numbers.read(node)
        except Refused:
            return  # the node is closing, or its disk is in trouble and it raised an alarm
        finally:
            self._reading = False
            if self._ticked:
                self._ticked = False
                self._numbers.second()
                self._panes.versions.tick()
        facts, panes = self._numbers.facts, self._panes
        if change.roster:
            panes.versions.set_roster(facts.roster)
            panes.messages.set_roster(facts.roster)
        if change.spread:
            panes.keys.reload()
            panes.versions.reload()
        panes.peers.show(self._numbers.peers, facts.roster)
        if facts.status is not None:
            of = facts.status
            panes.keys.set_totals(of.keys + of.deleted, of.conflicts, of.deleted)
        self._header.show(facts)
