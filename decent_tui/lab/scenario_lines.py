"""Which line of a scenario file an error is about, and the error in plain words."""

import re
from collections.abc import Sequence
from typing import Final

STEP: Final = re.compile(r"\s*\[\[\s*step\s*\]\]")
"""What begins a step."""

_KINDS: Final = (
    ("`str`", "a text"), ("`int`", "a whole number"), ("`float`", "a number"), ("`bool`", "true or false"),
    ("`array`", "a list"), ("`object`", "a table"), ("`null`", "nothing"),
)  # fmt: skip


def headers(lines: Sequence[str]) -> list[int]:
    """The lines on which steps begin, from 1."""
    return [at for at, line in enumerate(lines, 1) if STEP.match(line)]


def plain_toml(error: str) -> str:
    """An error of the TOML reader, with its line first."""
    placed = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", error, re.DOTALL)
    return f"line {placed[2]}: {placed[1]}, at column {placed[3]}" if placed else error


def line_of(error: str, lines: Sequence[str], begun: Sequence[int]) -> int:
    """The line that an error of msgspec is about: its path says which step and which field."""
    step = re.search(r"\$\.step\[(\d+)\]", error)
    start = begun[int(step[1])] if step and int(step[1]) < len(begun) else 0
    unknown = re.search(r"unknown field `([^`]+)`", error)
    return near(unknown[1] if unknown else _field(error), lines, start)


def near(field: str, lines: Sequence[str], start: int) -> int:
    """The first line from `start` on, within its step, that sets a field; else `start` itself."""
    for at in range(start, len(lines)):
        if re.match(r"\s*\[\[", lines[at]):
            break
        if field and re.search(rf"(^|[\s{{,]){re.escape(field)}\s*=", lines[at]):
            return at + 1
    return max(start, 1)


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
