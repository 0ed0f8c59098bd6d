"""Durability: the write-ahead log of a data file, and when it is flushed and emptied.

SQLite runs with `synchronous=NORMAL` and without automatic checkpoints, so a COMMIT only appends to
the log (`FILE-wal`). The waiting for the disk is done here, in whatever thread calls `make_durable`, and in
the background; the thread that commits waits only each few megabytes, when the log is started anew (see 3,
and "Who copies" below).

Why nothing is lost or damaged when the power goes:

1. *A commit is durable once the log is flushed.* Every frame carries the log's salts and a checksum
   over all frames before it. Recovery takes the longest valid prefix that ends with a commit, so
   frames that reached the disk out of order cannot be mistaken for others. `fdatasync` on any
   descriptor flushes the whole file, hence everything committed before the call.
2. *A checkpoint never puts into the database what the log could lose.* SQLite flushes the log, copies
   pages into the database and, if none is left, flushes the database before it counts the frames as
   done. That count is in shared memory only: after a crash the log is simply replayed, which changes
   nothing.
3. *The log is overwritten only after all of it is in the database on disk.* The first writer
   after a complete checkpoint writes a header with new salts and, with `synchronous=NORMAL`, flushes
   it before any frame, so no frame of the old log can be taken for one of the new. (With
   `synchronous=OFF` it would not be flushed, and old frames could be replayed over newer pages.)
   That is one flush of one page, in the thread that commits.
4. *What a killed process left in the log may not be on the disk*, though it is read at the next
   start. The first `make_durable` after that flushes it too; `open_store` does so before it returns.

Who copies the log into the database, and when:

- Each time that the log has grown by CHECKPOINT it is copied in the background, on a connection of its own
  (`Log.copy`): nobody waits for that, least of all an acknowledgement. (When it was part of
  `make_durable`, 5,000 writes spread over 1,000,000 keys, each of which changes two pages far from all
  others, waited for it for a quarter of their time.)
- Under load the writer's next transaction is always open meanwhile. One that began before all was copied
  goes on at the end of the log, and so does the one after it, because of what this one wrote: as
  long as the writer never pauses, the log is never started anew. So from BLOCKING on, the database is
  flushed in the background too, the next `make_durable` copies what was written meanwhile
  (`Log.copy_rest`), and then the thread that commits copies the last of it itself, on its own connection,
  between a COMMIT and the next BEGIN (`Log.finish`). That is what it wrote last, and two flushes of little.

All checkpoints are PASSIVE: they wait for nobody and copy what they may. The stronger ones wait for the
writer, whose open transaction ends only after `make_durable`, or for another program that reads.

Why a flush is quick: to flush a file that has become longer, the file system must write down its new length
and place too, which takes as long again. So the log is kept longer than what is in it (`Log.make_room`):
when a transaction has made it longer, the next one adds ROOM bytes of zeros, and what follows is written
over them. (A small write with its flush: 327 us, and 223 with room. Room that the file system only promises,
by `posix_fallocate`, makes it worse, 391: it must write down what was used of it.) Zeros have no salts, so
they are no frames, to SQLite nor to us. They are written under SQLite's own lock for writers, by the one who
writes next: nobody else can be adding frames there.

The WAL-reset bug: in SQLite before 3.51.3 (3.50.7, 3.44.6), which most systems still have, a checkpoint
that starts when there is nothing left to copy, just as another connection starts the log anew,
takes the new log for copied, and later writes are lost (sqlite.org/wal.html, "The WAL-reset bug").
What keeps us clear of it, since a log can only be started anew when all of it was copied, only this
object copies, one checkpoint at a time (the store sees to that), and only one connection writes:

- on the second connection *a checkpoint starts only when a transaction that began after the last
  complete one has been committed since*; then there is something to copy, and nobody can start the
  log anew meanwhile;
- on the first connection a checkpoint runs in the thread that writes, which writes nothing meanwhile.

The descriptors here stay open until SQLite has closed the file: closing *any* descriptor of the
database file drops the POSIX locks that SQLite holds on it.
"""

import contextlib
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
"""Bytes of the log from which a writer that never pauses copies the last of it itself; not sooner, because it
waits some milliseconds for that, and not later, because all of the log is read at the next start. A guess."""

ROOM: Final = 1024 * 1024
"""Bytes by which the log is made longer than it need be: a quarter of a millisecond of work, each hundred
small writes."""

