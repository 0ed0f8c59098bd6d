"""What the machine can do at best: the work of a node, without the node."""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time, sleep

import msgspec

from decent_tui.core.messages import Versions, decode, encode
from decent_tui.core.values import text_id
from decent_tui.core.version import Version
from decent_tui.storage import queries, schema
from decent_tui.storage.connection import connect
from decent_tui.storage.plain import flush
from decent_tui.storage.rows import Rows

from .nodes import copy, key, value

BATCH = 1_000
"""Rows in one statement and one transaction."""


_GROUP = 100
"""Keys written in one transaction, as a node does with what comes while the disk works."""


def empty_database(path: Path) -> sqlite3.Connection:
    """A file with our tables and settings."""
    path.touch()
    connection = connect(path)
    schema.prepare(connection, path)
    return connection


def bare_upsert(versions: list[Version], cpu: list[float]) -> float:
    """Seconds to write versions that are rows already, a batch a transaction, each flushed to the disk. Those
    of the CPU are added to `cpu`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        connection = empty_database(path)
        rows = Rows(connection, path).new(versions)
        log = os.open(f"{path}-wal", os.O_RDONLY)
        began, used = perf_counter(), process_time()
        for start in range(0, len(rows), BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                queries.INSERT.replace("INSERT", "INSERT OR REPLACE", 1), rows[start : start + BATCH]
            )
            connection.execute("COMMIT")
            flush(log)
        took = perf_counter() - began
        cpu.append(process_time() - used)
        connection.close()
        os.close(log)
    return took


def bare_updates(source: Path, keys: Sequence[str], text: bytes) -> float:
    """Seconds to look keys up in a copy of a file of ours and to write another value for each in its place, a
    hundred a transaction, each flushed to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = copy(source, Path(folder) / "bare.db")
        connection = connect(path)
        (seq,) = connection.execute("SELECT max(seq) FROM version").fetchone()
        log = os.open(f"{path}-wal", os.O_RDONLY)
        began = perf_counter()
        for start in range(0, len(keys), _GROUP):
            connection.execute("BEGIN IMMEDIATE")
            rows = []
            for key in keys[start : start + _GROUP]:
                (held,) = connection.execute(queries.SIBLINGS, (key,)).fetchall()
                _, node, old, _, context, lamport, author, ts, cid = held
                seq += 1
                rows.append((node, seq, text, context, lamport, author, ts, cid, node, old))
            connection.executemany(queries.UPDATE, rows)
            connection.execute("COMMIT")
            flush(log)
        took = perf_counter() - began
        connection.close()
        os.close(log)
    return took


def bare_codec(message: Versions) -> float:
    """Seconds for msgspec alone to write and to read a message of these columns."""
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Versions)
    began = perf_counter()
    decoder.decode(encoder.encode(message))
    return perf_counter() - began


def our_codec(message: Versions) -> float:
    """The same as a line of the wire."""
    began = perf_counter()
    decode(encode(message))
    return perf_counter() - began


def bare_commits(count: int, pause: float = 0.0) -> list[float]:
    """Seconds of each of some commits of one row, flushed to the disk, with so many seconds between them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        rows = [(f"{at:016x}", at) for at in range(count)]
        return _commits(empty_database(path), path, "INSERT OR REPLACE INTO floor VALUES (?, ?)", rows, pause)


def bare_puts(count: int) -> list[float]:
    """The same of such a row as a put writes, without a pause."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        connection = empty_database(path)
        rows = Rows(connection, path).new(map(_written, range(count)))
        return _commits(connection, path, queries.INSERT, rows)


def _commits(
    connection: sqlite3.Connection,
    path: Path,
    statement: str,
    rows: Sequence[tuple[object, ...]],
    pause: float = 0.0,
) -> list[float]:
    """Seconds of each of these rows by itself. The connection is closed."""
    times = []
    log = os.open(f"{path}-wal", os.O_RDONLY)
    for row in rows:
        began = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, row)
        connection.execute("COMMIT")
        flush(log)
        times.append(perf_counter() - began)
        sleep(pause)
    connection.close()
    os.close(log)
    return times


def _written(at: int) -> Version:
    node, text = "0" * 16, value(at).encode()
    return Version(key(at), text, node, at + 1, {}, at + 1, node, at, text_id(text))


_ECHO = """
import asyncio
async def answer(reader, writer):
    while line := await reader.readline():
        writer.write(line)
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def bare_echo(count: int, pause: float) -> list[float]:
    """Seconds of each of some round trips of a line to an asyncio server in another process, with so many
    seconds between them."""
    times = []
    with subprocess.Popen([sys.executable, "-c", _ECHO], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        with socket.create_connection(("127.0.0.1", int(server.stdout.readline()))) as connection:
            lines = connection.makefile("rb")
            for _ in range(count):
                began = perf_counter()
                connection.sendall(b"x" * 200 + b"\n")
                lines.readline()
                times.append(perf_counter() - began)
                sleep(pause)
        server.kill()
    return times
