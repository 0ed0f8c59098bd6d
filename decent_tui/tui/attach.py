"""The dashboard of a node that runs elsewhere; closing it does not end the node."""

from pathlib import Path

from decent_tui.core.address import Address
from decent_tui.net.attached import AttachedNode
from decent_tui.service import garbage
from decent_tui.tui import themes
from decent_tui.tui.app import DashboardApp, start_screen
from decent_tui.tui.history import default_path


async def run_attached(address: Address, *, readonly: bool, cluster_key: Path | None) -> int:
    """Show the node at this address until a person or a signal ends it; returns the exit code.

    Raises Refused, before anything is on the screen, when no node answers there.
    """
    async with AttachedNode(address, readonly=readonly, cluster_key=cluster_key) as node:
        app = DashboardApp(f"reading {address} …", default_path(), theme_file=themes.default_path())
        running = await start_screen(app)
        app.post_message(DashboardApp.Opened(node))
        garbage.settle()
        await running
        return app.return_code or 0
