"""The windows that open over the dashboard to be read. Imported when the first one opens."""

from collections.abc import Mapping

from textual.dom import DOMNode

from decent_tui.core.events import AnyEvent
from decent_tui.core.operations import PeerView
from decent_tui.tui.footing import offers
from decent_tui.tui.help import Part, help_lines
from decent_tui.tui.lines import Line, Span
from decent_tui.tui.message_detail import detail_lines, detail_title
from decent_tui.tui.peer_detail import peer_detail, peer_title
from decent_tui.tui.reader import Reader
from decent_tui.tui.roster import Roster

CLOSE: Line = offers([("Esc", "close")])
FIND: Line = offers([("/", "find"), ("Esc", "close")])


def message_reader(event: AnyEvent, roster: Roster) -> Reader:
    """One line of the message pane, decoded and raw."""
    return Reader(detail_title(event), CLOSE, lambda room, _: detail_lines(event, roster, room))


def peer_reader(peer: PeerView, roster: Roster) -> Reader:
    """One peer, with all the evidence."""
    return Reader(peer_title(peer), CLOSE, lambda room, _: peer_detail(peer, roster, room))


def help_reader(places: Mapping[str, type[DOMNode]]) -> Reader:
    """All keys of these places, all commands, all signs."""
    parts = [Part(name, place.HELP or "", place.BINDINGS) for name, place in places.items()]
    return Reader(
        (Span("Help", "bold accent"),),
        FIND,
        lambda room, needle: help_lines(parts, room, needle),
        filtered=True,
    )
