"""Consistent copies of a live node's file, for backups: made beside it in a thread, read part by part.

The copy has no name in the folder any more by the time that it can be read, so a node that is killed leaves
none behind. (One that is killed while it makes a copy does; the next copy takes its place.)
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock
from typing import Final

from decent_tui.core.copy_operations import CopyPart, ReadCopy
from decent_tui.core.errors import Refused, StorageError

PART: Final = 256 * 1024
"""Bytes of a part: 342 KiB in a line, which takes the event loop about a millisecond."""

PATIENCE: Final = 30.0
"""Seconds without a question after which a copy is given up: whoever wanted it is gone."""

Copier = Callable[[Path, Callable[[], bool]], int]
"""Makes a copy at a path, unless it is told to stop; the number of its live keys. Called in a thread."""


class Copies:
    """The copy that is made or read at this time; there is one at most, as it is as large as the store."""

    def __init__(self, copier: Copier, path: Path) -> None:
        """`path` is where a copy is made, and belongs to this object."""
        self._copier = copier
        self._path = path
        self._stop = Event()
        self._making: asyncio.Future[_Copy] | None = None
        self._made: _Copy | None = None
        self._end: asyncio.TimerHandle | None = None

    async def read(self, operation: ReadCopy) -> CopyPart:
        """Answer one operation; raises Refused and StorageError."""
        copy = self._made if operation.copy else await self._make()
        if copy is None or operation.copy not in ("", copy.name):
            raise Refused("that copy was given up, because nobody read it on")
        self._keep()
        try:
            data = await asyncio.to_thread(copy.part, operation.offset)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be read: {error.strerror or error}") from None
        if copy.read >= copy.size:
            self._give_up()
        return CopyPart(copy.name, copy.size, copy.keys, data)

    async def stop(self) -> None:
        """Give up whatever is under way; on return nobody reads the node's file any more."""
        self._stop.set()
        if self._making is not None:
            await asyncio.wait([self._making])
        self._give_up()

    async def _make(self) -> "_Copy":
        if self._making is not None or self._made is not None:
            raise Refused("a backup of this node is being made already; try again when it is done")
        self._stop.clear()
        self._making = asyncio.ensure_future(asyncio.to_thread(self._copy, token_hex(8)))
        self._making.add_done_callback(self._finished)
        try:
            return await asyncio.shield(self._making)
        except asyncio.CancelledError:  # whoever wanted it is gone
            self._stop.set()
            raise

    def _copy(self, name: str) -> "_Copy":
        """Make a copy, in a thread."""
        try:
            keys = self._copier(self._path, self._stop.is_set)
            return _Copy(name, self._path, keys)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror or error}") from None
        finally:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _finished(self, making: "asyncio.Future[_Copy]") -> None:
        self._making = None
        if making.exception() is None:
            self._made = making.result()
            self._keep()
            if self._stop.is_set():
                self._give_up()

    def _keep(self) -> None:
        """Somebody reads the copy: give it up only so long after this."""
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(PATIENCE, self._give_up)

    def _give_up(self) -> None:
        if self._end is not None:
            self._end.cancel()
        if self._made is not None:
            self._made.close()
        self._end = self._made = None


class _Copy:
    """A copy that can be read, from any thread."""

    def __init__(self, name: str, path: Path, keys: int) -> None:
        self.name = name
        self.keys = keys
        self.read = 0
        """Bytes read so far."""
        self._lock = Lock()  # a descriptor that was given back may be another file's
        self._file: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._file).st_size

    def part(self, offset: int) -> bytes:
        """The bytes from an offset on; none once it is closed."""
        with self._lock:
            data = b"" if self._file is None else os.pread(self._file, PART, offset)
            self.read += len(data)
            return data

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
            self._file = None
