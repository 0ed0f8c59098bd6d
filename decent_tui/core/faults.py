"""What a person does to the network on purpose: the decisions only.

A *dial* is set for one peer and one direction (or both). The same decisions serve real TCP (`net`) and
the simulator: whoever carries messages asks `course` about each one, and does what it says.

A peer is known by node id and by announced address, because many nodes share 127.0.0.1; either identifies
it. Dials belong to the node that set them and end with its process.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from decent_tui.core.chance import Chance

Kind = Literal["cut", "lag", "lose", "duplicate", "reorder"]
"""Nothing passes; what passes is late; some of it is lost; some comes twice; some is overtaken."""

Direction = Literal["in", "out"]
"""Seen from this node: what comes from the peer, and what goes to it."""

BOTH: Final[tuple[Direction, ...]] = ("in", "out")

Care = Literal["none", "in turn", "whole"]
"""What a message bears. `none`: anything. `in turn`: it may be late or lost, but neither doubled nor
overtaken (the HANDSHAKE and its answer: nothing may come before them; everything between us and a classic
peer). `whole`: it may only be late (what is not asked for a second time)."""

HELD_BACK: Final = 0.25
"""Seconds for which a message is held back that others shall overtake: several acknowledgements long."""

MAX_LAG: Final = 60_000.0
"""Milliseconds of lag at most. From 2,500 on no new link is made (a HANDSHAKE must be answered in 5 s)."""


class Dial(msgspec.Struct, frozen=True):
    """How one dial stands: `amount` is ms for a lag and percent for the rest, `jitter` ms either way. It was
    set at `since` and heals by itself at `until` (monotonic seconds, None: when somebody heals it)."""

    amount: float
    jitter: float = 0.0
    since: float = 0.0
    until: float | None = None


class Target(msgspec.Struct):
    """A peer with dials. `node` is None until it is known."""

    node: str | None
    address: str
    dials: dict[tuple[Kind, Direction], Dial] = {}
    last: dict[Direction, float] = {}
    """When the latest message that is under way arrives: whatever follows comes after it."""

    def matches(self, node: str | None, address: str) -> bool:
        """Whether that is this peer."""
        return (node is not None and self.node == node) or (address != "" and self.address == address)

    def amount(self, kind: Kind, direction: Direction) -> float:
        """How far a dial is turned; 0 when it is off."""
        dial = self.dials.get((kind, direction))
        return dial.amount if dial else 0.0


class Healed(msgspec.Struct, frozen=True):
    """A dial whose time was over, and the peer it was set for."""

    target: Target
    kind: Kind
    directions: tuple[Direction, ...]


class Faults:
    """Every dial that is on."""

    def __init__(self) -> None:
        self._targets: list[Target] = []

    def __bool__(self) -> bool:
        return bool(self._targets)

    def __iter__(self) -> Iterator[Target]:
        """The peers with a dial on."""
        return (target for target in self._targets if target.dials)

    # ------------------------------------------------------------------ turning

    def turn(
        self,
        node: str | None,
        address: str,
        kind: Kind,
        dial: Dial,
        directions: Sequence[Direction] = BOTH,
    ) -> None:
        """Set a dial for a peer; an amount of 0 turns it off."""
        target = self.of(node, address)
        if target is None:
            target = Target(node, address)
            self._targets.append(target)
        target.node = target.node or node
        for direction in directions:
            if dial.amount:
                target.dials[kind, direction] = dial
            else:
                target.dials.pop((kind, direction), None)

    def met(self, node: str, ways: Sequence[str | None]) -> None:
        """A node said who it is: what was dialled for one of its addresses is for it, wherever it is."""
        for target in self._targets:
            if target.node is None and target.address in ways:
                target.node = node

    def cut(
        self,
        node: str | None,
        address: str,
        directions: Sequence[Direction] = BOTH,
        *,
        since: float = 0.0,
        until: float | None = None,
    ) -> None:
        """Cut a peer off by all that is known of it."""
        self.turn(node, address, "cut", Dial(100.0, since=since, until=until), directions)

    def heal(self, node: str | None, address: str) -> None:
        """Undo all dials of a peer."""
        for target in self._targets:
            if target.matches(node, address):
                target.dials.clear()

    def heal_all(self) -> None:
        """Undo every dial."""
        for target in self._targets:
            target.dials.clear()

    def due(self, now: float) -> list[Healed]:
        """Turn off the dials whose time is over, and say which these were."""
        healed = []
        for target in self._targets:
            over = [key for key, dial in target.dials.items() if dial.until is not None and dial.until <= now]
            for key in over:
                del target.dials[key]
            for kind in dict.fromkeys(kind for kind, _ in over):
                healed.append(Healed(target, kind, tuple(way for known, way in over if known == kind)))
        self._targets = [t for t in self._targets if t.dials or any(at > now for at in t.last.values())]
        return healed

    # ------------------------------------------------------------------ asking

    def of(self, node: str | None, address: str) -> Target | None:
        """The dials of a peer; None if it never had any, or long ago."""
        return next((target for target in self._targets if target.matches(node, address)), None)

    def is_cut(self, node: str | None, address: str) -> bool:
        """Whether a peer is cut off both ways: there is no link, and nothing is dialled."""
        return any(
            target.matches(node, address) and all(("cut", way) in target.dials for way in BOTH)
            for target in self._targets
        )

    def course(
        self,
        node: str | None,
        address: str,
        direction: Direction,
        now: float,
        chance: Chance,
        care: Care = "none",
    ) -> tuple[float, ...]:
        """When a message arrives that passes now: at no time at all (lost), at one, or at two (doubled).

        A time that is not above `now` means at once. Messages keep their order, whatever the jitter, unless
        one is held back on purpose; what is under way when a dial is healed is not overtaken either.
        """
        target = self.of(node, address) if self._targets else None
        if target is None:
            return (now,)
        if target.amount("cut", direction) or (
            care != "whole" and _happens(target.amount("lose", direction), chance)
        ):
            return ()
        at = now
        lag = target.dials.get(("lag", direction))
        if lag is not None:
            at += max(0.0, lag.amount + lag.jitter * (2 * chance.random() - 1)) / 1000
        if care == "none" and _happens(target.amount("reorder", direction), chance):
            return (at + HELD_BACK,)
        at = max(at, target.last.get(direction, now))
        target.last[direction] = at
        twice = care == "none" and _happens(target.amount("duplicate", direction), chance)
        return (at, at) if twice else (at,)


def _happens(percent: float, chance: Chance) -> bool:
    return percent > 0 and chance.random() * 100 < percent
