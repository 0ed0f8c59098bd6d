"""The versions of a key, and settling a conflict from the screen."""

import re
from pathlib import Path

import pytest

from decent_tui.core.clocks import taken_in
from decent_tui.core.operations import Inspection, Lacking, Resolve
from decent_tui.core.version import visible
from decent_tui.tui.explain import explained
from decent_tui.tui.lines import plain
from decent_tui.tui.roster import Colours, roster

from .screen import shown, text, type_line, until
from .scripted import HERON, LYNX, NOON, Scripted, story, three_peers


async def select(pilot: object, board: object, key: str) -> None:
    """Put the cursor on a key and wait for its versions."""
    board.keys.show_key(key)  # type: ignore[attr-defined]
    await until(pilot, lambda: key in text(board.versions).splitlines()[0])  # type: ignore


async def test_a_conflict_is_explained() -> None:
    async with shown(story(), now=lambda: NOON) as (pilot, board):
        await select(pilot, board, "user:42")
        pane = text(board.versions)
        for words in (
            "≠ 2 siblings",
            "held by 3/4",
            "a :9002 lynx · 9 s ago",
            "b :9001 otter · 12 s ago",
            '"score": 42,  ← differs',
            '"score": 43,  ← differs',
            "lamport",
            "cid ",
            ":9001 wrote without having seen :9002's",
            ":9002 wrote without having seen :9001's",
            "◌ :9004 lacks it for 12 s: no word came from it",
            "a/b keep",
        ):
            assert words in pane, words
        assert pane.count('"name": "kavin"') == 2


async def test_who_holds_a_key_is_said_once_where_it_has_one_version() -> None:
    async with shown(story(), now=lambda: NOON) as (pilot, board):
        await select(pilot, board, "theme")
        await until(pilot, lambda: "lamport" in text(board.versions))
        assert text(board.versions).count("held by") == 1
        await select(pilot, board, "user:42")
        await until(pilot, lambda: "≠ 2 siblings" in text(board.versions))
        assert text(board.versions).count("held by") == 3


async def test_narrow_cards_are_stacked() -> None:
    async with shown(story(), (80, 24)) as (pilot, board):
        await select(pilot, board, "user:42") if board.versions.display else board.keys.show_key("user:42")
        await pilot.press("enter")
        await until(pilot, lambda: "user:42" in text(board.versions))
        await pilot.resize_terminal(40, 24)
        await until(
            pilot, lambda: not any(line.count("╭─") > 1 for line in text(board.versions).splitlines())
        )


async def test_a_deleted_key_shows_its_tombstone() -> None:
    async with shown(story()) as (pilot, board):
        await select(pilot, board, "cart:9")
        assert "✗ deleted" in text(board.versions)
        assert "Deleted by :9001" in text(board.versions)


@pytest.mark.parametrize(("letter", "score"), [("a", b"43"), ("b", b"42")])
@pytest.mark.parametrize("pane", ["keys", "versions"])
async def test_a_letter_keeps_a_sibling(letter: str, score: bytes, pane: str) -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await select(pilot, board, "user:42")
        board.set_focus(board.query_one(f"#{pane}"))
        await pilot.press(letter)
        await until(pilot, lambda: "≠ 0 conflicts" in text(board.header))
        (version,) = visible(node.store["user:42"])
        assert b'"score":' + score in (version.value or b"")
        assert ": resolve user:42 " in text(board.answer)


async def test_without_a_conflict_a_letter_does_nothing() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await select(pilot, board, "theme")
        before = dict(node.store)
        await pilot.press("a", "b")
        await pilot.pause()
        assert node.store == before


async def test_every_sibling_can_be_chosen_with_the_arrows_and_kept_with_enter() -> None:
    node = Scripted()
    for at in range(6):
        node.write(f"{at:016x}", "k", str(at), context={})
    async with shown(node) as (pilot, board):
        await select(pilot, board, "k")
        assert "Tab ←/→ more" in text(board.versions)
        board.set_focus(board.versions)
        await pilot.press("enter")  # nothing is chosen yet, so nothing is kept
        await pilot.press("left")
        assert board.versions.chosen == 5
        await until(pilot, lambda: "Enter keep f" in text(board.versions))
        assert "▸f" in text(board.versions)  # scrolled to
        await pilot.press("h", "l", "l", "l", "l")
        assert board.versions.chosen == 3 - 1
        await pilot.press("escape")
        assert board.versions.chosen is None
        await pilot.press("left", "left", "enter")
        await until(pilot, lambda: "≠ 0 conflicts" in text(board.header))
        (version,) = visible(node.store["k"])
        assert version.value == b"1"  # newest first: f is the oldest, 0
        assert f": resolve k {version.cid}" in text(board.answer)


async def test_c_and_d_mean_the_same_whatever_there_is_to_keep() -> None:
    node = Scripted()
    for at in range(6):
        node.write(f"{at:016x}", "k", str(at), context={})
    async with shown(node) as (pilot, board):
        await select(pilot, board, "k")
        board.set_focus(board.versions)
        await pilot.press("d")
        await until(pilot, lambda: board.answer.question == "delete k")
        assert len(visible(node.store["k"])) == 6


async def test_esc_answers_a_question_before_it_leaves_a_chosen_sibling() -> None:
    async with shown(story(), now=lambda: NOON) as (pilot, board):
        await select(pilot, board, "user:42")
        board.set_focus(board.versions)
        await pilot.press("right", "d")
        await until(pilot, lambda: bool(board.answer.question))
        await pilot.press("escape")
        assert not board.answer.question
        assert board.versions.chosen == 0


