"""Suspended from a real shell with ctrl+z, and brought back with fg."""

import os
import select
import shutil
import sys
from pathlib import Path
from time import monotonic

import pytest

from .terminal import DEADLINE, Terminal, dashboard
from .test_driver import free_port

BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="needs a shell with job control")
def test_suspend_gives_the_shell_back_and_fg_the_dashboard(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PS1": "shell$ ", "HISTFILE": ""}
    with Terminal([BASH or "bash", "--norc", "--noprofile", "-i"], env=env) as terminal:
        terminal.wait(r"shell\$")
        for _ in range(2):
            if "Stopped" not in terminal.text():
                terminal.type(f"{sys.executable} -m decent_tui --memory --port {free_port()}\r")
                terminal.wait("no keys yet")
                terminal.type(":put before 1\r")
                terminal.wait("1 key ")
            seen = len(terminal.raw)
            terminal.type("\x1a")
            terminal.until(lambda seen=seen: b"Stopped" in terminal.raw[seen:], "Stopped")  # type: ignore[misc]
            assert b"\x1b[?1049l" in terminal.raw[seen:]  # out of the other screen
            assert b"\x1b[?25h" in terminal.raw[seen:]  # with a cursor
            terminal.type("echo still $((40 + 2)) here\r")
            terminal.wait("still 42 here")
            seen = len(terminal.raw)
            terminal.type("fg\r")
            terminal.until(lambda seen=seen: b"before" in terminal.raw[seen:], "the dashboard")  # type: ignore[misc]
            terminal.type(":get before\r")
            terminal.wait("before = 1")
        terminal.type(":put after 2\r")
        terminal.wait("2 keys")
        seen = len(terminal.raw)
        terminal.type("\x11")
        terminal.until(lambda: b"shell$" in terminal.raw[seen:], "the shell")
        terminal.type("echo exit code $?\r")
        terminal.until(lambda: b"exit code 0" in terminal.raw[seen:], "exit code 0")


@pytest.mark.skipif(BASH is None, reason="needs a shell with job control")
def test_a_terminal_that_goes_away_while_it_is_suspended_ends_it(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PS1": "shell$ ", "HISTFILE": ""}
    data, mark = tmp_path / "node.db", tmp_path / "code"
    with Terminal([BASH or "bash", "--norc", "--noprofile", "-i"], env=env) as terminal:
        terminal.wait(r"shell\$")
        terminal.type(f"{sys.executable} -m decent_tui --data {data} --port {free_port()}\r")
        terminal.wait("no keys yet")
        terminal.type(":put kept 1\r")
        terminal.wait("1 key ")
        seen = len(terminal.raw)
        terminal.type("\x1a")
        terminal.until(lambda: b"Stopped" in terminal.raw[seen:], "Stopped")
        terminal.type(f"jobs -p > {mark}\r")
        terminal.until(lambda: mark.exists() and mark.read_text().strip() != "", "the job's number")
        job = int(mark.read_text())
        os.close(terminal.fd)
        terminal.fd = os.open(os.devnull, os.O_RDONLY)
        end = monotonic() + DEADLINE
        while Path(f"/proc/{job}").exists() and monotonic() < end:
            select.select([], [], [], 0.05)
        assert not Path(f"/proc/{job}").exists()
    with dashboard(tmp_path, "--data", str(data), "--port", str(free_port())) as terminal:
        terminal.wait("kept")
