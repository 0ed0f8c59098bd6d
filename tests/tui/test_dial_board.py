"""The board of dials: how each stands, and the command that a key stands for."""

import pytest

from decent_tui.commands.parse import parse
from decent_tui.core.operations import DialView, PeerView
from decent_tui.tui.dial_board import COLUMNS, Board, Column, amount, sides

AT = "127.0.0.1:9002"


def board(*dials: DialView, column: Column = "lag", **more: object) -> Board:
    peer = PeerView(AT, "aa", "lynx", "alive", dials=list(dials))
    return Board([peer], AT, column, **more)  # type: ignore[arg-type]


LAG = DialView(AT, "lag", "both", ms=100, jitter_ms=20)
LOSE_OUT = DialView(AT, "lose", "out", percent=10)
CUT = DialView(AT, "cut", "both")


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (board().step(1), f"lag {AT} 20"),
        (board(LAG).step(1), f"lag {AT} 200 20"),
        (board(LAG).step(-1), f"lag {AT} 50 20"),
        (board(LAG, column="jitter").step(1), f"lag {AT} 100 50"),
        (board(LAG, column="jitter").off(), f"lag {AT} 100 0"),
        (board(column="jitter").step(1), f"lag {AT} 20 20"),
        (board(LAG).off(), f"lag {AT} 0"),
        (board(LOSE_OUT, column="lose").step(1), f"lose {AT} 20"),
        (board(LOSE_OUT, column="lose", way="in").step(1), f"lose {AT} 1 --in"),
        (board(LOSE_OUT, column="lose", way="out").step(-1), f"lose {AT} 5 --out"),
        (board(column="reorder", way="out", time=30).step(1), f"reorder {AT} 1 --out --for 30"),
        (board(LOSE_OUT, column="lose", way="out", time=30).off(), f"lose {AT} 0 --out"),
        (board(column="cut", time=10).step(1), f"cut {AT} --for 10"),
        (board(CUT, column="cut").step(-1), f"heal {AT}"),
        (board(CUT, column="cut").off(), f"heal {AT}"),
    ],
)
def test_every_step_is_a_command(made: str, line: str) -> None:
    assert made == line
    parse(made)


def test_what_is_off_cannot_be_turned_down_and_what_is_full_not_up() -> None:
    for column in COLUMNS:
        assert board(column=column).step(-1) == ""
        assert board(column=column).off() == ""
    assert board(DialView(AT, "lose", "both", percent=100), column="lose").step(1) == ""
    assert board(DialView(AT, "lag", "both", ms=5_000)).step(1) == ""
    assert Board().step(1) == Board().cut() == Board().heal() == Board().begun() == ""


def test_a_number_between_the_steps_is_stepped_from() -> None:
    assert board(DialView(AT, "lag", "both", ms=130)).step(1) == f"lag {AT} 200"
    assert board(DialView(AT, "lag", "both", ms=130)).step(-1) == f"lag {AT} 100"


def test_a_peer_takes_two_lines_where_its_directions_differ() -> None:
    alike, differing = board(LAG).peers[0], board(LAG, LOSE_OUT).peers[0]
    assert sides(alike) == (("out", "in"),)
    assert sides(differing) == (("out",), ("in",))
    assert [amount(differing, "lose", way) for way in ("out", "in")] == [10, 0]


def test_enter_begins_the_command_of_the_chosen_dial() -> None:
    assert board(LAG, column="jitter").begun() == f"lag {AT} 100 "
    assert board(column="duplicate").begun() == f"duplicate {AT} "
