"""Which keys the key list shows."""

import msgspec

from decent_tui.core.store import Countable, Wanted
from decent_tui.tui.lines import Line, Span, said


class KeyFilter(msgspec.Struct, frozen=True):
    """A beginning that keys must have (`!`: must not have), and whether they must be in conflict."""

    text: str = ""
    conflicts: bool = False

    @property
    def prefix(self) -> str:
        """What all keys shown begin with."""
        return "" if self.text.startswith("!") else self.text

    @property
    def without(self) -> str:
        """What no key shown begins with; empty: nothing is left out."""
        return self.text[1:] if self.text.startswith("!") else ""

    @property
    def wanted(self) -> Wanted:
        """The kind of key."""
        return "conflicts" if self.conflicts else "all"

    @property
    def kinds(self) -> tuple[Countable, ...]:
        """The kinds of key that make up what is shown."""
        return ("conflicts",) if self.conflicts else ("live", "deleted")

    @property
    def is_narrow(self) -> bool:
        """Whether only some of the keys of that kind are shown; they have to be counted then."""
        return bool(self.prefix or self.without)

    def shows(self, key: str) -> bool:
        """Whether a key with a value would be shown, whether or not it is in conflict."""
        return key.startswith(self.prefix) and not (self.without and key.startswith(self.without))

    def nothing(self, *, readonly: bool = False) -> tuple[Line, ...]:
        """What is said when no key is left, line by line: how to see all again, or (unless one only looks)
        how to write the first."""
        if self.without:
            return ((Span(" every key starts with ", "dim"), said(self.without)), (), _back("Esc"))
        if self.prefix:
            return ((Span(" no key starts with ", "dim"), said(self.prefix)), (), _back("Esc"))
        if self.conflicts:
            return ((Span(" no conflicts", "green"),), (), _back("c"))
        if readonly:
            return ((Span(" no keys yet", "dim"),),)
        return (
            (Span(" no keys yet; press ", "dim"), Span(":", "bold accent"), Span(" and type", "dim")),
            (),
            (Span(' put hello {"to": "world"}', "text"),),
        )


def _back(key: str) -> Line:
    """Which key shows all keys."""
    return (Span(" "), Span(key, "bold accent"), Span(" shows all keys", "dim"))
