"""When the log of a data file is copied into it, and by which thread: the order in which `wal` wants it."""

import sqlite3
from collections.abc import Callable
from threading import Lock, Thread
from typing import Final

from decent_tui.core.errors import StorageError
from decent_tui.storage.plain import plainly
from decent_tui.storage.wal import Log

Background = Callable[[Callable[[], None]], None]
"""Has something done that nobody waits for."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Have it done in a thread of its own: a new one each few megabytes, so that an idle node keeps none.
    Where the system gives no more threads, it is done here."""
    try:
        Thread(target=work, name="checkpoint").start()
    except RuntimeError:
        work()


class Checkpoints:
    """One checkpoint of a log at a time, of whatever kind. Any thread may call this."""

    def __init__(self, log: Log, plainly: plainly, background: Background) -> None:
        self._log: Final = log
        self._plainly: Final = plainly
        self._background: Final = background
        self._busy = Lock()
        self._failed: StorageError | None = None

    def follow(self, newest: int, begun: Callable[[], int]) -> None:
        """After a flush: copy the log in the background if it has grown enough, or here what is left of a
        long one. Arguments as in `Log`.

        Raises StorageError for what fails, also for what failed in the background since the last call: on a
        full disk nothing is lost by that, but somebody has to hear of it."""
        if not self._busy.acquire(blocking=False):
            return
        handed_over = False
        try:
            failed, self._failed = self._failed, None
            if failed is not None:
                raise failed
            with self._plainly:
                if self._log.is_due(newest):
                    if self._log.has_rest:
                        self._log.copy_rest(begun)
                    else:
                        handed_over = True
                        self._background(lambda: self._copy(begun))
        finally:
            if not handed_over:
                self._busy.release()

    def finish(self, writer: sqlite3.Connection, begun: int) -> None:
        """Start a long log anew, if nothing is copied just now (then after a later COMMIT); see `Log.finish`.
        What fails here (a full disk) fails in `follow` before long, and is heard of there."""
        if self._busy.acquire(blocking=False):
            try:
                self._log.finish(writer, begun)
            except sqlite3.Error:
                pass
            finally:
                self._busy.release()

    def end(self) -> None:
        """Wait for what is under way; nothing is copied afterwards."""
        self._busy.acquire()

    def _copy(self, begun: Callable[[], int]) -> None:
        try:
            with self._plainly:
                self._log.copy(begun)
        except StorageError as error:
            self._failed = error
        finally:
            self._busy.release()
