"""The pictures of the README: taken when the screen has caught up with all that happened in the scene."""

from typing import cast

from decent_tui.tui.app import DashboardApp
from decent_tui.tui.lab_app import LabApp
from tests import screenshots

from .screen import text


async def test_the_header_has_counted_the_conflict_that_the_toast_tells_of() -> None:
    async with screenshots.conflict() as pilot:
        board = cast(DashboardApp, pilot.app).dashboard
        assert "theme has 2 values" in text(board.toast)
        assert "≠ 3 conflicts" in text(board.header)


async def test_the_lab_below_the_dials_has_counted_them() -> None:
    async with screenshots.dials() as pilot:
        assert "≈ 2 dials" in text(cast(LabApp, pilot.app).lab.headline)
