"""Who copies the log: nobody waits for it, one at a time does it, and what fails is heard of."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.storage import wal
from decent_tui.storage.checkpoints import in_a_thread
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import put, version

Work = Callable[[], None]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """What is to be done in the background: nothing is, until a test does it. Any log is due to be copied."""
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    return []


@pytest.fixture
def store(path: Path, waiting: list[Work]) -> Iterator[SqliteStore]:
    made = SqliteStore(path, background=waiting.append)
    yield made
    while waiting:
        waiting.pop()()
    made.close()


def write(store: SqliteStore, number: int) -> None:
    put(store, version(f"k{number}", number))
    store.commit()
    store.make_durable()


def test_a_write_is_durable_before_the_log_is_copied_and_one_copies_at_a_time(
    store: SqliteStore, waiting: list[Work]
) -> None:
    for number in range(1, 4):
        write(store, number)
    assert len(waiting) == 1
    waiting.pop()()
    write(store, 4)
    assert len(waiting) == 1


def test_what_fails_in_the_background_is_heard_of_at_the_next_flush_and_tried_again(
    store: SqliteStore, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    write(store, 1)
    with monkeypatch.context() as full:
        full.setattr(store._log, "_copy", fail)
        waiting.pop()()
    put(store, version("k2", 2))
    store.commit()
    with pytest.raises(StorageError, match="disk is full"):
        store.make_durable()
    assert not waiting
    write(store, 3)
    assert len(waiting) == 1


def test_while_it_is_copied_nobody_starts_the_log_anew(
    store: SqliteStore, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wal, "BLOCKING", 0)
    finished: list[int] = []
    monkeypatch.setattr(store._log, "finish", lambda writer, begun: finished.append(begun))
    write(store, 1)
    store._log.is_long = True
    write(store, 2)
    assert not finished
    waiting.pop()()
    write(store, 3)
    assert len(finished) == 1


def test_of_a_long_log_the_database_is_flushed_in_the_background(
    store: SqliteStore, waiting: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that then waits for the rest would wait for all of it: a tenth of a second."""
    monkeypatch.setattr(wal, "BLOCKING", 0)
    write(store, 1)
    put(store, version("k2", 2))  # a writer who never pauses
    flushed: list[int] = []
    monkeypatch.setattr(wal, "flush", flushed.append)
    waiting.pop()()
    assert flushed == [store._log._database]
    assert store._log.has_rest


def test_a_store_is_closed_after_the_copy_under_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wal, "CHECKPOINT", 0)
    go_on, began = Event(), Event()

    def held_up(work: Work) -> None:
        def late() -> None:
            began.set()
            go_on.wait()
            work()

        in_a_thread(late)

    store = SqliteStore(path, background=held_up)
    write(store, 1)
    assert began.wait(10)
    closing = Thread(target=store.close)
    closing.start()
    assert closing.is_alive()
    go_on.set()
    closing.join(10)
    assert not closing.is_alive()
    assert not path.with_name("a.db-wal").exists()
