"""The store in a file: SQLite behind the core's `Store` protocol.

Everything here runs in the node's own thread but `make_durable`, which is called from a worker
thread and touches nothing of the first connection. What makes a commit safe is explained in `wal`,
what an error does to a transaction in `transaction`, why rows are written late in `pending`, the
tables in `schema`, the marker that is written after every flush in `marker`; `checkpoints` has the log
copied.
"""

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.identity import Identity
from decent_tui.core.paging import Span, span
from decent_tui.core.ranges import Ranges
from decent_tui.core.store import Change, Countable, Counted, Counts, Member, Root, State, Wanted
from decent_tui.core.version import Siblings, Version, in_order
from decent_tui.storage import queries, schema
from decent_tui.storage.checkpoints import Background, Checkpoints, in_a_thread
from decent_tui.storage.connection import connect
from decent_tui.storage.marker import Marker
from decent_tui.storage.pending import MOST, Moves, Pending
from decent_tui.storage.plain import plainly, sentence
from decent_tui.storage.rows import Row, Rows
from decent_tui.storage.state import read_root, read_state
from decent_tui.storage.transaction import Transaction
from decent_tui.storage.wal import Log

_SMALLEST: Final = 512
"""Bytes of the smallest database. SQLite takes a shorter file for an empty one and would overwrite it."""

_Value = str | bytes | int | None

_encode: Final = msgspec.json.Encoder().encode


class _Committed(msgspec.Struct, frozen=True):
    """The newest transaction that was committed and changed something, and the root it left."""

    number: int
    root: Root | None


