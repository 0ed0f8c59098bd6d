"""The help: every key and every command, made of the bindings and the command table themselves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from textual.binding import Binding, BindingType

from decent_tui.commands.table import COMMANDS
from decent_tui.tui.key_names import key_name
from decent_tui.tui.lines import Line, Span, fit, flow, plain

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

ABOUT = (
    "This is one node of several that hold the same keys, without a leader. What is written here goes to "
    "every peer; what was written at two places at once is kept twice, as siblings, until somebody chooses."
)

STEPS = (
    (':put hello {"to": "world"}', "write a key; it appears on every node"),
    ("Tab", "go from pane to pane; keys go to the one with the lit frame"),
    ("x on a peer", "cut the link to it, and write the same key on both sides"),
    ("x again", "heal the link: now there are two values, and a sentence that says why"),
    ("a, b or e", "keep one of them, or merge them"),
    ("ctrl+p", "find anything by a part of its name"),
    ("ctrl+q", "end the node; nothing is lost"),
)
"""What to try first, and what it shows."""

STEP = 28
"""Cells for what to try."""

KEY = 14
"""Cells for the keys; a longer list of keys has a line of its own."""


class Part(NamedTuple):
    """A place that has keys: its name, a sentence about it, its bindings as declared."""

    name: str
    about: str
    bindings: Sequence[BindingType]


def help_lines(parts: Sequence[Part], room: int, needle: str = "") -> list[Line]:
    """The whole help in lines of `room` cells, or what of it has all these words."""
    words = needle.lower().split()
    lines: list[Line] = []
    for heading, blocks in _sections(parts, room):
        wanted = [block for block in blocks if all(word in _text(block) for word in words)]
        if wanted:
            lines += [(), heading, *(line for block in wanted for line in block)]
    return lines[1:] or [(Span("nothing in the help has these words", "dim"),)]


def _sections(parts: Sequence[Part], room: int) -> Iterator[tuple[Line, Sequence[Sequence[Line]]]]:
    """Every heading with the blocks of lines below it."""
    first = [_step(what, why, room) for what, why in STEPS]
    yield (Span("First steps", "bold accent"),), [_about(ABOUT, room), *first]
    for part in parts:
        each = ([line] for line in keys(part.bindings))
        yield (Span(part.name, "bold accent"),), [_about(part.about, room), *each]
    commands = [
        [
            (Span("  "), Span(command.usage, "text")),
            *([Span("      "), *line] for line in _said(command.summary, room - 6)),
        ]
        for command in COMMANDS.values()
    ]
    yield (Span("Commands", "bold accent"), Span("  after :", "dim")), commands
    signs = [[(Span("  "), Span(fit(glyph, 3), ink), Span(words, "dim"))] for glyph, ink, words in GLYPHS]
    yield (Span("Signs", "bold accent"),), signs


def _step(what: str, why: str, room: int) -> list[Line]:
    """What to try, and beside it (where there is room for neither, below it) what it shows."""
    beside = room >= 2 * STEP
    indent = 2 + STEP if beside else 4
    told = _said(why, room - indent)
    lines: list[Line] = [[Span(" " * indent), *line] for line in told]
    if not beside:
        return [(Span("  "), Span(what, "text")), *lines]
    return [[Span("  "), Span(fit(what, STEP), "text"), *told[0]], *lines[1:]]


def _about(text: str, room: int) -> list[Line]:
    return [[Span("  "), *line] for line in _said(text, room - 2)]


def _text(block: Sequence[Line]) -> str:
    return " ".join(plain(line) for line in block).lower()


def keys(bindings: Iterable[BindingType]) -> list[Line]:
    """One line an action: its keys, and what it does."""
    by_action: dict[str, tuple[list[str], str]] = {}
    for binding in bindings:
        if isinstance(binding, Binding) and binding.description:
            names, _ = by_action.setdefault(binding.action, ([], binding.tooltip or binding.description))
            names += [key_name(key).replace("^", "ctrl+") for key in binding.key.split(",")]
    return [
        (
            Span("  "),
            Span(fit("  ".join(names), max(KEY, len("  ".join(names)) + 1)), "bold text"),
            Span(what, "dim"),
        )
        for names, what in by_action.values()
    ]


def _said(text: str, room: int) -> list[list[Span]]:
    return flow((Span(word, "dim") for word in text.split()), room)
