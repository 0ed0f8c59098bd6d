"""The words in the frame of the versions, and what a click on them presses."""

import pytest

from decent_tui.core.dial_operations import DialView
from decent_tui.core.operations import Inspection, PeerView
from decent_tui.tui.explain import explained, hints
from decent_tui.tui.footing import key_under
from decent_tui.tui.lines import plain
from decent_tui.tui.roster import Colours, Face, Roster, roster
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


def test_what_a_silent_node_holds_is_told_as_it_was_when_last_heard() -> None:
    shown = Inspection("k", [view("A", 1, {}, "1", held=("A", "B", "C"))], ["A", "B", "C"])
    told = [plain(line).strip() for line in explained(shown, Roster("A"), 80)]
    assert told == ["", "● every node has this (3 of them)"]
    face = Face(":9002", "lynx", "node-1")
    told = [plain(line).strip() for line in explained(shown, Roster("A", {"B": face}, frozenset("B")), 80)]
    assert told == ["", "● every node has this (3 of them), :9002 when last heard"]


@pytest.mark.parametrize(
    ("peer", "silent"),
    [
        (PeerView("127.0.0.1:9002", "B", "lynx", "alive"), False),
        (PeerView("127.0.0.1:9002", "B", "lynx", "suspect"), True),
        (PeerView("127.0.0.1:9002", "B", "lynx", "alive", dials=[DialView("B", "cut", "in")]), True),
        (PeerView("127.0.0.1:9002", "B", "lynx", "alive", dials=[DialView("B", "cut", "out")]), False),
    ],
)
def test_a_peer_is_silent_while_no_word_comes_from_it(peer: PeerView, silent: bool) -> None:
    assert ("B" in roster(None, [peer], Colours()).silent) is silent
