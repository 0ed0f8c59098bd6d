"""A conflict that nobody is looking at is told of, once, and there is a way there."""

import pytest

from decent_tui.core.events import Changed, Conflict, Settled
from decent_tui.core.version import visible
from decent_tui.tui.lines import plain, width
from decent_tui.tui.toasts import COUNTED, Told

from .screen import shown, text, until
from .scripted import HERON, LYNX, NOON, story

AT = NOON


def said(told: Told) -> str:
    return " / ".join(plain(line) for line in told.lines(40))


def test_one_conflict_is_named() -> None:
    told = Told()
    assert told.take([Changed(AT, ("theme",), LYNX), Conflict(AT, "theme", 2)], "user:42")
    assert said(told) == "≠ theme has 2 values / n goes there"
    assert told.newest == "theme"


def test_many_are_counted_and_what_is_settled_is_taken_back() -> None:
    told = Told()
    for at in range(12):
        told.take([Conflict(AT, f"k{at}", 2)], "")
    assert said(told) == "≠ 12 new conflicts / the last: k11 / n goes there"
    assert not told.take([Settled(AT, f"k{at}") for at in range(1, 12)], "")
    assert said(told) == "≠ k0 has 2 values / n goes there"
    told.take([Settled(AT, "k0")], "")
    assert said(told) == ""


def test_a_conflict_on_the_screen_or_of_ones_own_making_is_no_news() -> None:
    told = Told()
    assert not told.take([Conflict(AT, "k", 2)], "k")
    assert not told.take([Conflict(AT, "l", 2), Changed(AT, ("l",))], "k")
    assert said(told) == ""


def test_a_count_that_may_be_too_small_says_so() -> None:
    told = Told()
    told.take([Conflict(AT, f"k{at}", 2) for at in range(COUNTED + 5)], "")
    assert said(told).startswith(f"≠ more than {COUNTED:,} new conflicts")
    told.clear()
    told.take([Conflict(AT, "a", 2), Conflict(AT, "b", 2)], "", skipped=True)
    assert said(told).startswith("≠ more than 2 new conflicts")


@pytest.mark.parametrize("key", ["k", "x" * 300, "日本語" * 40, "\u202e\x1b[/]"])
def test_a_key_of_any_kind_fits(key: str) -> None:
    told = Told()
    for values in (2, 100):
        told.take([Conflict(AT, key, values)], "")
        assert all(width(line) <= 40 for line in told.lines(40))
        assert "\x1b" not in said(told)
    told.take([Conflict(AT, "other", 2), Conflict(AT, key, 2)], "")
    assert all(width(line) <= 40 for line in told.lines(40))


@pytest.mark.parametrize("way", ["n", "click"])
@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_toast_leads_to_the_conflict(way: str, size: tuple[int, int]) -> None:
    node = story()
    async with shown(node, size) as (pilot, board):
        assert not board.toast.display
        board.keys.show_key("user:50")
        await until(pilot, lambda: board.keys.key == "user:50")
        node.write(HERON, "theme", '"light"', context={})
        await until(pilot, lambda: board.toast.display)
        assert "theme has 2 values" in text(board.toast)
        if way == "n":
            await pilot.press("n")
        else:
            await pilot.click(board.toast)
        await until(pilot, lambda: board.keys.key == "theme")
        assert not board.toast.display
        assert len(visible(node.store["theme"])) == 2


async def test_n_goes_from_conflict_to_conflict_and_says_when_there_is_none() -> None:
    node = story()
    node.write(HERON, "theme", '"light"', context={})
    async with shown(node) as (pilot, board):
        board.keys.show_key("user:50")
        await until(pilot, lambda: board.keys.key == "user:50")
        for key in ("theme", "user:42", "theme"):
            await pilot.press("n")
            await until(pilot, lambda key=key: board.keys.key == key)  # type: ignore[misc]
        node.write(node.me, "theme", "1")
        node.write(node.me, "user:42", "1")
        await pilot.press("n")
        await until(pilot, lambda: "there is no conflict" in text(board.answer))


async def test_the_toast_goes_when_its_conflict_is_settled() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        board.keys.show_key("user:50")
        await until(pilot, lambda: board.keys.key == "user:50")
        node.write(HERON, "theme", '"light"', context={})
        await until(pilot, lambda: board.toast.display)
        node.write(LYNX, "theme", '"light"')
        await until(pilot, lambda: not board.toast.display)
