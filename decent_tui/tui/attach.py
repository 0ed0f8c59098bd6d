"""The dashboard of a node that runs elsewhere; closing it does not end the node."""

import asyncio
import gc
import signal

from decent_tui.core.address import Address
from decent_tui.net.attached import AttachedNode
from decent_tui.tui import themes
from decent_tui.tui.app import DashboardApp
from decent_tui.tui.history import default_path


async def run_attached(address: Address, *, readonly: bool) -> int:
    """Show the node at this address until a person or a signal ends it; returns the exit code.

    Raises Unreachable, before anything is on the screen, when no node answers there.
    """
    async with AttachedNode(address, readonly=readonly) as node:
        app = DashboardApp(f"reading {address} …", default_path(), theme_file=themes.default_path())
        running = asyncio.create_task(app.run_async())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, app.post_message, DashboardApp.Leave())
        painted = asyncio.create_task(app.painted.wait())
        await asyncio.wait({running, painted}, return_when=asyncio.FIRST_COMPLETED)
        painted.cancel()
        gc.enable()
        app.post_message(DashboardApp.Opened(node))
        gc.freeze()  # as for a node of one's own: what was built stays
        await running
        return app.return_code or 0
