"""The marker: a small file beside the database that tells a copy from the original.

A database that was copied, or restored from a backup, must not go on writing under its node id: the
same dots would name two writes. The marker is how that is noticed, because it does not travel with
the database: it names the newest tag, node id and counter, the database names the marker's inode,
and a copy of the two has another inode. It is also the lock that keeps a second process out.

It is written in place (a rename would change the inode), 512 bytes at once, which no disk tears.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from decent_tui.core.errors import StorageError
from decent_tui.core.identity import Record
from decent_tui.storage.plain import flush, flush_folder, plainly

SIZE: Final = 512
"""Bytes of a marker: one sector of any disk."""


class Marker:
    """An open and locked marker file."""

    def __init__(self, path: Path) -> None:
        """Open the marker, or make an empty one, and lock it; StorageError if another process has it."""
        self._path = path
        with plainly(path):
            self._file = _open_locked(path)
        self._written = self.read()

    @property
    def inode(self) -> str:
        """Which file this is; a copy is another one."""
        return str(os.fstat(self._file).st_ino)

    def read(self) -> Record | None:
        """What is written; None in a new marker and in a damaged one."""
        with plainly(self._path):
            return _record(os.pread(self._file, SIZE, 0))

    def write(self, record: Record) -> None:
        """Write the record; it survives the process at once, and the machine after `flush`."""
        body = msgspec.json.encode(record)
        line = _check(body) + b" " + body
        if len(line) >= SIZE:
            raise ValueError(f"a marker holds {SIZE} bytes, this record takes {len(line) + 1}")
        with plainly(self._path):
            os.pwrite(self._file, line.ljust(SIZE - 1) + b"\n", 0)
        self._written = record

    def advance(self, node: str, counter: int) -> None:
        """Note the node id and the counter that are on disk now, if they changed."""
        was = self._written
        if was is not None and (was.node, was.counter) != (node, counter):
            self.write(msgspec.structs.replace(was, node=node, counter=counter))

    def flush(self) -> None:
        """Return when the marker and its name are on the disk."""
        with plainly(self._path):
            flush(self._file)
            flush_folder(self._path.parent)

    def close(self) -> None:
        """Unlock the marker. One that nothing was written to is removed."""
        if self._written is None and not os.fstat(self._file).st_size:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


def marker_of(data: Path) -> Path:
    """Where the marker of a data file lies."""
    return data.with_name(f"{data.name}.id")


def read_record(path: Path) -> Record | None:
    """What the marker there says; None if there is none, or a damaged one."""
    try:
        with plainly(path), path.open("rb") as file:
            return _record(file.read(SIZE))
    except StorageError:
        return None


@contextmanager
def kept_still(path: Path) -> Iterator[None]:
    """While no node has the data of this marker, and none can open it; StorageError if one has. Where there
    is no marker there was never a node. Nothing is changed, and nothing made."""
    if not path.exists():
        yield
        return
    with plainly(path):
        file = path.open("rb")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(path) from None
        yield


def _record(raw: bytes) -> Record | None:
    check, _, body = raw.rstrip(b" \n").partition(b" ")
    if check != _check(body):
        return None
    try:
        return msgspec.json.decode(body, type=Record)
    except msgspec.DecodeError:
        return None


def _in_use(path: Path) -> StorageError:
    return StorageError(f"{path.with_suffix('')} is in use by another process")


def _open_locked(path: Path) -> int:
    """A descriptor of the marker with an exclusive lock, which the kernel frees when the process ends."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(file, path):
                return file
        except BlockingIOError:
            os.close(file)
            raise _in_use(path) from None
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # whoever had the lock removed the file; take the new one


def _is_at(file: int, path: Path) -> bool:
    """Whether the open file is the one that the path names now."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _check(body: bytes) -> bytes:
    return b"%08x" % crc32(body)
