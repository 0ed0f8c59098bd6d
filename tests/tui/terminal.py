"""A real terminal for tests: the program runs in a pty, pyte says what a person would see.

Nothing here sleeps: every wait is for something on the screen, with a deadline.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import pyte

DEADLINE = 20.0
"""Seconds that anything may take on a busy machine."""

_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;c",  # what kind of terminal
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised updates: known, off
    b"\x1b[6n": b"\x1b[1;1R",  # where the cursor is
}
UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$[a-z]|\x1bP.*?\x1b\\\\", re.DOTALL)
"""Sequences that real terminals swallow and pyte would print."""


class Terminal:
    """`with Terminal([...]) as terminal: terminal.wait("text")`."""

    def __init__(
        self,
        program: list[str],
        *,
        size: tuple[int, int] = (120, 36),
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        self.raw = b""
        self.exit_code: int | None = None
        self._program = program
        # a size in the environment would count for more than the terminal's own
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        asked = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self._env = {name: value for name, value in asked.items() if value is not None}
        self._size = size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self) -> Self:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            _set_size(1, *self._size)
            os.execvpe(self._program[0], self._program, self._env)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def resize(self, columns: int, rows: int) -> None:
        """The window gets another size."""
        _set_size(self.fd, columns, rows)
        self._screen.resize(rows, columns)

    def type(self, text: str) -> None:
        """Send keys; a real keyboard is no faster than this."""
        os.write(self.fd, text.encode())

    def text(self) -> str:
        """What is on the screen; pyte's `display` fails where half of a wide character was written over."""
        screen = self._screen
        rows = ((screen.buffer[y][x].data for x in range(screen.columns)) for y in range(screen.lines))
        return "\n".join("".join(row).rstrip() for row in rows)

    def pump(self, seconds: float = 0.05) -> bool:
        """Take in what the program writes; False once it has ended."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        if not data:
            return False
        self.raw += data
        for query, answer in _ANSWERS.items():
            if query in data:
                os.write(self.fd, answer)
        self._stream.feed(UNKNOWN.sub(b"", data))
        return True

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds; fail with the screen when it does not in time."""
        end = monotonic() + DEADLINE
        while not holds():
            in_time = self.pump() and monotonic() < end
            assert in_time, f"never came: {what}\n{self.text()}"

    def wait(self, pattern: str) -> None:
        """Wait until this is on the screen."""
        self.until(lambda: re.search(pattern, self.text()) is not None, pattern)

    def gone(self, pattern: str) -> None:
        """Wait until this is no more on the screen."""
        self.until(lambda: re.search(pattern, self.text()) is None, f"no {pattern}")

    def end(self, number: int | None = None) -> int:
        """Send a signal, if any, and wait for the exit code."""
        if number is not None:
            os.kill(self.pid, number)
        return self.wait_exit()

    def wait_exit(self) -> int:
        """The exit code, once the program has ended."""
        end = monotonic() + DEADLINE
        while self.exit_code is None:
            self.pump(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.exit_code = os.waitstatus_to_exitcode(status)
            assert monotonic() < end, f"did not end\n{self.text()}"
        while self.pump(0):
            if not select.select([self.fd], [], [], 0)[0]:
                break
        return self.exit_code


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def dashboard(
    folder: Path, *arguments: str, size: tuple[int, int] = (120, 36), **env: str | None
) -> Terminal:
    """The program's dashboard in a terminal, with a state folder of its own; None takes a variable out of
    the environment."""
    return Terminal(
        [sys.executable, "-m", "decent_tui", *arguments],
        size=size,
        env={"XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder), **env},
    )
