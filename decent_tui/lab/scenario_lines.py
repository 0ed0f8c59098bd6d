"""Which line of a scenario file something is on, and errors of the readers of files in plain words."""

import re
from collections.abc import Sequence
from typing import Final

_STEP: Final = re.compile(r"\s*\[\[\s*step\s*\]\]")
"""What begins a step."""

_TEXT: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{1,2}(?!"))?'
    r"|'''.*?'''(?:'{1,2}(?!'))?"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*",
    re.DOTALL,
)
"""A string of TOML, of one line or several, or a comment: what looks like a step in there is none."""

_NAMED: Final = re.compile(r"\s*[=.]")
"""What follows a string that is the name of a field."""

_KINDS: Final = (
    ("`str`", "a text"), ("`int`", "a whole number"), ("`float`", "a number"), ("`bool`", "true or false"),
    ("`array`", "a list"), ("`object`", "a table"), ("`null`", "nothing"),
)  # fmt: skip


class Lines:
    """The lines of a file, from 1, and where its steps and their fields stand."""

    def __init__(self, text: str) -> None:
        self._written = text.split("\n")
        self._bare = _TEXT.sub(_blank, text).split("\n")
        self.steps: Sequence[int] = [at for at, line in enumerate(self._bare, 1) if _STEP.match(line)]
        """The lines on which steps begin."""

    def of(self, field: str, step: int = 0) -> int:
        """The first line that sets a field, in the step that begins on line `step` (0: before all steps);
        that line itself if none does."""
        name = re.escape(field)
        sets = re.compile(rf"(^|[\s{{,.]){name}\s*[=.]|\[\s*step\s*\.\s*{name}\s*\]")
        for at in range(step, self._end(step)):
            if field and sets.search(self._bare[at]):
                return at + 1
        return max(step, 1)

    def of_word(self, word: str, field: str, step: int) -> int:
        """The line on which a word stands in the text of a field, which may have several lines."""
        first = self.of(field, step)
        for at in range(first - 1, self._end(step)):
            line = self._written[at].partition("=")[2] if at == first - 1 else self._written[at]
            if word and word in line:
                return at + 1
        return first

    def of_error(self, error: str) -> int:
        """The line that an error of msgspec is about: its path says which step and which field."""
        step = re.search(r"\$\.step\[(\d+)\]", error)
        start = self.steps[int(step[1])] if step and int(step[1]) < len(self.steps) else 0
        unknown = re.search(r"unknown field `([^`]+)`", error)
        return self.of(unknown[1] if unknown else _field(error), start)

    def of_depth(self) -> int:
        """The line with the most brackets: where it is nested too deeply."""
        return max(enumerate(self._bare, 1), key=lambda line: len(re.findall(r"[\[{]", line[1])))[0]

    def plain_toml(self, error: str) -> str:
        """An error of the TOML reader, with its line first."""
        placed = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", error, re.DOTALL)
        if placed:
            return f"line {placed[2]}: {placed[1]}, at column {placed[3]}"
        last = max((at for at, line in enumerate(self._written, 1) if line.strip()), default=1)
        return f"line {last}: {error.replace(' (at end of document)', ', at the end')}"

    def _end(self, step: int) -> int:
        """How many lines there are up to the next step."""
        return next((at - 1 for at in self.steps if at > step), len(self._bare))


def _blank(found: re.Match[str]) -> str:
    """A string or comment without what is in it; the name of a field stays, without its quotes."""
    text = found[0]
    if not text.startswith("#") and "\n" not in text and _NAMED.match(found.string, found.end()):
        return f" {text[1:-1]} "
    return re.sub(r"[^\n]", " ", text)


def plain(error: str) -> str:
    """An error of msgspec as a sentence."""
    what, field = error.split(" - at ")[0], _field(error)
    if "matching regex" in what:
        return "a name has up to 16 small letters, digits and -, and begins with a letter"
    what = re.sub(r"Object contains unknown field `([^`]+)`", r"there is no field \1 here", what)
    what = re.sub(r"Object missing required field `([^`]+)`", r"the field \1 is missing", what)
    for kind, word in _KINDS:
        what = what.replace(kind, word)
    return (
        f"{field}: {what.replace('Expected', 'expected')}" if what.startswith("Expected") and field else what
    )


def _field(error: str) -> str:
    path = re.findall(r"\.([a-z]+)(?=`|\[|\.|$)", error)
    return path[-1] if path else ""
