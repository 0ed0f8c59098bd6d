"""The log: it is flushed and emptied, nothing durable is ever lost, and nobody waits for a lock."""

import shutil
import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from struct import unpack_from
from threading import Thread
from time import monotonic

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Root
from decent_tui.storage import connection as connection_module
from decent_tui.storage import wal
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import connection, put, version


def file_of(store: SqliteStore) -> Path:
    """The file of its log."""
    return store.path.with_name(f"{store.path.name}-wal")


def test_the_log_is_copied_and_started_anew(store: SqliteStore) -> None:
    log = file_of(store)
    lengths = []
    for number in range(400):  # 24 MB
        put(store, version(f"k{number}", number + 1, '"' + "x" * 60_000 + '"'))
        store.commit()
        store.make_durable()
        lengths.append(store._log.length())
    assert max(lengths) < wal.CHECKPOINT + 200_000
    assert min(lengths[200:]) < 1_000_000
    assert log.stat().st_size < wal.CHECKPOINT + 200_000 + wal.ROOM
    assert len(store.page(limit=1000)) == 400


def test_small_writes_go_into_room_that_is_there_already(store: SqliteStore) -> None:
    sizes = set()
    for number in range(40):
        put(store, version(f"k{number}", number + 1))
        store.commit()
        sizes.add(file_of(store).stat().st_size)
    assert len(sizes) == 1  # the first of them made room: the log is there since the tables were made
    assert store._log.length() < max(sizes) - wal.ROOM // 2


def test_room_is_no_part_of_the_log(store: SqliteStore, tmp_path: Path) -> None:
    for number in range(3):
        put(store, version(f"k{number}", number + 1))
        store.commit()
    killed = tmp_path / "killed.db"
    shutil.copyfile(store.path, killed)
    shutil.copyfile(file_of(store), f"{killed}-wal")
    found = SqliteStore(killed)
    assert found.page() == ["k0", "k1", "k2"]
    put(found, version("k3", 4))
    found.commit()
    assert found.page() == ["k0", "k1", "k2", "k3"]
    found.close()


def test_a_log_that_outgrows_its_room_gets_more(store: SqliteStore) -> None:
    text = '"' + "x" * 200_000 + '"'
    for number in range(12):  # more than twice the room
        put(store, version(f"k{number}", number + 1, text))
        store.commit()
    put(store, version("small", 100))
    assert file_of(store).stat().st_size > wal._HEADER + store._log.length() + wal.ROOM // 2
    store.commit()
    assert len(store.page()) == 13


def test_no_room_on_the_disk_is_no_error_of_a_write_that_fits(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_of: object) -> int:
        raise OSError(28, "No space left on device")

    put(store, version("a", 1))
    store.commit()
    with monkeypatch.context() as patched:
        patched.setattr("decent_tui.storage.wal.os.pwrite", full)
        put(store, version("b", 2))
        store.commit()
        store.make_durable()
    assert store.page() == ["a", "b"]


def uncopied(store: SqliteStore) -> int:
    """Frames of the log that are not in the database, from its index (see sqlite.org/walformat.html)."""
    shared = store.path.with_name("a.db-shm").read_bytes()
    (last,) = unpack_from("=I", shared, 16)
    (copied,) = unpack_from("=I", shared, 96)
    return last - copied


