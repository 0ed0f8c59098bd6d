"""What the options come to: flags count over DECENT_* variables, those over the configuration file.

Everything that is given is checked, also where something else counts.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec
from platformdirs import user_config_path

from decent_tui.commands import options
from decent_tui.commands.config_file import ConfigError as ConfigError
from decent_tui.commands.config_file import Told, read
from decent_tui.commands.option import Option

T = TypeVar("T")

_NOT_OPTIONS: Final = frozenset({"DECENT_TUI_DEBUG"})


class Effective(msgspec.Struct, frozen=True):
    """The value of an option, and where it came from (empty: nobody gave one, it is the default)."""

    value: object
    where: str


class Configuration:
    """The value of each option: `configuration[options.PORT]`."""

    def __init__(self, found: Mapping[str, Effective], file: Path, unused: tuple[str, ...] = ()) -> None:
        """`file` is the configuration file, there or not; `unused` are variables that look like options and
        are none."""
        self._found = found
        self.file = file
        self.unused = unused

    def __getitem__(self, option: Option[T]) -> T:
        return cast("T", self._found[option.name].value)  # made by its own check, or its default

    def where(self, option: Option[object]) -> str:
        """Where the value came from: a flag, a variable, FILE:LINE, or empty for the default."""
        return self._found[option.name].where


def default_file() -> Path:
    """Where the configuration is looked for when nobody says."""
    return user_config_path("decent-tui") / "config.toml"


def configure(flags: Mapping[str, str], variables: Mapping[str, str] = os.environ) -> Configuration:
    """The configuration with these flags (texts by the names of their options). Raises ConfigError."""
    by_flag = {name: Told(text, options.OPTIONS[name].flag) for name, text in flags.items()}
    by_variable = {
        name: Told(text, option.variable)
        for name, option in options.OPTIONS.items()
        if (text := variables.get(option.variable))  # one that is empty says nothing
    }
    named = by_flag.get("config") or by_variable.get("config")
    path = default_file() if named is None else _checked(options.CONFIG, named)
    assert path is not None  # its check gives a path
    try:
        by_file = read(path, options.OPTIONS)
    except FileNotFoundError:
        if named is not None:
            raise ConfigError(f"{named.where}: there is no file {path}") from None
        by_file = {}
    found: dict[str, Effective] = {name: Effective(row.default, "") for name, row in options.OPTIONS.items()}
    for layer in (by_file, by_variable, by_flag):
        given = {
            name: Effective(_checked(options.OPTIONS[name], told), told.where) for name, told in layer.items()
        }
        found |= given
        _keep_one(found, given)
    known = {option.variable for option in options.OPTIONS.values()} | _NOT_OPTIONS
    unused = sorted(name for name in variables if name.startswith("DECENT_") and name not in known)
    return Configuration(found, path, tuple(unused))


def _checked(option: Option[T], told: Told) -> T:
    try:
        return option.check(told.text)
    except ValueError as error:
        raise ConfigError(f"{_place(option, told.where)}: {error}") from None


def _place(option: Option[T], where: str) -> str:
    """Where a wrong value stands, as argparse has it for flags."""
    if where == option.flag:
        return f"argument {where}"
    return where if where == option.variable else f"{where}: {option.name}"


def _keep_one(found: dict[str, Effective], given: Mapping[str, Effective]) -> None:
    """Of two rivals the one given last counts. Raises ConfigError if they were given together."""
    for option in options.OPTIONS.values():
        if not option.rival or not (found[option.name].value and found[option.rival].value):
            continue
        if option.name in given and option.rival in given:
            place, other = (
                _place(options.OPTIONS[name], given[name].where) for name in (option.name, option.rival)
            )
            raise ConfigError(f"{place}: not allowed with {other}")
        gone = option.rival if option.name in given else option.name
        found[gone] = Effective(options.OPTIONS[gone].default, "")
