"""JSON in lines: inline when short, folded when long, differences marked."""

import time

from decent_tui.tui.json_view import MARKED, decode, differing, pretty, written
from decent_tui.tui.lines import plain, width


def lines(value: object, room: int = 40, most: int = 50) -> list[str]:
    return [plain(line) for line in pretty(value, room, most)]


def test_an_object_has_one_entry_a_line() -> None:
    assert lines({"name": "kavin", "tags": ["a", "b"]}) == [
        "{",
        '  "name": "kavin",',
        '  "tags": ["a", "b"]',
        "}",
    ]


def test_what_fits_stays_on_one_line() -> None:
    assert lines([1, 2.5, None, True, {}]) == ["[1, 2.5, null, true, {}]"]


def test_a_long_text_is_folded_with_its_length() -> None:
    (line,) = lines("x" * 5000, 40)
    assert line.startswith('"xxx')
    assert line.endswith("… 5,000 characters")
    assert len(line) <= 40


def test_a_long_list_is_folded_with_a_count() -> None:
    assert lines(list(range(1000)))[-2:] == ["  … 960 more", "]"]


def test_one_more_is_shown_instead_of_counted() -> None:
    value = {"who": "ann", "same": 1, "n": 2, "last": [1, 2]}
    assert lines(value, 40, 6)[-2:] == ['  "last": [1, 2]', "}"]
    assert lines(value, 40, 5)[-2:] == ["  … 2 more", "}"]
    assert lines(["a" * 9, "b" * 9, "c" * 9, 4], 20, 6)[-2:] == ["  4", "]"]


def test_a_folded_part_that_differs_is_said_to() -> None:
    values: list[dict[str, object]] = [{"a": 1, "b": 1, "c": 1, "d": {"e": n}} for n in (1, 2)]
    marks = differing(values)
    assert plain(pretty(values[0], 40, 5, marks)[-2]) == "  … 2 more  ← differs"
    lists = differing([list(range(100)), [*range(99), 0]])
    assert "differs" in plain(pretty(list(range(100)), 30, 8, lists)[-2])
    assert "differs" not in plain(pretty(list(range(100)), 30, 8)[-2])


def test_a_deep_value_ends_where_the_room_ends() -> None:
    shown = pretty({"a": [{"b": [["c" * 30] * 9] * 9}] * 9}, 30, 12)
    assert len(shown) == 13
    assert "folded" in plain(shown[-1])
    assert all(width(line) <= 30 for line in shown)


def test_differing_parts_are_found() -> None:
    a, b = {"name": "k", "score": 42, "tags": ["a"]}, {"name": "k", "score": 43, "tags": ["a", "b"]}
    assert differing([a, b]) == {("score",), ("tags", 1)}
    assert differing([{"x": 1}, {"y": 1}]) == {("x",), ("y",)}
    assert differing([1, True]) == {()}
    assert differing(["same", "same"]) == frozenset()


def test_differing_parts_are_marked_in_words_too() -> None:
    shown = pretty({"name": "k", "score": 42}, 40, 50, frozenset({("score",)}))
    assert "← differs" in plain(shown[2])
    assert [span.text for line in shown for span in line if span.ink == MARKED] == ["42"]


def test_what_differs_as_a_whole_is_said_to_once() -> None:
    shown = pretty({"a": 1, "b": {"c": "x" * 40, "d": 2}}, 40, 50, frozenset({()}))
    assert [plain(line).count("differs") for line in shown] == [1, 0, 0, 0, 0, 0, 0]
    assert "differs" in plain(shown[0])


def test_whole_a_long_text_takes_as_many_lines_as_it_needs() -> None:
    text = "".join(chr(97 + at % 26) for at in range(500))
    folded, whole = written({"k": text, "l": 1}, 40, 50), written({"k": text, "l": 1}, 40, 50, whole=True)
    assert folded.folded
    assert not whole.folded
    assert f'"{text}",' in "".join(plain(line).strip() for line in whole.lines).replace('"k": ', "")
    assert all(width(line) <= 40 for line in whole.lines)


def test_whole_a_list_shows_all_its_items() -> None:
    shown = written(list(range(100)), 10, 200, whole=True)
    assert len(shown.lines) == 102
    assert not shown.folded


def test_hostile_text_is_text() -> None:
    shown = "".join(lines({"[/]\x1b[2J": "\u202e\x07[@click=app.quit]x[/]"}, 80))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[@click=app.quit]x[/]" in shown


def test_a_large_value_costs_what_is_shown() -> None:
    value = decode(b"[" + b",".join(b'{"n":%d}' % n for n in range(20_000)) + b"]")
    start = time.process_time()
    pretty(value, 60, 200)
    assert time.process_time() - start < 0.05  # about 1 ms; the whole of it would take half a second


def test_what_was_left_out_below_says_what_helps_there() -> None:
    value: object = 1
    for _ in range(100):
        value = {"deeper": value, "beside": [1, 2]}
    assert plain(written(value, 20, 5).lines[-1]) == "… more is folded"
    assert plain(written(value, 20, 5, whole=True).lines[-1]) == "… more; e opens it"
