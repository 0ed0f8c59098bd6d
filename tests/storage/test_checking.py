"""Whether a data file is sound: each thing that can be wrong is found, and looking changes nothing."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.replica import Replica
from decent_tui.core.store import Counts
from decent_tui.core.values import read_value
from decent_tui.core.version import Version
from decent_tui.storage.checking import MOST, check
from decent_tui.storage.opening import open_store

OTHER = "b" * 16
DRAWN = count()


def draw() -> str:
    """An id that nobody had."""
    return f"{next(DRAWN):016x}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The data of a node that wrote, deleted, and was written to: keys, a conflict, a tombstone."""
    path = tmp_path / "a.db"
    store = open_store(path, draw, draw).store
    replica = Replica(store, lambda changes, source: None)
    for key in ("apple", "fig", "plum"):
        replica.put(key, read_value(b'{"n":1}'), 0)
    replica.delete("plum", 0)
    for key, seq in (("apple", 1), ("melon", 2)):
        value = read_value(b'"theirs"')
        replica.apply([Version(key, value.text, OTHER, seq, {}, seq, OTHER, 0, value.cid)])
    replica.commit()
    store.close()
    return path


def looked_at(path: Path) -> list[str]:
    """What is wrong with it."""
    return check(path, lambda done, of: None).wrong


def harm(path: Path, *statements: str) -> None:
    """Change it behind the program's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_file_is_sound_and_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    verdict = check(file, lambda done, of: None)
    assert verdict.wrong == []
    assert verdict.remarks == []
    assert verdict.counts == Counts(keys=3, conflicts=1, deleted=1, versions=5)
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == ["a.db", "a.db.id"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE version SET value = CAST('{\"n\":2}' AS BLOB) WHERE key = 'fig'", "value: "),
        ("UPDATE version SET value = CAST('nonsense' AS BLOB) WHERE key = 'fig'", "value: "),
        ("UPDATE version SET value = 'a text' WHERE key = 'fig'", "damaged"),
        ("UPDATE version SET value = NULL WHERE key = 'fig'", "damaged"),
        ("UPDATE version SET lamport = 99999 WHERE key = 'fig'", "lamport: "),
        ("UPDATE version SET context = CAST('nonsense' AS BLOB) WHERE key = 'fig'", "damaged"),
        ("UPDATE version SET node = 99 WHERE key = 'fig'", "damaged"),
        ("DELETE FROM version WHERE key = 'fig'", "fingerprint: "),
        ("DELETE FROM version WHERE key = 'fig'", "counts: "),
        ("DELETE FROM version WHERE key = 'plum'", "I2: "),
        ("DELETE FROM seen WHERE node LIKE 'b%'", "I4: "),
        (f"INSERT INTO floor VALUES ('{OTHER}', 9)", "I3: "),
        ("UPDATE root SET counter = 99", "I1: "),
        ("UPDATE root SET counter = 1", "I1: "),
        ("UPDATE root SET fingerprint = 'ab'", "fingerprint: "),
        ("UPDATE root SET keys = 7", "counts: "),
        ("DELETE FROM conflict", "lists: "),
        ("INSERT INTO conflict VALUES ('zoo')", "lists: "),
        ("INSERT INTO conflict VALUES ('aaa')", "lists: "),
        ("INSERT INTO gone VALUES ('fig')", "lists: "),
        ("DROP INDEX version_key", "schema: "),
        ("CREATE TABLE more (a)", "schema: "),
    ],
)
def test_what_was_changed_is_found(file: Path, statement: str, said: str) -> None:
    harm(file, statement)
    assert any(said in wrong for wrong in looked_at(file)), looked_at(file)


def test_a_version_beside_one_that_makes_it_obsolete_is_found(file: Path) -> None:
    harm(
        file,
        f"UPDATE version SET context = CAST('{{\"{OTHER}\":9}}' AS BLOB) WHERE key = 'apple' AND node = 1",
    )
    assert any("makes it obsolete" in wrong for wrong in looked_at(file))


def test_a_lost_write_of_another_node_is_a_remark_because_a_machine_set_back_looks_the_same(
    file: Path,
) -> None:
    harm(file, f"UPDATE seen SET ranges = '[[1,7]]' WHERE node = '{OTHER}'")
    verdict = check(file, lambda done, of: None)
    assert verdict.wrong == []
    assert OTHER in verdict.remarks[0]


def test_a_damaged_page_is_found(file: Path) -> None:
    pages = bytearray(file.read_bytes())
    for start in range(4096, len(pages), 4096):
        pages[start : start + 64] = b"\xff" * 64
    file.write_bytes(pages)
    assert "damaged" in looked_at(file)[0]


def test_only_the_first_of_many_is_told(file: Path) -> None:
    many = ", ".join(f"('x{number:04}')" for number in range(500))
    harm(file, f"INSERT INTO gone VALUES {many}")
    found = looked_at(file)
    assert len(found) == MOST + 1
    assert "more" in found[-1]


def test_a_copy_is_remarked_upon(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(file.read_bytes())
    verdict = check(copy, lambda done, of: None)
    assert verdict.wrong == []
    assert "takes a new id" in verdict.remarks[0]


def test_a_file_that_a_node_has_is_refused(file: Path) -> None:
    store = open_store(file, draw, draw).store
    try:
        with pytest.raises(StorageError, match="in use"):
            looked_at(file)
    finally:
        store.close()


@pytest.mark.parametrize(("content", "said"), [(None, "no file"), (b"", "empty"), (b"text" * 999, "no")])
def test_what_is_no_data_file_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "other"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StorageError, match=said):
        looked_at(path)


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = open_store(path, draw, draw).store
    replica = Replica(store, lambda changes, source: None)
    for number in range(2_500):
        replica.put(f"k{number}", read_value(b"1"), 0)
    replica.commit()
    store.close()
    told: list[tuple[int, int]] = []
    assert check(path, lambda done, of: told.append((done, of))).wrong == []
    assert told == [(1_000, 2_500), (2_000, 2_500)]
