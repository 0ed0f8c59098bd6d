"""Options as flags: on a parser of argparse, and among the arguments of a command."""

import argparse
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import partial

from decent_tui.commands.option import Front, Option, Takes
from decent_tui.commands.options import OPTIONS


def of(front: Front) -> list[Option[object]]:
    """The options that a front has flags for."""
    return [option for option in OPTIONS.values() if front in option.fronts]


def add_flags(parser: argparse.ArgumentParser, fronts: Sequence[Front], without: Container[str] = ()) -> None:
    """Have the parser know the flags of these fronts, but for some. Their texts are checked later, by
    `configure`."""
    for option in OPTIONS.values():
        if option.flag in without or not any(front in option.fronts for front in fronts):
            continue
        add = partial(
            parser.add_argument, option.flag, dest=_slot(option), default=argparse.SUPPRESS,
            help=explained(option).replace("%", "%%"),
        )  # fmt: skip
        if option.takes is Takes.SWITCH:
            add(action=argparse.BooleanOptionalAction)
        elif option.takes is Takes.LIST:
            add(nargs="*", action="extend", metavar=option.metavar)
        else:
            add(metavar=option.metavar)


def given(parsed: argparse.Namespace) -> dict[str, str]:
    """The flags that were given, as `configure` takes them."""
    texts: dict[str, str] = {}
    for name, option in OPTIONS.items():
        value: object = getattr(parsed, _slot(option), None)
        if isinstance(value, bool):
            texts[name] = str(value).lower()
        elif isinstance(value, list):
            texts[name] = " ".join(map(str, value))
        elif value is not None:
            texts[name] = str(value)
    return texts


def passed_on(texts: Mapping[str, str], front: Front) -> list[str]:
    """Those of the given flags that another front has too, as its arguments."""
    arguments: list[str] = []
    for option in of(front):
        text = texts.get(option.name)
        if text is None:
            continue
        if option.takes is Takes.SWITCH:
            arguments.append(option.flag if text == "true" else f"--no-{option.name}")
        elif option.takes is Takes.LIST:
            arguments += [option.flag, *text.split()]
        else:
            arguments.append(f"{option.flag}={text}")
    return arguments


def explained(option: Option[object]) -> str:
    """The help of an option, with its default."""
    default = option.default
    shown = "" if default is None or default is False or default == () else f" (default {default})"
    return option.help + shown


def forms(option: Option[object]) -> tuple[str, ...]:
    """How the flag is written: a switch can be turned off too."""
    return (option.flag, f"--no-{option.name}") if option.takes is Takes.SWITCH else (option.flag,)


def take(option: Option[object], flag: str, value: str | None, rest: Iterator[str]) -> str:
    """The text of a flag of a command: `value` is what followed its =, None for nothing; else it is the next
    of the `rest`, empty where there is none."""
    if option.takes is Takes.SWITCH:
        return str(flag == option.flag).lower() if value is None else value
    return next(rest, "") if value is None else value


def first_word(arguments: Sequence[str]) -> int | None:
    """Where the command or the way to start stands: behind flags of commands only; None if there is none."""
    known = {flag: option for option in of(Front.COMMAND) for flag in forms(option)}
    at = 0
    while at < len(arguments):
        flag, equals, _ = arguments[at].partition("=")
        if flag not in known:
            return None if arguments[at].startswith("-") else at
        at += 1 if equals or known[flag].takes is Takes.SWITCH else 2
    return None


def _slot(option: Option[object]) -> str:
    """The option's place in what argparse returns: no argument of a front's own has such a name."""
    return f"option {option.name}"
