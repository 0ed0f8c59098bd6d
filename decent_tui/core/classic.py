"""Peers that speak the original protocol: how their records become versions here.

They add their own entry to the clock of everything they import, for ever, and give every local write the
same clock `{self: 1}` with a growing lamport. So
- a record whose clock names one of our ids is an echo of something of ours: it is ignored;
- only a clock of exactly `{author: 1}` is an original write;
- a record is news iff no clock held for its key names its author, or it is an original with a lamport above
  the author's entry held; and no held sibling has its value;
- news is written here under a dot of our own, with context `{author: lamport}` (1 if it is no original)
  joined with the clocks of the siblings by that author, and nothing else. Its number counts in clocks under
  an entry of its own (`clocks.taken_in`), because it does not cover our own earlier writes.

Never send a peer a record that it authored: it would silently drop its next write.
"""

from collections.abc import Iterable
from typing import NamedTuple

from decent_tui.core.clocks import Clock, is_classic, join
from decent_tui.core.messages import Foreign
from decent_tui.core.values import Value, read_value
from decent_tui.core.version import Siblings


class News(NamedTuple):
    """What a classic record amounts to here."""

    value: Value
    author: str
    context: Clock
    lamport: int
    ts: int


def is_echo(clock: Iterable[str]) -> bool:
    """Whether a record with this clock came from one of us in the first place."""
    return any(not is_classic(node) for node in clock)


def is_original(record: Foreign) -> bool:
    """Whether the record is as its author wrote it, not as somebody imported it."""
    return dict(record.vc) == {record.node_id: 1}


def news(record: Foreign, siblings: Siblings) -> News | None:
    """What to write for a record of a key with these siblings, or None; ValueError if its value is none."""
    author = record.node_id
    if is_echo(record.vc) or not is_classic(author):
        return None
    original = is_original(record)
    entries = [held.clock[author] for held in siblings if author in held.clock]
    if entries and not (original and record.lamport > max(entries)):
        return None
    value = read_value(bytes(record.value))
    if any(held.cid == value.cid for held in siblings):
        return None
    entry = max(record.lamport, 1) if original else 1
    context = join({author: entry}, *(held.clock for held in siblings if held.author == author))
    return News(value, author, context, record.lamport, _milliseconds(record.ts))


def _milliseconds(ts: float) -> int:
    """A wall clock label in ms; 0 for what is no time at all."""
    return int(ts * 1000) if 0 <= ts < 2**40 else 0


def is_own(author: str, node: str | None, address: str) -> bool:
    """Whether the classic peer at `address` (with id `node`, if known yet) wrote this itself.

    It says its id only when it dials us; until then the address that its ids end with must do.
    """
    return author == node if node else author.rpartition("@")[2] == address
