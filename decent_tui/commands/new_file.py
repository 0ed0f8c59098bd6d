"""Files that a command writes: they appear when they are whole."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from decent_tui.core.errors import Refused


@asynccontextmanager
async def new_file(path: str) -> AsyncIterator[BinaryIO]:
    """A file to write to, in threads. At the end it is on the disk and takes the place of one with that name;
    if anything goes wrong, that one stays as it was. It is readable for its owner only. Raises Refused."""
    check_name(path)
    part = ""
    try:
        file = await asyncio.to_thread(_part, Path(path))
        part = file.name
        with file:
            yield file
            await asyncio.to_thread(_sync, file)
        await asyncio.to_thread(os.replace, part, path)
        part = ""
    except OSError as error:
        raise Refused(f"{path} cannot be written: {reason(error)}") from None
    finally:
        if part:
            with suppress(OSError):
                await asyncio.to_thread(os.unlink, part)


def check_name(path: str) -> None:
    """Raise Refused for what can be no file's name."""
    if not path or "\0" in path:
        raise Refused("the name of a file is not empty and has no null character")


def reason(error: OSError) -> str:
    """Why something could not be done with a file, in a few words."""
    return (error.strerror or str(error)).lower()


def _part(path: Path) -> BinaryIO:
    """A new file beside it, of a name that no other command writes to."""
    descriptor, name = mkstemp(".part", f"{path.name}.", path.parent)
    return open(name, "wb", opener=lambda *_: descriptor)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
