"""A log in a file: lines of JSON that harm nobody, and files that do not grow for ever."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from decent_tui.net.settings import StartError
from decent_tui.service import log_file
from decent_tui.service.log_file import KEPT, LONGEST, log_to_file

LOG = logging.getLogger("decent_tui.test")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_when_how_bad_who_and_what(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "x.log"
    with log_to_file(path):
        LOG.info("%s is %s", "b:1", "down", extra={"fields": {"event": "peerchanged", "state": "down"}})
        LOG.debug("not told")
    [line] = lines(path)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "decent_tui.test",
        "event": "peerchanged",
        "message": "b:1 is down",
        "state": "down",
    }


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;aGk=\x07", "two\nlines\r", "\x7f\x9b2J", "\u202e\u2028", "\ud800", "ключ 🔑", '"}\\']
)
def test_hostile_text_is_exact_for_programs_and_harmless_for_terminals(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.log"
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # it would be in the test's own report, as UTF-8
    with log_to_file(path):
        LOG.info("%s", text, extra={"fields": {"key": text}})
    raw = path.read_bytes()
    assert all(0x20 <= byte < 0x7F for byte in raw.removesuffix(b"\n"))
    [line] = lines(path)
    assert (line["message"], line["key"]) == (text, text)


def test_a_failure_brings_its_traceback_in_the_same_line_and_a_long_text_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    with log_to_file(path):
        try:
            raise ValueError("x" * 10 * LONGEST)
        except ValueError:
            LOG.exception("it failed")
    [line] = lines(path)
    assert (line["level"], line["message"]) == ("error", "it failed")
    assert line["error"].startswith("Traceback")
    assert len(line["error"]) == LONGEST + 1


@pytest.mark.parametrize(
    ("error", "traced"), [(StartError("the port is taken"), False), (KeyError("k"), True)]
)
def test_what_ended_the_program_is_the_last_line(tmp_path: Path, error: Exception, traced: bool) -> None:
    path = tmp_path / "x.log"
    with pytest.raises(type(error)), log_to_file(path):
        raise error
    [line] = lines(path)
    assert (line["level"], line["message"], "error" in line) == ("error", str(error), traced)


def test_a_full_file_makes_room_for_the_next_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    with log_to_file(path, largest=1_000):
        for number in range(100):
            LOG.info("line %d", number)
    files = [path, *(tmp_path / f"x.log.{number}" for number in range(1, KEPT + 1))]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= 1_000 for file in files)
    told = [int(line["message"].split()[1]) for file in reversed(files) for line in lines(file)]
    assert told == list(range(told[0], 100))


def test_the_files_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    with log_to_file(tmp_path / "x.log", largest=300):
        for _ in range(10):
            LOG.info("a line")
    files = list(tmp_path.iterdir())
    assert len(files) > 1
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_lines_that_a_slow_disk_has_no_time_for_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.log"
    monkeypatch.setattr(log_file, "WAITING", 0)
    with log_to_file(path):
        LOG.info("lost")
        LOG.info("lost too")
        monkeypatch.setattr(log_file, "WAITING", 10)
        LOG.info("kept")
    first, second = lines(path)
    assert (first["event"], first["count"], first["level"]) == ("lost", 2, "warning")
    assert second["message"] == "kept"


@pytest.mark.parametrize("name", ["", "file/x.log"], ids=["a folder", "under a file"])
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="cannot write the log to "), log_to_file(tmp_path / name):
        pass


def test_afterwards_logging_is_as_it_was(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    with log_to_file(tmp_path / "x.log"):
        assert root.handlers != before[1]
    assert (root.level, list(root.handlers)) == before
