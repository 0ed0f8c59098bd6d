"""What there is to say about a node, as families of Prometheus metrics (extra `metrics`).

Peers choose their names and ids: every label passes the one door, as on a screen, and what then says the same
as another is told once, because a scraper would refuse all of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from decent_tui import __version__
from decent_tui.core.histogram import Histogram
from decent_tui.core.operations import Measures, PeerState, PeerView
from decent_tui.core.text import printable
from decent_tui.net.interface import Load

Number = float | None

_GAUGES: Final[tuple[tuple[str, str, Callable[[Measures], Number]], ...]] = (
    ("keys", "Keys that have a value.", lambda m: m.keys),
    ("conflicts", "Keys that have several values now.", lambda m: m.conflicts),
    ("siblings", "Versions held beside another one of their key.", lambda m: m.versions - m.keys - m.deleted),
    ("deleted_keys", "Keys that only deletions are held of.", lambda m: m.deleted),
    ("versions", "Versions held, tombstones included.", lambda m: m.versions),
    ("data_bytes", "About how many bytes all that is held takes.", lambda m: m.bytes),
    ("data_max_bytes", "From so many on nothing is taken in (--max-bytes).", lambda m: m.max_bytes),
    ("lamport", "The lamport clock.", lambda m: m.lamport),
    ("writes_in_flight", "Writes of this node that an alive peer lacks.", lambda m: m.in_flight),
    ("oldest_write_in_flight_seconds", "For how long the oldest of them is under way.", lambda m: m.oldest_s),
    (
        "tombstones_waiting",
        "Tombstones that cannot be forgotten yet.",
        lambda m: max(m.waits_for.values(), default=0),
    ),
)

_COUNTERS: Final[tuple[tuple[str, str, Callable[[Measures], Number]], ...]] = (
    ("writes", "Writes made at this node.", lambda m: m.writes),
    ("applied", "Versions from other nodes that were taken in.", lambda m: m.applied),
    ("obsolete", "Versions from other nodes that came when they were covered already.", lambda m: m.obsolete),
    ("sent_bytes", "Bytes sent on all connections.", lambda m: m.sent),
    ("received_bytes", "Bytes received on all connections.", lambda m: m.received),
)

_PEER_GAUGES: Final[tuple[tuple[str, str, Callable[[PeerView], Number]], ...]] = (
    ("up", "1 while the peer is alive, else 0.", lambda p: p.state == "alive"),
    ("cut", "1 while the peer is cut off here on purpose, else 0.", lambda p: p.cut),
    ("behind_writes", "Writes that this node has and the peer is not known to have.", lambda p: p.behind),
    ("ahead_writes", "Writes that the peer has and this node lacks.", lambda p: p.ahead),
    ("rtt_seconds", "The last round trip.", lambda p: None if p.rtt_ms is None else p.rtt_ms / 1000),
    ("heard_seconds_ago", "Seconds since its last sign of life.", lambda p: p.heard_s),
    ("push_queue_versions", "Versions that wait to be pushed to it.", lambda p: p.waiting),
    ("push_queue_bytes", "About how many bytes these are.", lambda p: p.waiting_bytes),
)

_PEER_COUNTERS: Final[tuple[tuple[str, str, Callable[[PeerView], Number]], ...]] = (
    ("sent_bytes", "Bytes sent to the peer.", lambda p: p.sent),
    ("received_bytes", "Bytes received from the peer.", lambda p: p.received),
)

_LOAD: Final[tuple[tuple[str, str, Callable[[Load], Number]], ...]] = (
    ("connections", "Open connections, those of programs included.", lambda load: load.connections),
    ("send_queue_bytes", "Bytes that wait to be sent on them.", lambda load: load.unsent),
    ("delayed_bytes", "Bytes of messages that a dial of this node delays.", lambda load: load.delayed),
    ("operations_waiting", "Operations that wait for their answers.", lambda load: load.operations),
)


def of_node(measures: Measures) -> Iterator[Metric]:
    """What a node says of itself."""
    labels = ("node_id", "name", "address", "version")
    info = GaugeMetricFamily("decent_node_info", "Who this is; always 1.", labels=labels)
    _add(info, (measures.node_id, measures.name, measures.address, __version__), 1)
    yield info
    for name, words, read in _GAUGES:
        if (number := read(measures)) is not None:
            yield GaugeMetricFamily(f"decent_{name}", words, value=number)
    for name, words, read in _COUNTERS:
        yield CounterMetricFamily(f"decent_{name}", words, value=read(measures))
    yield _histogram(
        "settle_seconds",
        "From a write of this node until every alive peer is known to have it.",
        measures.bounds,
        measures.settled,
        measures.settled_s,
    )
    blocked = GaugeMetricFamily(
        "decent_tombstones_blocked", "Tombstones that wait for the word of this node.", labels=("node_id",)
    )
    waits: Counter[str] = Counter()
    for node, count in measures.waits_for.items():
        waits[printable(node or measures.node_id)] += count
    for shown, count in waits.items():
        _add(blocked, (shown,), count)
    yield blocked


def of_peers(peers: Iterable[PeerView]) -> Iterator[Metric]:
    """What a node says of its peers."""
    named = {(printable(peer.address), printable(peer.node_id or "")): peer for peer in peers}
    states = [peer.state for peer in named.values()]
    counted = GaugeMetricFamily("decent_peers", "Peers by their state.", labels=("state",))
    for state in get_args(PeerState):
        _add(counted, (state,), states.count(state))
    yield counted
    info = GaugeMetricFamily(
        "decent_peer_info",
        "What the peer is called; always 1.",
        labels=("peer", "node_id", "name", "classic"),
    )
    for (address, node), peer in named.items():
        _add(info, (address, node, peer.name or "", "true" if peer.classic else "false"), 1)
    yield info
    labels = ("peer", "node_id")
    for name, words, read in _PEER_GAUGES:
        yield _of_each(GaugeMetricFamily(f"decent_peer_{name}", words, labels=labels), named, read)
    for name, words, read in _PEER_COUNTERS:
        yield _of_each(CounterMetricFamily(f"decent_peer_{name}", words, labels=labels), named, read)


def of_load(load: Load) -> Iterator[Metric]:
    """What waits in a node."""
    for name, words, read in _LOAD:
        yield GaugeMetricFamily(f"decent_{name}", words, value=read(load))


def counter(name: str, words: str, count: int) -> Metric:
    """Something that was counted."""
    return CounterMetricFamily(f"decent_{name}", words, value=count)


def counters(name: str, words: str, label: str, counts: Mapping[str, int]) -> Metric:
    """Something that was counted by the values of a label."""
    family = CounterMetricFamily(f"decent_{name}", words, labels=(label,))
    for value, count in counts.items():
        _add(family, (value,), count)
    return family


def histogram(name: str, words: str, seen: Histogram) -> Metric:
    """What was counted by size."""
    return _histogram(name, words, seen.bounds, seen.counts, seen.total)


def _histogram(name: str, words: str, bounds: Sequence[float], counts: Sequence[int], total: float) -> Metric:
    buckets = list(zip((*map(str, bounds), "+Inf"), map(float, accumulate(counts)), strict=True))
    return HistogramMetricFamily(f"decent_{name}", words, buckets=buckets, sum_value=total)


Labelled = GaugeMetricFamily | CounterMetricFamily


def _of_each(
    family: Labelled, peers: Mapping[tuple[str, str], PeerView], read: Callable[[PeerView], Number]
) -> Metric:
    for labels, peer in peers.items():
        if (number := read(peer)) is not None:
            _add(family, labels, number)
    return family


def _add(family: Labelled, labels: Sequence[str], number: float) -> None:
    family.add_metric([printable(label) for label in labels], number)
