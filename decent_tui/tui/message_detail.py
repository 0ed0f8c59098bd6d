"""One line of the message pane, whole: decoded and raw."""

from collections.abc import Sequence

from decent_tui.core.events import AnyEvent, Carried
from decent_tui.tui import json_view
from decent_tui.tui.event_line import event_line
from decent_tui.tui.lines import Line, Span, said, wrapped
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import clock, size

DECODED = 400
"""Lines of decoded JSON; the raw text below has it all."""


def detail_title(event: AnyEvent) -> Line:
    """What stands in the border."""
    name = event.type if isinstance(event, Carried) else type(event).__name__
    return (said(f"{name} {clock(event.at)}", "bold accent"),)


def detail_lines(event: AnyEvent, roster: Roster, room: int) -> Sequence[Line]:
    """Everything known about one event, in lines of `room` cells."""
    if not isinstance(event, Carried):
        return [event_line(event, roster, room)]
    face = roster.face(event.node_id or "", event.peer)
    way = "sent to" if event.outgoing else "received from"
    lines: list[Line] = [
        (
            Span(f"{way} ", "dim"),
            Span(face.label, f"bold {face.ink}"),
            Span(f" {face.name}"),
            said(f"  {event.peer}", "dim"),
        ),
        *wrapped((said(event.summary),), room),
    ]
    if event.key:
        lines += wrapped((Span("key ", "dim"), said(event.key)), room)
    whole = len(event.raw) >= event.size - 1
    lines += [(), (Span("decoded", "bold text"),)]
    if whole:
        lines += json_view.pretty(json_view.decode(event.raw), room, DECODED)
    else:
        lines.append((Span(f"only the first {size(len(event.raw))} of {size(event.size)} were kept", "dim"),))
    lines += [(), (Span("raw ", "bold text"), Span(size(event.size), "dim"))]
    text = event.raw.decode(errors="replace")
    lines += wrapped((said(text, "dim", most=16_384),), room)
    return lines
