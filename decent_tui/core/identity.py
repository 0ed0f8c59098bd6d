"""Who a node is when its data is opened: a dot must name one write for ever (DESIGN, "Identity").

Beside the data lies a *marker*, which does not travel with it. It names the newest tag, the node id and the
counter; the data records the tag and which marker it was last open beside. Data that was copied, or restored
from a backup, does not fit its marker, and goes on under a new id before it writes anything.

The steps of `identify`, in an order in which the process may be killed anywhere:

1. compare data and marker; if they do not belong together, choose a new node id;
2. write a tag drawn for this start into the marker, beside the tag that the data knows; flush;
3. save tag, marker and, if it is new, the id in one transaction; make it durable, and with it what a
   killed process may have left unflushed;
4. write the marker again, with the new tag only; flush: a marker that a loss of power sets back to step 2
   would take a backup from before this start for the newest data.

The marker is flushed at a start only, not with every write (that would double what a write waits for). So a
loss of power may take back its counter; a backup that was made since that start, put back after that, passes
for the newest. That is a machine set back in time, and is noticed when a peer knows more of this node's
writes than it does itself.

Killed before 3, the data knows the old tag, after it the new one: the marker has both. A new id that was
chosen in 1 and did not reach the data was never used, and the next start chooses another; once it is in the
data, the marker has it already.
"""

from typing import Final, Protocol

import msgspec

from decent_tui.core.store import Member, Root, State, Store

ABOUT: Final = "decent-tui: the identity of the data file beside this one; do not copy, edit or remove"


class Record(msgspec.Struct, frozen=True):
    """What a marker says: the tags of this start and, until the data has taken it over, of the last one;
    the node id and the number of the last write made under it."""

    tags: tuple[str, str]
    node: str
    counter: int
    about: str = ABOUT


class Identity(msgspec.Struct, frozen=True):
    """What the data records of the marker beside it: the tag, and which file it is (its inode)."""

    tag: str
    inode: str


class MarkerFile(Protocol):
    """The marker beside the data."""

    @property
    def inode(self) -> str:
        """Which file this is; a copy is another one."""

    def read(self) -> Record | None:
        """What is written; None in a new marker and in a damaged one."""

    def write(self, record: Record) -> None:
        """Write the record; it survives the process at once, and the machine after `flush`."""

    def flush(self) -> None:
        """Return when the marker is on the disk."""


class MarkedStore(Store, Protocol):
    """A store that records which marker it was last open beside."""

    def identity(self) -> Identity:
        """The recorded tag and inode; empty texts in a new one."""

    def save_identity(self, identity: Identity) -> None:
        """Record them, in the open transaction."""


class Identified(msgspec.Struct, frozen=True):
    """Under which id the node writes; if it is another one than before, which it was and why it is so no
    longer; and whether there was nothing in the store yet."""

    node: str
    was: str
    why: str
    new: bool


def identify(store: MarkedStore, marker: MarkerFile, draw: str, tag: str) -> Identified:
    """Settle under which id this store writes: the old one, or `draw` if the data is new, a copy or a
    restored backup. It is in the store, durable, on return. `tag` is a text that no other start ever got."""
    state, known, was, why = store.load(), store.identity(), "", ""
    if state is None:
        root = Root(draw)
        store.save(root=root)
    elif why := mismatch(state.root, known, marker.inode, marker.read()):
        was, root = state.root.node, _renamed(store, state, draw)
    else:
        root = state.root
    marker.write(Record((tag, known.tag), root.node, root.counter))
    marker.flush()
    store.save_identity(Identity(tag, marker.inode))
    store.commit()
    store.make_durable()
    marker.write(Record((tag, tag), root.node, root.counter))
    marker.flush()
    return Identified(root.node, was, why, new=state is None)


def mismatch(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    """Why the data is not what was last open beside this marker; empty if it is."""
    if written is None:
        return "its marker is missing or damaged"
    if known.inode != inode:
        return "its marker is another file than before"
    if known.tag not in written.tags:
        return "it was started elsewhere since, or is not the newest"
    # A marker is written after the data, so it may still have an id that the data just gave up.
    if written.node != root.node and written.node not in root.former:
        return "its marker has another node id"
    if written.node == root.node and written.counter > root.counter:
        return f"it knows writes up to {root.counter}, its marker up to {written.counter}"
    return ""


def _renamed(store: Store, state: State, new: str) -> Root:
    """Go on under a new id; the old one stays a member, which has seen what is seen now."""
    old = state.root
    root = Root(new, 0, old.lamport, old.fingerprint, (*old.former, old.node))
    store.save(root=root, members=[Member(old.node, seen=state.seen)])
    return root
