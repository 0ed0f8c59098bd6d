"""Copying says by what."""

from pathlib import Path

import pytest

from decent_tui.tui import clipboard


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only tool writes its input into a file."""
    script = tmp_path / "xclip"
    script.write_text(f'#!/bin/sh\nread -r line; echo "$line" > {tmp_path}/copied\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(clipboard, "_TOOLS", (("DISPLAY", ("xclip", "-selection", "clipboard")),))
    for name in ("SSH_TTY", "SSH_CONNECTION", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    return script


async def test_a_tool_of_the_machine_copies_and_is_named(tool: Path) -> None:
    assert await clipboard.copied_by("user:42\n") == "xclip"
    assert (tool.parent / "copied").read_text() == "user:42\n"


async def test_without_a_tool_or_its_screen_nobody_claims_to_have_copied(
    tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    assert await clipboard.copied_by("x") is None
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert await clipboard.copied_by("x") is None
    monkeypatch.delenv("SSH_TTY")
    monkeypatch.setattr(clipboard, "_TOOLS", (("DISPLAY", ("false",)),))
    assert await clipboard.copied_by("x") is None
