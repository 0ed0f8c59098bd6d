"""What a pasted text is in lines of the command language."""

import pytest

from decent_tui.commands.scan import pasted


@pytest.mark.parametrize(
    ("text", "before", "lines"),
    [
        ("put a 1\nput b 2", "", ["put a 1", "put b 2"]),
        ("put a 1\r\nput b 2\r", "", ["put a 1", "put b 2", ""]),
        ('{\n  "x": 1,\n  "y": [\n    2\n  ]\n}', "put a ", ['{ "x": 1, "y": [ 2 ] }']),
        ("put a {\n}\nput b [\n]\n", "", ["put a { }", "put b [ ]", ""]),
        ('put a "{"\nput b 2', "", ['put a "{"', "put b 2"]),  # in a text brackets are letters
        ("put a{ 1\nput b 2", "", ["put a{ 1", "put b 2"]),  # and in a key
        ("put a {\nput b 2\n", "", ["put a { put b 2 "]),  # not closed: nothing is carried out
        ("put a }\nput b 2", "", ["put a }", "put b 2"]),
    ],
)
def test_a_value_in_several_lines_is_one(text: str, before: str, lines: list[str]) -> None:
    assert pasted(text, before) == lines
