import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.text import printable

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
ZERO_WIDTH = set(
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u3164\ufe0f\ufeff\uffa0"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text [/] [@click=app.quit]x[/]", "plain text [/] [@click=app.quit]x[/]"),
        ("a\nb\tc\x00", "a␊b␉c␀"),
        ("\x1b[31mred\x1b]0;title\x07", "␛[31mred␛]0;title␇"),
        ("\x7f", "␡"),
        ("\x9b31m\x85", "\ufffd31m\ufffd"),
        ("ab\u202ecd\u2066", "ab\ufffdcd\ufffd"),
        ("a\u200bb\ufeffc\u200d", "a\ufffdb\ufffdc\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("\u2028\u2029", "\ufffd\ufffd"),
        ("\ue000\U0010ffff\u0378", "\ufffd\ufffd\ufffd"),
        ("\u3164\U000e0100", "\ufffd\ufffd"),
        ("äö 日本語 e\u0301 ✗ 😀 שלום", "äö 日本語 e\u0301 ✗ 😀 שלום"),
        ("a\u00a0b\u3000c", "a b c"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def harmless(shown: str) -> bool:
    return shown.isprintable() and not any(
        char in ZERO_WIDTH or unicodedata.bidirectional(char) in BIDI for char in shown
    )


@given(st.text(st.characters(max_codepoint=sys.maxunicode, exclude_categories=())))
def test_nothing_that_acts_or_hides_comes_through(text: str) -> None:
    shown = printable(text)
    assert harmless(shown)
    assert printable(shown) == shown


def test_every_code_point_is_harmless_even_when_the_table_is_full() -> None:
    for start in range(0, sys.maxunicode + 1, 0x1000):
        assert harmless(printable("".join(map(chr, range(start, start + 0x1000)))))
