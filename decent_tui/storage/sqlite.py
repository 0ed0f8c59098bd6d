"""The store in a file: SQLite behind the core's `Store` protocol.

Everything here runs in the node's own thread but `make_durable`, which is called from a worker
thread and touches nothing of the first connection. What makes a commit safe is explained in `wal`,
the tables in `schema`, the marker that is written after every flush in `marker`.
"""

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.paging import Span, span
from decent_tui.core.ranges import Ranges
from decent_tui.core.store import Change, Counts, Member, Root, State, Wanted
from decent_tui.core.version import Siblings, Version, in_conflict, in_order, live
from decent_tui.storage import queries, schema
from decent_tui.storage.marker import Marker
from decent_tui.storage.pending import MOST, Pending
from decent_tui.storage.plain import plainly, sentence
from decent_tui.storage.wal import BLOCKING, Log

_CACHE: Final = 32 * 1024
"""KiB of pages kept in memory: the inner pages of the indexes of some ten million keys, and the outer ones
in use. What does not fit is in the operating system's cache."""

_PATIENCE: Final = 5.0
"""Seconds to wait for another program's lock on the file. Our own two connections never wait for long."""

_SMALLEST: Final = 512
"""Bytes of the smallest database. SQLite takes a shorter file for an empty one and would overwrite it."""

_SETTINGS: Final = (
    "synchronous = NORMAL",
    "wal_autocheckpoint = 0",
    f"journal_size_limit = {BLOCKING}",
    f"cache_size = -{_CACHE}",
    "secure_delete = FAST",  # some systems build SQLite to overwrite what is deleted at any price
    "fullfsync = ON",  # for macOS, see `plain.flush`
)

_Row = tuple[str, int, int, bytes | None, bytes, int, str | None, int, bytes | None]
_Value = str | bytes | int | None

_decode_clock: Final = msgspec.json.Decoder(dict[str, int]).decode
_decode_ranges: Final = msgspec.json.Decoder(Ranges).decode
_decode_ids: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_member: Final = msgspec.json.Decoder(Member).decode
_encode: Final = msgspec.json.Encoder().encode


class Identity(NamedTuple):
    """What a database records of the marker beside it (see `marker`)."""

    tag: str
    inode: str


class _Committed(NamedTuple):
    """The newest transaction that was committed and changed something, and the root it left."""

    number: int
    root: Root | None


