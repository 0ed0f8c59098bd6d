"""What happens in a node, as lines of its log."""

import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from decent_tui.core.events import Alarm, AnyEvent, Collected, Conflict, Dialled, PeerChanged, Settled

_log: Final = logging.getLogger("decent_tui.node")

TOLD: Final = ("conflict", "settled", "collected", "peerchanged", "dialled", "alarm")
"""The kinds of events that are logged: not each change of a key, nor each line on the wire."""


def in_words(event: AnyEvent) -> str:
    """What happened, in a plain sentence (untrusted text in it is as it came); empty for what is not told."""
    match event:
        case Conflict(key=key, values=values):
            return f"{key} now has {values} values"
        case Settled(key=key):
            return f"{key} has one value again, or none"
        case Collected(count=count):
            return f"tombstones forgotten, because every node has seen the delete: {count:,}"
        case PeerChanged(address=address, state=state, why=why):
            return f"{address} is {state}: {why}" if why else f"{address} is {state}"
        case Dialled(address=address, words=words):
            return f"dial for {address}: {words}"
        case Alarm(text=text):
            return text
        case _:
            return ""


def listener(events: Sequence[AnyEvent]) -> None:
    """Log them: alarms as warnings, all else as information."""
    for event in events:
        level = logging.WARNING if isinstance(event, Alarm) else logging.INFO
        if _log.isEnabledFor(level) and (words := in_words(event)):
            fields = msgspec.to_builtins(event)
            del fields["at"]  # the log has a clock of its own
            _log.log(level, "%s", words, extra={"fields": fields})
