"""The help, and the page that it stands on."""

from decent_tui.tui.help import help_lines
from decent_tui.tui.lines import Line, Span, plain, width
from decent_tui.tui.reader import Reader

from .screen import shown, text, type_line, until
from .scripted import story


async def test_the_help_finds() -> None:
    async with shown(story()) as (pilot, board):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        page = pilot.app.screen.query_one("Page")
        await until(pilot, lambda: "First steps" in text(page))
        await type_line(pilot, "/undo cut")
        await until(pilot, lambda: "heal PEER" in text(page) and "First steps" not in text(page))
        await type_line(pilot, "zzz")
        await until(pilot, lambda: "nothing in the help" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: "First steps" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_help_is_made_of_the_bindings_and_the_commands() -> None:
    async with shown(story(), (120, 60)) as (pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await pilot.pause()
        page = text(pilot.app.screen.query_one("Page"))
        assert "Edit the value, or merge the siblings" in page
        for _ in range(20):
            await pilot.press("pagedown")
        page = text(pilot.app.screen.query_one("Page"))
        assert "≠" in page
        await pilot.press("escape")


async def test_help_says_in_its_frame_what_is_looked_for() -> None:
    async with shown(story()) as (pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reader))
        await type_line(pilot, "/merge")
        page = pilot.app.screen.query_one("Page")
        await until(pilot, lambda: "Help  / merge" in text(page))
        await pilot.press("escape")
        await until(pilot, lambda: "/ merge" not in text(page))


async def test_a_page_is_written_for_the_width_beside_its_scrollbar() -> None:
    rooms: list[int] = []

    def write(room: int, _: str) -> list[Line]:
        rooms.append(room)
        return [(Span("x"),)] * 100

    async with shown(story()) as (pilot, _):
        page = Reader((), (), write)
        pilot.app.push_screen(page)
        await until(pilot, lambda: any(room > 0 for room in rooms))
        await pilot.pause()
        assert len({room for room in rooms if room > 0}) == 1


def test_the_first_steps_are_told_to_the_end_in_a_narrow_window() -> None:
    for room in (30, 66, 100):
        lines = help_lines((), room)
        lines = lines[: lines.index(())]
        assert all(width(line) <= room for line in lines)
        told = " ".join(" ".join(plain(line) for line in lines).split())
        assert "two values, and a sentence that says why" in told
