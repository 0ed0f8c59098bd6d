"""JSON as text to edit."""

import json

import pytest

from decent_tui.core.values import decode_value
from decent_tui.tui.json_text import escaped, fault, merged, reindented


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1}5', "the value is not valid JSON: trailing characters (column 9)"),
        ('{\n  "é": x\n}', "the value is not valid JSON: invalid character (line 2, column 8)"),
        (
            "hi",
            "the value is not valid JSON: invalid character (column 1); a text is written in double quotes",
        ),
        ("[1", "the value is not valid JSON: it ends too early"),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_with_its_place_as_an_editor_counts(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="not valid JSON") as caught:
        decode_value(text.encode())
    assert fault(str(caught.value), text) == told
