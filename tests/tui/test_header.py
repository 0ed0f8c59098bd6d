"""The header: how it goes, in one line that leads on."""

import pytest

from decent_tui.tui.header import Facts, header_line
from decent_tui.tui.lines import plain, width

from .screen import shown, text, until
from .scripted import story


async def test_the_header_says_how_it_goes() -> None:
    async with shown(story()) as (_, board):
        line = text(board.header)
        for part in (
            "decent",
            ":9001 otter",
            "2 of 3 peers",
            "24 keys",
            "≠ 1 conflict",
            "98 % settled",
            "0 w/s",
        ):
            assert part in line


@pytest.mark.parametrize("room", [40, 60, 80, 100, 120, 200])
async def test_the_header_fits_and_keeps_the_conflicts_longest(room: int) -> None:
    status = story()._status()
    line, zones = header_line(Facts(status=status, cuts=1), room)
    assert width(line) == room
    said = {zone.part: plain(line)[zone.start : zone.end] for zone in zones}
    assert said["cut"].strip() == "✂ 1 cut"
    assert said["name"].endswith("otter")
    assert room < 120 or said["conflicts"] == "≠ 1 conflict"
    assert "cut" in plain(line)
    assert any(span.ink.endswith("on red") for span in line)  # a banner, not a word among others
    assert room < 60 or "conflict" in plain(line)


async def test_the_parts_of_the_header_say_what_they_mean_and_lead_there() -> None:
    async with shown(story()) as (pilot, board):
        line = text(board.header)
        await pilot.hover(board.header, offset=(line.index("settled"), 0))
        await until(pilot, lambda: "all writes" in str(board.header.tooltip))
        await pilot.click(board.header, offset=(line.index("peers"), 0))
        await until(pilot, lambda: board.focused is board.peers)
        await pilot.click(board.header, offset=(line.index("conflict"), 0))
        await until(pilot, lambda: board.focused is board.keys and board.keys.key == "user:42")
