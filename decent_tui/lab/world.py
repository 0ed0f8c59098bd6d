"""The world of a seed: how many nodes, what kind of network, and what goes wrong in it (swarm testing).

Each seed draws its own world first, and most leave most troubles out: a history in which everything goes
wrong at once hardly gets anywhere, and hides what a few troubles together would show (Groce et al., "Swarm
testing", 2012).
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Annotated, Final, Literal

import msgspec

from decent_tui.lab import people as p
from decent_tui.lab import troubles as t
from decent_tui.lab.streams import Streams
from decent_tui.lab.weather import Seconds, Share, Weather

MOST_NODES: Final = 9
"""What a seed draws at most."""

NODES_MAX: Final = 50
"""What a person may ask for, and a file: they are linked each to each."""

STEPS: Final = 18
"""Deeds in a history, on the average."""

_FAST: Final = (0.0, 0.01, 0.05)
_BRISK: Final = (0.0, 0.1, 0.5)
_SLOW: Final = (0.05, 0.4, 1.0)
_SLEEPY: Final = (0.0, 0.1, 3.0)
"""Seconds between two deeds, at most: one of these is drawn each time."""

VERSION_BYTES: Final = 60
"""About what one version of a simulation weighs in a chunk."""


_Few = Annotated[int, msgspec.Meta(ge=0, le=NODES_MAX)]
_Some = Annotated[int, msgspec.Meta(ge=1)]


class World(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One world. `chunk` and `outbox` are in bytes, `tick`, `hold` and `audit` in seconds.

    The bounds are those of a file: what lies within them can be played.
    """

    seed: int
    nodes: Annotated[int, msgspec.Meta(ge=2, le=NODES_MAX)]
    keys: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 3
    weather: Weather = Weather()
    chunk: _Some = 10_000
    page: _Some = 4_096
    collect: _Some = 200
    hold: Seconds = 5.0
    audit: Seconds = 5.0
    tick: Annotated[float, msgspec.Meta(ge=0.01, le=10)] = 0.1
    outbox: _Some = 4 * 1024 * 1024
    busy: Seconds = 0.0
    """Seconds for which a link takes no more versions after a push."""
    met: bool = False
    """Whether all have met before anything happens."""
    returns: Seconds = 0.0
    """Seconds before the end in which everybody is there again, and the weather still foul."""
    classics: _Few = 0
    volatile: _Few = 0
    """How many of the nodes keep nothing."""
    goodbyes: bool = False
    """Whether members leave and are forgotten."""
    sets_back: bool = False
    """Whether disks are lost, restored and rolled back."""
    mutations: Share = 0.0
    """The share of its lines that node 0 sends mutated."""


AnyDeed = (
    p.Put | p.CompareAndSet | p.Resolve | p.Unresolve | p.Delete | p.Gossip | p.ClassicPut | p.Cut | p.Dial
    | p.Heal | p.Leave | p.Forget | p.Start | t.Crash | t.PowerLoss | t.FullDisk | t.Dooms | t.Stop | t.Freeze
    | t.Jump | t.Reset | t.Part | t.Mend | t.Slow | t.Backup | t.Restore | t.RollBack | t.Wipe | t.CopyFiles
    | t.ClassicCrash | t.ClassicStart
)  # fmt: skip


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A deed, and how many virtual seconds after the last one it is done."""

    after: Seconds
    deed: AnyDeed


def draw_world(seed: int, nodes: int | None = None) -> World:
    """The world of a seed; with `nodes`, of that many."""
    draw = Streams(seed).of("world")
    drawn = draw.choice((2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, MOST_NODES))
    classics = draw.choice((0, 0, 0, 0, 1, 2))
    liar = draw.random() < 0.06
    return World(
        seed,
        nodes or drawn,
        keys=draw.randint(1, 5),
        weather=_weather(draw),
        chunk=draw.choice((1, 3, 10, 50)) * VERSION_BYTES,
        page=draw.choice((1, 3, 50, 4_096)),
        collect=draw.choice((1, 3, 200)),
        hold=draw.choice((0.0, 2.0, 10.0)),
        audit=draw.choice((2.0, 10.0)),
        tick=draw.choice((0.1, 0.25, 0.5)),
        outbox=draw.choice((3 * VERSION_BYTES, 10 * VERSION_BYTES, 4 * 1024 * 1024)),
        busy=draw.choice((0.0, 0.0, 0.05, 0.5)),
        met=draw.random() < 0.75,
        returns=draw.choice((0.0, 0.0, 0.0, 1.5, 3.0)),
        classics=classics,
        volatile=draw.choice((0, 0, 0, 0, 1)),
        goodbyes=draw.random() < 0.25,
        sets_back=draw.random() < 0.25,
        mutations=draw.choice((0.02, 0.1, 0.3)) if liar else 0.0,
    )


def _weather(draw: Random) -> Weather:
    def sometimes(chance: float, *choices: float) -> float:
        return draw.choice(choices) if draw.random() < chance else 0.0

    base, spread = draw.choice(((0.0005, 0.001), (0.001, 0.03), (0.02, 0.1), (0.1, 0.05)))
    return Weather(
        base,
        spread,
        tail=sometimes(0.3, 0.01, 0.1),
        lose=sometimes(0.4, 0.02, 0.1, 0.4),
        duplicate=sometimes(0.3, 0.05, 0.3),
        reorder=sometimes(0.3, 0.05, 0.3),
    )


def draw_steps(world: World, steps: int | None = None) -> list[Step]:
    """The course of events of a world; with `steps`, of that many deeds."""
    draw = Streams(world.seed).of("deeds")
    pauses = draw.choice((_FAST, _FAST, _FAST, _BRISK, _BRISK, _BRISK, _SLOW, _SLEEPY))
    trouble = draw.choice((0.0, 0.1, 0.3, 0.5))
    deeds = _People(draw)
    kinds = [kind for kind in _TROUBLES if draw.random() < 0.5] or list(_TROUBLES)
    number = steps if steps is not None else draw.randint(STEPS // 4, STEPS * 7 // 4)
    course: list[Step] = []
    for _ in range(number):
        some = draw.choice(kinds)(draw) if draw.random() < trouble else [deeds.next()]
        course += [Step(round(draw.choice(pauses) * draw.random(), 4), deed) for deed in some]
    return course


class _People:
    """What people do: each history has busy and quiet nodes, and its own liking for deletes."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._deletes = draw.choice((0.05, 0.25, 0.45))
        self._settles = draw.choice((0.1, 0.6))

    def next(self) -> AnyDeed:
        """The next deed."""
        draw, node, key = self._draw, _any(self._draw), _any(self._draw)
        what = draw.random()
        if what < self._deletes:
            return p.Delete(node, key)
        if what < self._deletes + 0.03:
            return p.Gossip(node)
        if what < self._deletes + 0.1:
            return p.ClassicPut(node, key)
        if what < self._deletes + 0.16:
            return p.CompareAndSet(node, _any(draw), key)
        if what < self._deletes + 0.2:
            return p.Resolve(node, key)
        if what < self._deletes + 0.23:
            return p.Unresolve(node, key)
        return p.Put(node, key, settle=draw.random() < self._settles, same=draw.random() < 0.1)


