"""JSON as text to edit: a draft of a merge, indented, with escapes for what cannot be shown."""

import json
import re
from collections.abc import Sequence

import msgspec

from decent_tui.commands.scan import remedy
from decent_tui.core.text import printable


def merged(values: Sequence[object]) -> object:
    """A first draft of a merge: objects united key by key (the newest, given first, wins), lists and all
    else taken from the newest."""
    if values and all(isinstance(value, dict) for value in values):
        objects = [value for value in values if isinstance(value, dict)]
        keys = dict.fromkeys(key for value in objects for key in value)
        return {key: merged([value[key] for value in objects if key in value]) for key in keys}
    return values[0] if values else None


def indented(value: object) -> str:
    """The value as text to edit."""
    return escaped(json.dumps(value, indent=2, ensure_ascii=False))


def reindented(raw: bytes) -> str:
    """JSON text as text to edit, its numbers and strings as they are written."""
    return escaped(msgspec.json.format(raw, indent=2).decode(errors="replace"))


def escaped(text: str) -> str:
    """JSON text that can be shown while it is edited: what `printable` would replace or drop (controls, what
    reorders or hides text) is written as JSON escapes, so that the value stays what it is."""
    hidden = {char for char in set(text) if char not in "\n\r\t" and printable(char) not in (char, " ")}
    return text.translate({ord(char): _escape(char) for char in hidden})


def fault(sentence: str, text: str) -> str:
    """What the reader of values says of a draft, with the place as an editor counts it: in lines and columns,
    not in bytes; and with the remedy where the mistake is a usual one."""
    found = re.search(r"\(byte (\d+)\)$", sentence)
    if found is None:
        return sentence
    at = int(found[1]) - ("trailing" in sentence)  # of these the reader has taken one in
    before = text.encode()[:at].decode(errors="ignore").split("\n")
    line = f"line {len(before)}, " if "\n" in text else ""
    return f"{sentence[: found.start()]}({line}column {len(before[-1]) + 1}){remedy(text)}"


def _escape(char: str) -> str:
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]
