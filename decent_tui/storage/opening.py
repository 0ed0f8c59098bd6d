"""Opening a data file: lock the marker, open the database, and settle who the node is (`core.identity`)."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from decent_tui.core.identity import Identified, Record, identify
from decent_tui.storage.marker import Marker, marker_of
from decent_tui.storage.plain import plainly
from decent_tui.storage.sqlite import SqliteStore


class Opened(msgspec.Struct, frozen=True):
    """An open store and, if the operator should know something about it, one plain sentence."""

    store: SqliteStore
    notice: str


def open_store(path: Path, draw_id: Callable[[], str], draw_tag: Callable[[], str]) -> Opened:
    """Open the data file for the one node that will write to it; a missing file and its folder are made.

    `store.load()` is a State afterwards, and its `root.node` the id to write under: the old one, or one
    from `draw_id` if the file is new, a copy or a restored backup. It is on the disk already. `draw_tag`
    gives a text that no other start ever got. Raises StorageError with one plain sentence, also when
    another process has the file.
    """
    with plainly(path):
        path = path.resolve()  # one lock for a file, whatever links lead to it
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker = Marker(marker_of(path))
    try:
        store = SqliteStore(path, marker)
    except BaseException:
        marker.close()
        raise
    try:
        before = marker.read()
        found = identify(store, marker, draw_id(), draw_tag())
        return Opened(store, _notice(store.path, found, before))
    except BaseException:
        store.close()
        raise


def _notice(path: Path, found: Identified, lost: Record | None) -> str:
    """What the operator should know of an opening; empty if all is as it was."""
    if found.why:
        return (
            f"{path} is a copy or a restored backup ({found.why}), so this node got a new id, "
            f"{found.node}; {found.was} counts as a member until it is forgotten"
        )
    if found.new and lost is not None and lost.counter:
        return f"{path} was gone or empty, so this node starts empty and under a new id, {found.node}"
    return ""
