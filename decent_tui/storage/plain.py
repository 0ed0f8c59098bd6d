"""What went wrong with a file, in one plain sentence; and the flushing that every file here shares."""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Final

import msgspec

from decent_tui.core.errors import StorageError

if sys.platform == "darwin":
    import fcntl

_SENTENCES: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: {path} cannot grow; free some space and try again",
    sqlite3.SQLITE_READONLY: "{path} cannot be written; check its permissions and those of its folder",
    sqlite3.SQLITE_PERM: "{path} cannot be written; check its permissions and those of its folder",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened; check that its folder exists and can be written",
    sqlite3.SQLITE_BUSY: "{path} is locked by another program; close it there",
    sqlite3.SQLITE_LOCKED: "{path} is locked by another program; close it there",
    sqlite3.SQLITE_IOERR: "the disk failed at {path}; check the disk, then start the node again",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged; move it and its -wal file aside and start again: "
    "an empty file is made and filled by the peers",
    sqlite3.SQLITE_NOTADB: "{path} is not a data file of this program; choose another file, or move it aside",
}


class plainly:
    """Turns what SQLite, the operating system or a decoder raises inside into a StorageError about `path`.

    A class and not a generator, because it stands around every query and costs a third.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            raise_plainly(error, self._path)


def raise_plainly(error: BaseException, path: Path) -> None:
    """Raise the StorageError that says what this error means for the file; return if it is no such error."""
    if isinstance(error, sqlite3.Error):
        # the low byte of SQLite's code is the kind of error, the rest a refinement
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise sentence(code, path, str(error)) from error
    if isinstance(error, msgspec.DecodeError):
        raise sentence(sqlite3.SQLITE_CORRUPT, path) from error
    if isinstance(error, OSError):
        raise sentence(0, path, error.strerror or str(error)) from error


def sentence(code: int, path: Path, otherwise: str = "") -> StorageError:
    """What SQLite's error code says about the file, for a person; `otherwise` if the code is too rare."""
    text = _SENTENCES.get(code, f"{{path}} cannot be used: {otherwise}").replace("{path}", str(path))
    return StorageError(text, lasts=code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def flush(descriptor: int) -> None:
    """Return when the file's content is on the disk itself; raises OSError."""
    if sys.platform == "darwin":
        # fsync on macOS stops at the drive's own cache
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Return when the names of the files in the folder are on the disk itself; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