_ZEROS: Final = bytes(ROOM)

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_SALTS: Final = 8
_SALTS_AT: Final = 16
_FRAME_SALTS_AT: Final = 8
"""Bytes, and where they are in the header of the log and in that of each frame; see "The Write-Ahead Log" in
sqlite.org/fileformat2.html."""


class Log:
    """The log of one open database, seen from the threads that wait for the disk.

    Not thread-safe: one call at a time, but for `flush` and `make_room`; only `is_long` may be read at any
    time. All methods raise OSError or sqlite3.Error.
    """

    def __init__(self, path: Path, page_size: int, connect: Callable[[], sqlite3.Connection]) -> None:
        """`connect` opens the second connection, at the first checkpoint. The log file must exist."""
        self.is_long = False
        """Whether `finish` is wanted after the next COMMIT."""
        self.has_rest = False
        """Whether `copy_rest` is wanted next, and not `copy`."""
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._frame = _FRAME_HEADER + page_size
        self._copied = 0  # the number of transactions begun when the last complete checkpoint ended
        self._length = 0  # of the log when it was last copied
        self._salts = b""  # of the log by then
        self._room = 0  # bytes of its file, when a transaction last began
        self._log = os.open(f"{path}-wal", os.O_RDWR)
        try:
            self._database = os.open(path, os.O_RDONLY)
        except OSError:
            os.close(self._log)
            raise

    def make_room(self) -> None:
        """See that the log need not become longer for what is written next.

        To be called where a transaction that will write has just begun, and holds the lock for that.
        """
        size = os.fstat(self._log).st_size
        if size > self._room:
            with contextlib.suppress(OSError):  # it was only for speed; on a full disk SQLite will say so
                size += os.pwrite(self._log, _ZEROS, size)
        self._room = size

    def flush(self) -> None:
        """Return when everything committed before the call is on the disk."""
        flush(self._log)

    def is_due(self, newest: int) -> bool:
        """Whether the log has grown enough to be copied, and it is safe to begin.

        `newest` is the number of the newest transaction that is committed and wrote something. Asked at each
        `make_durable`, so it looks at two places of the log and no more.
        """
        if newest <= self._copied:
            return False
        salts = os.pread(self._log, _SALTS, _SALTS_AT)
        if salts != self._salts:  # the log was started anew
            self._salts, self._length, self.has_rest = salts, 0, False
        return self.has_rest or self._has_frame((self._length + CHECKPOINT) // self._frame, salts)

    def copy(self, begun: Callable[[], int]) -> None:
        """Copy the log into the database; `begun` tells how many transactions have begun by now."""
        self._length = self.length()
        self._copy(self._second(), begun)
        if self.length() >= BLOCKING:
            flush(self._database)  # SQLite did not while the writer went on, and `copy_rest` is waited for
            self.has_rest = True

    def copy_rest(self, begun: Callable[[], int]) -> None:
        """Copy what was written during the last `copy`, so that little is left for `finish`, and do the
        flushes that it need not wait for then."""
        self.has_rest = False
        self._copy(self._second(), begun)
        flush(self._log)
        flush(self._database)
        self.is_long = True

    def finish(self, writer: sqlite3.Connection, begun: int) -> None:
        """Copy the rest, so that the next transaction starts the log anew.

        To be called where `writer`, the connection that writes, has just committed and not begun again.
        """
        self.is_long = False  # whatever comes of it: if the log goes on, the next checkpoint asks again
        self._copy(writer, lambda: begun)

    def length(self) -> int:
        """Bytes of the log in use: its file never shrinks, it is overwritten from the start.

        Frames of the present log carry its salts, the ones behind are left over from earlier and do not.
        """
        salts = os.pread(self._log, _SALTS, _SALTS_AT)
        low, high = 0, max(os.fstat(self._log).st_size - _HEADER, 0) // self._frame
        while low < high:
            middle = (low + high) // 2
            if self._has_frame(middle, salts):
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

    def _has_frame(self, number: int, salts: bytes) -> bool:
        at = _HEADER + number * self._frame + _FRAME_SALTS_AT
        return bool(salts) and os.pread(self._log, _SALTS, at) == salts

    def _second(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _copy(self, connection: sqlite3.Connection, begun: Callable[[], int]) -> None:
        busy, frames, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if not busy and frames == copied:
            self._copied = begun()
