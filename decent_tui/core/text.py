"""The one door through which text from outside reaches a terminal, a log or a widget.

Keys, values, names, addresses and errors may come from anybody. Whatever shows them passes them through
`printable` first; nothing in them can then move the cursor, ring, colour, reorder or hide other text.
"""

from typing import Final

REPLACEMENT: Final = "\ufffd"

# The text and emoji variation selectors: whether they widen the character before them depends on the
# terminal, and a row that is a column off is a broken screen. Without them the same character shows.
_DROPPED: Final = frozenset({0xFE0E, 0xFE0F})

# What Unicode calls default ignorable (it has no width) though Python calls it printable: the grapheme
# joiner, the fillers of Hangul, invisible vowels of Khmer, the selectors of Mongolian and of variants.
_INVISIBLE: Final = (
    frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0})
    | frozenset(range(0xFE00, 0xFE0E))
    | frozenset(range(0xE0100, 0xE01F0))
)


class _Shown(dict[int, str]):
    """How each code point is shown: a table for `str.translate` that fills itself as it is used."""

    LIMIT: Final = (
        20_000  # entries, about 2 MB; more than any living text needs, less than a flood could take
    )

    def __missing__(self, code: int) -> str:
        shown = _show(code)
        if len(self) < self.LIMIT:
            self[code] = shown
        return shown


def _show(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code in _DROPPED:
        return ""
    char = chr(code)
    if code not in _INVISIBLE and char.isprintable():
        return char
    # no-break, ideographic and other blanks are ordinary text; line and paragraph separators are not
    return " " if char.isspace() and code not in (0x85, 0x2028, 0x2029) else REPLACEMENT


_SHOWN: Final = _Shown()


def printable(text: str) -> str:
    """The text as it may be shown anywhere: one line, every character visible or a plain space.

    Controls become their pictures (U+2400 and on, U+2421 for DEL), so a newline is shown, not obeyed; C1
    controls, bidi and zero-width characters, surrogates and whatever else cannot be printed become U+FFFD;
    blanks of other scripts become spaces and variation selectors go. Letters of all scripts, combining
    marks and wide characters stay. Text that is fine comes back as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN)
