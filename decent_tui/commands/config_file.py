"""The configuration file: TOML, read strictly. What is wrong is said with the file and the line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from decent_tui.commands.option import Option, Takes

LARGEST: Final = 16 * 1024
"""Bytes of a configuration, which has a few dozen lines: whatever is longer is another file."""


class ConfigError(ValueError):
    """An option has a value that it cannot have; one plain sentence that says where."""


class Told(msgspec.Struct, frozen=True):
    """What an option was given, as a text, and where: a flag, a variable, or a file and its line."""

    text: str
    where: str


def read(path: Path, options: Mapping[str, Option[object]]) -> dict[str, Told]:
    """What the file says of each option that it names. Raises ConfigError, and FileNotFoundError."""
    text = _text(path)
    import difflib  # there is such a file on few machines
    import tomllib

    try:
        found: dict[str, object] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    told: dict[str, Told] = {}
    lines = lines_of(text)
    for key, value in found.items():
        where = f"{path}:{lines[key]}"
        option = options.get(key)
        if option is None or not option.kept:
            legal = [name for name, each in options.items() if each.kept]
            near = difflib.get_close_matches(key[:40], legal, n=1, cutoff=0.0)[0]
            raise ConfigError(f'{where}: there is no option "{key[:40]}"; the nearest is "{near}"')
        written = _written(option.takes, value)
        if written is None:
            raise ConfigError(f"{where}: {key} takes {option.takes.value}")
        told[key] = Told(written, where)
    return told


def lines_of(text: str) -> dict[str, int]:
    """The line, from 1, in which each key at the top of a TOML text begins.

    Python's reader keeps no lines. But what stands before a key can be read without it, and no less of it and
    the key with it: so a key begins behind the longest beginning that can be read and has it not.
    """
    import tomllib

    found: dict[str, int] = {}
    lines = text.split("\n")
    before = 0
    for count in range(1, len(lines) + 1):
        try:
            keys = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value of several lines
        for key in keys:
            found.setdefault(key, before + 1)
        before = count
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(raw) > LARGEST:
        raise ConfigError(f"{path} is longer than {LARGEST:,} bytes, which no configuration is")
    try:
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not valid UTF-8") from None


def _written(takes: Takes, value: object) -> str | None:
    """The value as a text; None if it is not of the kind that the option takes."""
    match takes, value:
        case Takes.SWITCH, bool():
            return str(value).lower()
        case Takes.NUMBER, int() | float() if not isinstance(value, bool):
            return str(value)
        case Takes.TEXT, str():
            return value
        case Takes.LIST, list() if all(isinstance(each, str) for each in value):
            return " ".join(value)
    return None
