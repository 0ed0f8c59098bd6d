"""The report of `decent-tui sim --report`: how a write spreads, as tables, with the targets it is held to.

Everything runs on virtual time from a fixed seed, so two runs print the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from decent_tui.lab.convergence import Spread, alone, steady
from decent_tui.lab.weather import Weather

LAN: Final = (0.01, 0.01)
"""One-way latency in the table: 10 ms and up to 10 ms more."""

LOSSES: Final = (0.0, 0.01, 0.1)
"""Shares of all lines that get lost. A connection of TCP loses none while it is open, so this is harder than
life."""

ROUNDS: Final = {3: (300, 1), 10: (100, 1), 25: (30, 2), 50: (8, 4)}
"""Per number of nodes: how often, and by how many nodes at about one time, something is written. As many as
fit into a minute."""

CHALLENGE: Final = 25
"""Nodes of the public "efficient broadcast" challenge (Fly.io's Gossip Glomers, 3d and 3e), which has 100 ms
one-way latency, 100 operations a second, and every other one a read."""

ONE_WAY: Final = Weather(0.1, 0.0)
RATE: Final = 100.0
SECONDS: Final = 5.0


COLUMNS: Final = (
    ("nodes", "linked each to each"),
    ("lost", "share of all lines that got lost"),
    ("p50", "median time from a write until the last node has it; then p99 and max"),
    ("p99", ""),
    ("max", ""),
    ("payload", "messages with versions in them per write"),
    ("least", "the lower bound: every other node must be told once"),
    ("bytes", "of payload per write"),
    ("acks", "heartbeats per write that tell what their sender has seen"),
    ("syncs", "questions per write for what is missing"),
    ("idle B/s", "bytes of all other heartbeats per link and second, both ways"),
    ("repaired", "p99 of the time from a write until a node has it to which its push got lost"),
)
"""The head of the table, and what it means."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that was promised: at most so much, and what it is."""

    what: str
    most: float
    measured: float
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the promise was kept."""
        return self.measured <= self.most


def spreading(nodes: int, loss: float) -> Spread:
    """One row of the table."""
    rounds, writers = ROUNDS[nodes]
    return alone(nodes, Weather(*LAN, lose=loss), rounds, writers=writers)


def challenge(seconds: float = SECONDS) -> list[Target]:
    """The challenge. A VERSIONS line with versions in it counts as a message of payload."""
    spread = steady(CHALLENGE, ONE_WAY, seconds, RATE)
    return [
        Target("payload messages per operation", 12.5, spread.payload / 2),
        Target("median time to all", 0.15, spread.p50, "s"),
        Target("longest time to all", 0.25, spread.longest, "s"),
        Target("writes that did not get to all", 0, spread.missing),
    ]


def repair(rounds: int = 25) -> list[Target]:
    """In the same network each write loses one push, and no later one shows it."""
    spread = alone(CHALLENGE, ONE_WAY, rounds, writers=4, lose=1)
    return [Target("a lost push repaired, p99", 2.0, spread.repaired, "s")]


def report(progress: Callable[[str], None]) -> str:
    """All of it, as Markdown; takes about a minute. `progress` is told what is being measured."""
    spreads: list[Spread] = []
    for nodes in ROUNDS:
        for loss in LOSSES:
            progress(f"{nodes} nodes, {loss:.0%} of the lines lost")
            spreads.append(spreading(nodes, loss))
    progress(f"{CHALLENGE} nodes, {ONE_WAY.base * 1000:.0f} ms one way, {RATE:.0f} operations a second")
    targets = challenge()
    progress(f"{CHALLENGE} nodes, lost pushes")
    return f"{table(spreads)}\n{legend()}\n{promises([*targets, *repair()])}"


def table(spreads: Iterable[Spread]) -> str:
    """What was measured, a row each."""
    rows = [
        [
            f"{one.nodes}",
            f"{one.loss:.0%}",
            *(_seconds(time) for time in (one.p50, one.p99)),
            "never" if one.missing else _seconds(one.longest),
            f"{one.payload:.2f}",
            f"{one.bound}",
            f"{one.payload_bytes:,.0f}",
            f"{one.acknowledgements:.1f}",
            f"{one.questions:.2f}",
            f"{one.beats:.0f}",
            _seconds(one.repaired) if one.lost else "",
        ]
        for one in spreads
    ]
    return _markdown([head for head, _ in COLUMNS], rows)


def legend() -> str:
    """What the columns of the table mean, a line each."""
    return "".join(f"- {head}: {meaning}\n" for head, meaning in COLUMNS if meaning)


def promises(targets: Iterable[Target]) -> str:
    """What was promised and what came of it, a row each."""
    return _markdown(
        [f"{CHALLENGE} nodes, {ONE_WAY.base * 1000:.0f} ms one way", "at most", "measured", ""],
        [
            [
                one.what,
                f"{one.most:g} {one.unit}".strip(),
                f"{one.measured:.2f} {one.unit}".strip(),
                _word(one),
            ]
            for one in targets
        ],
    )


def _word(target: Target) -> str:
    return "met" if target.met else "MISSED"


def _seconds(time: float) -> str:
    return f"{time * 1000:.0f} ms" if time < 1 else f"{time:.2f} s"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that is read as well without a renderer; numbers stand on the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    left = [not any(row[at][:1].isdigit() for row in rows) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            c.ljust(w) if to_left else c.rjust(w) for c, w, to_left in zip(cells, widths, left, strict=True)
        )
        return f"| {' | '.join(padded)} |\n"

    rule = [
        "-" * width if to_left else "-" * (width - 1) + ":"
        for width, to_left in zip(widths, left, strict=True)
    ]
    return line(head) + line(rule) + "".join(map(line, rows))
