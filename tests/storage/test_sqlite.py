"""The file itself: what happens when it is not as it should be, and what it costs."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.store import Change, Counts, Root
from decent_tui.storage import plain, queries, schema, wal
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import put, version


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path)
    yield made
    made.close()


def connection(store: SqliteStore) -> sqlite3.Connection:
    """The store's own connection, to do it harm."""
    return store._connection


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


def test_an_unreadable_record_is_a_storage_error(store: SqliteStore) -> None:
    put(store, version("a", 1))
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


# ------------------------------------------------------------------ writes that fail


def test_a_full_disk_undoes_the_transaction_and_nothing_else(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    pages = connection(store).execute("PRAGMA page_count").fetchone()[0]
    connection(store).execute(f"PRAGMA max_page_count = {pages}")
    store.save(root=Root("n1", 2))
    with pytest.raises(StorageError, match=r"the disk is full: .*a\.db cannot grow; free some space"):
        put(store, *(version(f"k{number}", number + 2, '"' + "x" * 2000 + '"') for number in range(50)))
    with pytest.raises(StorageError):
        store.save(root=Root("n1", 3))  # a transaction of which a part failed takes no more
    with pytest.raises(StorageError, match="nothing was saved"):
        store.commit()
    assert store.load() is None
    assert store.page(wanted="all") == ["a"]
    assert store.counts() == Counts(keys=1, versions=1)
    connection(store).execute("PRAGMA max_page_count = 100000")
    put(store, version("b", 2))
    assert store.commit()


def test_a_commit_that_fails_undoes_the_transaction(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    connection(store).execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="cannot be written; check its permissions"):
        put(store, version("b", 2))
    store.rollback()
    connection(store).execute("PRAGMA query_only = OFF")
    assert store.page() == ["a"]


def test_a_number_too_large_poisons_the_transaction(store: SqliteStore) -> None:
    with pytest.raises(OverflowError):
        put(store, version("a", 2**70))
    with pytest.raises(StorageError):
        store.commit()
    assert store.page() == []


def test_a_key_that_another_program_locked(store: SqliteStore, path: Path) -> None:
    connection(store).execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked by another program"):
        store.save(root=Root("n1"))
    store.rollback()
    other.close()
    store.save(root=Root("n1"))
    assert store.commit()


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


def test_the_log_is_copied_and_started_anew(store: SqliteStore, path: Path) -> None:
    log = path.with_name("a.db-wal")
    lengths = []
    for number in range(400):  # 24 MB
        put(store, version(f"k{number}", number + 1, '"' + "x" * 60_000 + '"'))
        store.commit()
        store.make_durable()
        lengths.append(store._log.length())
    assert max(lengths) < wal.CHECKPOINT + 200_000
    assert min(lengths[200:]) < 1_000_000
    assert log.stat().st_size < wal.CHECKPOINT + 200_000
    assert len(store.page(limit=1000)) == 400


def test_a_checkpoint_begins_only_when_there_is_something_to_copy(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule that keeps clear of SQLite's WAL-reset bug."""
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    runs: list[str] = []
    run = store._log._run
    monkeypatch.setattr(store._log, "_run", lambda kind, begun: (runs.append(kind), run(kind, begun))[1])
    put(store, version("a", 1))
    store.commit()
    put(store, version("b", 2))  # begun before the checkpoint ends, committed after
    store.make_durable()
    assert len(runs) == 1
    store.commit()
    store.make_durable()
    assert len(runs) == 1
    put(store, version("c", 3))
    store.make_durable()
    assert len(runs) == 1
    store.commit()
    store.make_durable()
    assert len(runs) == 2


def test_a_writer_that_never_pauses_is_made_to_wait(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the copying ends there is something new, until the log is large enough to block the writer."""
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    monkeypatch.setattr(wal, "BLOCKING", 1_000_000)
    runs: list[str] = []
    run = store._log._run

    def run_and_write(kind: str, begun) -> bool:
        runs.append(kind)
        if "PASSIVE" in kind:
            connection(store).execute("PRAGMA busy_timeout = 0")
            reader = sqlite3.connect(store.path, isolation_level=None)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM root").fetchone()  # the copying stops at what a reader needs
            put(store, version(f"late{len(runs)}", 10_000 + len(runs)))
            store.commit()
            try:
                return run(kind, begun)
            finally:
                reader.close()
        return run(kind, begun)

    monkeypatch.setattr(store._log, "_run", run_and_write)
    for number in range(30):
        put(store, version(f"k{number}", number + 1, '"' + "x" * 60_000 + '"'))
        store.commit()
        store.make_durable()
    assert any("FULL" in kind for kind in runs)
    assert runs[0] == "PRAGMA wal_checkpoint(PASSIVE)"
    put(store, version("z", 50))
    store.commit()
    assert store._log.length() < 1_500_000


def test_durable_from_another_thread_while_writing(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "CHECKPOINT", 100_000)
    monkeypatch.setattr(wal, "BLOCKING", 400_000)
    errors: list[Exception] = []
    running = True

    def flush_all_the_time() -> None:
        try:
            while running:
                store.make_durable()
        except (StorageError, sqlite3.Error) as error:  # handed to the test below
            errors.append(error)

    threads = [Thread(target=flush_all_the_time) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(600):
            put(store, version(f"k{number}", number + 1, '"' + "x" * 2000 + '"'))
            store.commit()
    finally:
        running = False
        for thread in threads:
            thread.join()
    assert errors == []
    assert connection(store).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert store.dots("n1", 1000, 0, 1000) == list(range(1, 601))


def test_a_loss_of_power_keeps_all_that_was_durable(path: Path, tmp_path: Path, monkeypatch) -> None:
    """Of the log, only what was flushed is sure: the rest may be missing, old or garbage."""
    monkeypatch.setattr(wal, "CHECKPOINT", 300_000)  # so that the log is started anew a few times
    chance = Random(1)
    store = SqliteStore(path)
    durable, flushed, counter = 0, 0, 0
    for _ in range(150):
        for _ in range(chance.randrange(1, 4)):
            counter += 1
            put(store, version(f"k{chance.randrange(20)}", counter, '"' + "x" * chance.randrange(9000) + '"'))
            store.save(root=Root("n1", counter))
            store.commit()
        if chance.random() < 0.4:
            store.make_durable()
            durable = counter
            flushed = wal._HEADER + store._log.length()
        elif store._log.length() < flushed:
            flushed = wal._HEADER  # started anew since: the database has what was durable
        after = tmp_path / "after.db"
        shutil.copyfile(path, after)
        log = bytearray(path.with_name("a.db-wal").read_bytes())
        if flushed and chance.random() < 0.8:
            cut = chance.randrange(flushed, len(log) + 1)
            log[cut:] = chance.choice([b"", chance.randbytes(len(log) - cut), bytes(len(log) - cut)])
        after.with_name("after.db-wal").write_bytes(log)
        found = SqliteStore(after)
        state = found.load()
        assert (state.root.counter if state else 0) >= durable
        assert found.counts().versions == len(found.siblings_of(found.page()))
        assert connection(found).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found.close()
    store.close()


# ------------------------------------------------------------------ what it costs


def plans() -> Iterator[tuple[str, list[object]]]:
    for query in (queries.SIBLINGS, queries.SIBLINGS_OF, queries.BY_NUMBER, queries.DOTS):
        yield query, ["[]"] * query.count("?")
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
