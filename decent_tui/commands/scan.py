"""Reading a command line word by word.

Words are quoted as in a shell ('…', "…" and the backslash), JSON never is: it is taken as it stands,
and only its end is looked for, because flags may follow it.
"""

import re
from typing import Final, NamedTuple

from decent_tui.core.errors import Refused
from decent_tui.core.values import decode_value

BLANKS: Final = " \t"

_BLANKS: Final = re.compile(r"[ \t]*")
_PLAIN: Final = re.compile(r"[ \t]*([^ \t'\"\\]+)(?![^ \t])")  # a whole word without quotes: nearly all are
_UNQUOTED: Final = re.compile(r"[^ \t]+")
_NEEDS_QUOTES: Final = re.compile(r"[ \t'\"\\]")
# The closing quotes are optional so that one left open ends the scan instead of starting many.
_PIECE: Final = re.compile(r"""(?s)([^ \t'"\\]+)|'([^']*)('?)|"((?:[^"\\]++|\\.)*+\\?)("?)|\\(.?)""")
_ESCAPED: Final = re.compile(r'\\(["\\])')
# what matters for the end of a JSON value: whole strings, and what opens and closes
_JSON_TOKEN: Final = re.compile(r'(?s)"(?:[^"\\]++|\\.)*+"?|[\[\]{}]')
_NESTING: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


class Word(NamedTuple):
    """One word: what it says, where in the line it began, and whether any of it was quoted."""

    text: str
    start: int
    quoted: bool = False
    closed: bool = True

    @property
    def is_flag(self) -> bool:
        """True for `--something`; in quotes it is a key like any other."""
        return self.text.startswith("--") and not self.quoted


class Scanner:
    """A command line and how far it was read."""

    __slots__ = ("at", "line")

    def __init__(self, line: str, at: int = 0) -> None:
        self.line = line
        self.at = at

    def skip_blanks(self) -> None:
        """Go to the beginning of what follows."""
        if blanks := _BLANKS.match(self.line, self.at):
            self.at = blanks.end()

    @property
    def at_end(self) -> bool:
        """True when nothing but blanks follows."""
        self.skip_blanks()
        return self.at == len(self.line)

    @property
    def at_flag(self) -> bool:
        """True when a flag follows."""
        return not self.at_end and self.line.startswith("--", self.at)

    def bare_word(self) -> str:
        """What comes next up to a blank, quotes and all; empty at the end."""
        self.skip_blanks()
        bare = _UNQUOTED.match(self.line, self.at)
        if not bare:
            return ""
        self.at = bare.end()
        return bare.group()

    def word(self) -> Word | None:
        """The next word, None at the end; raises Refused when its quotes are not closed."""
        word = self.partial_word()
        if word is not None and not word.closed:
            raise Refused("a quote is not closed; put a key that contains quotes or backslashes into quotes")
        return word

    def partial_word(self) -> Word | None:
        """The next word even if the line ends inside its quotes (`closed` is then False): for completion."""
        if plain := _PLAIN.match(self.line, self.at):
            self.at = plain.end()
            return Word(plain[1], plain.start(1))
        return None if self.at_end else self._quoted_word()

    def _quoted_word(self) -> Word:
        start = self.at
        parts: list[str] = []
        closed = True
        while piece := _PIECE.match(self.line, self.at):
            self.at = piece.end()
            plain, single, single_end, double, double_end, escaped = piece.groups()
            if plain is not None:
                parts.append(plain)
            elif single is not None:
                parts.append(single)
                closed = bool(single_end)
            elif double is not None:
                parts.append(_ESCAPED.sub(r"\1", double))
                closed = bool(double_end)
            else:
                parts.append(escaped)
                closed = bool(escaped)
        return Word("".join(parts), start, quoted=True, closed=closed)

    def json(self) -> str | None:
        """The JSON text that comes next, None at the end; raises Refused when it is not JSON."""
        if self.at_end:
            return None
        text = self.line[self.at :].rstrip(BLANKS)
        fault = _fault(text)
        if fault and (end := _end_of_json(text)) < len(text):
            text = text[:end]
            fault = _fault(text)
        if fault:
            raise Refused(fault)
        self.at += len(text)
        return text

    def rest(self) -> str:
        """All that follows, without the blanks around it."""
        self.skip_blanks()
        rest = self.line[self.at :].rstrip(BLANKS)
        self.at = len(self.line)
        return rest


def quote(word: str) -> str:
    """The word as it must be typed to be read back as it is."""
    if word and not _NEEDS_QUOTES.search(word) and not word.startswith("--"):
        return word
    if "'" not in word:
        return f"'{word}'"
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pasted(text: str, before: str = "") -> list[str]:
    """The command lines in a text that is pasted behind `before`. A JSON value that is written in several
    lines is one, as long as its brackets are not closed."""
    lines: list[str] = []
    part: list[str] = []
    depth = 0
    for line in re.split("\r\n|\r|\n", text):
        depth = depth + _brackets(line) if part else _unclosed(before + line)
        part.append(line.strip(BLANKS) if part else line)
        if depth <= 0:
            lines.append(" ".join(part))
            part, before = [], ""
    return [*lines, " ".join(part)] if part else lines


def _unclosed(line: str) -> int:
    """How many brackets are open at the end of a command line, behind its key."""
    scan = Scanner(line)
    scan.bare_word()
    scan.partial_word()
    return _brackets(scan.rest())


def _brackets(text: str) -> int:
    """How many more brackets of JSON the text opens than it closes."""
    return sum(_NESTING.get(token.group(), 0) for token in _JSON_TOKEN.finditer(text))


def _end_of_json(text: str) -> int:
    """Where the JSON value that `text` begins with ends, if it is one at all."""
    if text[0] not in '{["':
        bare = _UNQUOTED.match(text)
        return bare.end() if bare else len(text)
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        depth += _NESTING.get(token.group(), 0)
        if depth <= 0:
            return token.end()
    return len(text)


def _fault(text: str) -> str:
    """What is wrong with the JSON in one plain sentence, with the remedy where the mistake is a usual one."""
    try:
        decode_value(text.encode())
    except ValueError as error:
        return f"{error}{remedy(text)}"
    return ""


def remedy(text: str) -> str:
    """What to do instead, where something that is no JSON begins as usual mistakes do."""
    if text.startswith("'"):
        return "; JSON is typed as it is, without quotes around it"
    return "; a text is written in double quotes" if text[:1].isalpha() else ""
