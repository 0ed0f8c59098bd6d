"""The table of options: each row is whole, and none takes the place of another."""

import pytest

from decent_tui.commands.option import Option, Takes
from decent_tui.commands.options import OPTIONS


@pytest.mark.parametrize("row", OPTIONS.values(), ids=OPTIONS)
def test_each_row_is_whole(row: Option[object]) -> None:
    assert row.help
    assert not row.help.endswith(".")
    assert row.fronts
    assert bool(row.metavar) is (row.takes is not Takes.SWITCH)
    assert not row.rival or row.rival in OPTIONS


def test_a_variable_is_named_like_its_flag() -> None:
    assert OPTIONS["node"].variable == "DECENT_NODE"
    assert len({row.variable for row in OPTIONS.values()}) == len(OPTIONS)
