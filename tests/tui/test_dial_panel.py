"""The panel of dials, over real nodes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from decent_tui.core.operations import Peers, PeerView
from decent_tui.lab.cluster import Cluster, Seat
from decent_tui.tui.dashboard import Dashboard
from decent_tui.tui.dial_panel import DialPanel

from .screen import shown, text, until


@asynccontextmanager
async def panel() -> AsyncIterator[tuple[Pilot[None], Dashboard, DialPanel, Seat]]:
    """The dials of anna, who is linked to ben and cleo."""
    async with Cluster(["anna", "ben", "cleo"], screen=True) as cluster:
        anna = Seat(cluster, "anna")
        async with shown(anna) as (pilot, board):
            await until(pilot, lambda: "2 of 2" in text(board.header))
            await pilot.press("X")
            await until(pilot, lambda: isinstance(pilot.app.screen, DialPanel))
            dials = pilot.app.screen
            assert isinstance(dials, DialPanel)
            await until(pilot, lambda: "cleo" in text(dials.dials))
            yield pilot, board, dials, anna


async def peer(seat: Seat, at: int) -> PeerView:
    return (await seat.run(Peers())).peers[at]


async def test_keys_turn_dials_and_each_is_shown_as_its_command() -> None:
    async with panel() as (pilot, board, dials, anna):
        await pilot.press("down", "right", "+", "+", "+")
        await until(pilot, lambda: "100 ms" in text(dials.dials), text(dials.dials))
        assert ": lag 127.0.0.1:" in text(dials.dials)
        assert [view.ms for view in (await peer(anna, 1)).dials] == [100]
        await pilot.press("w", "t", "right", "right", "+")
        await until(pilot, lambda: "1 %" in text(dials.dials))
        (lose,) = [view for view in (await peer(anna, 1)).dials if view.dial == "lose"]
        assert lose.direction == "out"
        assert lose.for_s is not None
        assert not (await peer(anna, 0)).dials
        await until(pilot, lambda: "≈ 2 dials" in text(board.header))
        await pilot.press("A")
        await until(pilot, lambda: "%" not in text(dials.dials).split("So many")[0])
        assert not (await peer(anna, 1)).dials


async def test_x_cuts_a_link_and_heals_it() -> None:
    async with panel() as (pilot, board, dials, anna):
        await pilot.press("x")
        await until(pilot, lambda: "✂" in text(dials.dials))
        assert (await peer(anna, 0)).cut
        await until(pilot, lambda: "✂ 1 cut" in text(board.header))
        await pilot.press("x")
        await until(pilot, lambda: "✂" not in text(dials.dials))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is board)


async def test_enter_leaves_the_number_to_be_typed() -> None:
    async with panel() as (pilot, board, _, anna):
        await pilot.press("l", "enter")
        await until(pilot, lambda: pilot.app.screen is board)
        await until(pilot, lambda: board.prompt.command.value.startswith("lag 127.0.0.1:"))
        await pilot.press("7", "0", "enter")
        async with asyncio.timeout(20):
            while [view.ms for view in (await peer(anna, 0)).dials] != [70]:
                await pilot.pause(0.01)


async def test_a_click_chooses_a_cell_and_the_wheel_turns_it() -> None:
    async with panel() as (pilot, _, dials, _anna):
        await pilot.click(dials.dials, offset=(30, 3))
        assert dials.dials.board.column == "lag"
        assert dials.dials.board.peer is dials.dials.board.peers[1]
        dials.dials.action_turn(1)
        await until(pilot, lambda: "20 ms" in text(dials.dials))
