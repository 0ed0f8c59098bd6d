"""Versions and changes for the tests of stores."""

import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import sha256

from decent_tui.core.store import Change, Store
from decent_tui.core.version import Version, in_order
from decent_tui.storage.sqlite import SqliteStore


def version(
    key: str,
    seq: int,
    value: str | None = "1",
    *,
    node: str = "n1",
    context: Mapping[str, int] | None = None,
    author: str = "",
) -> Version:
    """One write; without a value a tombstone."""
    return Version(
        key=key,
        value=None if value is None else value.encode(),
        node=node,
        seq=seq,
        context=context or {},
        lamport=seq,
        author=author or node,
        ts=1_700_000_000_000 + seq,
        cid="" if value is None else sha256(value.encode()).hexdigest(),
    )


def hold(store: Store, key: str, versions: Iterable[Version]) -> None:
    """Make these the versions of the key, whatever was there."""
    held = {was.dot: was for was in store.siblings(key)}
    after = in_order(held.get(new.dot, new) for new in versions)
    store.replace([Change.of(key, store.siblings(key), after)])


def put(store: Store, *versions: Version) -> None:
    """Make each of these the only version of its key."""
    for new in versions:
        hold(store, new.key, [new])


def connection(store: SqliteStore) -> sqlite3.Connection:
    """The store's own connection, to do it harm."""
    return store._connection
