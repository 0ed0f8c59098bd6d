"""Fitting text into cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.tui.lines import Span, cells, crop, cut, fit, flow, pad, plain, said, spread, width, wrapped


@pytest.mark.parametrize(
    ("text", "room", "result"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
    ],
)
def test_cut(text: str, room: int, result: str) -> None:
    assert cut(text, room) == result


def test_fit_pads_on_either_side() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, right=True) == "  ab"


def test_crop_ends_in_an_ellipsis_only_when_something_is_left_out() -> None:
    line = (Span("ab"), Span("cd"))
    assert plain(crop(line, 4)) == "abcd"
    assert plain(crop(line, 3)) == "ab…"
    assert plain(crop(line, 2)) == "a…"


def test_spread_gives_way_on_the_left() -> None:
    assert plain(spread((Span("left side"),), (Span("right"),), 10)) == "left…right"


def test_flow_breaks_between_words() -> None:
    lines = flow([Span("one"), Span("two"), Span("three")], 7)
    assert [plain(line) for line in lines] == ["one two", "three"]


def test_said_is_the_door() -> None:
    assert said("a\x1b[31mb\u202ec").text == "a␛[31mb\ufffdc"


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60).map(lambda text: said(text).text)


@given(TEXT, st.integers(0, 40))
def test_nothing_is_wider_than_its_room(text: str, room: int) -> None:
    assert cells(cut(text, room)) <= room
    assert cells(fit(text, room)) == room
    assert width(crop((Span(text), Span("tail")), room)) <= room
    assert width(pad((Span(text),), room)) == room


@given(TEXT, st.integers(4, 40))
def test_wrapping_loses_nothing(text: str, room: int) -> None:
    rows = wrapped((Span(text),), room)
    assert all(width(row) <= room for row in rows)
    first, *rest = [plain(row) for row in rows]
    assert first + "".join(row.removeprefix(" ") for row in rest) == text or "  " in text
