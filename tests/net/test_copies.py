"""Copies of a live node's file: one at a time, read part by part, and given up when nobody reads on."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from decent_tui.core.copy_operations import ReadCopy
from decent_tui.core.errors import Refused, StorageError
from decent_tui.net import copies
from decent_tui.net.copies import PART, Copies
from tests.net.support import eventually

CONTENT = bytes(range(256)) * 4 * 1024


def copier(path: Path, stopped: Callable[[], bool]) -> int:
    path.write_bytes(CONTENT)
    return 7


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db.copy"


async def rest(made: Copies, name: str) -> bytes:
    parts = [await made.read(ReadCopy(name, at)) for at in range(PART, len(CONTENT), PART)]
    return b"".join(part.data for part in parts)


async def test_a_copy_is_read_in_parts_and_leaves_no_file(path: Path) -> None:
    made = Copies(copier, path)
    first = await made.read(ReadCopy())
    assert (first.size, first.keys, len(first.data)) == (len(CONTENT), 7, PART)
    assert os.listdir(path.parent) == []
    assert first.data + await rest(made, first.copy) == CONTENT
    with pytest.raises(Refused, match="given up"):
        await made.read(ReadCopy(first.copy, 0))


async def test_there_is_one_at_a_time(path: Path) -> None:
    made = Copies(copier, path)
    first = await made.read(ReadCopy())
    with pytest.raises(Refused, match="being made already"):
        await made.read(ReadCopy())
    await rest(made, first.copy)
    assert (await made.read(ReadCopy())).copy != first.copy
    await made.stop()


async def test_one_that_nobody_reads_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "PATIENCE", 0.05)
    made = Copies(copier, path)
    first = await made.read(ReadCopy())

    async def gone() -> bool:
        try:
            await made.read(ReadCopy())
        except Refused:
            return False
        return True

    await eventually(gone)
    with pytest.raises(Refused, match="given up"):
        await made.read(ReadCopy(first.copy, PART))
    await made.stop()


async def test_whoever_leaves_while_it_is_made_is_not_waited_for(path: Path) -> None:
    begun = threading.Event()

    def slow(path: Path, stopped: Callable[[], bool]) -> int:
        path.write_bytes(CONTENT)
        begun.set()
        while not stopped():
            pass
        raise StorageError("the copy was given up")

    made = Copies(slow, path)
    asked = asyncio.create_task(made.read(ReadCopy()))
    await asyncio.to_thread(begun.wait)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    made._copier = copier

    async def free() -> bool:
        try:
            return (await made.read(ReadCopy())).keys == 7
        except Refused:
            return False

    await eventually(free)
    await made.stop()
    assert os.listdir(path.parent) == []


async def test_a_node_that_stops_gives_it_up(path: Path) -> None:
    begun = threading.Event()

    def slow(path: Path, stopped: Callable[[], bool]) -> int:
        begun.set()
        while not stopped():
            pass
        raise StorageError("the copy was given up")

    made = Copies(slow, path)
    asked = asyncio.create_task(made.read(ReadCopy()))
    await asyncio.to_thread(begun.wait)
    await made.stop()
    with pytest.raises(StorageError, match="given up"):
        await asked


async def test_a_disk_that_fails_is_a_sentence(path: Path) -> None:
    def full(path: Path, stopped: Callable[[], bool]) -> int:
        raise OSError(28, "No space left on device")

    made = Copies(full, path)
    for _ in range(2):
        with pytest.raises(StorageError, match="No space left"):
            await made.read(ReadCopy())
