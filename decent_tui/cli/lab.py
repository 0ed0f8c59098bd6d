"""The screen of the lab, for the demo and the scenarios."""

import os

from decent_tui.commands.arguments import fail
from decent_tui.lab.scenario import Scenario
from decent_tui.service import garbage


def show(scenario: Scenario, speed: float) -> int:
    """Show a scenario on the screen of the lab."""
    if not (os.isatty(0) and os.isatty(1)):
        return fail("the lab needs a terminal; decent-tui play FILE --check goes without one", 2)
    with garbage.held():
        import asyncio

        from decent_tui.tui.lab_app import run_lab

        return asyncio.run(run_lab(scenario, speed))
