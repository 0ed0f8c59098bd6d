"""What a person types to see some messages only: `peer:9002 type:sync dir:in key:user !heartbeat`."""

from collections.abc import Callable
from typing import Final

import msgspec

from decent_tui.core.events import AnyEvent, Carried, Conflict, Dialled, PeerChanged, Settled
from decent_tui.tui.roster import Roster

FIELDS: Final = ("peer", "type", "dir", "key")
"""What a word may be restricted to, as in `peer:9002`; `dir` is `in` or `out`."""


class Term(msgspec.Struct, frozen=True):
    """One word: text that must be there (one of several), or must not; anywhere when `field` is empty."""

    field: str
    texts: tuple[str, ...]
    inverse: bool

    def fits(self, event: AnyEvent, haystack: str) -> bool:
        """Whether a line is as this word wants it."""
        where = _LOOK[self.field](event) if self.field else haystack
        return any(text in where for text in self.texts) is not self.inverse


def terms(text: str, roster: Roster) -> tuple[Term, ...]:
    """The words of a filter; all of them must fit. Whatever the case; peers may be called by their names."""
    found = []
    for word in text.lower().split():
        inverse, word = word.startswith("!"), word.removeprefix("!")
        field, colon, rest = word.partition(":")
        if not colon or field not in FIELDS:
            field, rest = "", word
        if rest:
            texts = (rest, *_called(rest, roster)) if field == "peer" else (rest,)
            found.append(Term(field, texts, inverse))
    return tuple(found)


def like(event: AnyEvent) -> str:
    """The filter that shows lines like this one: of the same peer, of the same type."""
    peer, kind = _peer(event).partition(" ")[0], _kind(event)
    return " ".join(word for word in (f"peer:{peer}" if peer else "", f"type:{kind}" if kind else "") if word)


def _called(name: str, roster: Roster) -> tuple[str, ...]:
    """The addresses and ids of the nodes with this name."""
    return tuple(who.lower() for who, face in roster.faces.items() if name in face.name.lower())


def _peer(event: AnyEvent) -> str:
    match event:
        case Carried():
            return f"{event.peer} {event.node_id or ''}".lower()
        case PeerChanged():
            return f"{event.address} {event.node_id or ''}".lower()
        case Dialled():
            return event.address.lower()
        case _:
            return ""


def _kind(event: AnyEvent) -> str:
    match event:
        case Carried():
            return event.type.lower()
        case PeerChanged():
            return event.state
        case Dialled():
            return "cut" if event.cut else "healed"
        case _:
            return type(event).__name__.lower()


def _way(event: AnyEvent) -> str:
    return ("out" if event.outgoing else "in") if isinstance(event, Carried) else ""


def _key(event: AnyEvent) -> str:
    return event.key.lower() if isinstance(event, Carried | Conflict | Settled) else ""


_LOOK: Final[dict[str, Callable[[AnyEvent], str]]] = {
    "peer": _peer,
    "type": _kind,
    "dir": _way,
    "key": _key,
}
