"""A backup: the whole data of a node, here or elsewhere, in a file on the side where it was typed."""

import asyncio
from collections import deque
from pathlib import Path
from typing import Final

from decent_tui.commands.answers import BackedUp
from decent_tui.commands.new_file import check_name, new_file, reason
from decent_tui.commands.progress import Progress, Step
from decent_tui.core.copy_operations import CopyPart, ReadCopy
from decent_tui.core.errors import Refused
from decent_tui.net.interface import NodeInterface
from decent_tui.storage.schema import APPLICATION_ID

AHEAD: Final = 4
"""Parts that are asked for before the first of them is written: so the node reads while we write."""

_HEADER: Final = 100
_MAGIC: Final = b"SQLite format 3\0"
_ID_AT: Final = slice(68, 72)  # see "The Database Header" in sqlite.org/fileformat2.html


async def back_up(node: NodeInterface, path: str, progress: Progress) -> BackedUp:
    """Write a consistent copy of the node's data to a file, which appears there when it is whole, and takes
    the place of an older backup but of nothing else. Raises Refused, and StorageError where the node's disk
    fails."""
    await asyncio.to_thread(_check, path)
    async with new_file(path) as file:
        first = await node.run(ReadCopy())
        await asyncio.to_thread(file.write, first.data)
        done, asked = len(first.data), len(first.data)
        progress(Step(None, done, done / first.size))
        under_way: deque[asyncio.Task[CopyPart]] = deque()
        try:
            while done < first.size:
                while asked < first.size and len(under_way) < AHEAD:
                    under_way.append(asyncio.ensure_future(node.run(ReadCopy(first.copy, asked))))
                    asked += len(first.data)
                part = await under_way.popleft()
                if not part.data:
                    raise Refused("the node gave the copy up; try again")
                await asyncio.to_thread(file.write, part.data)
                done += len(part.data)
                progress(Step(None, done, done / first.size))
        finally:
            for task in under_way:
                task.cancel()
    return BackedUp(path, first.keys, first.size)


def _check(path: str) -> None:
    """Raise Refused where something lies that a backup must not take the place of."""
    check_name(path)
    if Path(f"{path}.id").exists():
        raise Refused(f"{path} is the data file of a node; choose another name for the backup")
    try:
        with Path(path).open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Refused(f"{path} cannot be written: {reason(error)}") from None
    if not header.startswith(_MAGIC) or int.from_bytes(header[_ID_AT]) != APPLICATION_ID:
        raise Refused(f"{path} is there and is no backup, so it is left alone; choose another name")
