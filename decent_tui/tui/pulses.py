"""Messages on their way, as the lab shows them: slowed down, or nobody could see them."""

from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from decent_tui.core.events import Carried
from decent_tui.tui.links_picture import Pulse

TRAVEL: Final = 0.9
"""Seconds that a message takes on the screen at speed 1. On the loopback it really takes a millisecond or
less; what it changes at its end is shown when it gets there."""

SHOWN: Final[Mapping[str, str]] = {"VERSIONS": "●", "SYNC": "○"}
"""The messages that are shown: values, and the question what is missing. Signs of life are many and say
little, and a classic peer's messages do not go between nodes of the lab."""

MOST: Final = 60
"""Pulses at a time: more would be a blur."""


class _Flight(NamedTuple):
    start: int
    end: int
    since: float
    ink: str
    glyph: str
    lost: bool


class Pulses:
    """Those on their way at a time."""

    def __init__(self, travel: float) -> None:
        self.travel = travel
        """Seconds that each takes."""
        self._flights: deque[_Flight] = deque(maxlen=MOST)

    def sent(self, message: Carried, start: int, end: int, ink: str, now: float) -> None:
        """A node sent this; nothing is shown of a message that says nothing."""
        glyph = SHOWN.get(message.type, "")
        empty = message.type == "VERSIONS" and not message.key and message.summary.startswith("in sync")
        if glyph and message.outgoing and not empty:
            self._flights.append(_Flight(start, end, now, ink, glyph, message.lost))

    def at(self, now: float) -> list[Pulse]:
        """Where they are; those that arrived are gone."""
        while self._flights and now - self._flights[0].since > self.travel:
            self._flights.popleft()
        return [
            Pulse(each.start, each.end, (now - each.since) / self.travel, each.ink, each.glyph, each.lost)
            for each in self._flights
        ]
