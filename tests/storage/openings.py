"""The lives of a data file: opened, written, closed or killed, copied."""

import os
import shutil
from itertools import count
from pathlib import Path

import msgspec

from decent_tui.core.store import Root
from decent_tui.storage.opening import Opened, open_store
from tests.storage.make import put, version


class Start:
    """Opens files with ids `id1`, `id2`, … and a new tag each time."""

    def __init__(self) -> None:
        self._ids, self._tags = count(1), count(1)

    def __call__(self, path: Path) -> Opened:
        return open_store(path, lambda: f"id{next(self._ids)}", lambda: f"tag{next(self._tags)}")


def root_of(opened: Opened) -> Root:
    state = opened.store.load()
    assert state is not None
    return state.root


def write(opened: Opened, counter: int) -> None:
    """One durable write with this number."""
    root = root_of(opened)
    put(opened.store, version("k", counter, node=root.node))
    opened.store.save(root=msgspec.structs.replace(root, counter=counter), seen={root.node: ((1, counter),)})
    opened.store.commit()
    opened.store.make_durable()


def run(start: Start, path: Path, *counters: int) -> str:
    """One life of a node: open, write, close; returns its id."""
    opened = start(path)
    for counter in counters:
        write(opened, counter)
    node = root_of(opened).node
    opened.store.close()
    return node


def copy(source: Path, target: Path) -> None:
    """`cp -a` of the database and whatever lies beside it but the marker."""
    target.parent.mkdir(exist_ok=True)
    for end in ("", "-wal", "-shm"):
        if (file := source.with_name(source.name + end)).exists():
            shutil.copy2(file, target.with_name(target.name + end))


def die(opened: Opened) -> None:
    """What kill -9 does to a process: every descriptor is closed, nothing else happens."""
    store = opened.store
    store._log.close_connection()
    copy(store.path, store.path.parent / "kept" / store.path.name)
    store._connection.close()  # copies the log and removes it, which a killed process does not
    store._log.close()
    assert store._marker is not None
    os.close(store._marker._file)
    for file in (store.path.parent / "kept").iterdir():
        shutil.copyfile(file, store.path.parent / file.name)
    shutil.rmtree(store.path.parent / "kept")
