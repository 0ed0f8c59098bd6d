"""The table of ways to start: each loads, has a help of its own, and takes no command's name."""

import pytest

from decent_tui import cli
from decent_tui.cli.subcommands import SUBCOMMANDS, Subcommand
from decent_tui.commands.table import COMMANDS


@pytest.mark.parametrize("row", SUBCOMMANDS.values(), ids=SUBCOMMANDS)
def test_each_row_loads_and_explains_itself(row: Subcommand) -> None:
    parser = row.load().parser()
    assert parser.prog == f"decent-tui {row.name}"
    assert parser.description
    assert row.usage.split()[0] == row.name
    assert row.name not in COMMANDS


def test_the_help_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    told = capsys.readouterr().out
    assert all(row.summary in told for row in SUBCOMMANDS.values())
