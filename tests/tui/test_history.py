"""Lines typed earlier."""

from pathlib import Path

from decent_tui.tui.history import MOST, History


def test_lines_come_back_newest_first_and_the_draft_last(tmp_path: Path) -> None:
    history = History(tmp_path / "state" / "history")
    history.add("put a 1")
    history.add("get a")
    assert history.older("dra") == "get a"
    assert history.older("get a") == "put a 1"
    assert history.older("put a 1") is None
    assert history.newer() == "get a"
    assert history.newer() == "dra"
    assert history.newer() is None


def test_the_next_run_knows_them_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history"
    History(path).add('put ключ {"a": "ö"}')
    assert History(path).older("") == 'put ключ {"a": "ö"}'
    assert path.stat().st_mode & 0o777 == 0o600


def test_repeats_blanks_and_pasted_values_are_not_kept(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    for line in ("get a", "get a", " secret", "", "x" * 9_999):
        history.add(line)
    assert (tmp_path / "history").read_text() == "get a\n"


def test_a_long_file_is_shortened(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(f"get {at}\n" for at in range(3 * MOST)))
    assert History(path).older("") == f"get {3 * MOST - 1}"
    assert len(path.read_text().split()) == 2 * MOST
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_used_is_an_empty_history(tmp_path: Path) -> None:
    history = History(tmp_path)  # a folder
    history.add("get a")
    assert history.older("") == "get a"
