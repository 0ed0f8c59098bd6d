"""Export and import: JSON lines, both ways, in flat memory. Files are on the side where a command was typed.

A line is `{"key": …, "value": …}`; of a key in conflict it has the newest value, the others in `"others"`.
An import writes the values as new ones, by ordinary puts; what else a line has is passed over.
"""

import asyncio
import os
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from decent_tui.commands.new_file import check_name, new_file, reason
from decent_tui.commands.progress import Progress, Step
from decent_tui.core.errors import Refused
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.operations import Entries, Put, Status, Versions
from decent_tui.net.interface import NodeInterface

AT_ONCE: Final = 1024
"""Lines that are written together: as many share one sync of the disk."""


class Exported(msgspec.Struct, frozen=True):
    """What a file got: `count` keys in so many `bytes`; `conflicts` of them had several values."""

    file: str
    count: int
    bytes: int
    conflicts: int


class Imported(msgspec.Struct, frozen=True):
    """What was read from a file: `count` keys from so many `bytes`; of `conflicts` only the newest value."""

    file: str
    count: int
    bytes: int
    conflicts: int


class _Line(msgspec.Struct, omit_defaults=True):
    key: str
    value: msgspec.Raw
    others: list[msgspec.Raw] = []


_line: Final = msgspec.json.Decoder(_Line)


# ------------------------------------------------------------------ export


async def export_to(node: NodeInterface, path: str, prefix: str, progress: Progress) -> Exported:
    """Write every key with this prefix to a file, which appears there when it is whole. What is written
    meanwhile may be in it or not. Raises Refused."""
    count = size = conflicts = 0
    async with new_file(path) as file:
        keys = 0 if prefix else (await node.run(Status())).keys
        after, more = "", True
        while more:
            page = await node.run(Entries(prefix, after))
            lines = b"".join(map(_encoded, page.entries))
            await asyncio.to_thread(file.write, lines)
            count, size = count + len(page.entries), size + len(lines)
            conflicts += sum(len(entry.versions) > 1 for entry in page.entries)
            more, after = page.more, page.entries[-1].key if page.entries else ""
            progress(Step(count, size, min(1.0, count / keys) if keys else None))
    return Exported(path, count, size, conflicts)


def _encoded(entry: Versions) -> bytes:
    newest, *others = (record.value for record in entry.versions)
    return msgspec.json.encode(_Line(entry.key, newest, others)) + b"\n"


# ------------------------------------------------------------------ import


async def import_from(node: NodeInterface, path: str, progress: Progress) -> Imported:
    """Put every key of a file. Raises Refused, naming the first line that is wrong; those before it, and a
    few behind it, are written then."""
    check_name(path)
    count = size = conflicts = 0
    try:
        with await asyncio.to_thread(Path(path).open, "rb") as file:
            whole = os.fstat(file.fileno()).st_size
            while texts := await asyncio.to_thread(_some, file):
                lines, wrong = _decoded(texts, count)
                puts = (node.run(Put(line.key, bytes(line.value).decode())) for line in lines)
                outcomes = await asyncio.gather(*puts, return_exceptions=True)
                for at, outcome in enumerate(outcomes, count + 1):
                    if isinstance(outcome, Refused):
                        raise type(outcome)(f"line {at:,}: {outcome}; the lines before it are written")
                    if isinstance(outcome, BaseException):
                        raise outcome
                conflicts += sum(bool(line.others) for line in lines)
                count, size = count + len(lines), size + sum(map(len, texts))
                progress(Step(count, size, size / whole if whole else None))
                if wrong:
                    raise Refused(wrong)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {reason(error)}") from None
    return Imported(path, count, size, conflicts)


def _some(file: BinaryIO) -> list[bytes]:
    """The next lines, few of them if they are long."""
    lines: list[bytes] = []
    size = 0
    while len(lines) < AT_ONCE and size < MAX_LINE and (line := file.readline(2 * MAX_LINE)):
        lines.append(line)
        size += len(line)
    return lines


def _decoded(texts: list[bytes], before: int) -> tuple[list[_Line], str]:
    """The lines up to the first that is wrong, and what is wrong with it."""
    lines: list[_Line] = []
    for number, text in enumerate(texts, before + 1):
        try:
            lines.append(_line.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            form = '{"key": …, "value": …}'
            return lines, f"line {number:,} is not {form}: {error}; the lines before it are written"
    return lines, ""
