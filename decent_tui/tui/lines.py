"""Lines of text for the screen: spans with a named ink, fitted to a number of cells.

Everything the panes paint is built of these. Text from outside (keys, values, names, errors) becomes a
span only through `said`, the one door; program text may go into a `Span` directly.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from decent_tui.core.text import printable

ELLIPSIS: Final = "…"


class Span(NamedTuple):
    """Some text in one ink: a colour's name from the palette, with `bold`, `underline` or `on COLOUR`."""

    text: str
    ink: str = "text"


Line = Sequence[Span]


def said(text: str, ink: str = "text", *, most: int = 2000) -> Span:
    """A span of text from outside, made safe; no more than `most` characters are looked at."""
    return Span(printable(text[:most]), ink)


def cells(text: str) -> int:
    """How many cells the text takes."""
    return len(text) if text.isascii() else cell_len(text)


def width(line: Iterable[Span]) -> int:
    """How many cells the line takes."""
    return sum(cells(span.text) for span in line)


def cut(text: str, room: int) -> str:
    """The text in at most `room` cells, ending in … where something was left out."""
    if cells(text) <= room:
        return text
    if room <= 1:
        return ELLIPSIS[:room]
    return set_cell_size(text[: room + 1], room - 1).rstrip() + ELLIPSIS


def fit(text: str, room: int, *, right: bool = False) -> str:
    """The text in exactly `room` cells: cut or padded (on the left if `right`)."""
    text = cut(text, room)
    blank = " " * (room - cells(text))
    return blank + text if right else text + blank


def crop(line: Iterable[Span], room: int) -> list[Span]:
    """The line in at most `room` cells, ending in … where something was left out."""
    kept: list[Span] = []
    spans = list(line)
    if width(spans) <= room:
        return spans
    for span in spans:
        size = cells(span.text)
        if size >= room:  # the … must fit too, so an exact fit is cut as well: something follows
            if room > 0:
                kept.append(Span(cut(span.text + " " * 2, room), span.ink))
            break
        kept.append(span)
        room -= size
    return kept


def pad(line: Iterable[Span], room: int, ink: str = "text") -> list[Span]:
    """The line in exactly `room` cells."""
    cropped = crop(line, room)
    missing = room - width(cropped)
    if missing > 0:
        cropped.append(Span(" " * missing, ink))
    return cropped


def spread(left: Line, right: Line, room: int) -> list[Span]:
    """Both parts on one line of exactly `room` cells; the left part gives way."""
    rest = room - width(right)
    if rest <= 0:
        return pad(right, room)
    return [*pad(left, rest), *right]


def flow(words: Iterable[Span], room: int, *, indent: int = 0) -> list[list[Span]]:
    """Words laid out in lines of at most `room` cells, one blank between; later lines are indented."""
    lines: list[list[Span]] = [[]]
    used = 0
    for word in words:
        size = cells(word.text)
        if used and used + 1 + size > room:
            lines.append([Span(" " * indent)] if indent else [])
            used = indent
            word = Span(word.text.lstrip(" "), word.ink)  # a wider gap is none at the start of a line
            size = cells(word.text)
        elif lines[-1] and used > (indent if len(lines) > 1 else 0):
            lines[-1].append(Span(" ", word.ink))
            used += 1
        lines[-1].append(Span(cut(word.text, room), word.ink))
        used += size
    return lines


WORD: Final = 24
"""Characters from which on a word is broken: a row that much shorter than the others looks torn."""


def wrapped(line: Line, room: int, *, indent: int = 1) -> list[Line]:
    """The line in rows of at most `room` cells, later rows indented: broken between words, and where one is
    as long as `WORD` (it may be one long JSON text) anywhere."""
    if width(line) <= room:
        return [line]
    rows: list[list[Span]] = [[]]
    left = room
    for span in line:
        text = span.text
        while text:
            piece = text[:left] if text.isascii() else _fitting(text, left)
            if not piece:
                rows.append([])
                left = room
                continue
            if len(piece) < len(text) and (end := piece.rfind(" ", len(piece) - WORD) + 1):
                piece, left = piece[:end], cells(piece[:end])  # the row ends here
            rows[-1].append(Span(piece, span.ink))
            left -= cells(piece)
            text = text[len(piece) :]
            if left <= 0 and text:
                rows.append([Span(" " * indent)] if indent else [])
                left = room - indent
    return list(rows)


def _fitting(text: str, room: int) -> str:
    """The longest beginning that takes at most `room` cells."""
    size = 0
    for at, char in enumerate(text):
        size += cells(char)
        if size > room:
            return text[:at]
    return text


def plain(line: Iterable[Span]) -> str:
    """The bare text."""
    return "".join(span.text for span in line)
