"""Small things to test with: versions, replicas, and strategies that draw them."""

from collections.abc import Mapping

from hypothesis import strategies as st

from decent_tui.core.clocks import Dot
from decent_tui.core.errors import StorageError
from decent_tui.core.memory import MemoryStore
from decent_tui.core.ranges import Ranges, from_numbers
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Root
from decent_tui.core.values import read_value
from decent_tui.core.version import Version, live

A, B, C = (letter * 16 for letter in "abc")
"""Three node ids of our own form."""

X = "12345678@x:1"
"""An id of the original program's form."""


class FullDisk(MemoryStore):
    """A store on a disk that may be full."""

    full = False

    def commit(self) -> bool:
        """Refuse, if it is."""
        if self.full:
            raise StorageError("the disk is full")
        return super().commit()


def version(
    node: str = A,
    seq: int = 1,
    context: Mapping[str, int] | None = None,
    *,
    key: str = "k",
    text: str | None = "1",
    lamport: int = 1,
    author: str = "",
    ts: int = 0,
) -> Version:
    """A version; a tombstone if `text` is None."""
    value = read_value(text.encode()) if text is not None else None
    return Version(
        key,
        value.text if value else None,
        node,
        seq,
        context or {},
        lamport,
        author or node,
        ts,
        value.cid if value else "",
    )


def replica(node: str = A) -> Replica:
    """A new replica in memory, that tells nobody of its changes."""
    store = MemoryStore()
    store.save(root=Root(node))
    store.commit()
    return Replica(store, lambda changes, source: None)


def put(on: Replica, key: str = "k", text: str = "1") -> Version:
    """A local write, committed."""
    written = on.put(key, read_value(text.encode()), 0)
    on.commit()
    return written


def delete(on: Replica, key: str = "k") -> Version:
    """A local delete, committed."""
    written = on.delete(key, 0)
    on.commit()
    return written


def apply(to: Replica, *versions: Version) -> None:
    """Versions arrive from elsewhere, and are committed."""
    to.apply(versions)
    to.commit()


def texts(of: Replica, key: str = "k") -> list[str]:
    """The live values of a key, in sibling order."""
    return [(held.value or b"").decode() for held in live(of.store.siblings(key))]


def seen(**by_node: list[int]) -> Seen:
    """A seen-set of the nodes A, B and C (by their letter) from plain numbers."""
    return Seen({node[0] * 16: from_numbers(numbers) for node, numbers in by_node.items()})


def dots(*pairs: tuple[str, int]) -> list[Dot]:
    """Dots from pairs."""
    return [Dot(*pair) for pair in pairs]


# ------------------------------------------------------------------ strategies

nodes = st.sampled_from([A, B, C])
clocks = st.dictionaries(nodes, st.integers(1, 5), max_size=3)
number_sets = st.frozensets(st.integers(1, 30), max_size=20)
ranges_: st.SearchStrategy[Ranges] = number_sets.map(from_numbers)
seen_sets = st.dictionaries(nodes, ranges_, max_size=3).map(Seen)


@st.composite
def histories(draw: st.DrawFn, keys: tuple[str, ...] = ("k",), most: int = 12) -> list[Version]:
    """The versions of a history of three replicas that write and exchange single versions by chance."""
    three = [replica(node) for node in (A, B, C)]
    made: list[Version] = []
    for _ in range(draw(st.integers(1, most))):
        one = three[draw(st.integers(0, 2))]
        key = draw(st.sampled_from(keys))
        what = draw(st.integers(0, 3))
        if what == 0 and made:
            apply(one, draw(st.sampled_from(made)))
        elif what == 1 and live(one.store.siblings(key)):
            made.append(delete(one, key))
        else:
            made.append(put(one, key, str(len(made))))
    return made
