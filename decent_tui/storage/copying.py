"""A consistent copy of a data file, also of one that a node writes to meanwhile."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from decent_tui.core.errors import StorageError
from decent_tui.storage.connection import connect_to_read
from decent_tui.storage.plain import flush, plainly

STEP: Final = 512
"""Pages copied at a time, a mebibyte: between two steps it can be told to stop."""


class _Stopped(Exception):
    """Whoever wanted the copy does not want it any more."""


def copy(source: Path, target: Path, stopped: Callable[[], bool] = lambda: False) -> int:
    """Copy what is committed in `source` at this moment to `target`, whose content is replaced; the number of
    live keys in it. It is on the disk on return, and readable for its owner only.

    Runs in any thread. All of it is read in one transaction, so writes that come meanwhile are not in it, and
    hold nothing up; the log of the file cannot start anew until the copy is done. Raises StorageError, also
    when it was `stopped`.
    """

    def step(status: int, remaining: int, total: int) -> None:
        if stopped():
            raise _Stopped

    with plainly(target):
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with plainly(source), closing(connect_to_read(source)) as reader:
            reader.execute("BEGIN")
            keys: int = reader.execute("SELECT keys FROM root").fetchone()[0]  # here the transaction begins
            with plainly(target), closing(sqlite3.connect(target, isolation_level=None)) as writer:
                writer.execute("PRAGMA journal_mode = OFF")  # half a copy is none
                writer.execute("PRAGMA synchronous = OFF")  # it is flushed once, at the end
                reader.backup(writer, pages=STEP, progress=step, sleep=0)
        with plainly(target):
            flush(descriptor)
        return keys
    except _Stopped:
        raise StorageError("the copy was given up") from None
    finally:
        os.close(descriptor)
