"""Versions as rows of a data file, and the small numbers that stand for node ids in them."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from decent_tui.core.clocks import NO_CONTEXT
from decent_tui.core.version import Version
from decent_tui.storage import queries
from decent_tui.storage.plain import sentence

Row = tuple[str, int, int, bytes | None, bytes, int, str | None, int, bytes | None]
"""What a query for `queries.COLUMNS` gives."""

NewRow = tuple[bool, str, int, int, bytes | None, bytes, int, str | None, int, bytes | None]
"""What `queries.INSERT` takes."""

_decode_clock: Final = msgspec.json.Decoder(dict[str, int]).decode
_encode: Final = msgspec.json.Encoder().encode
_NO_CONTEXT: Final = _encode(NO_CONTEXT)


class Rows:
    """Between versions and rows, for one connection. sqlite3.Error passes through."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self.read_nodes()

    def read_nodes(self) -> None:
        """Learn which numbers are given; at the beginning, and after a rollback took some back."""
        self._names: dict[int, str] = dict(self._connection.execute("SELECT id, name FROM node"))
        self._numbers = {name: number for number, name in self._names.items()}

    def known(self, node: str) -> int | None:
        """The number of the node; None if there was never a version of it."""
        return self._numbers.get(node)

    def number(self, node: str) -> int:
        """The number of the node; given here, in the open transaction, at its first version."""
        number = self._numbers.get(node)
        if number is None:
            number = len(self._names) + 1
            self._connection.execute("INSERT INTO node VALUES (?, ?)", (number, node))
            self._numbers[node], self._names[number] = number, node
        return number

    def version(self, row: Row) -> Version:
        """The version in a row; StorageError or msgspec.DecodeError if it cannot be one."""
        key, number, seq, value, context, lamport, author, ts, cid = row
        node = self._names.get(number)
        if node is None:
            raise sentence(sqlite3.SQLITE_CORRUPT, self._path)
        clock = NO_CONTEXT if context == _NO_CONTEXT else _decode_clock(context)
        return Version(key, value, node, seq, clock, lamport, author or node, ts, cid.hex() if cid else "")

    def new(self, versions: Iterable[Version]) -> list[NewRow]:
        """The rows of some versions, to be inserted."""
        number = self.number
        return [
            (
                version.value is None,
                version.key,
                number(version.node),
                version.seq,
                version.value,
                _encode(version.context) if version.context else _NO_CONTEXT,
                version.lamport,
                None if version.author == version.node else version.author,
                version.ts,
                bytes.fromhex(version.cid) or None,
            )
            for version in versions
        ]

    def insert(self, versions: Sequence[Version]) -> None:
        """Put versions into the table, as many together as go into one statement."""
        rows = self.new(versions)
        alone = len(rows) - len(rows) % queries.TOGETHER
        for start in range(0, alone, queries.TOGETHER):
            together = rows[start : start + queries.TOGETHER]
            self._connection.execute(queries.INSERT_TOGETHER, list(chain.from_iterable(together)))
        self._connection.executemany(queries.INSERT, rows[alone:])
