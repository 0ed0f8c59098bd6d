"""A copy of a data file is what was committed at one moment, whatever is written meanwhile."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Root
from decent_tui.storage.connection import connect_to_read
from decent_tui.storage.copying import copy
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import put, version

FILLER = '"' + "x" * 4_000 + '"'


def fill(store: SqliteStore, low: int, high: int) -> None:
    """Keys k/low to k/high-1, committed, and the root that counts them."""
    put(store, *(version(f"k/{seq:05}", seq, FILLER) for seq in range(low, high)))
    store.save(root=Root("n1", high - 1))
    store.commit()


def held(path: Path) -> tuple[int, int, str]:
    """The counter, the number of versions, and what SQLite thinks of the file."""
    with closing(connect_to_read(path)) as connection:
        (counter,) = connection.execute("SELECT counter FROM root").fetchone()
        (versions,) = connection.execute("SELECT count(*) FROM version").fetchone()
        (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
    return counter, versions, whole


def test_a_copy_is_the_state_when_it_began_though_the_store_writes_on(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    fill(store, 1, 1_001)
    written = 1_001

    def write_on() -> bool:
        """Called between two steps."""
        nonlocal written
        fill(store, written, written + 10)
        store.make_durable()
        written += 10
        return False

    assert copy(path, tmp_path / "copy", write_on) == 1_000
    assert written > 1_011, "there was more than one step"
    assert held(tmp_path / "copy") == (1_000, 1_000, "ok")
    assert store.counts().keys == written - 1


def test_what_is_not_committed_is_not_in_it(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    fill(store, 1, 3)
    put(store, version("later", 3))
    assert copy(path, tmp_path / "copy") == 2
    assert held(tmp_path / "copy") == (2, 2, "ok")


def test_a_copy_takes_the_place_of_what_was_there_and_is_its_owners_only(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    fill(store, 1, 3)
    copy(path, tmp_path / "copy")
    fill(store, 3, 5)
    copy(path, tmp_path / "copy")
    assert held(tmp_path / "copy") == (4, 4, "ok")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("copy")] == ["copy"]


def test_a_copy_that_is_told_to_stop_stops(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    fill(store, 1, 1_001)
    with pytest.raises(StorageError, match="given up"):
        copy(path, tmp_path / "copy", lambda: True)
    fill(store, 1_001, 1_003)  # nothing holds the file any more
    assert store.counts().keys == 1_002


def test_a_copy_can_be_made_of_a_file_that_lies_still(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    fill(store, 1, 3)
    store.close()
    (tmp_path / "a.db").chmod(0o400)
    assert copy(tmp_path / "a.db", tmp_path / "copy") == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.db", "copy"]


def test_what_goes_wrong_is_a_sentence(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere/copy"):
        copy(path, tmp_path / "nowhere" / "copy")
    with pytest.raises(StorageError, match=r"none cannot be opened"):
        copy(tmp_path / "none", tmp_path / "copy")


def test_a_reader_changes_nothing(store: SqliteStore, path: Path) -> None:
    fill(store, 1, 3)
    with closing(connect_to_read(path)) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM version")
    assert store.siblings("k/00001")