async def test_a_click_chooses_a_sibling() -> None:
    async with shown(story(), now=lambda: NOON) as (pilot, board):
        await select(pilot, board, "user:42")
        await pilot.click(board.versions, offset=(board.versions.size.width - 6, 3))
        assert board.versions.chosen == 1
        await pilot.click(board.versions, offset=(5, 3))
        assert board.versions.chosen == 0
        await pilot.press("enter")
        await until(pilot, lambda: "≠ 0 conflicts" in text(board.header))


async def test_a_sibling_that_came_since_is_not_swept_away_unseen() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await select(pilot, board, "user:42")
        await pilot.press("a")
        await until(pilot, lambda: "≠ 0 conflicts" in text(board.header))
        kept = [asked for asked in node.asked if isinstance(asked, Resolve)]
        assert len(kept) == 1
        assert len(kept[0].saw or ()) == 2


async def test_long_values_are_folded_and_unfolded() -> None:
    node = Scripted()
    node.write(node.me, "k", "[" + ",".join(f'{{"n": {at}, "t": "{"x" * 60}"}}' for at in range(30)) + "]")
    async with shown(node) as (pilot, board):
        await select(pilot, board, "k")
        assert "folded" in text(board.versions)
        before = board.versions.length
        board.set_focus(board.versions)
        await pilot.press("space")
        await until(pilot, lambda: board.versions.length > before + 50)
        await pilot.press("G")
        await until(pilot, lambda: "cid" in text(board.versions))


async def test_ages_tick(tmp_path: Path) -> None:
    node, now = story(), [NOON]
    async with shown(node, now=lambda: now[0]) as (pilot, board):
        await select(pilot, board, "user:42")
        assert "9 s ago" in text(board.versions)
        now[0] += 60
        board.versions.tick()
        await pilot.pause()
        assert "1 min ago" in text(board.versions)


async def test_twenty_clock_entries_and_a_hundred_siblings() -> None:
    node = Scripted()
    for at in range(100):
        node.write(f"{at:016x}", "k", str(at), context={f"{n:016x}": 1 for n in range(200, 230)})
    async with shown(node) as (pilot, board):
        await select(pilot, board, "k")
        assert "≠ 100 siblings" in text(board.versions)
        assert "7 entries more" in text(board.versions)


async def test_copying() -> None:
    async with shown(story()) as (pilot, board):
        await select(pilot, board, "theme")
        await pilot.press("y")
        assert pilot.app.clipboard == "theme"
        await pilot.press("Y")
        assert pilot.app.clipboard == '"dark"'
        await type_line(pilot, "x")


async def test_who_lacks_the_key_is_said_with_since_when_and_why() -> None:
    inspection = Inspection(
        "k",
        [],
        ["aa11aa11aa11aa11", LYNX, HERON],
        [
            Lacking("127.0.0.1:9002", LYNX, 1, 125.0, "the link is cut by you for 2 min"),
            Lacking("127.0.0.1:9003", HERON, 1, 3.0, "it is linked, 1 write behind, and catching up"),
        ],
        [HERON, ""],
    )
    who = roster(Scripted()._status(), three_peers(), Colours())
    told = [plain(line).strip() for line in explained(inspection, who, 100)]
    assert "◌ :9002 lacks it for 2 min: the link is cut by you for 2 min" in told
    assert "◌ :9003 lacks it for 3 s: it is linked, 1 write behind, and catching up" in told
    assert "The mark of the deletion waits for :9003 :9001" in told


async def test_a_filter_finds_lines_of_the_value_and_esc_takes_it_away() -> None:
    node = story()
    async with shown(node, now=lambda: NOON) as (pilot, board):
        await select(pilot, board, "user:42")
        await pilot.press("tab")
        await type_line(pilot, "/score\n")
        await until(pilot, lambda: "/ score" in text(board.versions))
        assert "2 of 10 lines" in text(board.versions)
        assert "kavin" not in text(board.versions)
        assert "≠ 2 siblings" in text(board.versions)
        await pilot.press("escape")
        await until(pilot, lambda: "kavin" in text(board.versions))


async def test_t_asks_for_the_history() -> None:
    async with shown(story()) as (pilot, board):
        await select(pilot, board, "user:42")
        await pilot.press("t")
        await until(pilot, lambda: ": history user:42" in text(board.answer))


async def test_an_answer_calls_nodes_by_their_labels() -> None:
    async with shown(story()) as (pilot, board):
        await type_line(pilot, ":why user:42\n")
        await until(pilot, lambda: "by :9002 at" in text(board.answer))
        assert LYNX not in text(board.answer)


async def test_what_is_counted_apart_is_said_to_be() -> None:
    node = story()
    node.write(node.me, "apart", "1", context={taken_in(node.me): 3})
    async with shown(node) as (pilot, board):
        await select(pilot, board, "user:42")
        assert "counts apart" not in text(board.versions)
        await select(pilot, board, "apart")
        await until(pilot, lambda: ":9001+" in text(board.versions))
        assert "+ counts apart" in text(board.versions)


async def test_a_number_is_not_torn_from_its_word_in_a_narrow_card() -> None:
    node = Scripted()
    node.counters[node.me] = 20_019
    node.write(HERON, "k", "1", context={})
    node.write(node.me, "k", "2", context={})
    async with shown(node) as (pilot, board):
        await select(pilot, board, "k")
        for width_ in range(100, 130):
            await pilot.resize_terminal(width_, 36)
            await until(pilot, lambda width_=width_: board.header.size.width == width_)  # type: ignore[misc]
            assert text(board.versions).count("lamport ") == 2
            assert not re.search(r"lamport +│", text(board.versions))
