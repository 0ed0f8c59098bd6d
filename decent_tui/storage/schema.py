"""The tables of a data file, and whether a file is one.

Versions are rows of one table, found by dot and by key. Node ids in dots are replaced by small
numbers (`node`). `deleted` stands first in the index of keys, so that live keys are one sorted run
and tombstones another: a million tombstones do not slow down a page of live keys. The keys with
several values and the keys with none, which no such run can give, have a small table each. Their
numbers, and everything else that changes with every write, are in the single row of `root`.
"""

import sqlite3
from pathlib import Path
from typing import Final

from decent_tui.core.errors import StorageError

APPLICATION_ID: Final = 0x64747569
"""`dtui`, in the header of the file: how a data file of this program is known."""

FORMAT: Final = 1
"""The version of these tables. A higher one in a file means a newer program."""

PAGE: Final = 2048
"""Bytes of a page of a new file; another one keeps what it was made with, which is 4096 in older ones.

A write among a million keys changes pages that no other write changes, and each goes whole into the log and
from there into the file: half the page, half of that. With 1024 the file grows by a twelfth, and a value of
256 KiB, which is cut into pages, takes a third longer."""

_TABLES: Final = (
    "CREATE TABLE node (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE version (
        id INTEGER PRIMARY KEY,
        deleted INTEGER NOT NULL,  -- 1 for a tombstone
        key TEXT NOT NULL,
        node INTEGER NOT NULL,     -- node.id; (node, seq) is the dot
        seq INTEGER NOT NULL,
        value BLOB,                -- JSON text
        context BLOB NOT NULL,     -- JSON {id: number}
        lamport INTEGER NOT NULL,
        author TEXT,               -- when it is not the node
        ts INTEGER NOT NULL,
        cid BLOB                   -- SHA-256
    )
    """,
    "CREATE UNIQUE INDEX version_dot ON version (node, seq)",
    "CREATE INDEX version_key ON version (deleted, key)",
    "CREATE INDEX tombstone_dot ON version (node, seq) WHERE deleted = 1",
    "CREATE TABLE conflict (key TEXT PRIMARY KEY) WITHOUT ROWID",  # keys with several values
    "CREATE TABLE gone (key TEXT PRIMARY KEY) WITHOUT ROWID",  # keys with tombstones only
    "CREATE TABLE seen (node TEXT PRIMARY KEY, ranges BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE floor (node TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE member (node TEXT PRIMARY KEY, member BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE address (address TEXT PRIMARY KEY) WITHOUT ROWID",
    """
    CREATE TABLE root (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        node TEXT,                 -- NULL until the root was first saved
        counter INTEGER NOT NULL DEFAULT 0,
        lamport INTEGER NOT NULL DEFAULT 0,
        fingerprint TEXT NOT NULL DEFAULT '0',
        former BLOB NOT NULL DEFAULT '[]',
        keys INTEGER NOT NULL DEFAULT 0,
        conflicts INTEGER NOT NULL DEFAULT 0,
        deleted INTEGER NOT NULL DEFAULT 0,
        versions INTEGER NOT NULL DEFAULT 0,
        tag TEXT NOT NULL DEFAULT '',    -- the marker's tag and inode, see `marker`
        inode TEXT NOT NULL DEFAULT ''   -- text, because 64 unsigned bits are no SQLite integer
    )
    """,
    "INSERT INTO root (id) VALUES (1)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """See that the file has these tables: make them in an empty file, refuse any other with StorageError.

    Nothing is written to a file that is refused. sqlite3.Error passes through.
    """
    known = is_known(connection, path)
    if not known:
        connection.execute(f"PRAGMA page_size = {PAGE}")  # before anything is written
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StorageError(f"{path} lies on a file system without shared memory; choose a local disk")
    if not known:
        make(connection)


def make(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file, all or none. sqlite3.Error passes through."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("COMMIT")


def is_known(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file has these tables; False for an empty one. StorageError for any other. Only looks."""
    application = _number(connection, "PRAGMA application_id")
    found = _number(connection, "PRAGMA user_version")
    if application == APPLICATION_ID:
        if found > FORMAT:
            raise StorageError(
                f"{path} was written by a newer version of this program (format {found}, the newest known to "
                f"this one is {FORMAT}); update the program, or choose another file"
            )
    elif application or found or _number(connection, "SELECT count(*) FROM sqlite_master"):
        raise StorageError(f"{path} belongs to another program; choose another file")
    return application == APPLICATION_ID


def _number(connection: sqlite3.Connection, query: str) -> int:
    number: int = connection.execute(query).fetchone()[0]
    return number
