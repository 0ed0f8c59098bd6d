"""`decent-tui sim` as the shell sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from decent_tui.lab import sim


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, "-m", "decent_tui", "sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


def test_many_seeds_are_played_by_processes_and_summed_up() -> None:
    done = run("--seeds", "0:12", "--nodes", "2", "--steps", "8", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12 seeds in ")
    assert "a second and core" in done.stdout
    assert "no check was broken" in done.stdout


def test_a_seed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.main(["--seed", "5", "--nodes", "3", "--trace"]) == 0
    told = capsys.readouterr().out
    assert " puts " in told
    assert " holds " in told
    assert "VERSIONS" in told
    assert "seed 5: all is well" in told


def test_a_story_is_played_from_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(__file__).parent.parent / "regressions" / "forgotten-classic-peer.json"
    assert sim.main(["--story", str(file)]) == 0
    assert "all is well" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seeds", "5:2"], "names no seed"),
        (["--seeds", "a:b"], "not A:B"),
        (["--nodes", "1"], "at least 2"),
        (["--seed", "x"], "invalid int value"),
        (["--seed", "1", "--seeds", "1:2"], "not allowed with"),
        (["--story", "/nowhere"], "holds no story"),
        (["--seed", "1", "--shrink", "/tmp/x"], "does not fail"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = sim.main(arguments)
    except SystemExit as end:
        code = end.code
    err = capsys.readouterr().err
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
