"""Opening a data file: who the node is (DESIGN, "Identity").

The steps, in an order in which the process may be killed anywhere:

1. lock the marker, then open the database;
2. compare the two; if they do not belong together, choose a new node id;
3. draw a tag and write it into the marker, beside the tag that the database knows; flush;
4. save tag, inode and, if it is new, the id in one transaction; make it durable, and with it what a
   killed process may have left unflushed;
5. write the marker again, with the new tag only.

Killed before 4, the database knows the old tag, after it the new one: the marker has both. A new id
that was chosen in 2 and did not reach the database was never used, and the next start chooses
another; once it is in the database, the marker has it already.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from decent_tui.core.store import Member, Root, State
from decent_tui.storage.marker import Marker, Record
from decent_tui.storage.plain import plainly
from decent_tui.storage.sqlite import Identity, SqliteStore


@dataclass(frozen=True)
class Opened:
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
    marker = Marker(path.with_name(f"{path.name}.id"))
    try:
        store = SqliteStore(path, marker)
    except BaseException:
        marker.close()
        raise
    try:
        return Opened(store, _identify(store, marker, draw_id, draw_tag()))
    except BaseException:
        store.close()
        raise


def _identify(store: SqliteStore, marker: Marker, draw_id: Callable[[], str], tag: str) -> str:
    """Settle under which id this store writes; returns the notice."""
    state, known, notice = store.load(), store.identity(), ""
    if state is None:
        root = Root(draw_id())
        store.save(root=root)
        if (lost := marker.read()) is not None and lost.counter:
            notice = (
                f"{store.path} was gone or empty, so this node starts empty and under a new id, {root.node}"
            )
    elif reason := _mismatch(state.root, known, marker):
        old = state.root.node
        root = _renamed(store, state, draw_id())
        notice = (
            f"{store.path} is a copy or a restored backup ({reason}), so this node got a new id, "
            f"{root.node}; {old} counts as a member until it is forgotten"
        )
    else:
        root = state.root
    marker.write(Record((tag, known.tag), root.node, root.counter))
    marker.flush()
    store.save_identity(Identity(tag, marker.inode))
    store.commit()
    store.make_durable()
    marker.write(Record((tag, tag), root.node, root.counter))
    return notice


def _mismatch(root: Root, known: Identity, marker: Marker) -> str:
    """Why the database is not the one that was last open beside this marker; empty if it is."""
    written = marker.read()
    if written is None:
        return "its marker is missing or damaged"
    if known.inode != marker.inode:
        return "its marker is another file than before"
    if known.tag not in written.tags:
        return "it was started elsewhere since, or is not the newest"
    # A marker is written after the database, so it may still have an id that the database just gave up.
    if written.node != root.node and written.node not in root.former:
        return "its marker has another node id"
    if written.node == root.node and written.counter > root.counter:
        return f"it knows writes up to {root.counter}, its marker up to {written.counter}"
    return ""


def _renamed(store: SqliteStore, state: State, new: str) -> Root:
    """Go on under a new id; the old one stays a member, which has seen what is seen now."""
    old = state.root
    root = Root(new, 0, old.lamport, old.fingerprint, (*old.former, old.node))
    store.save(root=root, members=[Member(old.node, seen=state.seen)])
    return root
