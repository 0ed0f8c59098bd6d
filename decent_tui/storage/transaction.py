"""The open transaction of a store's own connection: the first write opens it, an error spoils it whole."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from decent_tui.core.errors import StorageError
from decent_tui.storage.plain import raise_plainly


class Transaction:
    """Stands around every write (`with transaction: …`) and turns errors inside into StorageError.

    After an error, of whatever kind, part of a write may be done: then nothing more is written and
    nothing is committed until `rollback`.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, began: Callable[[], None]) -> None:
        """`began` is called each time that one has begun, and nobody else can write."""
        self.is_open = False
        """Whether there is something to commit or to undo."""
        self.begun = 0
        """How many have begun, the open one included (see `wal`)."""
        self._connection = connection
        self._path = path
        self._began = began
        self._spoilt = False
        self._changes_before = 0  # sqlite3's count of changed rows when the transaction began

    def __enter__(self) -> None:
        if not self.is_open:
            self._begin()
            return
        undone = not self._connection.in_transaction  # by SQLite, after some errors, of reads too
        if undone or self._spoilt:
            raise StorageError(f"nothing was saved in {self._path}, because something before failed")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._spoilt = True
            raise_plainly(error, self._path)

    def commit(self) -> bool:
        """End the open transaction; whether it changed anything. After an error, roll it back."""
        with self:
            self._connection.execute("COMMIT")
        self.is_open = False
        return self._connection.total_changes > self._changes_before

    def rollback(self) -> None:
        """Undo the open transaction, if there is one. sqlite3.Error passes through."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self.is_open = self._spoilt = False

    def _begin(self) -> None:
        self.is_open = True  # even if this fails: a write that follows must not be saved without the first
        self.begun += 1
        self._changes_before = self._connection.total_changes
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._began()
        except (sqlite3.Error, OSError) as error:
            raise_plainly(error, self._path)
