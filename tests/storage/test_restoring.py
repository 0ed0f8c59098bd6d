"""A backup becomes the data of a node under a new id, and nothing is replaced unless that is said."""

import os
import shutil
from itertools import count
from pathlib import Path

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.storage.copying import copy
from decent_tui.storage.opening import Opened, open_store
from decent_tui.storage.restoring import Contents, contents, replaceable, restore
from tests.storage.make import put, version
from tests.storage.openings import Start, root_of, write

IDS = count(1)


def draw() -> str:
    return f"new{next(IDS)}"


def restored(backup: Path, data: Path, *, replace: bool = False) -> str:
    return restore(backup, data, replace=replace, draw=draw)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "node" / "a.db"


@pytest.fixture
def node(home: Path) -> Opened:
    """An open store, whose id is id1, with a write."""
    opened = Start()(home)
    write(opened, 1)
    return opened


@pytest.fixture
def backup(node: Opened, home: Path, tmp_path: Path) -> Path:
    copy(home, tmp_path / "backup")
    return tmp_path / "backup"


def test_a_restored_node_has_the_data_and_a_new_id_that_it_keeps(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "new folder" / "b.db"
    node = restored(backup, data)
    assert node.startswith("new")
    for _ in range(2):
        opened = open_store(data, draw, draw)
        assert root_of(opened).node == node
        assert root_of(opened).former == ("id1",)
        assert [held.node for held in opened.store.siblings("k")] == ["id1"]
        opened.store.close()
    assert sorted(os.listdir(data.parent)) == ["b.db", "b.db.id"]


def test_also_where_it_came_from_it_gets_a_new_id(node: Opened, home: Path, backup: Path) -> None:
    """Nothing was written since, so the backup fits its marker in everything."""
    node.store.close()
    assert restored(backup, home, replace=True) != "id1"


def test_a_backup_can_be_restored_many_times(backup: Path, tmp_path: Path) -> None:
    before = backup.read_bytes()
    assert len({restored(backup, tmp_path / f"{n}.db") for n in range(3)}) == 3
    assert backup.read_bytes() == before


def test_data_that_is_there_is_replaced_only_if_that_is_said(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "b.db"
    there = open_store(data, draw, draw)
    put(there.store, version("mine", 1))
    there.store.commit()
    there.store.close()
    kept = data.read_bytes()
    with pytest.raises(StorageError, match="is there already"):
        restored(backup, data)
    assert data.read_bytes() == kept
    restored(backup, data, replace=True)
    found = contents(data)
    assert found is not None
    assert found.keys == 1
    assert not (tmp_path / "b.db-wal").exists()


def test_a_log_that_a_killed_node_left_does_not_get_into_the_restored_data(
    node: Opened, home: Path, backup: Path, tmp_path: Path
) -> None:
    write(node, 2)
    killed = tmp_path / "killed" / "a.db"
    shutil.copytree(home.parent, killed.parent)  # with the log, as it is on the disk
    node.store.close()
    assert (killed.parent / "a.db-wal").stat().st_size > 0
    restored(backup, killed, replace=True)
    opened = open_store(killed, draw, draw)
    assert [held.seq for held in opened.store.siblings("k")] == [1]
    opened.store.close()


def test_a_node_that_runs_keeps_its_data(node: Opened, home: Path, backup: Path) -> None:
    for refused in (lambda: replaceable(home), lambda: restored(backup, home, replace=True)):
        with pytest.raises(StorageError, match="in use by another process"):
            refused()
    assert root_of(node).node == "id1"


def test_contents_are_told(node: Opened, backup: Path, tmp_path: Path) -> None:
    assert contents(backup) == Contents("id1", 1, 0, 0)
    assert contents(tmp_path / "none") is None


@pytest.mark.parametrize("content", [b"", b"port = 9001\n", b"x" * 10_000])
def test_what_is_no_data_file_is_neither_restored_nor_replaced(
    backup: Path, tmp_path: Path, content: bytes
) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(StorageError, match=r"no data file|is empty"):
        contents(other)
    with pytest.raises(StorageError, match=r"no data file|is empty"):
        replaceable(other)


def test_a_damaged_backup_is_found_out(backup: Path, tmp_path: Path) -> None:
    raw = bytearray(backup.read_bytes())
    raw[5_000:9_000] = b"\xff" * 4_000
    backup.write_bytes(raw)
    with pytest.raises(StorageError, match="damaged"):
        contents(backup)


def test_damaged_data_of_a_node_can_be_replaced(backup: Path, tmp_path: Path) -> None:
    data = tmp_path / "b.db"
    restored(backup, data)
    data.write_bytes(b"\xff" * 5_000)
    assert replaceable(data) == Contents("", 0, 0, 0)
    restored(backup, data, replace=True)
    assert contents(data) is not None