def test_a_checkpoint_begins_only_when_there_is_something_to_copy(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule that keeps clear of SQLite's WAL-reset bug."""
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    runs: list[int] = []
    copy = store._log._copy
    monkeypatch.setattr(store._log, "_copy", lambda *of: (runs.append(uncopied(store)), copy(*of))[1])
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
    assert min(runs) > 0


@pytest.mark.parametrize("seed", range(5))
def test_the_rule_holds_in_any_order_of_events(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Also when the other thread begins and commits just before, or just after, the copying."""
    monkeypatch.setattr(wal, "CHECKPOINT", 20_000)
    monkeypatch.setattr(wal, "BLOCKING", 60_000)
    chance = Random(seed)
    kept = {"second": 0, "first": 0, "anew": 0}
    written = counter = length = 0

    def write() -> None:
        nonlocal written, counter
        for _ in range(chance.randrange(4)):
            if chance.random() < 0.5:
                counter += 1
                put(store, version(f"k{counter}", counter, '"' + "x" * chance.randrange(9000) + '"'))
            elif store.commit():
                written = counter

    copy = store._log._copy

    def watched_copy(using: sqlite3.Connection, begun: Callable[[], int]) -> None:
        if using is connection(store):
            kept["first"] += 1
            return copy(using, begun)
        kept["second"] += 1
        assert uncopied(store) > 0
        write()
        return copy(using, lambda: (write(), begun())[1])

    monkeypatch.setattr(store._log, "_copy", watched_copy)
    for _ in range(400):
        write()
        if chance.random() < 0.7:
            store.make_durable()
        kept["anew"] += store._log.length() < length
        length = store._log.length()
    assert min(kept.values()) > 5
    assert connection(store).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.rollback()
    assert store.dots("n1", counter, 0, counter) == list(range(1, written + 1))


# ------------------------------------------------------------------ a writer that never pauses


def never_pausing(store: SqliteStore, turns: range) -> tuple[list[int], float]:
    """Write as the node does under load: the next transaction is always open while `make_durable` runs.

    Returns the lengths of the log after each turn, and the seconds that the longest call took.
    """
    lengths, longest = [], 0.0
    for turn in turns:
        for call in (
            lambda turn=turn: put(store, version(f"k{turn}", turn, '"' + "x" * 20_000 + '"')),
            store.make_durable,
            store.commit,
        ):
            before = monotonic()
            call()
            longest = max(longest, monotonic() - before)
        lengths.append(store._log.length())
    return lengths, longest


def test_a_writer_that_never_pauses_starts_the_log_anew(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "CHECKPOINT", 200_000)
    monkeypatch.setattr(wal, "BLOCKING", 600_000)
    lengths, longest = never_pausing(store, range(1, 200))  # 8 MB of log in all
    assert max(lengths) < 1_000_000
    assert sum(now < before for before, now in pairwise(lengths)) > 5
    assert longest < connection_module._PATIENCE / 2  # or somebody has waited for a lock


def test_so_it_is_when_a_thread_copies(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wal, "CHECKPOINT", 200_000)
    monkeypatch.setattr(wal, "BLOCKING", 600_000)
    store = SqliteStore(path)
    lengths, longest = never_pausing(store, range(1, 1_000))  # 40 MB of log in all
    assert sum(now < before for before, now in pairwise(lengths)) > 1
    assert longest < connection_module._PATIENCE / 2
    assert connection(store).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_nobody_waits_for_another_program_that_reads(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a backup does, for minutes. The log grows meanwhile, and is started anew after it."""
    monkeypatch.setattr(wal, "CHECKPOINT", 200_000)
    monkeypatch.setattr(wal, "BLOCKING", 600_000)
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM root").fetchone()
    lengths, longest = never_pausing(store, range(1, 100))
    assert lengths == sorted(lengths)
    assert longest < connection_module._PATIENCE / 2
    reader.close()
    lengths, _ = never_pausing(store, range(100, 200))
    assert max(lengths[50:]) < 1_000_000


def grow_long(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> int:
    """Have the log wait to be started anew at the COMMIT of the open transaction; how many keys there are."""
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    monkeypatch.setattr(wal, "BLOCKING", 0)
    for number in range(1, 10):
        put(store, version(f"k{number}", number))
        store.make_durable()
        if store._log.is_long:
            return number
        store.commit()
    raise AssertionError("the log is never long")


def test_a_disk_too_full_to_copy_the_rest_is_heard_of_in_make_durable(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit itself has succeeded: it may not fail for what comes after."""
    keys = grow_long(store, monkeypatch)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store._log, "_copy", fail)
    heard = ""
    while not heard:
        assert store.commit()
        try:
            store.make_durable()
        except StorageError as error:
            heard = str(error)
        keys += 1
        put(store, version(f"k{keys}", keys))
    assert "disk is full" in heard
    store.make_durable()  # what was committed is durable
    assert len(store.page()) == keys


def test_after_a_failed_flush_nothing_is_copied(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be missing from the log must not go into the database: the next start could not mend it."""
    keys = grow_long(store, monkeypatch)
    store._flushing.acquire()
    store.commit()  # `make_durable` seems to be at work, so the log stays long
    store._flushing.release()
    assert store._log.is_long
    with monkeypatch.context() as failing:
        failing.setattr(store._log, "flush", lambda: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(StorageError, match="Input/output error"):
            store.make_durable()
    before = uncopied(store)
    put(store, version("more", keys + 1))
    store.commit()
    assert uncopied(store) > before > 0
    with pytest.raises(StorageError, match="Input/output error"):
        store.close()


def test_durable_from_other_threads_and_copied_in_another_while_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(path)
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
    store.close()


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
        log = bytearray(file_of(store).read_bytes())
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
