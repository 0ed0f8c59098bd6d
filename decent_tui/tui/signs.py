"""Signs of life: messages that say no more than that a peer is there, some every second, for ever."""

from typing import Final

from decent_tui.core.events import AnyEvent, Carried

SIGNS_OF_LIFE: Final = frozenset({"HEARTBEAT", "PING", "PONG"})
"""Their types."""


def is_sign_of_life(event: AnyEvent) -> bool:
    """Whether this is nothing but a sign of life: nobody waits to see it."""
    return isinstance(event, Carried) and event.type in SIGNS_OF_LIFE
