"""Typing commands: nothing is lost, answers appear in place, focus goes back."""

from pathlib import Path

from textual import events

from decent_tui.core.version import visible
from decent_tui.tui.chooser import Chooser

from .screen import shown, text, type_line, until
from .scripted import Scripted, story


async def test_a_command_from_anywhere_and_back() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        for pane in (board.keys, board.versions, board.peers, board.messages):
            board.set_focus(pane)
            await type_line(pilot, ":get theme\n")
            assert board.focused is pane
            await until(pilot, lambda: '"dark"' in text(board.answer))


async def test_escape_goes_back_without_running() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await type_line(pilot, ":put a 1")
        assert board.focused is board.prompt.command
        await pilot.press("escape")
        assert board.focused is board.keys
        assert board.prompt.command.value == ""
        assert "a" not in node.store


async def test_lines_typed_without_a_pause_lose_no_letter() -> None:
    node = Scripted()
    async with shown(node) as (pilot, _):
        await type_line(pilot, "".join(f':put key{at} {{"n":{at}}}\n' for at in range(12)))
        await until(pilot, lambda: len(node.store) == 12)
        assert [version.value for (version,) in node.store.values()] == [b'{"n":%d}' % at for at in range(12)]


async def test_a_pasted_command_is_carried_out() -> None:
    node = Scripted()
    async with shown(node) as (pilot, board):
        pilot.app.post_message(events.Paste(':put a {"x": "y: z"}\n'))
        await until(pilot, lambda: "a" in node.store)
        await type_line(pilot, ":")
        pilot.app.post_message(events.Paste("put b 1\nput c 2\nput d"))
        await until(pilot, lambda: {"b", "c"} <= set(node.store))
        assert board.prompt.command.value == "put d"


async def test_a_value_in_several_lines_can_be_pasted() -> None:
    node = Scripted()
    async with shown(node) as (pilot, board):
        pilot.app.post_message(events.Paste(':put a {\n  "x": [\n    1\n  ]\n}\n'))
        await until(pilot, lambda: "a" in node.store)
        assert [version.value for version in node.store["a"]] == [b'{"x":[1]}']
        await type_line(pilot, ":put b ")
        pilot.app.post_message(events.Paste('{\n  "y": 2\n}'))
        await until(pilot, lambda: board.prompt.command.value == 'put b { "y": 2 }')


async def test_what_is_pasted_and_not_closed_stays_in_the_line() -> None:
    node = Scripted()
    async with shown(node) as (pilot, board):
        pilot.app.post_message(events.Paste(":put a {\nput b 2\n"))
        await until(pilot, lambda: board.prompt.command.value.startswith("put a { put b 2"))
        assert board.focused is board.prompt.command
        assert not node.store


async def test_an_error_is_one_red_sentence() -> None:
    async with shown(story()) as (pilot, board):
        await type_line(pilot, ":gte user:42\n")
        await until(pilot, lambda: 'did you mean "get"' in text(board.answer))
        line, _ = board.answer.row(0)
        assert line[-1].ink == "red"


async def test_a_long_answer_grows_scrolls_and_folds() -> None:
    async with shown(story()) as (pilot, board):
        panes = board.keys.size
        await type_line(pilot, ":help\n")
        await until(pilot, lambda: board.answer.size.height > 5)
        assert board.keys.size == panes
        assert "more lines" in text(board.answer)
        first, key = text(board.answer), board.keys.key
        await pilot.press("pagedown")  # it says PgDn, and the focus is in the key list
        await until(pilot, lambda: text(board.answer) != first)
        assert board.keys.key == key
        await pilot.press("pageup")
        await until(pilot, lambda: text(board.answer) == first)
        await type_line(pilot, ":")
        await pilot.press("pagedown")
        await pilot.press("escape")
        await until(pilot, lambda: "Esc folds" in text(board.answer) and text(board.answer) != first)
        await pilot.press("escape")
        await until(pilot, lambda: board.answer.size.height == 1)
        await pilot.press("pagedown")  # folded: the keys have it again
        await until(pilot, lambda: board.keys.key != key)


async def test_usage_while_typing_and_completion() -> None:
    async with shown(story()) as (pilot, board):
        await type_line(pilot, ":ge")
        await pilot.press("tab")
        await until(pilot, lambda: "getpeer" in text(board.prompt.dropdown))
        await type_line(pilot, " ")
        await until(pilot, lambda: "usage  get KEY" in text(board.answer))
        await type_line(pilot, "th")
        await pilot.press("tab")
        await until(pilot, lambda: board.prompt.command.value == "get theme ")
        await pilot.press("escape")
        await type_line(pilot, ":cut 127.0.0.1:9004")
        await pilot.press("tab")
        await until(pilot, lambda: board.prompt.command.value == "cut 127.0.0.1:9004 ")


async def test_a_list_of_what_a_word_could_become() -> None:
    async with shown(story()) as (pilot, board):
        dropdown = board.prompt.dropdown
        await type_line(pilot, ":")
        await until(pilot, lambda: dropdown.display and "write a value" in text(dropdown))
        await type_line(pilot, "del")
        await until(pilot, lambda: "delete a key" in text(dropdown) and "put" not in text(dropdown))
        await pilot.press("tab")
        await until(pilot, lambda: "cart:10" in text(dropdown))
        await pilot.press("down", "down", "up", "down")
        assert dropdown.choice == "cart:9"
        chosen = dropdown.choice
        await pilot.press("enter")  # takes the choice, runs nothing
        assert board.prompt.command.value == f"delete {chosen} "
        await pilot.press("escape")
        assert not dropdown.display
        await type_line(pilot, ":cut ")
        await until(pilot, lambda: "127.0.0.1:9003" in text(dropdown))
        await pilot.click(dropdown, offset=(3, 1))
        await until(pilot, lambda: board.prompt.command.value == "cut 127.0.0.1:9003 ")
        await pilot.press("escape")
        await type_line(pilot, ":get theme\n:")
        await pilot.press("up")
        assert board.prompt.command.value == "get theme"
        await pilot.pause()
        assert not dropdown.display  # a recalled line is left alone


