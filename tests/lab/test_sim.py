"""`decent-tui sim` as the shell sees it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import msgspec
import pytest

from decent_tui.lab import sim
from decent_tui.lab.simulation import Outcome
from decent_tui.lab.story import load, of_seed


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
        (["--seed", "1", "--shrink", "/nowhere/x"], "/nowhere/x cannot be written: No such file"),
        (["--nodes", "51"], "at most 50"),
        (["--steps", "100001"], "at most 100,000"),
        (["--trace"], "--trace does nothing with --seeds"),
        (["--seeds", "1:2", "--shrink", "x"], "--shrink does nothing with --seeds"),
        (["--report", "--trace"], "--trace does nothing with --report"),
        (["--report", "--nodes", "3"], "--nodes does nothing with --report"),
        (["--seed", "1", "--jobs", "2"], "--jobs does nothing with --seed"),
        (["--seed", "1", "--dask", "h:1"], "--dask does nothing with --seed"),
        (["--story", "x", "--keep-going"], "--keep-going does nothing with --story"),
        (["--story", "x", "--nodes", "3"], "--nodes does nothing with --story"),
        (["--story", "x", "--steps", "3"], "--steps does nothing with --story"),
        (["--dask", "h:1", "--jobs", "2"], "--jobs does nothing with --dask"),
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


def test_what_does_not_fail_is_not_made_small_and_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "small.json"
    assert sim.main(["--seed", "1", "--nodes", "2", "--steps", "2", "--shrink", str(file)]) == 2
    assert capsys.readouterr().err.count("does not fail") == 1
    assert not file.exists()


FOUND = "level: the key is \x1b[31m red"


def failing(*_: object) -> Outcome:
    """What becomes of a history that always fails, with words that no terminal should get."""
    return Outcome(1, "level", FOUND, {}, "0", 1.0, 0.1)


def test_a_story_that_cannot_be_saved_after_all_is_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small, file = of_seed(1, 2, 3), tmp_path / "small.json"
    with (
        mock.patch("decent_tui.lab.sim.play", failing),
        mock.patch("decent_tui.lab.sim.shrink", return_value=small),
        mock.patch("decent_tui.lab.sim.save", side_effect=OSError(28, "No space left on device")),
    ):
        assert sim.main(["--seed", "1", "--shrink", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "cannot be written (No space left on device): the story is on stdout" in err
    assert err.count("\n") == 1
    file.write_text(out[out.index("{\n") :])
    assert load(file) == small


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([], "--seed 1 --trace"),
        (["--nodes", "9"], "--seed 1 --nodes 9 --trace"),
        (["--nodes", "2", "--steps", "120"], "--seed 1 --nodes 2 --steps 120 --trace"),
    ],
)
def test_the_command_that_is_offered_plays_the_very_history_that_failed(
    sizes: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock.patch("decent_tui.lab.sim.farm", return_value=iter([failing()])):
        assert sim.main(["--seeds", "1:2", "--jobs", "1", *sizes]) == 1
    assert f"decent-tui sim {said} tells the story" in capsys.readouterr().out


def test_nothing_that_was_found_reaches_the_terminal_raw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = msgspec.structs.replace(of_seed(1, 2, 3), found=FOUND)
    with (
        mock.patch("decent_tui.lab.sim.play", failing),
        mock.patch("decent_tui.lab.sim.shrink", return_value=small),
    ):
        assert sim.main(["--seed", "1", "--shrink", str(tmp_path / "small.json")]) == 1
    out = capsys.readouterr().out
    assert out.count("red") == 2
    assert "\x1b" not in out


@pytest.mark.parametrize("more", [["--trace"], []])
def test_who_reads_no_further_ends_it_quietly(more: list[str]) -> None:
    command = [sys.executable, "-m", "decent_tui", "sim", "--seed", "3", *more]
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, timeout=50, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_sums_up_what_was_played_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> Iterator[Outcome]:
        yield Outcome(1, "", "", {"puts": 3}, "0", 1.0, 0.1)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(50)  # ends at once, by the signal

    with mock.patch("decent_tui.lab.sim.farm", interrupted):
        assert sim.main(["--seeds", "0:5", "--jobs", "1"]) == 130
    out = capsys.readouterr().out
    assert "stopped: 4 seeds were not played" in out
    assert "1 seeds in " in out
