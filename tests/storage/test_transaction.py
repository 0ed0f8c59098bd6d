"""Writes that fail: a transaction holds whole or not at all, whatever spoilt it and wherever that showed."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Counts, Root
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import connection, put, version

TOO_LARGE = version("bad", 2**70)
UNENCODABLE = version("bad", 2, author="\ud800")
NO_CID = msgspec.structs.replace(version("bad", 2), cid="not hexadecimal")


def fill_the_disk(store: SqliteStore) -> None:
    """No page more than there are."""
    pages = connection(store).execute("PRAGMA page_count").fetchone()[0]
    connection(store).execute(f"PRAGMA max_page_count = {pages}")


def read(store: SqliteStore) -> None:
    """A read that changes which wait cannot answer."""
    store.page()


def commit(store: SqliteStore) -> None:
    store.commit()


def test_a_full_disk_undoes_the_transaction_and_nothing_else(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    fill_the_disk(store)
    store.save(root=Root("n1", 2))
    put(store, *(version(f"k{number}", number + 2, '"' + "x" * 2000 + '"') for number in range(50)))
    with pytest.raises(StorageError, match=r"the disk is full: .*a\.db cannot grow; free some space"):
        store.commit()
    assert not store.commit()
    assert store.load() is None
    assert store.page(wanted="all") == ["a"]
    assert store.counts() == Counts(keys=1, versions=1)
    connection(store).execute("PRAGMA max_page_count = 100000")
    put(store, version("b", 2))
    assert store.commit()


def test_after_an_error_that_a_read_met_nothing_can_be_saved(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    fill_the_disk(store)
    put(store, *(version(f"k{number}", number + 2, '"' + "x" * 2000 + '"') for number in range(50)))
    with pytest.raises(StorageError, match="the disk is full"):
        store.counts()
    connection(store).execute("PRAGMA max_page_count = 100000")
    for write in (
        lambda: store.save(root=Root("n1", 3)),
        lambda: store.remove(members=["n2"]),
        lambda: put(store, version("b", 2)),
        store.commit,
    ):
        with pytest.raises(StorageError, match="nothing was saved"):
            write()
    assert store.page(wanted="all") == ["a"]
    assert store.load() is None
    put(store, version("b", 2))
    assert store.commit()


@pytest.mark.parametrize("unwritable", [TOO_LARGE, UNENCODABLE, NO_CID], ids=["large", "text", "cid"])
@pytest.mark.parametrize("meets", [read, commit])
def test_what_cannot_be_written_is_not_half_saved(
    store: SqliteStore, unwritable, meets: Callable[[SqliteStore], None]
) -> None:
    """Such a version never gets past the core; if one did, it would be an error of the program's."""
    store.save(root=Root("n1"))
    put(store, version("a", 1, node="n5"), unwritable)
    with pytest.raises((OverflowError, ValueError)):
        meets(store)
    if meets is read:
        with pytest.raises(StorageError, match="nothing was saved"):
            store.commit()
    assert store.load() is None
    assert store.page(wanted="all") == []
    put(store, version("b", 1, node="n6"))
    assert store.commit()
    assert store.by_number("n6", 1, 1, 1) == [version("b", 1, node="n6")]
    assert store.by_number("n5", 1, 1, 1) == []


def test_a_commit_that_fails_undoes_the_transaction(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.commit()
    put(store, version("b", 2))
    connection(store).execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="cannot be written; check its permissions"):
        store.commit()
    connection(store).execute("PRAGMA query_only = OFF")
    assert not store.commit()
    assert store.page() == ["a"]


def test_a_rollback_forgets_what_waits(store: SqliteStore) -> None:
    put(store, version("a", 1))
    store.rollback()
    assert store.siblings("a") == ()
    assert store.siblings_of(["a"]) == {}
    assert not store.commit()
    assert store.counts() == Counts()


def test_a_rollback_that_fails_leaves_nothing_to_commit(store: SqliteStore) -> None:
    put(store, TOO_LARGE)
    with pytest.raises(OverflowError):
        store.counts()
    deny = {sqlite3.SQLITE_TRANSACTION: sqlite3.SQLITE_DENY}
    connection(store).set_authorizer(lambda action, *_: deny.get(action, sqlite3.SQLITE_OK))
    for end in (store.rollback, store.commit):
        with pytest.raises(StorageError):
            end()
    connection(store).set_authorizer(None)
    with pytest.raises(StorageError, match="nothing was saved"):
        put(store, version("a", 1))
    store.rollback()
    put(store, version("a", 1))
    assert store.commit()


def test_a_transaction_that_sqlite_has_undone_is_not_gone_on_with(store: SqliteStore) -> None:
    """It does so after some errors of the disk, also when only a read met them."""
    store.save(root=Root("n1"))
    put(store, version("a", 1))
    connection(store).execute("ROLLBACK")
    with pytest.raises(StorageError, match="nothing was saved"):
        store.save(root=Root("n1", 1))
    with pytest.raises(StorageError, match="nothing was saved"):
        store.commit()
    assert store.load() is None
    assert store.page(wanted="all") == []
    assert not store.commit()


def test_a_file_that_another_program_locked(store: SqliteStore, path: Path) -> None:
    connection(store).execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked by another program"):
        store.save(root=Root("n1"))
    other.close()
    with pytest.raises(StorageError, match="nothing was saved"):
        store.save(addresses=["a:1"])  # or half of what belongs together would be saved
    store.rollback()
    store.save(root=Root("n1"))
    assert store.commit()
