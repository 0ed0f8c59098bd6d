"""Import: JSON lines become writes, in flat memory. The file is on the side where the command was typed.

Lines go to the node many at a time, and some such batches are under way at once: while one is on its way to
the disk the next ones are read, and what came meanwhile shares one sync. They take effect in the order of the
file.
"""

import asyncio
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from decent_tui.commands.answers import Imported
from decent_tui.commands.exporting import LINE, Line
from decent_tui.commands.new_file import check_name, reason
from decent_tui.commands.progress import Progress, Step
from decent_tui.core.errors import Refused
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.operations import Pair, PutAll, Written
from decent_tui.core.values import check_key, decode_value
from decent_tui.net.interface import NodeInterface

BATCH: Final = 64
"""Lines in one operation: about 2 ms of work for the node."""

BATCH_BYTES: Final = 64 * 1024
"""Bytes in one operation, if it has more than one line."""

AHEAD: Final = 32
"""Operations under way: 2,048 small lines or 2 MiB, which share a sync of the disk."""

READ: Final = 256 * 1024
"""Bytes read at a time."""


class _Batch(NamedTuple):
    """Lines that are written together, of which the first has this number: their bytes, how many are in
    conflict, and what is wrong with the line behind them, if something is."""

    first: int
    pairs: tuple[Pair, ...]
    size: int
    conflicts: int
    wrong: str = ""


async def import_from(node: NodeInterface, path: str, progress: Progress) -> Imported:
    """Put every key of a file. Raises Refused, naming the first line that is wrong; those before it are
    written then."""
    check_name(path)
    count = size = conflicts = 0
    under_way: deque[tuple[_Batch, asyncio.Future[Written]]] = deque()

    async def finish_first() -> None:
        nonlocal count, size, conflicts
        batch, writing = under_way.popleft()
        last = batch.first + len(batch.pairs) - 1
        try:
            await writing
        except Refused as error:
            where = f"lines {batch.first:,} to {last:,}"
            raise type(error)(f"{where}: {error}; those before are written") from None
        count, size, conflicts = last, size + batch.size, conflicts + batch.conflicts
        progress(Step(count, size, size / whole if whole else None))

    try:
        with await asyncio.to_thread(Path(path).open, "rb") as file:
            whole = os.fstat(file.fileno()).st_size
            number, wrong = 1, ""
            while not wrong and (texts := await asyncio.to_thread(_some, file)):
                for batch in _batches(texts, number):
                    while len(under_way) >= AHEAD:
                        await finish_first()
                    if batch.pairs:
                        under_way.append((batch, asyncio.ensure_future(node.run(PutAll(batch.pairs)))))
                    wrong = batch.wrong
                    await asyncio.sleep(0)  # it begins now, and whoever shares the loop has a turn
                number += len(texts)
            while under_way:
                await finish_first()
            if wrong:
                raise Refused(wrong)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {reason(error)}") from None
    finally:
        for _, writing in under_way:
            writing.cancel()
        await asyncio.gather(*(writing for _, writing in under_way), return_exceptions=True)
    return Imported(path, count, size, conflicts)


def _some(file: BinaryIO) -> list[bytes]:
    """The next lines, few of them if they are long."""
    lines: list[bytes] = []
    size = 0
    while size < READ and (line := file.readline(2 * MAX_LINE)):
        lines.append(line)
        size += len(line)
    return lines


def _batches(texts: Sequence[bytes], first: int) -> Iterator[_Batch]:
    """The lines in batches, up to the first that is wrong."""
    pairs: list[Pair] = []
    size = conflicts = 0
    for number, text in enumerate(texts, first):
        if pairs and (len(pairs) >= BATCH or size + len(text) > BATCH_BYTES):
            yield _Batch(number - len(pairs), tuple(pairs), size, conflicts)
            pairs, size, conflicts = [], 0, 0
        try:
            line = _read(text)
        except ValueError as error:
            wrong = f"line {number:,}{error}; the lines before it are written"
            yield _Batch(number - len(pairs), tuple(pairs), size, conflicts, wrong)
            return
        pairs.append(Pair(line.key, line.value))
        size, conflicts = size + len(text), conflicts + bool(line.others)
    yield _Batch(first + len(texts) - len(pairs), tuple(pairs), size, conflicts)


def _read(text: bytes) -> Line:
    """A line; raises ValueError, whose text follows on the line's number."""
    try:
        line = LINE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f' is not {{"key": …, "value": …}}: {error}') from None
    try:
        check_key(line.key)
        decode_value(bytes(line.value))
    except ValueError as error:
        raise ValueError(f": {error}") from None
    return line
