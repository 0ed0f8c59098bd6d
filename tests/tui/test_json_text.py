"""JSON as text to edit."""

import json

import pytest

from decent_tui.tui.json_text import escaped, merged, reindented


def test_objects_merge_key_by_key() -> None:
    assert merged([{"a": 1, "b": {"x": 1}}, {"a": 2, "b": {"y": 2}, "c": 3}]) == {
        "a": 1,
        "b": {"x": 1, "y": 2},
        "c": 3,
    }
    assert merged([[1], [2]]) == [1]


def test_numbers_stay_as_they_are_written() -> None:
    assert reindented(b'{"a":1.50,"b":1e3}') == '{\n  "a": 1.50,\n  "b": 1e3\n}'


@pytest.mark.parametrize("hidden", ["\x7f", "\u202e", "\u200b", "\u009b"])
def test_what_cannot_be_shown_is_an_escape_of_the_same_value(hidden: str) -> None:
    text = json.dumps(f"a{hidden}b", ensure_ascii=False)
    assert hidden not in escaped(text)
    assert json.loads(escaped(text)) == f"a{hidden}b"