class SqliteStore:
    """The `Store` protocol on one file.

    Every method may raise StorageError, a single plain sentence; sqlite3.Error never comes out. After an
    error in a write the open transaction can only be rolled back.
    """

    def __init__(self, path: Path, marker: Marker | None = None) -> None:
        """Open the file, or make it, readable for its owner only. Its folder must exist.

        With a `marker`, the store keeps it up to date and closes it; without one, nobody watches over
        the node id: that is for tests and for files that no node will write to.
        """
        self.path = path
        self._marker = marker
        self._flushing = Lock()
        self._begun = 0  # transactions begun, see `wal`
        self._changes_before = 0  # sqlite3's count of changed rows when the transaction began
        self._failed = False  # a write of the open transaction failed
        self._broken: StorageError | None = None  # a flush failed: what is on the disk is not known any more
        self._closed = False
        self._pending = Pending()
        with plainly(path):
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            if 0 < path.stat().st_size < _SMALLEST:
                raise sentence(sqlite3.SQLITE_NOTADB, path)
            self._connection = _connect(path)
            try:
                schema.prepare(self._connection, path)
                self._read_nodes()
                self._root = self._read_root()
                page_size: int = self._connection.execute("PRAGMA page_size").fetchone()[0]
                self._log = Log(path, page_size, lambda: _connect(path))
            except BaseException:
                self._connection.close()
                raise
        self._committed = self._durable = _Committed(0, self._root)

    def load(self) -> State | None:
        """The state as last committed or written; None in a store that was never written."""
        with plainly(self.path):
            root = self._read_root()
            if root is None:
                return None
            rows = self._connection.execute
            return State(
                root=root,
                seen={node: _decode_ranges(text) for node, text in rows("SELECT * FROM seen")},
                floor=dict(rows("SELECT * FROM floor")),
                members={node: _decode_member(text) for node, text in rows("SELECT * FROM member")},
                addresses=tuple(address for (address,) in rows("SELECT * FROM address ORDER BY address")),
            )

    def identity(self) -> Identity:
        """The recorded tag and inode of the marker; empty texts in a new file."""
        with plainly(self.path):
            return Identity(*self._connection.execute("SELECT tag, inode FROM root").fetchone())

    # reading

    def siblings(self, key: str) -> Siblings:
        """What is held for one key, in sibling order, tombstones included; empty if nothing."""
        pending = self._pending.siblings(key)
        return in_order(self._versions(queries.SIBLINGS, key)) if pending is None else pending

    def siblings_of(self, keys: Collection[str]) -> dict[str, Siblings]:
        """The same for many keys at once, in one query; keys with nothing are absent."""
        waiting = {key: held for key in keys if (held := self._pending.siblings(key)) is not None}
        asked = sorted(set(keys).difference(waiting))
        versions = self._versions(queries.SIBLINGS_OF, _encode(asked).decode()) if asked else ()
        found = {key: in_order(held) for key, held in groupby(versions, lambda version: version.key)}
        found.update((key, held) for key, held in waiting.items() if held)
        return found

    def by_number(self, node: str, low: int, high: int, limit: int) -> list[Version]:
        """Versions whose dot is `(node, low..high)`, rising, at most `limit`."""
        self._write_out()
        number = self._nodes.get(node)
        return [] if number is None else self._versions(queries.BY_NUMBER, number, low, high, limit)

    def dots(self, node: str, high: int, after: int, limit: int) -> list[int]:
        """Numbers held of `node` that are > `after` and <= `high`, rising, at most `limit`."""
        self._write_out()
        number = self._nodes.get(node)
        if number is None:
            return []
        with plainly(self.path):
            return [seq for (seq,) in self._connection.execute(queries.DOTS, (number, after, high, limit))]

    def tombstones(self, after: Dot, limit: int) -> list[Version]:
        """Tombstones with a dot above `after`, in dot order, at most `limit`."""
        self._write_out()
        return self._versions(queries.TOMBSTONES, after.node, after.seq, limit)

    def page(
        self,
        *,
        wanted: Wanted = "live",
        prefix: str = "",
        start: str = "",
        inclusive: bool = True,
        backwards: bool = False,
        limit: int = 100,
    ) -> list[str]:
        """At most `limit` keys in UTF-8 byte order from `start` on (`backwards`: falling from it)."""
        self._write_out()
        keys = span(prefix=prefix, start=start, inclusive=inclusive, backwards=backwards)
        if wanted != "all":
            return self._page(wanted, keys, backwards, limit)
        alive = self._page("live", keys, backwards, limit)
        gone = self._page("deleted", keys, backwards, limit)
        return list(islice(merge(alive, gone, reverse=backwards), limit))

    def counts(self) -> Counts:
        """How much is held."""
        self._write_out()
        with plainly(self.path):
            row = self._connection.execute("SELECT keys, conflicts, deleted, versions FROM root").fetchone()
        return Counts(*row)

    # writing

    def replace(self, changes: Sequence[Change]) -> None:
        """Carry the changes out; a later call raises StorageError if what is held is not what they expect."""
        self._begin()
        self._pending.add(changes)
        if len(self._pending) >= MOST:
            self._write_out()

    def _write_out(self) -> None:
        """Put the changes that wait into the tables."""
        if not self._pending:
            return
        changes = self._pending.take()
        dropped = [version for change in changes for version in change.dropped]
        kept = [version for change in changes for version in change.kept]
        moves = [
            (change.key, was, now)
            for change in changes
            if (was := _kind(change.before)) != (now := _kind(change.after))
        ]
        were, are = [was for _, was, _ in moves], [now for _, _, now in moves]
        dots = [(self._number(version.node), version.seq) for version in dropped]
        rows = [self._row(version) for version in kept]
        self._all("DELETE FROM version WHERE node = ? AND seq = ?", dots, len(dots))
        self._all(queries.INSERT, rows, len(rows))
        for kind, take_out, put_in in queries.LISTS:
            self._all(take_out, ((key,) for key, was, _ in moves if was == kind), were.count(kind))
            self._all(put_in, ((key,) for key, _, now in moves if now == kind), are.count(kind))
        conflicts = are.count("conflicts") - were.count("conflicts")
        alive = conflicts + are.count("live") - were.count("live")
        gone = are.count("deleted") - were.count("deleted")
        self._one(queries.COUNT, alive, conflicts, gone, len(kept) - len(dropped))

    def save(
        self,
        *,
        root: Root | None = None,
        seen: Mapping[str, Ranges] | None = None,
        floor: Clock | None = None,
        members: Iterable[Member] = (),
        addresses: Iterable[str] = (),
    ) -> None:
        """Write the named parts: the root whole, of `seen` and `floor` the given nodes, each member, each
        address (added)."""
        self._begin()
        if root is not None:
            former = _encode(root.former)
            self._one(queries.SAVE_ROOT, root.node, root.counter, root.lamport, root.fingerprint, former)
            self._root = root
        ranges = ((node, _encode(numbers)) for node, numbers in (seen or {}).items())
        self._all("INSERT OR REPLACE INTO seen VALUES (?, ?)", ranges)
        self._all("INSERT OR REPLACE INTO floor VALUES (?, ?)", (floor or {}).items())
        encoded = ((member.node, _encode(member)) for member in members)
        self._all("INSERT OR REPLACE INTO member VALUES (?, ?)", encoded)
        self._all("INSERT OR IGNORE INTO address VALUES (?)", ((address,) for address in addresses))

    def save_identity(self, identity: Identity) -> None:
        """Record the tag and the inode of the marker, in the open transaction."""
        self._begin()
        self._one("UPDATE root SET tag = ?, inode = ?", *identity)

    def remove(self, *, members: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        """Take out members by id and addresses."""
        self._begin()
        self._all("DELETE FROM member WHERE node = ?", ((node,) for node in members))
        self._all("DELETE FROM address WHERE address = ?", ((address,) for address in addresses))

    def commit(self) -> bool:
        """End the open transaction; whether there was one. On StorageError nothing of it holds."""
        if self._failed:
            self.rollback()
            raise StorageError(f"nothing was saved in {self.path}, because a write before failed")
        if not self._connection.in_transaction:
            return False
        try:
            self._write_out()
            self._one("COMMIT")
        except StorageError:
            self.rollback()
            raise
        if self._connection.total_changes > self._changes_before:
            self._committed = _Committed(self._begun, self._root)
        self._start_log_anew()
        return True

    def _start_log_anew(self) -> None:
        """See that a writer who never pauses does not make the log grow for ever."""
        if self._log.is_long and self._flushing.acquire(blocking=False):
            try:
                # what fails here (a full disk) fails in the next `make_durable` too, and is heard of there
                with contextlib.suppress(sqlite3.Error):
                    self._log.finish(self._connection, self._begun)
            finally:
                self._flushing.release()

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        self._failed = False
        self._pending.clear()
        with plainly(self.path):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._read_nodes()
        self._root = self._committed.root

    def make_durable(self) -> None:
        """Return when all that was committed before the call survives a loss of power. Any thread.

        Costs nothing when that is so already. When the flush fails, every later call fails too: the
        operating system forgets what it could not write, and a second try would only seem to succeed.

        The marker is written here, between the flush and the acknowledgement, and not at the commit: so
        it never speaks of writes that a loss of power could undo, which would cost the node its id.
        """
        with self._flushing:
            if self._broken is not None:
                raise self._broken
            newest = self._committed  # before the flush
            if self._closed or newest is self._durable:
                return
            try:
                with plainly(self.path):
                    self._log.flush()
                    self._durable = newest
                    if self._marker is not None and newest.root is not None:
                        self._marker.advance(newest.root.node, newest.root.counter)
            except StorageError as error:
                self._broken = error
                raise
            # an error from here on (a full disk) takes nothing back, but somebody has to hear of it
            with plainly(self.path):
                self._log.checkpoint(newest.number, lambda: self._begun)

    def close(self) -> None:
        """Give the file back; what is not committed is lost, what is committed is made durable."""
        if self._closed:
            return
        try:
            self.rollback()  # first, because a checkpoint in another thread may be waiting for it
            self.make_durable()
        finally:
            with self._flushing:
                self._closed = True
                self._close()

    # inside

    def _close(self) -> None:
        # What cannot be copied now (on a full disk) is no loss: the log stays and is read at the next start.
        with contextlib.suppress(sqlite3.Error):
            self._log.close_connection()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._connection.close()
        self._log.close()
        if self._marker is not None:
            self._marker.close()

    def _begin(self) -> None:
        """Open a transaction if there is none."""
        if self._failed:
            raise StorageError(f"{self.path} cannot be written before the failed transaction is undone")
        if not self._connection.in_transaction:
            self._begun += 1
            self._changes_before = self._connection.total_changes
            self._one("BEGIN IMMEDIATE")

    def _one(self, statement: str, *values: _Value) -> None:
        """Write by one statement."""
        self._failed = True  # until it has succeeded
        with plainly(self.path):
            self._connection.execute(statement, values)
        self._failed = False

    def _all(self, statement: str, rows: Iterable[Sequence[_Value]], expected: int | None = None) -> None:
        """Write by one statement with many rows; StorageError if another number than `expected` changed."""
        if expected == 0:
            return
        self._failed = True  # until it has succeeded
        with plainly(self.path):
            changed = self._connection.executemany(statement, rows).rowcount
        if expected is not None and changed != expected:
            raise sentence(sqlite3.SQLITE_CORRUPT, self.path)
        self._failed = False

    def _versions(self, query: str, *values: _Value) -> list[Version]:
        """The versions that a query gives."""
        with plainly(self.path):
            rows: list[_Row] = self._connection.execute(query, values).fetchall()
            return [self._version(row) for row in rows]

    def _version(self, row: _Row) -> Version:
        key, number, seq, value, context, lamport, author, ts, cid = row
        node = self._names.get(number)
        if node is None:
            raise sentence(sqlite3.SQLITE_CORRUPT, self.path)
        clock = _decode_clock(context)
        return Version(key, value, node, seq, clock, lamport, author or node, ts, cid.hex() if cid else "")

    def _row(self, version: Version) -> Sequence[_Value]:
        """The inverse, in the order of `queries.INSERT`."""
        node, author = version.node, version.author
        return (
            version.value is None,
            version.key,
            self._number(node),
            version.seq,
            version.value,
            _encode(version.context),
            version.lamport,
            None if author == node else author,
            version.ts,
            bytes.fromhex(version.cid) or None,
        )

    def _number(self, node: str) -> int:
        """The small number that stands for the node in rows; given at its first version."""
        number = self._nodes.get(node)
        if number is None:
            number = len(self._names) + 1
            self._one("INSERT INTO node VALUES (?, ?)", number, node)
            self._nodes[node], self._names[number] = number, node
        return number

    def _read_nodes(self) -> None:
        self._names: dict[int, str] = dict(self._connection.execute("SELECT id, name FROM node"))
        self._nodes = {name: number for number, name in self._names.items()}

    def _read_root(self) -> Root | None:
        row = self._connection.execute(queries.ROOT).fetchone()
        if row is None:
            return None
        node, counter, lamport, fingerprint, former = row
        return Root(node, counter, lamport, fingerprint, _decode_ids(former))

    def _page(self, wanted: Wanted, keys: Span, backwards: bool, limit: int) -> list[str]:
        high = queries.UNBOUNDED if keys.high is None else keys.high
        with plainly(self.path):
            found = self._connection.execute(queries.PAGES[wanted, backwards], (keys.low, high, limit))
            return [key for (key,) in found]


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists, set up as `wal` has it."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=_PATIENCE,
        check_same_thread=False,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _kind(siblings: Siblings) -> Wanted | None:
    """Which list of keys a key with these siblings belongs to; `conflicts` are live too."""
    if not siblings:
        return None
    if not live(siblings):
        return "deleted"
    return "conflicts" if in_conflict(siblings) else "live"
