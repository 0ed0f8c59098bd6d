"""The help: every key and every command, made of the bindings and the command table themselves."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual.binding import Binding, BindingType

from decent_tui.commands.table import COMMANDS
from decent_tui.tui.key_names import key_name
from decent_tui.tui.lines import Line, Span, fit, flow

GLYPHS = (
    ("≠", "amber", "a conflict: values that were written without knowing of each other"),
    ("✗", "red", "deleted: a mark that stays until every node has seen it"),
    ("◌", "amber", "not every node has it yet; n/m says how many do"),
    ("●", "green", "a peer that is alive"),
    ("◐", "amber", "a peer that has been silent for a while"),
    ("○", "red", "a peer that is down"),
    ("✂", "red", "a link that was cut by you"),
    ("→", "accent", "a message sent"),
    ("←", "green", "a message received"),
)

KEY = 14
"""Cells for the keys; a longer list of keys has a line of its own."""


class Part(NamedTuple):
    """A place that has keys: its name, a sentence about it, its bindings as declared."""

    name: str
    about: str
    bindings: Sequence[BindingType]


def help_lines(parts: Sequence[Part], room: int) -> list[Line]:
    """The whole help in lines of `room` cells."""
    lines: list[Line] = []
    for part in parts:
        lines += [(), (Span(part.name, "bold accent"),)]
        lines += [[Span("  "), *line] for line in _said(part.about, room - 2)]
        lines += keys(part.bindings)
    lines += [(), (Span("Commands", "bold accent"), Span("  after :", "dim"))]
    for command in COMMANDS.values():
        lines.append((Span("  "), Span(command.usage, "text")))
        lines += [[Span("      "), *line] for line in _said(command.summary, room - 6)]
    lines += [(), (Span("Signs", "bold accent"),)]
    lines += [(Span("  "), Span(fit(glyph, 3), ink), Span(words, "dim")) for glyph, ink, words in GLYPHS]
    return lines[1:]


def keys(bindings: Iterable[BindingType]) -> list[Line]:
    """One line an action: its keys, and what it does."""
    by_action: dict[str, tuple[list[str], str]] = {}
    for binding in bindings:
        if isinstance(binding, Binding) and binding.description:
            names, _ = by_action.setdefault(binding.action, ([], binding.tooltip or binding.description))
            names += [key_name(key) for key in binding.key.split(",")]
    return [
        (
            Span("  "),
            Span(fit(" ".join(names), max(KEY, len(" ".join(names)) + 1)), "bold text"),
            Span(what, "dim"),
        )
        for names, what in by_action.values()
    ]


def _said(text: str, room: int) -> list[list[Span]]:
    return flow((Span(word, "dim") for word in text.split()), room)
