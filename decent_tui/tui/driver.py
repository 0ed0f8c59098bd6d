"""A terminal driver that never waits for the terminal.

Textual hands its output to a thread through a queue of 30 frames, and blocks the event loop when that is
full: a stalled ssh session, a suspended reader or a terminal that is gone would stop the node inside the
same loop, and its peers would take it for dead. Here the loop itself writes, without blocking, and what does
not fit is dropped whole; once the terminal reads again, the screen is painted anew.
"""

import asyncio
import os
import select
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

BACKLOG: Final = 256 * 1024
"""Bytes that wait for the terminal at most: some ten full frames of a large screen."""

FAREWELL: Final = 0.5
"""Seconds that the terminal gets to take the sequences that restore it."""

_END_OF_UPDATE: Final = "\x1b[?2026l"


class SteadyDriver(LinuxDriver):
    """Writes to the terminal of this process from the event loop, and never blocks."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._terminal: int | None = None
        self._waiting = bytearray()
        self._listening = False
        self._behind = False
        self._due = False

    def start_application_mode(self) -> None:
        """Take the terminal, under a descriptor of our own: not to block is a property of the open file, and
        the one we were started with belongs to the shell as well."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._terminal = _open_terminal()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:  # the library's own has nothing to write here
            self._writer_thread.stop()
            self._writer_thread = None

    def write(self, data: str) -> None:
        """Send to the terminal what it takes at once; the rest waits, and beyond `BACKLOG` is dropped."""
        if threading.get_ident() != self._thread:  # the thread that reads the keys answers the terminal
            self._loop.call_soon_threadsafe(self.write, data)
            return
        if self._terminal is None:
            return
        if self._behind or len(self._waiting) > BACKLOG:
            self._behind = True
            return
        self._waiting += data.encode(errors="replace")
        if not self._due:  # the pieces of a frame go out together
            self._due = True
            self._loop.call_soon(self._send)

    def close(self) -> None:
        """Give the terminal back, if it takes what waits soon enough."""
        deadline = time.monotonic() + FAREWELL
        while self._terminal is not None and self._waiting and (left := deadline - time.monotonic()) > 0:
            select.select((), (self._terminal,), (), left)
            self._send()
        self._let_go()
        super().close()

    def _send(self) -> None:
        """Write what can be written now, and come back when there is room for the rest."""
        self._due = False
        if self._terminal is None:
            return
        try:
            while self._waiting:
                del self._waiting[: os.write(self._terminal, self._waiting)]
        except BlockingIOError:
            self._listen(self._terminal)
            return
        except OSError:  # the terminal is gone; SIGHUP says so too, and ends the program in order
            self._let_go()
            return
        self._stop_listening()
        if self._behind:
            self._behind = False
            self.write(_END_OF_UPDATE)  # the frame that was cut short may have begun one
            self._repaint()

    def _repaint(self) -> None:
        self._app.refresh(layout=True)
        self._app.screen.refresh()

    def resume_application_mode(self) -> None:
        """Take the terminal again after `fg`: it shows what the shell left, so everything is painted anew."""
        super().resume_application_mode()
        self._loop.call_soon_threadsafe(self._repaint)  # a signal came; it may be between any two steps

    def _listen(self, terminal: int) -> None:
        if not self._listening:
            self._listening = True
            self._loop.add_writer(terminal, self._send)

    def _stop_listening(self) -> None:
        if self._listening and self._terminal is not None:
            self._listening = False
            self._loop.remove_writer(self._terminal)

    def _let_go(self) -> None:
        self._stop_listening()
        self._waiting.clear()
        self._behind = False
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None


def _open_terminal() -> int | None:
    """A descriptor of our own for the terminal that shows us; None where there is none."""
    for stream in (sys.__stderr__, sys.__stdout__, sys.__stdin__):
        try:
            if stream is not None and stream.isatty():
                name = os.ttyname(stream.fileno())
                return os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            continue
    return None
