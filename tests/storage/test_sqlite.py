"""The file itself: what happens when it is not as it should be, and what it costs."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.store import Change, Counts, Root
from decent_tui.storage import plain, queries, schema, wal
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import connection, put, version

# ------------------------------------------------------------------ files that are refused


def test_a_file_of_a_newer_schema_is_refused_and_kept(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"newer version .*\(format 99.*; update the program"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"just some text, no database\n" * 50, b"x", os.urandom(9000)])
def test_what_is_no_database_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"a\.db is not a data file of this program"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_kept(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="belongs to another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_truncated_file_is_refused_and_kept(path: Path) -> None:
    store = SqliteStore(path)
    put(store, *(version(f"k{number}", number + 1, '"' + "x" * 500 + '"') for number in range(100)))
    store.commit()
    store.close()
    os.truncate(path, path.stat().st_size // 2)
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"damaged; move it .* aside"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_damage_that_shows_only_later_is_a_storage_error(path: Path) -> None:
    store = SqliteStore(path)
    put(store, *(version(f"k{number}", number + 1, '"' + "x" * 500 + '"') for number in range(100)))
    store.save(root=Root("n1"))
    store.commit()
    store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * (path.stat().st_size // 4))
    store = SqliteStore(path)
    with pytest.raises(StorageError, match="damaged"):
        store.by_number("n1", 1, 100, 100)
    store.close()


def test_a_new_file_has_small_pages(store: SqliteStore) -> None:
    assert connection(store).execute("PRAGMA page_size").fetchone() == (schema.PAGE,)


def test_a_file_with_larger_pages_is_used_as_it_is(path: Path) -> None:
    with sqlite3.connect(path) as older:
        older.execute("PRAGMA page_size = 4096")
    schema.make(older)
    older.close()
    store = SqliteStore(path)
    put(store, version("a", 1))
    store.commit()
    store.make_durable()
    assert store._log.length() >= 4096 + 24
    assert store._log.length() % (4096 + 24) == 0
    store.close()
    again = SqliteStore(path)
    assert again.siblings("a") == (version("a", 1),)
    assert connection(again).execute("PRAGMA page_size").fetchone() == (4096,)
    again.close()


def test_an_unreadable_record_is_a_storage_error(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    connection(store).execute("UPDATE version SET context = '{'")
    with pytest.raises(StorageError, match="damaged"):
        store.siblings("a")


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be used: No such file"):
        SqliteStore(tmp_path / "missing" / "a.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        SqliteStore(tmp_path / "a.db")


def test_files_are_private(store: SqliteStore, tmp_path: Path) -> None:
    put(store, version("a", 1))
    store.commit()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"a.db": 0o600, "a.db-wal": 0o600, "a.db-shm": 0o600}


def test_a_closed_store_says_so_plainly(store: SqliteStore) -> None:
    store.close()
    store.close()
    store.make_durable()
    with pytest.raises(StorageError):
        store.siblings("a")


# ------------------------------------------------------------------ durability


def test_what_was_committed_is_there_again(path: Path) -> None:
    store = SqliteStore(path)
    put(store, version("a", 1), version("b", 2, None))
    store.save(root=Root("n1", 2))
    store.commit()
    put(store, version("lost", 3))
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["a.db"]
    again = SqliteStore(path)
    assert again.page(wanted="all") == ["a", "b"]
    assert again.counts() == Counts(keys=1, deleted=1, versions=2)
    again.close()


def test_flushing_again_costs_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes: list[int] = []
    monkeypatch.setattr(wal, "flush", flushes.append)
    store.make_durable()
    put(store, version("a", 1))
    store.make_durable()  # not committed yet
    assert flushes == []
    store.commit()
    store.make_durable()
    store.make_durable()
    assert len(flushes) == 1
    store.save()
    store.commit()  # a transaction that changed nothing
    store.make_durable()
    assert len(flushes) == 1


def test_a_failed_flush_is_never_forgotten(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    put(store, version("a", 1))
    store.commit()
    with monkeypatch.context() as broken:
        broken.setattr(wal, "flush", fail)
        with pytest.raises(StorageError, match="Input/output error"):
            store.make_durable()
    with pytest.raises(StorageError, match="Input/output error"):
        store.make_durable()
    with pytest.raises(StorageError, match="Input/output error"):
        store.close()


# ------------------------------------------------------------------ what it costs


def plans() -> Iterator[tuple[str, list[object]]]:
    for query in (queries.SIBLINGS, queries.SIBLINGS_OF, queries.BY_NUMBER, queries.DOTS):
        yield query, ["[]"] * (1 if "?1" in query else query.count("?"))
    yield queries.TOMBSTONES, ["a", 1, 1]
    for query in queries.PAGES.values():
        yield query, ["a", "b", 1]


@pytest.mark.parametrize(("query", "values"), list(plans()))
def test_no_query_scans_or_sorts(store: SqliteStore, query: str, values: list[object]) -> None:
    plan = [row[3] for row in connection(store).execute(f"EXPLAIN QUERY PLAN {query}", values)]
    assert not any("TEMP B-TREE" in step for step in plan)
    for table in ("version", "node", "conflict", "gone"):
        assert not any(step.startswith(f"SCAN {table}") for step in plan)


def test_a_page_costs_nothing_for_what_lies_between(store: SqliteStore) -> None:
    """Counted in steps of SQLite's machine, so that a slow test machine does not matter."""
    put(store, version("a", 1), version("z", 2))
    crowd = [version("m", seq, str(seq), node="n2") for seq in range(1, 2001)]
    store.replace([Change.of("m", (), tuple(crowd))])
    store.replace(
        [Change.of(f"n{seq}", (), (version(f"n{seq}", seq, None, node="n3"),)) for seq in range(1, 5001)]
    )
    store.commit()
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection(store).set_progress_handler(count, 1)
    assert store.page() == ["a", "m", "z"]
    assert store.page(backwards=True) == ["z", "m", "a"]
    assert store.page(wanted="all", start="n4999", limit=2) == ["n4999", "n5"]
    assert [v.seq for v in store.tombstones(Dot("n3", 4990), 3)] == [4991, 4992, 4993]
    connection(store).set_progress_handler(None, 1)
    assert steps < 2000


def test_every_error_is_one_sentence() -> None:
    for sentence in plain._SENTENCES.values():
        assert "{path}" in sentence
        assert not sentence.endswith(".")


def test_the_application_id_spells_the_name() -> None:
    assert schema.APPLICATION_ID.to_bytes(4, "big") == b"dtui"
