"""`decent-tui config`: the value of every option, and where it came from."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser
from decent_tui.commands.configuration import Configuration, configure
from decent_tui.commands.option import Front, Option
from decent_tui.core.text import printable

Shown = str | int | float | bool | list[str] | None


class Row(msgspec.Struct, frozen=True):
    """An option for a program; `source` is the flag, the variable, FILE:LINE or "default"."""

    name: str
    value: Shown
    source: str


class Answer(msgspec.Struct, frozen=True):
    """The whole configuration for a program."""

    command: str
    ok: bool
    file: str
    options: list[Row]
    unused: list[str]


def parser() -> Parser:
    """The arguments of `decent-tui config`: the flags of every front, to see what they would do."""
    made = Parser(
        prog=f"{PROGRAM} config",
        description="Show the value of every option and where it came from. Flags count over DECENT_* "
        "variables, those over the configuration file. What is printed is such a file itself.",
        allow_abbrev=False,
    )
    flags.add_flags(made, list(Front))
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui config`; the exit code."""
    configuration = configure(flags.given(parser().parse_args(arguments)))
    if configuration[options.JSON]:
        text = msgspec.json.encode(_answer(configuration)).decode() + "\n"
    else:
        text = "".join(f"{printable(line)}\n" for line in _lines(configuration))
    sys.stdout.write(text)
    return 0


def _lines(configuration: Configuration) -> Iterator[str]:
    there = "" if configuration.file.is_file() else ", which is not there"
    yield f"# the configuration file: {configuration.file}{there}"
    for option in options.OPTIONS.values():
        value = shown(configuration[option])
        line = f"{option.name} = {'' if value is None else json.dumps(value, ensure_ascii=False)}"
        if value is None or not option.kept:
            line = f"# {line}"
        yield f"{line:40}  # {_source(configuration, option)}"
    for variable in configuration.unused:
        yield f"# {variable} is set, and no option"


def _answer(configuration: Configuration) -> Answer:
    rows = [
        Row(name, shown(configuration[option]), _source(configuration, option))
        for name, option in options.OPTIONS.items()
    ]
    return Answer("config", True, str(configuration.file), rows, list(configuration.unused))


def _source(configuration: Configuration, option: Option[object]) -> str:
    return configuration.where(option) or "default"


def shown(value: object) -> Shown:
    """A value as TOML and JSON have it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return str(value)
        case tuple() if all(isinstance(each, str) for each in value) and not hasattr(value, "_fields"):
            return list(value)
    return str(value)  # an address