def _any(draw: Random) -> int:
    return draw.randrange(1_000)


def _two(draw: Random) -> tuple[int, int]:
    return _any(draw), _any(draw)


def _seconds(draw: Random) -> float:
    return draw.choice((0.5, 1.0, 5.0, 14.0))


_DIALS: Final[Sequence[tuple[Literal["lag", "lose", "duplicate", "reorder"], float]]] = (
    ("lag", 300), ("lag", 3_000), ("lose", 20), ("lose", 100), ("duplicate", 50), ("reorder", 50),
)  # fmt: skip

_TROUBLES: Final[Sequence[Callable[[Random], list[AnyDeed]]]] = (
    lambda draw: [t.Crash(_any(draw))],
    lambda draw: [t.PowerLoss(_any(draw))],
    lambda draw: [t.Stop(_any(draw))],
    lambda draw: [
        t.Dooms(_any(draw), draw.choice(("before the commit", "before it is durable", "amid the effects")))
    ],
    lambda draw: [p.Start(_any(draw)), p.Start(_any(draw))],
    lambda draw: [p.Start(_any(draw))],
    lambda draw: [p.Cut(*_two(draw))],
    lambda draw: [p.Heal(_any(draw))],
    lambda draw: [p.Dial(*_two(draw), *draw.choice(_DIALS))],
    lambda draw: [t.Part(*_two(draw), both=draw.random() < 0.6)],
    lambda draw: [t.Mend()],
    lambda draw: [t.Reset(*_two(draw))],
    lambda draw: [t.Slow(*_two(draw), draw.choice((0.2, 1.0, 3.0)))],
    lambda draw: [t.Freeze(_any(draw), _seconds(draw))],
    lambda draw: [t.Jump(_any(draw), draw.choice((-86_400_000, -5_000, 5_000, 86_400_000)))],
    lambda draw: [p.Leave(_any(draw))],
    lambda draw: [p.Forget(*_two(draw))],
    lambda draw: [t.CopyFiles(_any(draw))],
    lambda draw: [t.Backup(_any(draw))],
    lambda draw: [t.Backup(_any(draw)), p.Put(*_two(draw)), t.Restore(_any(draw)), p.Start(_any(draw))],
    lambda draw: [t.Backup(_any(draw)), p.Put(*_two(draw)), t.RollBack(_any(draw)), p.Start(_any(draw))],
    lambda draw: [t.Wipe(_any(draw)), p.Start(_any(draw))],
    lambda draw: [t.FullDisk(_any(draw), _seconds(draw), draw.choice(("at the commit", "at once")))],
    lambda draw: [t.ClassicCrash(_any(draw)), t.ClassicStart(_any(draw))],
)
"""What goes wrong, each kind as likely as the next; some need the world's leave and do nothing without it."""
