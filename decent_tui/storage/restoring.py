"""A backup becomes the data of a node, under a new id.

The steps, in an order in which the process may be killed anywhere: the backup is copied beside the data, and
the copy forgets which marker it lay beside; the data that was there, if any, is closed in order, so that no
log of it is left; the copy takes its place. Only then is it opened, and gets its new id (`core.identity`).
Killed before that, it gets the id from whoever opens it next.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from decent_tui.core.errors import StorageError
from decent_tui.storage.connection import connect, connect_to_read
from decent_tui.storage.copying import copy
from decent_tui.storage.marker import Marker, marker_of
from decent_tui.storage.opening import open_store
from decent_tui.storage.plain import flush_folder, plainly
from decent_tui.storage.schema import is_known


class Contents(NamedTuple):
    """What a data file holds, and the id under which its node wrote."""

    node: str
    keys: int
    conflicts: int
    deleted: int


def contents(path: Path, *, whole: bool = True) -> Contents | None:
    """What a data file holds; None if there is no file. Of one that should be `whole` everything is looked
    at: a second or so for a million keys. Raises StorageError if it is no data file, or damaged."""
    if not path.exists():
        return None
    try:
        with closing(connect_to_read(path)) as connection:
            if not is_known(connection, path):
                raise StorageError(f"{path} is empty")
            found = connection.execute("PRAGMA quick_check(1)").fetchone() if whole else ("ok",)
            if found != ("ok",):
                raise StorageError(f"{path} is damaged: {found[0]}")
            row = connection.execute("SELECT node, keys, conflicts, deleted FROM root").fetchone()
    except sqlite3.DatabaseError as error:
        raise StorageError(f"{path} is no data file of this program, or damaged: {error}") from None
    return Contents(row[0] or "", *row[1:])


def replaceable(path: Path) -> Contents | None:
    """What is at the path where a backup shall go; None if nothing is. Damaged data of a node counts as
    empty. Raises StorageError if it is something else, or a node has it."""
    with plainly(path):
        path = path.resolve()
    marked = marker_of(path).exists()
    if marked:
        with _locked(path):
            pass
    try:
        return contents(path, whole=False)
    except StorageError:
        if not marked:
            raise
        return Contents("", 0, 0, 0)


def restore(backup: Path, data: Path, *, replace: bool, draw: Callable[[], str]) -> str:
    """Make `data` what the backup is, under a new id, and return that. Data that is there is replaced only if
    `replace` says so. `draw` gives ids and tags. Raises StorageError, also when a node has the file; then
    nothing was changed."""
    with plainly(data):
        path = data.resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path):
        if path.exists() and not replace:
            raise StorageError(f"{data} is there already")
        part = path.with_name(f"{path.name}.part")
        try:
            copy(backup, part)
            with plainly(path):
                _forget_marker(part)
                _close_in_order(path)
                part.replace(path)
                flush_folder(path.parent)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    opened = open_store(path, draw, draw)
    try:
        state = opened.store.load()
        assert state is not None  # an open store has a root
        return state.root.node
    finally:
        opened.store.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """While no node has the file."""
    marker = Marker(marker_of(path))
    try:
        yield
    finally:
        marker.close()


def _forget_marker(path: Path) -> None:
    """Whatever lies beside it, the file is a copy."""
    with closing(connect(path)) as connection:
        connection.execute("UPDATE root SET tag = '', inode = ''")


def _close_in_order(path: Path) -> None:
    """Leave no log beside the file: it would be taken for that of the one that takes its place."""
    with suppress(sqlite3.Error), closing(connect(path)) as connection:  # damaged, or not there
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{end}")
