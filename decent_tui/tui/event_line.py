"""One line of the message pane."""

from decent_tui.core.events import (
    Alarm,
    AnyEvent,
    Attached,
    Carried,
    Collected,
    Conflict,
    Dialled,
    PeerChanged,
    Settled,
)
from decent_tui.tui.lines import Line, Span, fit, said, spread
from decent_tui.tui.roster import Face, Roster
from decent_tui.tui.words import clock, plural, size


def event_line(event: AnyEvent, roster: Roster, room: int) -> Line:
    """Time, glyph, who, what, and at the right edge the size."""
    glyph, face, word, text, right = _parts(event, roster)
    left = [
        Span(f" {clock(event.at)} ", "dim"),
        glyph,
        Span(f" {fit(face.label, 10 if room > 70 else 6)} ", face.ink),
        Span(fit(word.text, 12 if room > 70 else 10) + " ", word.ink),
        *text,
    ]
    return spread(left, (Span(f" {right:>9} " if right else " ", "dim"),), room)


_NOBODY = Face("", "", "dim")


def _parts(event: AnyEvent, roster: Roster) -> tuple[Span, Face, Span, list[Span], str]:
    match event:
        case Carried():
            arrow = Span("→", "accent") if event.outgoing else Span("←", "green")
            face = roster.face(event.node_id or "", event.peer)
            text = [said(event.summary, "amber" if event.lost else "text", most=500)]
            if event.key and event.key not in event.summary:
                text.append(said(f"  {event.key}", "dim", most=300))
            return arrow, face, said(event.type, "text", most=40), text, size(event.size)
        case Conflict():
            text = [said(event.key, "bold text"), Span(f" now has {plural(event.values, 'value')}", "dim")]
            return Span("≠", "bold amber"), _NOBODY, Span("conflict", "amber"), text, ""
        case Settled():
            text = [said(event.key, "bold text"), Span(" has one value again", "dim")]
            return Span("●", "green"), _NOBODY, Span("settled", "green"), text, ""
        case PeerChanged():
            glyph, ink = {
                "alive": ("●", "green"),
                "joining": ("◌", "dim"),
                "suspect": ("◐", "amber"),
                "down": ("○", "red"),
            }.get(event.state, ("○", "dim"))
            face = roster.face(event.node_id or "", event.address)
            return Span(glyph, ink), face, Span(event.state, ink), [said(event.why, "text")], ""
        case Dialled():
            face = roster.face("", event.address)
            if event.words not in ("", "cut", "healed"):
                ink = "amber" if event.on else "green"
                return Span("≈", ink), face, Span("dial", ink), [said(event.words, "text")], ""
            if event.cut:
                return (
                    Span("✂", "bold red"),
                    face,
                    Span("cut", "red"),
                    [Span("by you; x heals it", "dim")],
                    "",
                )
            return Span("●", "green"), face, Span("healed", "green"), [Span("by you", "dim")], ""
        case Alarm():
            return Span("✗", "bold red"), _NOBODY, Span("alarm", "bold red"), [said(event.text, "red")], ""
        case Collected():
            what = f"{plural(event.count, 'tombstone')} forgotten: every node has seen the delete"
            return Span("○", "dim"), _NOBODY, Span("collected", "dim"), [Span(what, "dim")], ""
        case Attached(up=False):
            return Span("✗", "bold red"), _NOBODY, Span("no answer", "red"), [said(event.why, "red")], ""
        case Attached():
            text = [Span("the node answers again; what it said meanwhile is missed", "dim")]
            return Span("●", "green"), _NOBODY, Span("answers", "green"), text, ""
        case _:
            return Span(" ", "dim"), _NOBODY, Span("", "dim"), [], ""
