"""The store of the original program, its faults included, as a model for the simulator and the tests.

- Every local write has the clock `{self: 1}`, with a lamport that grows.
- Whatever it imports gets its own entry in the clock grown by one and its own next lamport, each time, so
  that nobody's snapshot ever settles.
- After importing a key, its own next write of that key is dropped (the held clock covers `{self: 1}`).
- It knows no deletes.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from decent_tui.core.clocks import covers

Json = dict[str, Any]
"""A JSON object: the original program looks at nothing in it but what it needs."""


def survivors(new: Json, old: Json) -> list[Json]:
    """Which of two records the original program keeps, in its order."""
    newer, older = covers(new["vc"], old["vc"]), covers(old["vc"], new["vc"])
    if newer and older:
        return [max(new, old, key=_rank)]
    if newer:
        return [new]
    if older:
        return [old]
    return sorted([new, old], key=_rank, reverse=True)


def _rank(record: Json) -> tuple[int, str]:
    return record["lamport"], record["node_id"]


class ClassicStore:
    """Its store: whatever it is given grows. `clock` tells the time in seconds since 1970."""

    def __init__(self, node_id: str, clock: Callable[[], float]) -> None:
        self.node_id = node_id
        self.lamport = 0
        self._clock = clock
        self.records: dict[str, list[Json]] = {}

    def write(
        self,
        key: str,
        value: object,
        clock: dict[str, int] | None = None,
        heard: int = 0,
        author: str | None = None,
    ) -> list[Json]:
        """A local write, or (with a clock) the import of another's record."""
        self.lamport = max(self.lamport, heard) + 1
        grown = dict(clock or {})
        grown[self.node_id] = grown.get(self.node_id, 0) + 1
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        new: Json = {
            "value": value,
            "vc": grown,
            "lamport": self.lamport,
            "node_id": author or self.node_id,
            "ts": self._clock(),
            "cid": hashlib.sha256(text.encode()).hexdigest(),
        }
        kept = [new]
        for old in self.records.get(key, []):
            kept = [record for candidate in kept for record in survivors(candidate, old)]
        once: dict[tuple[str, str, int], Json] = {}
        for record in kept:
            once.setdefault((record["cid"], record["node_id"], record["lamport"]), record)
        self.records[key] = list(once.values())
        return self.records[key]

    def import_record(self, key: str, record: Json) -> None:
        """Take in one record; a broken one raises, as there."""
        self.write(key, record["value"], record["vc"], record["lamport"], record.get("node_id"))

    def import_snapshot(self, snapshot: Json) -> None:
        """Take in all of a snapshot."""
        self.lamport = max(self.lamport, snapshot.get("lamport", 0)) + 1
        for key, records in snapshot.get("data", {}).items():
            for record in records:
                self.import_record(key, record)

    def snapshot(self) -> Json:
        """All of it, for others."""
        return {
            "node_id": self.node_id,
            "lamport": self.lamport,
            "snapshot_ts": self._clock(),
            "data": self.records,
        }
