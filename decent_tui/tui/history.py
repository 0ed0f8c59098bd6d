"""The lines typed in this and earlier runs, in a file that only its user can read."""

import contextlib
import os
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

MOST: Final = 1_000
"""Lines kept; the file is shortened to this when it holds twice as many."""

LONGEST: Final = 4_000
"""Characters of a line that is kept; longer ones are pasted values."""


def default_path() -> Path:
    """Where the history lies on this platform."""
    return user_state_path("decent-tui") / "history"


class History:
    """Lines, oldest first, and a place among them that `older` and `newer` move.

    A history that cannot be read or written is an empty one: typing goes on.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: list[str] | None = None
        self._at = 0
        self._draft = ""

    def _loaded(self) -> list[str]:
        if self._lines is None:
            self._lines = []
            if self._path is not None:
                with contextlib.suppress(OSError):
                    text = self._path.read_text(encoding="utf-8", errors="replace")
                    self._lines = [line for line in text.split("\n") if line]
                    if len(self._lines) > 2 * MOST:
                        self._lines = self._lines[-MOST:]
                        self._rewrite()
            self._at = len(self._lines)
        return self._lines

    def add(self, line: str) -> None:
        """Remember a line (not twice in a row, and none that begins with a blank, as shells have it)."""
        lines = self._loaded()
        worth = line and not line.startswith(" ") and len(line) <= LONGEST and "\n" not in line
        if worth and lines[-1:] != [line]:
            lines.append(line)
            self._append(line)
        self._at = len(lines)

    def older(self, draft: str) -> str | None:
        """The line before; what is being typed is kept for the way back."""
        lines = self._loaded()
        if self._at == 0:
            return None
        if self._at == len(lines):
            self._draft = draft
        self._at -= 1
        return lines[self._at]

    def newer(self) -> str | None:
        """The line after; behind the last one what was being typed."""
        lines = self._loaded()
        if self._at >= len(lines):
            return None
        self._at += 1
        return self._draft if self._at == len(lines) else lines[self._at]

    def leave(self) -> None:
        """Start from the newest again."""
        self._at = len(self._loaded())

    def _append(self, line: str) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(
                os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(line + "\n")

    def _rewrite(self) -> None:
        if self._path is None or self._lines is None:
            return
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError, UnicodeEncodeError):
            with os.fdopen(
                os.open(fresh, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o600), "w", encoding="utf-8"
            ) as file:
                file.writelines(f"{line}\n" for line in self._lines)
            fresh.replace(self._path)
