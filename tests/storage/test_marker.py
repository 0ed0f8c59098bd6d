"""The marker file."""

import os
import stat
from pathlib import Path

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.identity import Record
from decent_tui.storage.marker import SIZE, Marker

RECORD = Record(("new", "old"), "n1", 2**53)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db.id"


def test_what_was_written_is_read(path: Path) -> None:
    marker = Marker(path)
    assert marker.read() is None
    marker.write(RECORD)
    marker.flush()
    assert marker.read() == RECORD
    inode = marker.inode
    marker.close()
    again = Marker(path)
    assert (again.read(), again.inode) == (RECORD, inode)
    again.close()
    assert path.stat().st_size == SIZE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_shorter_record_replaces_a_longer_one(path: Path) -> None:
    marker = Marker(path)
    marker.write(Record(("t" * 100, "t" * 100), "n" * 16, 10**15))
    marker.write(Record(("t", "t"), "n", 1))
    assert marker.read() == Record(("t", "t"), "n", 1)
    marker.close()


def test_advance_writes_only_what_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = Marker(path)
    marker.advance("n1", 1)  # there is nothing to advance yet
    assert marker.read() is None
    marker.write(RECORD)
    writes: list[Record] = []
    write = marker.write
    monkeypatch.setattr(marker, "write", lambda record: (writes.append(record), write(record)))
    marker.advance("n1", 2**53)
    marker.advance("n2", 0)
    marker.advance("n2", 1)
    assert writes == [Record(("new", "old"), "n2", 0), Record(("new", "old"), "n2", 1)]
    assert marker.read() == writes[-1]
    marker.close()


@pytest.mark.parametrize("at", [0, 5, 60, 200])
def test_a_damaged_marker_says_nothing(path: Path, at: int) -> None:
    marker = Marker(path)
    marker.write(RECORD)
    marker.close()
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)
    marker = Marker(path)
    assert marker.read() is None
    marker.close()
    assert path.exists()


@pytest.mark.parametrize("content", [b"", b"\0" * SIZE, b"hello", b"\n"])
def test_another_files_content_says_nothing(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    marker = Marker(path)
    assert marker.read() is None
    marker.close()


def test_it_is_locked_against_this_process_too(path: Path) -> None:
    marker = Marker(path)
    marker.write(RECORD)
    with pytest.raises(StorageError, match=r"a\.db is in use by another process$"):
        Marker(path)
    marker.close()
    Marker(path).close()


def test_a_marker_that_was_never_written_goes_again(path: Path) -> None:
    Marker(path).close()
    assert not path.exists()


def test_a_marker_that_was_removed_while_it_was_opened_is_not_taken(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process removes its unused marker between our open and our lock."""
    opened = os.open
    removals = [path.unlink]

    def open_then_remove(*arguments, **named) -> int:
        descriptor = opened(*arguments, **named)
        while removals:
            removals.pop()()
        return descriptor

    monkeypatch.setattr(os, "open", open_then_remove)
    marker = Marker(path)
    assert marker.inode == str(path.stat().st_ino)
    marker.close()


def test_a_record_that_does_not_fit_is_refused(path: Path) -> None:
    marker = Marker(path)
    with pytest.raises(ValueError, match="512"):
        marker.write(Record(("t", "t"), "n" * 500, 1))
    marker.close()


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        Marker(path)
