"""A store in a file of its own. What it would do in the background it does at once: then tests can count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decent_tui.storage.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path, background=lambda work: work())
    yield made
    made.close()
