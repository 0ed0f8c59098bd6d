"""A key's cards and sentences in the room there is."""

import json

import pytest

from decent_tui.core.operations import Inspection
from decent_tui.tui.cards import Look, Values
from decent_tui.tui.lines import plain, width
from decent_tui.tui.roster import Colours, roster
from decent_tui.tui.sheet import Sheet, sheet

from .scripted import HERON, LYNX, NOON, Scripted, three_peers


def conflict(entries: int) -> tuple[Scripted, Inspection]:
    """Two values of so many lines each, which differ in the first."""
    node = Scripted(peers=three_peers())
    for writer, name in ((node.me, "here"), (HERON, "there")):
        value = {"name": name, **{f"entry{at}": at for at in range(entries)}}
        node.write(writer, "k", json.dumps(value), context={})
    return node, node._inspect("k")


def laid(entries: int, rows: int, room: int = 70, **how: object) -> Sheet:
    node, inspection = conflict(entries)
    look = Look(roster(node._status(), node.peers, Colours()), room, NOON)._replace(**how)
    return sheet(inspection, Values(inspection), look, rows)


def text(made: Sheet) -> str:
    return "\n".join(plain(line) for line in made.lines)


def test_with_room_there_is_air_between_the_parts() -> None:
    made = laid(4, 40)
    assert not made.laid.folded
    assert any(not plain(line).strip("│ ") for line in made.lines[: made.laid.places[0].bottom])
    assert "entry3" in text(made)


def test_without_room_for_air_there_is_none() -> None:
    made = laid(4, 16)
    assert not made.laid.folded
    assert not any(not plain(line).strip("│ ") for line in made.lines)


@pytest.mark.parametrize("entries", [4, 10, 100])
@pytest.mark.parametrize("rows", [18, 24, 40])
def test_the_sentences_stay_in_sight_while_there_is_room_for_six_lines_of_a_value(
    entries: int, rows: int
) -> None:
    made = laid(entries, rows)
    assert len(made.lines) <= rows
    assert "wrote without having seen" in plain(made.lines[-3])
    assert made.laid.folded is ("more" in text(made))
    assert all(width(line) <= 70 for line in made.lines)


def test_three_siblings_stand_side_by_side_where_they_would_hide_each_other() -> None:
    node, _ = conflict(2)
    node.write(LYNX, "k", '{"name": "third"}', context={})
    inspection = node._inspect("k")
    look = Look(roster(node._status(), node.peers, Colours()), 70, NOON)
    assert sheet(inspection, Values(inspection), look, 60).laid.rows == 2
    made = sheet(inspection, Values(inspection), look._replace(now=NOON + 600), 20)
    assert made.laid.rows == 1
    assert plain(made.lines[0]).count("10 min ") == 3
    assert len(made.lines) <= 20
    assert all(width(line) <= 70 for line in made.lines)


def test_unfolded_every_line_of_a_value_is_there() -> None:
    made = laid(100, 18, whole=True)
    assert all(f'"entry{at}"' in text(made) for at in range(100))


def test_a_filter_shows_lines_of_values_with_the_text_and_how_many() -> None:
    made = laid(100, 18, find="Entry7")
    assert (made.laid.fitting, made.laid.of) == (2 * 11, 2 * 103)
    assert "entry77" in text(made)
    assert "entry80" not in text(made)
    assert '"name"' not in text(made)
    assert "clock" in text(made)


def test_an_inverse_filter_shows_the_others() -> None:
    made = laid(10, 18, find="!entry")
    assert (made.laid.fitting, made.laid.of) == (2 * 3, 2 * 13)
    assert '"name": "there"' in text(made)
    assert laid(10, 18, find="!").laid.fitting == 2 * 13


def test_a_filter_that_nothing_fits_says_so() -> None:
    made = laid(3, 18, find="nothing has this")
    assert made.laid.fitting == 0
    assert "no line of this fits" in text(made)
