"""A store in a file of its own, and a file that a node has lived in.

What a store would do in the background it does at once: then tests can count.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decent_tui.core.store import Root
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.openings import Start, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path, background=lambda work: work())
    yield made
    made.close()


@pytest.fixture
def start() -> Start:
    return Start()


@pytest.fixture
def lived(start: Start, path: Path) -> Path:
    """A file with 5 writes under `id1`."""
    opened = start(path)
    opened.store.save(root=Root("id1", lamport=9))
    for counter in range(1, 6):
        write(opened, counter)
    opened.store.close()
    return path
