"""The driver of a dashboard that is shown in a page of a browser, by the process that started it."""

from contextlib import suppress

from textual import messages
from textual.drivers.web_driver import WebDriver


class PageDriver(WebDriver):
    """Textual's own, but that it ends with the process that shows it, however that ended."""

    def run_input_thread(self) -> None:
        """Read keys until there can be no more."""
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())

    def write(self, data: str) -> None:
        """Send something to the page. Where nobody takes it the end of the keys says so too."""
        with suppress(OSError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Tell the process that shows it something."""
        with suppress(OSError):
            super().write_meta(data)
