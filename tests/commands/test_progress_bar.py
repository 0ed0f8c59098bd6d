"""What a person at a terminal sees of a long command, and that nobody else sees any of it."""

import sys
from pathlib import Path

import pytest

from decent_tui.commands.progress import Step
from decent_tui.commands.progress_bar import shown
from tests.tui.terminal import Terminal

SHOWS = """
import os, tty
from decent_tui.commands.progress import Step
from decent_tui.commands.progress_bar import shown
tty.setcbreak(0)  # what is typed is not echoed, so it moves nothing
with shown("import") as progress:
    progress(Step(1_500, 2_000_000, 0.25))
    os.read(0, 1)
    progress(Step(None, 3_000_000, None))
    os.read(0, 1)
print("done")
"""


def test_a_terminal_shows_how_far_it_is_and_nothing_stays_of_it() -> None:
    with Terminal([sys.executable, "-c", SHOWS]) as terminal:
        terminal.wait(r"import .* 25% +1,500 keys")
        terminal.type("x")
        terminal.wait(r"import .*3\.0 MB")
        terminal.type("x")
        terminal.wait("done")
        terminal.gone("import")


def test_where_stderr_is_no_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("import") as progress:
        progress(Step(1, 2, 0.5))
    assert capsys.readouterr() == ("", "")


def test_a_command_at_a_terminal_leaves_its_answer_only(tmp_path: Path) -> None:
    """The port is nobody's, so the command fails before its first step: there is no bar to take away."""
    command = [sys.executable, "-m", "decent_tui", "export", str(tmp_path / "f"), "--node", "127.0.0.1:1"]
    with Terminal(command) as terminal:
        assert terminal.wait_exit() == 1
        assert "no node answers" in terminal.text()
        assert "━" not in terminal.text()
