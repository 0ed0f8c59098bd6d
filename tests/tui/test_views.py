"""The further views: what they share, and the way from one to the other."""

from typing import cast

import msgspec

from decent_tui.tui.convergence import ConvergenceScreen
from decent_tui.tui.timeline import TimelineScreen

from .screen import shown, text, type_line, until
from .scripted import Scripted, story, three_peers

ME = "aa11aa11aa11aa11"


async def test_commands_are_typed_in_every_view_and_one_leads_to_the_other() -> None:
    node = Scripted(peers=three_peers())
    async with shown(node) as (pilot, board):
        await pilot.press("2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConvergenceScreen))
        await type_line(pilot, ":put typed 1\n")
        await until(pilot, lambda: "typed" in node.store)
        await pilot.press("3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TimelineScreen))
        view = cast(TimelineScreen, pilot.app.screen)
        await until(pilot, lambda: "1 typed" in text(view.events))
        await type_line(pilot, ":delete typed\n")
        await until(pilot, lambda: "do it" in text(view.answer))
        await pilot.press("y")
        await until(pilot, lambda: "✗ 2 typed" in text(view.events).replace("   ", " "))
        await pilot.press("1")
        await until(pilot, lambda: pilot.app.screen is board)
        await pilot.press("u")  # what was written there can be taken back here
        await until(pilot, lambda: node.counters[ME] == 3)


async def test_a_network_that_is_broken_on_purpose_is_said_in_every_view() -> None:
    node = story()
    node.peers[0] = msgspec.structs.replace(node.peers[0], cut=True)
    async with shown(node) as (pilot, board):
        assert "✂ 1 cut" in text(board.header)
        for key, kind in (("2", ConvergenceScreen), ("3", TimelineScreen)):
            await pilot.press(key)
            await until(pilot, lambda kind=kind: isinstance(pilot.app.screen, kind))
            view = cast(ConvergenceScreen | TimelineScreen, pilot.app.screen)
            await until(pilot, lambda view=view: "✂ 1 cut" in text(view.headline))
