"""Operations that break the network on purpose, and mend it.

A dial is for what goes to the peer (`out`), what comes from it (`in`), or both. With `for_s` it heals by
itself after so many seconds.
"""

from typing import Literal

import msgspec

from decent_tui.core.faults import Kind
from decent_tui.core.operation import Operation

Way = Literal["both", "in", "out"]


class Addresses(msgspec.Struct, frozen=True):
    """The addresses that are cut off now (after `cut`) or were healed (after `heal`)."""

    peers: list[str]


class DialView(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a dial stands. `peer` is an address; a lag has `ms` and `jitter_ms` (either way), a dial for a
    share of the messages has `percent`, a cut neither. It was set `since_s` seconds ago and heals by itself
    in `for_s` (None: it does not)."""

    peer: str
    dial: Kind
    direction: Way
    ms: float | None = None
    jitter_ms: float | None = None
    percent: float | None = None
    for_s: float | None = None
    since_s: float | None = None


def in_words(view: DialView) -> str:
    """A dial as a person says it: `lag 200 ms ± 50 ms, out, for 30 s`."""
    words: str = view.dial
    if view.ms is not None:
        words += f" {view.ms:g} ms"
        if view.jitter_ms:
            words += f" ± {view.jitter_ms:g} ms"
    elif view.percent is not None:
        words += f" {view.percent:g} %"
    if view.direction != "both":
        words += f", {view.direction}"
    if view.for_s is not None:
        words += f", for {view.for_s:.0f} s"
    return words


class Cut(Operation[Addresses], frozen=True):
    """Nothing passes to or from the peer until healed. Cut both ways, the link is dropped and neither side
    may redial; cut in one direction, what is sent that way is lost. The peer `all` are all that are known
    now."""

    peer: str
    direction: Way = "both"
    for_s: float | None = None


class Heal(Operation[Addresses], frozen=True):
    """Undo all that was dialled for a peer; the peer `all` undoes everything."""

    peer: str


class Lag(Operation[DialView], frozen=True):
    """Have messages arrive late: by `ms`, give or take up to `jitter_ms`. 0 turns it off."""

    peer: str
    ms: float
    jitter_ms: float = 0.0
    direction: Way = "both"
    for_s: float | None = None


class Lose(Operation[DialView], frozen=True):
    """Have a share of the messages vanish. 0 turns it off."""

    peer: str
    percent: float
    direction: Way = "both"
    for_s: float | None = None


class Duplicate(Operation[DialView], frozen=True):
    """Have a share of the messages arrive twice. 0 turns it off."""

    peer: str
    percent: float
    direction: Way = "both"
    for_s: float | None = None


class Reorder(Operation[DialView], frozen=True):
    """Have a share of the messages held back, so that later ones overtake them. 0 turns it off."""

    peer: str
    percent: float
    direction: Way = "both"
    for_s: float | None = None


DialOperation = Cut | Heal | Lag | Lose | Duplicate | Reorder
