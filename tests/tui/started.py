"""The dashboard's command, counting on itself: what it has imported when its first picture is made and when
its node is there, and how often the garbage collector ran until then. Writes them as JSON to `COUNTED`."""

import gc
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import decent_tui.cli.node

if TYPE_CHECKING:
    from decent_tui.net.interface import Beside
    from decent_tui.net.settings import Settings
    from decent_tui.tui.app import DashboardApp

collections = 0


def collected(phase: str, _info: dict[str, int]) -> None:
    """The garbage collector runs."""
    global collections
    collections += phase == "start"


async def counted(settings: "Settings", beside: "Beside") -> int:
    """Run the dashboard until its node is there."""
    gc.callbacks.append(collected)
    from decent_tui.tui import app

    first: list[str] = []

    def on_mount(_self: "DashboardApp") -> None:
        first.extend(sys.modules)

    def on_opened(self: "DashboardApp", _event: "DashboardApp.Opened") -> None:
        counts = {"first": first, "open": list(sys.modules), "collections": collections}
        Path(os.environ["COUNTED"]).write_text(json.dumps(counts))
        self.exit()

    class Counted(app.DashboardApp):
        """Textual calls these and the ones that they add to."""

        CSS_PATH = app.__file__.replace("app.py", "dashboard.tcss")
        _on_mount = on_mount
        on_dashboard_app_opened = on_opened

    vars(app)["DashboardApp"] = Counted
    return await app.run_dashboard(settings, beside)


if __name__ == "__main__":
    vars(decent_tui.cli.node)["_dashboard"] = counted
    sys.exit(decent_tui.cli.main())