async def test_the_palette_finds_commands_and_keys() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        await type_line(pilot, "undo cut")
        await pilot.press("enter")
        await until(pilot, lambda: board.prompt.command.value == "heal ")
        await pilot.press("escape", "ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        await type_line(pilot, "conflicts only")
        assert "conflicts" in text(pilot.app.screen.query_one("Found"))
        await pilot.press("enter")
        await until(pilot, lambda: board.keys.conflicts_only)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        await type_line(pilot, "no such thing")
        await until(pilot, lambda: "nothing is called that" in text(pilot.app.screen.query_one("Found")))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_history_within_a_run_and_across_runs(tmp_path: Path) -> None:
    path = tmp_path / "history"
    async with shown(Scripted(), history=path) as (pilot, board):
        await type_line(pilot, ":put a 1\n:get a\n:")
        await pilot.press("up", "up")
        assert board.prompt.command.value == "put a 1"
        await pilot.press("down", "down")
        assert board.prompt.command.value == ""
    async with shown(Scripted(), history=path) as (pilot, board):
        await type_line(pilot, ":")
        await pilot.press("up")
        assert board.prompt.command.value == "get a"


async def test_put_and_delete_begin_with_the_selected_key() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        board.keys.show_key("theme")
        await until(pilot, lambda: board.keys.key == "theme")
        await pilot.press("p")
        assert board.prompt.command.value == "put theme "
        await pilot.press("escape")
        await pilot.press("d")
        assert ": delete theme" in text(board.answer)
        assert visible(node.store["theme"])
        await pilot.press("y")
        await until(pilot, lambda: "✗ theme" in text(board.keys))


async def test_a_question_that_gets_no_yes_changes_nothing() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        for line, answer in (("delete theme", "n"), ("forget lynx", "escape"), ("leave", ":")):
            await type_line(pilot, f":{line}\n")
            await until(
                pilot, lambda line=line: f": {line}" in text(board.answer) and "do it" in text(board.answer)
            )
            assert "y do it" in text(board.query_one("#keybar"))
            await type_line(pilot, answer) if answer == ":" else await pilot.press(answer)
            await until(
                pilot, lambda: "not carried out" in text(board.answer) or "usage" in text(board.answer)
            )
            await pilot.press("escape")
            assert not board.answer.question
        await pilot.press("y")  # copies the key; nothing waits for a yes
        await until(pilot, lambda: "OSC 52" in text(board.answer))
        assert visible(node.store["theme"])
        assert pilot.app.is_running


async def test_a_yes_right_after_the_key_that_asks_is_a_yes() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        board.keys.show_key("theme")
        await until(pilot, lambda: board.keys.key == "theme")
        for key in "dy":  # as they come from a fast hand: the second before the first has done anything
            pilot.app.post_message(events.Key(key, key))
        await until(pilot, lambda: not visible(node.store["theme"]))


async def test_whatever_is_shown_in_place_of_a_question_takes_it_from_the_key_bar_too() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        bar = board.query_one("#keybar")
        await pilot.press("d")
        await until(pilot, lambda: "y do it" in text(bar))
        await pilot.press("Y")
        await until(pilot, lambda: "OSC 52" in text(board.answer))
        await until(pilot, lambda: "do it" not in text(bar))


async def test_a_refusal_is_wrapped_between_words_and_does_not_repeat_the_command() -> None:
    async with shown(story(), (80, 24)) as (pilot, board):
        await type_line(pilot, ":put theme unquoted\n")
        await until(pilot, lambda: "not valid JSON" in text(board.answer))
        said = text(board.answer)
        assert "put: " not in said
        words = "the value is not valid JSON: invalid character (byte 0); a text is written in double quotes"
        assert words in " ".join(said.split())
        await type_line(pilot, ":put\n")
        await until(pilot, lambda: ": put  ─  usage: put KEY JSON" in text(board.answer))


async def test_lines_after_a_question_lose_no_letter() -> None:
    node = story()
    async with shown(node) as (pilot, _):
        await type_line(pilot, ":delete theme\n:put yy 1\n:put nn 2\n")
        await until(pilot, lambda: {"yy", "nn"} <= set(node.store))
        assert visible(node.store["theme"])


async def test_what_was_put_is_selected() -> None:
    node = story()
    async with shown(node) as (pilot, board):
        await type_line(pilot, ":put zebra 1\n")
        await until(pilot, lambda: board.keys.key == "zebra")
        await until(pilot, lambda: "zebra" in text(board.versions))


async def test_gossip_has_a_key() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("s")
        await until(pilot, lambda: ": gossip" in text(board.answer))


async def test_exit_ends_the_app() -> None:
    async with shown(Scripted()) as (pilot, _):
        await type_line(pilot, ":exit\n")
        await until(pilot, lambda: not pilot.app.is_running)
    assert pilot.app.return_code in (0, None)


async def test_a_tab_that_comes_late_does_not_take_the_focus_from_a_line_that_was_begun() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("colon", "p")
        board.action_pane(1)
        await pilot.press("e", "e", "r", "s", "enter")
        await until(pilot, lambda: ": peers" in text(board.answer))
        await until(pilot, lambda: board.focused is board.versions)
