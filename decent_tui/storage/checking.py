"""Whether a data file is sound: its pages, its tables, what they hold, how that fits together. Only looks."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.errors import StorageError
from decent_tui.core.identity import Record
from decent_tui.core.invariants import Inspection
from decent_tui.core.store import Counts, Root, State
from decent_tui.core.values import check_key, text_id
from decent_tui.core.version import Siblings, Version, in_conflict, in_order, live
from decent_tui.storage import queries, schema
from decent_tui.storage.connection import connect_to_read
from decent_tui.storage.marker import kept_still, marker_of, read_record
from decent_tui.storage.plain import plainly
from decent_tui.storage.rows import Rows
from decent_tui.storage.state import read_state

MOST: Final = 20
"""Things wrong that are told: a damaged file may have thousands, and the first ones say it all."""

STEP: Final = 1_000
"""Versions between two words on how far it is."""

_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_ODD: Final = """
    SELECT count(*) FROM version WHERE typeof(key) <> 'text' OR typeof(context) <> 'blob'
        OR (typeof(deleted), typeof(node), typeof(seq)) <> ('integer', 'integer', 'integer')
        OR (typeof(lamport), typeof(ts)) <> ('integer', 'integer')
        OR typeof(value) NOT IN ('blob', 'null') OR typeof(cid) NOT IN ('blob', 'null')
        OR typeof(author) NOT IN ('text', 'null') OR deleted <> (value IS NULL)
