"""A data file with many keys, as a node would have written it."""

import time
from hashlib import sha256
from pathlib import Path

from decent_tui.core.replica import Replica
from decent_tui.core.values import read_value
from decent_tui.core.version import Version
from decent_tui.storage.opening import open_store

OTHER = "0" * 15 + "1"
"""The id of the node whose writes the conflicts are with."""

TURN = 5_000
"""Writes in a transaction."""


def key_of(at: int) -> str:
    """The key with this number; they sort by it."""
    return f"user:{at:07d}"


def build(path: Path, keys: int) -> None:
    """Write `keys` keys; every thousandth is in conflict, every thousandth deleted."""
    ids = iter(f"{number:016x}" for number in range(16, 32))
    store = open_store(path, lambda: next(ids), lambda: f"tag{next(ids)}").store
    replica = Replica(store, lambda changes, source: None)
    now = round(time.time() * 1000)
    for at in range(keys):
        value = read_value(b'{"name": "n%d", "score": %d, "tags": ["a", "b"]}' % (at, at * 7))
        replica.put(key_of(at), value, now)
        if at % 1000 == 500:
            replica.delete(key_of(at), now)
        if at % TURN == TURN - 1:
            replica.commit()
    other = b'{"name":"other"}'
    cid = sha256(other).hexdigest()
    numbers = range(750, keys, 1000)
    replica.apply(
        [
            Version(key_of(at), other, OTHER, seq, {}, seq, OTHER, now, cid)
            for seq, at in enumerate(numbers, 1)
        ]
    )
    replica.commit()
    store.close()
