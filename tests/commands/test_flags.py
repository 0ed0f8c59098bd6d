"""Options as flags: on a parser, and before or behind a command."""

import argparse

import pytest

from decent_tui.commands import flags
from decent_tui.commands.option import Front


def parsed(*arguments: str) -> dict[str, str]:
    parser = argparse.ArgumentParser()
    flags.add_flags(parser, list(Front))
    return flags.given(parser.parse_args(arguments))


def test_flags_give_texts_and_nothing_that_was_not_given() -> None:
    assert parsed() == {}
    assert parsed("--port", "1", "--peers", "a:1", "b:2", "--peers", "c:3", "--memory") == {
        "port": "1",
        "peers": "a:1 b:2 c:3",
        "memory": "true",
    }
    assert parsed("--no-memory", "--name=") == {"memory": "false", "name": ""}


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("put k 1", 0),
        ("--json put k 1", 1),
        ("--node a:1 --json put k 1", 3),
        ("--node=a:1 --timeout 5 --no-json put", 4),
        ("--port 9001", None),
        ("--json", None),
        ("--json --headless x", None),
        ("", None),
    ],
)
def test_the_first_word_stands_behind_flags_of_commands_only(line: str, at: int | None) -> None:
    assert flags.first_word(line.split()) == at


def test_given_flags_are_passed_on_where_the_other_front_has_them_too() -> None:
    given = {"memory": "false", "peers": "a:1 b:2", "name": "an otter", "json": "true", "timeout": "5"}
    line = flags.passed_on(given, Front.NODE)
    assert line == ["--peers", "a:1", "b:2", "--name=an otter", "--no-memory", "--json"]
    assert parsed(*line) == {name: text for name, text in given.items() if name != "timeout"}
