"""The words in the frame of the versions, and what a click on them presses."""

import pytest

from decent_tui.core.operations import Inspection
from decent_tui.tui.explain import hints
from decent_tui.tui.footing import key_under
from decent_tui.tui.lines import plain
from tests.core.test_why import view

TWO = Inspection("k", [view("A", 1, {}, "1"), view("B", 1, {}, "2")], [])
MANY = Inspection("k", [view(name, 1, {}, name) for name in "ABCD"], [])
ONE = Inspection("k", [view("A", 1, {}, "1")], [])


@pytest.mark.parametrize(
    ("shown", "chosen", "focused", "words"),
    [
        (ONE, None, True, "e edit  t history"),
        (TWO, None, True, "a/b keep  e merge  t history"),
        (MANY, None, True, "a/b keep  ←/→ more  e merge  t history"),
        (MANY, None, False, "a/b keep  Tab ←/→ more  e merge  t history"),
        (MANY, 2, True, "←/→ choose  Enter keep c  e merge"),
    ],
)
def test_the_hints_say_what_can_be_done(
    shown: Inspection, chosen: int | None, focused: bool, words: str
) -> None:
    visible = len(shown.siblings)
    assert plain(hints(shown, visible, chosen, focused=focused)) == words


@pytest.mark.parametrize(
    ("word", "key"),
    [("a", "a"), ("/b", ""), ("b keep", "b"), ("keep", ""), ("e merge", "e"), ("merge", "e")],
)
def test_a_click_presses_what_it_is_on(word: str, key: str) -> None:
    hint = hints(TWO, 2, None, focused=True)
    assert key_under(hint, plain(hint).index(word)) == key


def test_a_click_on_arrows_and_enter() -> None:
    hint = hints(MANY, 4, 2, focused=True)
    for word, key in (("←", "left"), ("→", "right"), ("Enter", "enter"), ("keep c", "enter")):
        assert key_under(hint, plain(hint).index(word)) == key
    assert key_under(hint, -1) == key_under(hint, 500) == ""
