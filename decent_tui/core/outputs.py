"""What a node wants done: effects for the shell (or the simulator) to carry out.

Every effect waits until what was written before it is durable: nothing is acknowledged or sent that a
loss of power could take back.
"""

from itertools import groupby

import msgspec

from decent_tui.core.errors import Refused
from decent_tui.core.events import AnyEvent, Changed
from decent_tui.core.messages import Message, RequestId
from decent_tui.core.operations import AnyAnswer


class Send(msgspec.Struct, frozen=True):
    """Put a message on a link."""

    link: int
    message: Message
    request: RequestId = None


class Dial(msgspec.Struct, frozen=True):
    """Open a connection to an address; the outcome comes back as `opened` or `dial_failed`."""

    address: str


class Drop(msgspec.Struct, frozen=True):
    """Close a link after what was sent on it (`at_once`: what waits is thrown away); no `lost` comes back."""

    link: int
    at_once: bool = False


class Answered(msgspec.Struct, frozen=True):
    """A local operation is done."""

    operation: int
    outcome: AnyAnswer | Refused


Effect = Send | Dial | Drop | Answered


class Outputs(msgspec.Struct):
    """Where the parts of a node put what they want done and what happened, in order."""

    effects: list[Effect] = []
    events: list[AnyEvent] = []

    def send(self, link: int, message: Message, request: RequestId = None) -> None:
        """Put a message on a link."""
        self.effects.append(Send(link, message, request))

    def emit(self, event: AnyEvent) -> None:
        """Say what happened."""
        self.events.append(event)

    def take_effects(self) -> list[Effect]:
        """What is to be done, in order; taken once."""
        taken, self.effects = self.effects, []
        return taken

    def take_events(self) -> list[AnyEvent]:
        """What happened, in order; taken once. Changes in a row that differ in their keys only are told as
        one."""
        taken, self.events = self.events, []
        told: list[AnyEvent] = []
        for origin, some in groupby(taken, _origin):
            run = list(some)
            if origin is None or len(run) == 1:
                told += run
            else:
                keys = dict.fromkeys(key for event in run if isinstance(event, Changed) for key in event.keys)
                told.append(Changed(run[-1].at, tuple(keys), *origin))
        return told


def _origin(event: AnyEvent) -> tuple[str, bool] | None:
    """What changes have in common that are told as one."""
    return (event.by, event.forgotten) if isinstance(event, Changed) else None
