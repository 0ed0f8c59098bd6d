"""Spans of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.paging import after_prefix, span


@pytest.mark.parametrize(
    ("prefix", "after"),
    [
        ("", None),
        ("a", "b"),
        ("az", "a{"),
        ("a\ud7ff", "a\ue000"),  # past the surrogates
        ("a\U0010ffff", "b"),
        ("\U0010ffff\U0010ffff", None),
    ],
)
def test_the_least_text_after_a_prefix(prefix: str, after: str | None) -> None:
    assert after_prefix(prefix) == after


texts = st.text("ab\ud7ff\ue000\U0010ffff", max_size=3)


@given(texts, texts, texts, st.booleans(), st.booleans())
def test_a_span_holds_what_belongs_to_the_page(
    key: str, prefix: str, start: str, inclusive: bool, backwards: bool
) -> None:
    low, high = span(prefix=prefix, start=start, inclusive=inclusive, backwards=backwards)
    in_direction = not start or (key < start if backwards else key > start) or (key == start and inclusive)
    assert (low <= key and (high is None or key < high)) == (key.startswith(prefix) and in_direction)
