"""Durability: the write-ahead log of a data file, and when it is flushed and emptied.

SQLite runs with `synchronous=NORMAL` and without automatic checkpoints, so a COMMIT only appends to
the log (`FILE-wal`) and the thread that commits never waits for the disk, but for the one flush of
the log's header that SQLite makes when it starts the log anew (see 3). Everything else is done here,
in whatever thread calls `make_durable`.

Why nothing is lost or damaged when the power goes:

1. *A commit is durable once the log is flushed.* Every frame carries the log's salts and a checksum
   over all frames before it. Recovery takes the longest valid prefix that ends with a commit, so
   frames that reached the disk out of order cannot be mistaken for others. `fdatasync` on any
   descriptor flushes the whole file, hence everything committed before the call.
2. *A checkpoint never puts into the database what the log could lose.* SQLite flushes the log, copies
   pages into the database, flushes the database, and only then counts the frames as done. That
   count is in shared memory only: after a crash the log is simply replayed, which changes nothing.
3. *The log is overwritten only after all of it is in the database on disk.* The first writer
   after a complete checkpoint writes a header with new salts and, with `synchronous=NORMAL`, flushes
   it before any frame, so no frame of the old log can be taken for one of the new. (With
   `synchronous=OFF` it would not be flushed, and old frames could be replayed over newer pages.)
   That is one flush of one page, in the thread that commits, each few megabytes.
4. *What a killed process left in the log may not be on the disk*, though it is read at the next
   start. The first `make_durable` after that flushes it too; `open_store` does so before it returns.

Two connections and the WAL-reset bug: in SQLite before 3.51.3 (3.50.7, 3.44.6), which most systems still
have, a checkpoint that starts when there is nothing left to copy, just as another connection
starts the log anew, takes the new log for copied, and later writes are lost (sqlite.org/wal.html,
"The WAL-reset bug"). A log can only be started anew when all of it was copied, and only this
object copies. So the rule that keeps us clear of the bug: *a checkpoint starts only when a
transaction that began after the last complete one has been committed since*; then there is something to
copy, and nobody can start the log anew meanwhile. (A FULL checkpoint holds the write lock from its
beginning and is safe at any time.)

The descriptors here stay open until SQLite has closed the file: closing *any* descriptor of the
database file drops the POSIX locks that SQLite holds on it.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from decent_tui.storage.plain import flush

CHECKPOINT: Final = 8 * 1024 * 1024
"""Bytes that the log grows before it is copied into the database. Large enough that frequently changed pages
are copied once for many commits, small enough to be read in a moment at the next start."""

BLOCKING: Final = 32 * 1024 * 1024
"""Bytes in the log from which a writer that never pauses has to copy the rest itself, because otherwise
the log would never be started anew. That is the last few pages only (see `Log.finish`)."""

_HEADER: Final = 32
_FRAME_HEADER: Final = 24  # see "The Write-Ahead Log" in sqlite.org/fileformat2.html


class Log:
    """The log of one open database, seen from the threads that wait for the disk.

    Not thread-safe: one call at a time. All methods raise OSError or sqlite3.Error.
    """

    def __init__(self, path: Path, page_size: int, connect: Callable[[], sqlite3.Connection]) -> None:
        """`connect` opens the second connection, at the first checkpoint. The log file must exist."""
        self.is_long = False
        """Whether `finish` is wanted after the next COMMIT."""
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._frame = _FRAME_HEADER + page_size
        self._copied = 0  # the number of transactions begun when the last complete checkpoint ended
        self._length = 0  # of the log when it was last copied
        self._log = os.open(f"{path}-wal", os.O_RDONLY)
        try:
            self._database = os.open(path, os.O_RDONLY)
        except OSError:
            os.close(self._log)
            raise

    def flush(self) -> None:
        """Return when everything committed before the call is on the disk."""
        flush(self._log)

    def checkpoint(self, newest: int, begun: Callable[[], int]) -> None:
        """Copy the log into the database if it has grown enough and it is safe to begin.

        `newest` is the number of the newest transaction that is committed and wrote something; `begun` tells
        how many transactions have begun by now.
        """
        length = self.length()
        if length < self._length:
            self._length = 0  # the log was started anew
        if newest <= self._copied or length - self._length < CHECKPOINT:
            return
        self._length = length
        if self._connection is None:
            self._connection = self._connect()
        self._run("PRAGMA wal_checkpoint(PASSIVE)", begun, self._connection)
        if self.length() < BLOCKING:
            return
        # The writer's next transaction is open while we copy, so it will go on at the end of the log. Flush here,
        # where nobody waits; the thread that commits does the rest, before it begins the one after that.
        flush(self._log)
        flush(self._database)
        self.is_long = True

    def finish(self, connection: sqlite3.Connection, begun: int) -> None:
        """Copy the rest, in the thread and on the connection that has just committed and before it begins again:
        its next transaction then starts the log anew. The rest is what the last turn wrote, and two flushes."""
        self._run("PRAGMA wal_checkpoint(FULL)", lambda: begun, connection)
        self.is_long = False

    def length(self) -> int:
        """Bytes of the log in use: its file never shrinks, it is overwritten from the start.

        Frames of the present log carry its salts, the ones behind are left over from earlier and do not.
        """
        salts = os.pread(self._log, 8, 16)
        low, high = 0, max(os.fstat(self._log).st_size - _HEADER, 0) // self._frame
        while low < high:
            middle = (low + high) // 2
            if os.pread(self._log, 8, _HEADER + middle * self._frame + 8) == salts:
                low = middle + 1
            else:
                high = middle
        return low * self._frame

    def close_connection(self) -> None:
        """End the second connection; before the first one is closed."""
        if self._connection is not None:
            self._connection.close()

    def close(self) -> None:
        """Give the descriptors back; after SQLite has closed the file."""
        os.close(self._log)
        os.close(self._database)

    def _run(self, checkpoint: str, begun: Callable[[], int], connection: sqlite3.Connection) -> None:
        busy, frames, copied = connection.execute(checkpoint).fetchone()
        if not busy and frames == copied:
            self._copied = begun()
