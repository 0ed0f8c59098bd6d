"""A node's metrics in the text format of Prometheus (extra `metrics`).

Whatever a scrape says it asks the node for, as the dashboard does, in steps so small that the node does not
feel them: the peers ten at a time, the text family by family, with a turn of the loop between.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from types import TracebackType
from typing import Final, Self

from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from decent_tui.core.events import Alarm, AnyEvent, Collected, Conflict, PeerChanged, Settled
from decent_tui.core.operations import Measure, Peers, PeerView
from decent_tui.net.interface import ObservedNode
from decent_tui.service import families
from decent_tui.service.lag import LoopLag

AT_ONCE: Final = 10
"""Peers asked for at a time: less than a millisecond, when each of 50 has seen something else."""

_COUNTED: Final = {
    "conflicts_begun": "Keys that came to have several values.",
    "conflicts_ended": "Keys that came to have one value again, or none.",
    "tombstones_collected": "Tombstones that were forgotten.",
    "alarms": "Things that a person must know; the status and the log say what they are.",
}


class Metrics:
    """`async with Metrics(node) as metrics: await metrics.text()`. Events are counted from then on."""

    def __init__(self, node: ObservedNode) -> None:
        self._node = node
        self._lag = LoopLag()
        self._counts = Counter(dict.fromkeys(_COUNTED, 0))
        self._states: Counter[str] = Counter()
        self._scraping = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._lag.__aenter__()
        wanted = ("conflict", "settled", "collected", "peerchanged", "alarm")
        self._end = self._node.subscribe(self._listener, wanted)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        await self._lag.__aexit__(kind, error, trace)

    async def text(self) -> bytes:
        """Everything, as it is now; raises Refused when the node has stopped or its disk is in trouble."""
        async with self._scraping:  # two scrapes at once would be two slices in a row
            measures = await self._node.run(Measure())
            peers = await self._peers()
            pieces = []
            for family in chain(families.of_node(measures), families.of_peers(peers), self._own()):
                pieces.append(write(family))
                await asyncio.sleep(0)
            return b"".join(pieces)

    async def _peers(self) -> list[PeerView]:
        peers: list[PeerView] = []
        more, after = True, ""
        while more:
            page = (await self._node.run(Peers(after, AT_ONCE))).peers
            peers += page
            more, after = len(page) >= AT_ONCE, page[-1].address if page else ""
        return peers

    def _own(self) -> Iterator[Metric]:
        """What is not asked for: the load, the lag, and what happened."""
        yield from families.of_load(self._node.load())
        for name, words in _COUNTED.items():
            yield families.counter(name, words, self._counts[name])
        yield families.counters("peer_changes", "Changes of a peer to this state.", "state", self._states)
        yield families.histogram("loop_lag_seconds", "How late the event loop is.", self._lag.seen)

    def _listener(self, events: Sequence[AnyEvent]) -> None:
        for event in events:
            match event:
                case Conflict():
                    self._counts["conflicts_begun"] += 1
                case Settled():
                    self._counts["conflicts_ended"] += 1
                case Collected(count=count):
                    self._counts["tombstones_collected"] += count
                case Alarm():
                    self._counts["alarms"] += 1
                case PeerChanged(state=state):
                    self._states[state] += 1
                case _:
                    pass


def write(family: Metric) -> bytes:
    """A family in the text format."""
    return generate_latest(_Only(family))


class _Only(Collector):
    """A registry of one family."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterable[Metric]:
        return (self._family,)
