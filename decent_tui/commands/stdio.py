"""Standard input and output beside an event loop.

Reading and writing block, and asyncio's own pipes refuse regular files and /dev/null and would put the
terminal that is shared with other programs into non-blocking mode. So each direction has one daemon thread
that does nothing but wait; both hold back when the other side is slow.
"""

import asyncio
import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_BLOCK: Final = 64 * 1024  # bytes of one read: what a Linux pipe holds
_AHEAD: Final = 4  # blocks read before the loop has taken the first
_AGAIN_S: Final = 0.01  # before the next try where somebody made the shared pipe or terminal non-blocking
_BACKGROUND_S: Final = 1.0  # how often a background job looks whether it got its terminal back


class Input:
    """The blocks that come in on a file descriptor of any kind, in order."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._blocks: asyncio.Queue[bytes] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        threading.Thread(target=self._read_all, name="stdin", daemon=True).start()

    async def read(self) -> bytes:
        """The next block; empty at the end (and then never again)."""
        block = await self._blocks.get()
        self._room.release()
        return block

    def _read_all(self) -> None:
        block = b"not the end"
        while block:
            self._room.acquire()
            block = self._read()
            try:
                self._loop.call_soon_threadsafe(self._blocks.put_nowait, block)
            except RuntimeError:  # the loop is closed: nobody reads any more
                return

    def _read(self) -> bytes:
        while True:
            try:
                return os.read(self._descriptor, _BLOCK)
            except BlockingIOError:
                time.sleep(_AGAIN_S)
            except OSError as error:
                # a job in the background of its terminal may not read from it, until it is fetched back
                if error.errno != errno.EIO or not os.isatty(self._descriptor):
                    return b""
                time.sleep(_BACKGROUND_S)


class Output:
    """Bytes that go out on a file descriptor, in order. Once nobody reads them any more they are dropped."""

    LIMIT: Final = 1024 * 1024  # bytes waiting, above which `ready` waits

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._change = threading.Condition()
        self._batches: deque[bytes] = deque()
        self._waiting = 0  # bytes not written yet
        self._closed = False
        self._progress = asyncio.Event()
        threading.Thread(target=self._write_all, name="stdout", daemon=True).start()

    def write(self, batch: bytes) -> None:
        """Have the bytes written soon."""
        with self._change:
            if not self._closed and batch:
                self._batches.append(batch)
                self._waiting += len(batch)
                self._change.notify()

    async def ready(self) -> None:
        """Return when little enough waits for more to be written."""
        await self._until(lambda: self._waiting <= self.LIMIT)

    async def flush(self) -> None:
        """Return when nothing waits any more."""
        await self._until(lambda: self._waiting == 0)

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._progress.clear()
            if not reached():
                await self._progress.wait()

    def _write_all(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._batches))
                batch = b"".join(self._batches)
                self._batches.clear()
            written = self._write(batch)
            with self._change:
                if written:
                    self._waiting -= len(batch)
                else:
                    self._closed, self._waiting = True, 0
                    self._batches.clear()
            try:
                self._loop.call_soon_threadsafe(self._progress.set)
            except RuntimeError:  # the loop is closed: nobody writes any more
                return
            if not written:
                return

    def _write(self, batch: bytes) -> bool:
        """Write all of it; False when nobody reads (a closed pipe, a terminal that is gone, a full disk)."""
        rest = memoryview(batch)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                time.sleep(_AGAIN_S)
            except OSError:
                return False
        return True