class SqliteStore:
    """The `Store` protocol on one file.

    Every method may raise StorageError, a single plain sentence; sqlite3.Error never comes out. After an
    error in a write the open transaction can only be rolled back.
    """

    def __init__(
        self, path: Path, marker: Marker | None = None, background: Background = in_a_thread
    ) -> None:
        """Open the file, or make it, readable for its owner only. Its folder must exist. The log is copied in
        the `background`.

        With a `marker`, the store keeps it up to date and closes it; without one, nobody watches over
        the node id: that is for tests and for files that no node will write to.
        """
        self.path = path
        self._marker = marker
        self._plainly = plainly(path)
        self._flushing = Lock()
        self._broken: StorageError | None = None  # a flush failed: what is on the disk is not known any more
        self._closed = False
        self._pending = Pending()
        self._expected: dict[str, Siblings] = {}  # as it is in the tables; what waits in `_pending` is newer
        with self._plainly:
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            if 0 < path.stat().st_size < _SMALLEST:
                raise sentence(sqlite3.SQLITE_NOTADB, path)
            self._connection = connect(path)
            try:
                schema.prepare(self._connection, path)
                self._rows = Rows(self._connection, path)
                self._root = read_root(self._connection)
                page_size: int = self._connection.execute("PRAGMA page_size").fetchone()[0]
                self._log = Log(path, page_size, lambda: connect(path))
                self._checkpoints = Checkpoints(self._log, self._plainly, background)
                self._transaction = Transaction(self._connection, path, self._log.make_room)
            except BaseException:
                self._connection.close()
                raise
        self._committed = self._durable = _Committed(0, self._root)

    def load(self) -> State | None:
        """The state as last committed or written; None in a store that was never written."""
        with self._plainly:
            return read_state(self._connection)

    def identity(self) -> Identity:
        """The recorded tag and inode of the marker; empty texts in a new file."""
        with self._plainly:
            return Identity(*self._connection.execute("SELECT tag, inode FROM root").fetchone())

    # reading

    def siblings(self, key: str) -> Siblings:
        """What is held for one key, in sibling order, tombstones included; empty if nothing."""
        held = self._pending.siblings(key)
        if held is None:
            held = self._expected.get(key)
        return in_order(self._versions(queries.SIBLINGS, key)) if held is None else held

    def siblings_of(self, keys: Collection[str]) -> dict[str, Siblings]:
        """The same for many keys at once, in one query; keys with nothing are absent."""
        waiting = {key: held for key in keys if (held := self._pending.siblings(key)) is not None}
        asked = sorted(set(keys).difference(waiting))
        versions = self._versions(queries.SIBLINGS_OF, _encode(asked).decode()) if asked else ()
        found = {key: in_order(held) for key, held in groupby(versions, lambda version: version.key)}
        found.update((key, held) for key, held in waiting.items() if held)
        return found

    def expect(self, keys: Collection[str]) -> None:
        """The siblings of these keys are asked for next, one by one: they are read in one query."""
        found = self.siblings_of(keys)
        self._expected = {key: found.get(key, ()) for key in keys}

    def by_number(self, node: str, low: int, high: int, limit: int) -> list[Version]:
        """Versions whose dot is `(node, low..high)`, rising, at most `limit`."""
        self._write_out()
        number = self._rows.known(node)
        return [] if number is None else self._versions(queries.BY_NUMBER, number, low, high, limit)

    def dots(self, node: str, high: int, after: int, limit: int) -> list[int]:
        """Numbers held of `node` that are > `after` and <= `high`, rising, at most `limit`."""
        self._write_out()
        number = self._rows.known(node)
        if number is None:
            return []
        with self._plainly:
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
        with self._plainly:
            row = self._connection.execute("SELECT keys, conflicts, deleted, versions FROM root").fetchone()
        return Counts(*row)

    def size(self) -> int:
        """About how many bytes all of it takes: the pages of the file in use. What waits to be written out
        (see `pending`) is not among them yet."""
        with self._plainly:
            used = self._connection.execute(queries.USED).fetchone()
        return int(used[0])

    def count(self, *, wanted: Countable, prefix: str, after: str, limit: int) -> Counted:
        """Count the keys of a kind that start with `prefix` and come after `after`, at most `limit`."""
        self._write_out()
        keys = span(prefix=prefix, start=after, inclusive=not after)
        high = queries.UNBOUNDED if keys.high is None else keys.high
        with self._plainly:
            found: tuple[int, str | None] = self._connection.execute(
                queries.COUNT_KEYS[wanted], (keys.low, high, limit)
            ).fetchone()
        return Counted(found[0], (found[1] or "") if found[0] == limit else "")

    # writing

    def replace(self, changes: Sequence[Change]) -> None:
        """Carry the changes out. Their rows are written later (see `pending`), and most errors show then."""
        with self._transaction:
            self._pending.add(changes)
        if len(self._pending) >= MOST:
            self._write_out()

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
        with self._transaction:
            if root is not None:
                former = _encode(root.former)
                values = (root.node, root.counter, root.lamport, root.fingerprint, former)
                self._connection.execute(queries.SAVE_ROOT, values)
                self._root = root
            if seen:
                rows = [(node, _encode(numbers)) for node, numbers in seen.items()]
                self._all("INSERT OR REPLACE INTO seen VALUES (?, ?)", rows)
            if floor:
                self._all("INSERT OR REPLACE INTO floor VALUES (?, ?)", list(floor.items()))
            encoded = [(member.node, _encode(member)) for member in members]
            self._all("INSERT OR REPLACE INTO member VALUES (?, ?)", encoded)
            self._all("INSERT OR IGNORE INTO address VALUES (?)", [(address,) for address in addresses])

    def save_identity(self, identity: Identity) -> None:
        """Record the tag and the inode of the marker, in the open transaction."""
        with self._transaction:
            self._connection.execute("UPDATE root SET tag = ?, inode = ?", (identity.tag, identity.inode))

    def remove(self, *, members: Iterable[str] = (), addresses: Iterable[str] = ()) -> None:
        """Take out members by id and addresses."""
        with self._transaction:
            self._all("DELETE FROM member WHERE node = ?", [(node,) for node in members])
            self._all("DELETE FROM address WHERE address = ?", [(address,) for address in addresses])

    def commit(self) -> bool:
        """End the open transaction; whether there was one. On any error nothing of it holds."""
        if not self._transaction.is_open:
            return False
        try:
            self._write_out()
            self._expected.clear()
            changed = self._transaction.commit()
        except BaseException:
            self.rollback()
            raise
        if changed:
            self._committed = _Committed(self._transaction.begun, self._root)
        if self._log.is_long:
            self._start_log_anew()
        return True

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        self._pending.clear()
        self._expected.clear()
        with self._plainly:
            self._transaction.rollback()
            self._rows.read_nodes()
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
                with self._plainly:
                    self._log.flush()
                    self._durable = newest
                    if self._marker is not None and newest.root is not None:
                        self._marker.advance(newest.root.node, newest.root.counter)
            except StorageError as error:
                self._broken = error
                raise
            # an error from here on takes nothing back
            self._checkpoints.follow(newest.number, lambda: self._transaction.begun)

    def close(self) -> None:
        """Give the file back; what is not committed is lost, what is committed is made durable."""
        if self._closed:
            return
        try:
            self.rollback()
            self.make_durable()
        finally:
            with self._flushing:
                self._closed = True
                self._checkpoints.end()
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

    def _start_log_anew(self) -> None:
        """See that a log does not grow for ever under a writer who never pauses; between two transactions."""
        if not self._flushing.acquire(blocking=False):
            return  # `make_durable` is at work; after the next COMMIT, then
        try:
            if self._broken is None:  # what may be missing from the log must not go into the database
                self._checkpoints.finish(self._connection, self._transaction.begun)
        finally:
            self._flushing.release()

    def _write_out(self) -> None:
        """Put the changes that wait into the tables."""
        if not self._pending:
            return
        with self._transaction:
            changes = self._pending.take()
            self._expected.update(
                (change.key, change.after) for change in changes if change.key in self._expected
            )
            moves = Moves.of(changes)
            number = self._rows.number
            dots = [(number(version.node), version.seq) for version in moves.dropped]
            self._exactly("DELETE FROM version WHERE node = ? AND seq = ?", dots)
            news = self._rows.new([new for _, new in moves.replaced])
            changed = [
                (*row[2:], number(old.node), old.seq)
                for row, (old, _) in zip(news, moves.replaced, strict=True)
            ]
            self._exactly(queries.UPDATE, changed)
            self._rows.insert(moves.kept)
            for kind, take_out, put_in in queries.LISTS:
                self._exactly(take_out, moves.left[kind])
                self._exactly(put_in, moves.entered[kind])
            conflicts, gone = moves.more("conflicts"), moves.more("deleted")
            more = (moves.more("live") + conflicts, conflicts, gone, len(moves.kept) - len(moves.dropped))
            if any(more):
                self._connection.execute(queries.COUNT, more)

    def _all(self, statement: str, rows: Sequence[Sequence[_Value]]) -> int:
        """Write by one statement with many rows; how many changed."""
        return self._connection.executemany(statement, rows).rowcount if rows else 0

    def _exactly(self, statement: str, rows: Sequence[Sequence[_Value]]) -> None:
        """The same; StorageError if not each one changed something."""
        if self._all(statement, rows) != len(rows):
            raise sentence(sqlite3.SQLITE_CORRUPT, self.path)

    def _versions(self, query: str, *values: _Value) -> list[Version]:
        """The versions that a query gives."""
        with self._plainly:
            rows: list[Row] = self._connection.execute(query, values).fetchall()
            version = self._rows.version
            return [version(row) for row in rows]

    def _page(self, wanted: Wanted, keys: Span, backwards: bool, limit: int) -> list[str]:
        high = queries.UNBOUNDED if keys.high is None else keys.high
        with self._plainly:
            found = self._connection.execute(queries.PAGES[wanted, backwards], (keys.low, high, limit))
            return [key for (key,) in found]
