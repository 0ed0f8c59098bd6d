"""The file against the dictionaries: any history of operations shows the same on both."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from decent_tui.core.clocks import Dot
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change, Member, Root, Store
from decent_tui.core.version import in_order
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import version

KEYS = ["a", "aa", "ab", "b", "ä", "\ue000", "\U0001f600"]
NODES = ["n1", "n2", "x@h:1"]
keys = st.sampled_from(KEYS)
nodes = st.sampled_from(NODES)
texts = st.sampled_from(["", *KEYS, "a\U0010ffff"])


class Stores(RuleBasedStateMachine):
    """One history, two stores."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.file = SqliteStore(self.folder / "a.db")
        self.memory = MemoryStore()
        self.seq = self.deaths = 0

    @property
    def both(self) -> tuple[Store, Store]:
        return self.file, self.memory

    @rule(
        wanted=st.dictionaries(
            keys, st.lists(st.tuples(nodes, st.sampled_from(["1", "2", None])), max_size=3), max_size=3
        ),
        keep=st.booleans(),
    )
    def replace(self, wanted: dict[str, list[tuple[str, str | None]]], keep: bool) -> None:
        changes = []
        for key, writes in wanted.items():
            before = self.memory.siblings(key)
            after = list(before[:1]) if keep else []
            for node, value in writes:
                self.seq += 1
                after.append(version(key, self.seq, value, node=node, context={node: self.seq - 1}))
            changes.append(Change.of(key, before, in_order(after)))
        for store in self.both:
            store.replace(changes)

    @rule(node=nodes, counter=st.integers(0, 9), number=st.integers(1, 9), address=texts)
    def save(self, node: str, counter: int, number: int, address: str) -> None:
        for store in self.both:
            store.save(root=Root(node, counter), seen={node: ((1, number),)}, floor={node: number})
            store.save(members=[Member(node, seen={node: ((1, number),)})], addresses=[address])

    @rule(node=nodes, address=texts)
    def remove(self, node: str, address: str) -> None:
        for store in self.both:
            store.remove(members=[node], addresses=[address])

    @rule(durable=st.booleans())
    def commit(self, durable: bool) -> None:
        assert self.file.commit() == self.memory.commit()
        if durable:
            self.file.make_durable()
            self.memory.make_durable()

    @rule()
    def rollback(self) -> None:
        for store in self.both:
            store.rollback()

    @rule()
    def crash(self) -> None:
        """The process dies: what is on the disk at this moment is all that is left."""
        self.deaths += 1
        left = self.folder / f"after-{self.deaths}"
        left.mkdir()
        for name in ("a.db", "a.db-wal"):
            shutil.copy(self.file.path.with_name(name), left)
        self.file.close()
        self.file = SqliteStore(left / "a.db")
        self.memory.crash()

    @rule()
    def reopen(self) -> None:
        self.file.close()
        self.file = SqliteStore(self.file.path)
        self.memory.crash()

    @rule(
        wanted=st.sampled_from(["live", "conflicts", "deleted", "all"]),
        prefix=texts,
        start=texts,
        inclusive=st.booleans(),
        backwards=st.booleans(),
        limit=st.integers(1, 4),
    )
    def page(self, **arguments) -> None:
        page = self.memory.page(**arguments)
        assert self.file.page(**arguments) == page
        every = sorted(self.memory.page(wanted=arguments["wanted"]), reverse=arguments["backwards"])
        assert page == [key for key in every if _belongs(key, arguments)][: arguments["limit"]]

    @rule(node=nodes, low=st.integers(1, 20), span=st.integers(0, 20), limit=st.integers(1, 5))
    def numbers(self, node: str, low: int, span: int, limit: int) -> None:
        arguments = (node, low, low + span, limit)
        assert self.file.by_number(*arguments) == self.memory.by_number(*arguments)
        assert self.file.dots(node, low + span, low, limit) == self.memory.dots(node, low + span, low, limit)
        after = Dot(node, low)
        assert self.file.tombstones(after, limit) == self.memory.tombstones(after, limit)

    @invariant()
    def same(self) -> None:
        assert self.file.load() == self.memory.load()
        assert self.file.counts() == self.memory.counts()
        every = self.memory.page(wanted="all")
        assert self.file.page(wanted="all") == every
        assert self.file.siblings_of(KEYS) == self.memory.siblings_of(every)

    def teardown(self) -> None:
        self.file.close()
        shutil.rmtree(self.folder)


def _belongs(key: str, asked: dict[str, object]) -> bool:
    """The definition of a page, said plainly."""
    start, prefix = asked["start"], asked["prefix"]
    if not key.startswith(str(prefix)):
        return False
    if not start or key == start:
        return not start or bool(asked["inclusive"])
    return (key < str(start)) == asked["backwards"]


TestStores = Stores.TestCase
TestStores.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
