"""How a connection to a data file is set up: the store's own, and the one that its log is copied by."""

import sqlite3
from pathlib import Path
from typing import Final

from decent_tui.storage.wal import BLOCKING

_CACHE: Final = 32 * 1024
"""KiB of pages kept in memory: the inner pages of the indexes of some ten million keys, and the outer ones
in use. What does not fit is in the operating system's cache."""

_PATIENCE: Final = 5.0
"""Seconds to wait for another program's lock on the file. Our own two connections never wait for each other
(see `wal`)."""

_SETTINGS: Final = (
    "synchronous = NORMAL",
    "wal_autocheckpoint = 0",
    f"journal_size_limit = {BLOCKING}",
    f"cache_size = -{_CACHE}",
    "secure_delete = FAST",  # some systems build SQLite to overwrite what is deleted at any price
    "fullfsync = ON",  # for macOS, see `plain.flush`
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists, set up as `wal` has it; any thread may use it, one at a time."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=_PATIENCE,
        check_same_thread=False,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, also beside a node that writes; what lies still is read without so
    much as a lock, so it may lie on a medium that cannot be written."""
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{still}", uri=True, isolation_level=None, timeout=_PATIENCE
    )