"""
"""Rows that no version was written as."""

_BY_KEY: Final = f"SELECT {queries.COLUMNS} FROM version WHERE deleted = ? ORDER BY key"


class Verdict(NamedTuple):
    """What a check found: the id under which the file was written, how much it holds, what is wrong (nothing:
    it is sound), and what one should know though it is not wrong."""

    node: str
    counts: Counts
    wrong: list[str]
    remarks: list[str]


def check(path: Path, step: Callable[[int, int], None]) -> Verdict:
    """Look at everything in a data file; `step` is told how many versions of how many were looked at. Memory
    grows with the number of node ids, not of keys.

    Raises StorageError if there is no such file, a node has it, it is no data file or cannot be read.
    """
    if not path.exists():
        raise StorageError(f"there is no file {path}")
    with plainly(path):
        path = path.resolve()
        with kept_still(marker_of(path)), closing(connect_to_read(path)) as connection:
            if not schema.is_known(connection, path):
                raise StorageError(f"{path} is empty")
            found = _Check(path, step)
            try:
                found.run(connection)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
                    raise
                found.wrong.append(f"the file is damaged: {error}")
            return found.verdict()


class _Check:
    """One check under way: what it found so far."""

    def __init__(self, path: Path, step: Callable[[int, int], None]) -> None:
        self._path = path
        self._step = step
        self._root = Root("")
        self._counts = Counts()
        self.wrong: list[str] = []
        self._remarks: list[str] = []

    def verdict(self) -> Verdict:
        """What was found."""
        more = len(self.wrong) - MOST
        told = [*self.wrong[:MOST], *([f"and {more:,} more"] if more > 0 else [])]
        return Verdict(self._root.node, self._counts, told, self._remarks)

    def run(self, connection: sqlite3.Connection) -> None:
        """From the pages up. sqlite3.Error passes through."""
        connection.execute("BEGIN")  # all of it at one moment
        pages = [line for (line,) in connection.execute(f"PRAGMA integrity_check({MOST})")]
        self.wrong += [f"the file is damaged: {line}" for line in pages if line != "ok"]
        self.wrong += _tables(connection)
        odd: int = connection.execute(_ODD).fetchone()[0]
        self.wrong += [f"the file is damaged: {odd:,} versions are none"] if odd else []
        if self.wrong:
            return  # whatever is read of it means nothing
        try:
            state = read_state(connection)
            if state is None:
                self._remarks.append("no node has written to it yet")
                return
            self._root = state.root
            self._versions(connection, state)
        except msgspec.DecodeError as error:
            self.wrong.append(f"the file is damaged: a text in it cannot be read ({error})")
        except StorageError:
            self.wrong.append("the file is damaged: a version is that of no node")
        self._marker()

    def _versions(self, connection: sqlite3.Connection, state: State) -> None:
        """Every version, key by key."""
        counted = Counts(
            *connection.execute("SELECT keys, conflicts, deleted, versions FROM root").fetchone()
        )
        inspection, found = Inspection(state), Counts()
        lists = [_Listed(connection, "conflict"), _Listed(connection, "gone")]
        told = 0
        for siblings in _siblings(connection, self._path):
            inspection.take(siblings)
            self.wrong += [wrong for version in siblings if (wrong := _content(version, state.root))]
            key, alive = siblings[0].key, bool(live(siblings))
            belongs = (in_conflict(siblings), not alive)
            for listed, member in zip(lists, belongs, strict=True):
                self.wrong += listed.passing(key, member=member)
            found = Counts(
                found.keys + alive,
                found.conflicts + belongs[0],
                found.deleted + belongs[1],
                found.versions + len(siblings),
            )
            if found.versions - told >= STEP:
                told = found.versions
                self._step(told, counted.versions)
            if len(self.wrong) > 100 * MOST:
                return
        self._counts = found
        for listed in lists:
            self.wrong += listed.rest()
        self.wrong += inspection.broken()
        if found != counted:
            self.wrong.append(f"counts: the file says {_told(counted)}, and holds {_told(found)}")
        for node, number in inspection.unaccounted().items():
            line = f"of {node} more was seen than {number}, and nothing held or forgotten accounts for it"
            if node == state.root.node:
                self.wrong.append(f"I2: {line}")
            else:
                self._remarks.append(f"{line} (so it is when its machine was set back to an older state)")

    def _marker(self) -> None:
        root = self._root
        record: Record | None = read_record(marker_of(self._path))
        if record is None:
            self._remarks.append("there is no marker beside it, so the next start takes a new id")
        elif record.node != root.node or record.counter > root.counter:
            self._remarks.append(
                f"the marker beside it is that of {record.node} with {record.counter:,} writes, so this is a "
                "copy or a restored backup, and the next start takes a new id"
            )


def _siblings(connection: sqlite3.Connection, path: Path) -> Iterator[Siblings]:
    """All that is held, key by key in order."""
    rows, execute = Rows(connection, path), connection.execute
    both = merge(execute(_BY_KEY, (0,)), execute(_BY_KEY, (1,)), key=itemgetter(0))
    for _, held in groupby(both, key=itemgetter(0)):
        yield in_order(map(rows.version, held))


def _content(version: Version, root: Root) -> str:
    """What is wrong with one version by itself; empty if nothing is."""
    name = f"{version.node}·{version.seq}"
    if version.node == root.node and version.seq > root.counter:
        return f"I1: {name} is held, and the counter is {root.counter}"
    if version.lamport > root.lamport:
        return f"lamport: that of {name} is {version.lamport}, the file's is {root.lamport}"
    try:
        check_key(version.key)
        if version.value is not None and text_id(version.value) != version.cid:
            return f"value: that of {name} is not the one that was written"
    except ValueError as error:
        return f"value: {name} is not readable: {error}"
    return ""


class _Listed:
    """A table that names some keys, beside all keys in order."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._table = table
        self._keys: Iterator[tuple[str]] = connection.execute(f"SELECT key FROM {table} ORDER BY key")
        self._next = next(self._keys, None)

    def passing(self, key: str, *, member: bool) -> Iterable[str]:
        """What is wrong with the table up to this key, which belongs in it or does not."""
        while self._next is not None and self._next[0] < key:
            yield from self._wrong(self._next[0])
        if self._next is not None and self._next[0] == key:
            if not member:
                yield from self._wrong(key)
            else:
                self._next = next(self._keys, None)
        elif member:
            yield f"lists: {self._table} lacks the key {key!r}"

    def rest(self) -> Iterable[str]:
        """What is wrong with the table behind the last key."""
        while self._next is not None:
            yield from self._wrong(self._next[0])

    def _wrong(self, key: str) -> Iterable[str]:
        self._next = next(self._keys, None)
        yield f"lists: {self._table} names the key {key!r}, which is none"


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Tables and indexes that are missing, unknown or other than they should be."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    found = dict(connection.execute(query))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        schema.make(fresh)
        wanted = dict(fresh.execute(query))
    names = sorted(wanted.keys() | found.keys())
    return [f"schema: {name} is not as it should be" for name in names if wanted.get(name) != found.get(name)]


def _told(counts: Counts) -> str:
    return (
        f"{counts.keys:,} keys, {counts.conflicts:,} conflicts, {counts.deleted:,} deleted, "
        f"{counts.versions:,} versions"
    )
