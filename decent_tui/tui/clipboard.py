"""Copying, and saying honestly by what: a tool of this machine, or the terminal, which never answers."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from typing import Final

PATIENCE: Final = 2.0
"""Seconds that a tool gets to take the text."""

_TOOLS: Final = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)
"""What there is, and the variable without which it has no screen to copy to."""


def native_tool(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The command that copies its input on this machine; None when there is none, or when the person sits at
    another machine (over ssh), whose clipboard only the terminal reaches."""
    if environment.get("SSH_TTY") or environment.get("SSH_CONNECTION"):
        return None
    for variable, command in _TOOLS:
        if (not variable or environment.get(variable)) and shutil.which(command[0]):
            return command
    return None


async def copied_by(text: str) -> str | None:
    """Copy with a native tool; its name, or None when there is none or it failed."""
    command = native_tool(os.environ)
    if command is None:
        return None
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        nowhere = asyncio.subprocess.DEVNULL
        tool = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
        await asyncio.wait_for(tool.communicate(text.encode(errors="replace")), PATIENCE)
        return command[0] if tool.returncode == 0 else None
    return None


async def copy(text: str, what: str, by_terminal: Callable[[str], None]) -> str:
    """Copy by whatever there is; says by what, and promises no more than is known."""
    tool = await copied_by(text)
    if tool is not None:
        return f"copied the {what} with {tool}"
    by_terminal(text)
    return f"sent the {what} to the terminal's clipboard (OSC 52); not every terminal takes it"
