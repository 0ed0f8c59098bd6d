"""The status of a node in one line for a person (it still passes the one door, in `render`)."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from decent_tui.core.operations import NodeStatus

_NAMED: Final = 3
"""Nodes that are named where several are meant; the others are counted."""


def status(answer: NodeStatus, command: str) -> Iterator[str]:
    """Who it is, what it holds, how it stands with the others, and then only what is not as it should be. The
    JSON has all the numbers."""
    yield "; ".join([_who(answer), *_store(answer), *_others(answer), *_trouble(answer)])


def _who(answer: NodeStatus) -> str:
    return f"{answer.name} at {answer.address} (node {answer.node_id}, {answer.data})"


def _store(answer: NodeStatus) -> Iterator[str]:
    conflicts = f", {answer.conflicts:,} in conflict" if answer.conflicts else ""
    yield f"{_count(answer.keys, 'key')}{conflicts}"


def _others(answer: NodeStatus) -> Iterator[str]:
    if not answer.peers_known:
        yield "no peers"
        return
    # rounded down: 100% is said when it is so
    known = _count(answer.peers_known, "peer")
    yield f"{answer.peers_alive:,} of {known} alive, {int(answer.settled * 100)}% settled"
    if answer.settle_p95_ms is not None:
        yield f"95% of writes settle within {answer.settle_p95_ms:,.0f} ms"


def _trouble(answer: NodeStatus) -> Iterator[str]:
    if answer.max_bytes is not None and answer.bytes >= answer.max_bytes:
        yield f"full: {answer.bytes:,} of {answer.max_bytes:,} bytes; nothing is written or synced"
    lacking = [f"{address} lacks {_count(count, 'write')}" for address, count in answer.missing.items()]
    yield from _few(lacking)
    if answer.tombstones:
        whom = _few(answer.waits_for) or ["a write that this node never got"]
        waits = "waits" if answer.tombstones == 1 else "wait"
        yield f"{_count(answer.tombstones, 'deletion')} {waits} for {', '.join(whom)}"
    if answer.dials:
        dialled = dict.fromkeys(view.peer for view in answer.dials)
        yield f"dials are on for {', '.join(_few(list(dialled)))}"
    if answer.alarms:
        newest_first = _few(answer.alarms[::-1])
        yield f"{_count(len(answer.alarms), 'alarm')}: {'; '.join(newest_first)}"


def _few(names: list[str]) -> list[str]:
    more = len(names) - _NAMED
    return [*islice(names, _NAMED), *([f"{more:,} more"] if more > 0 else [])]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
