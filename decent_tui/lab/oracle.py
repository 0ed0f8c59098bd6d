"""What a network of replicas must hold, worked out from who wrote what over what.

The oracle writes down every write that was made, and with it its *past*: all that its writer had for that
key, directly or through others. A value may be gone only if it is in the past of another write; it must be
gone then. Clocks decide nothing here, but for the writes that no person made (a classic peer's record taken
in, a value put again after a rollback): their past is what their clock covers.

A write is *risky* if its only disk was set back, or if its number was used twice by a machine that was set
back: no rule can save those in every case. A risky write may be lost, and what it had replaced may live.
"""

from collections.abc import Iterable
from typing import NamedTuple

from decent_tui.core.clocks import Dot
from decent_tui.core.version import Version, obsoletes


class Meaning(NamedTuple):
    """One write. The dot alone would do, if no machine were ever set back."""

    node: str
    seq: int
    key: str
    cid: str


def meaning(version: Version) -> Meaning:
    """Which write a version is."""
    return Meaning(version.node, version.seq, version.key, version.cid)


class Made(NamedTuple):
    """A write that was made: what it was, and all that its writer had before it."""

    version: Version
    past: frozenset[Meaning]


class Oracle:
    """Everything that was ever written, anywhere."""

    def __init__(self) -> None:
        self.made: dict[Meaning, Made] = {}
        self.by_dot: dict[Dot, list[Meaning]] = {}
        self._by_key: dict[str, list[Meaning]] = {}
        self._risky: set[Meaning] = set()
        self._used_twice: dict[str, int] = {}
        """Per node id, the number from which on its numbers may name two writes."""
        self._put_again = False

    # ------------------------------------------------------------------ what happens

    def written(self, version: Version, over: Iterable[Version]) -> bool:
        """A person's write, made over these; False if its number was used before and should not have been."""
        return self._note(version, [meaning(held) for held in over])

    def repeated(self, version: Version) -> bool:
        """A write that no person made: its clock says what it covers."""
        self._put_again = self._put_again or version.author == version.node
        earlier = (self.made[known] for known in self._by_key.get(version.key, ()))
        return self._note(version, [meaning(m.version) for m in earlier if obsoletes(version, m.version)])

    def _note(self, version: Version, over: list[Meaning]) -> bool:
        new, dot = meaning(version), version.dot
        fresh = dot not in self.by_dot or self.is_risky(new)
        pasts = (self.made[held].past for held in over if held in self.made)
        self.made[new] = Made(version, frozenset(over).union(*pasts))
        self.by_dot.setdefault(dot, []).append(new)
        self._by_key.setdefault(version.key, []).append(new)
        return fresh

    def endanger(self, lost: Iterable[Meaning]) -> None:
        """These writes were on one disk only, and that was set back."""
        self._risky.update(lost)

    def set_back(self, node: str, counter: int) -> None:
        """A machine was set back to a time at which `node` had made `counter` writes: the later numbers may
        be used again."""
        self._used_twice[node] = min(counter, self._used_twice.get(node, counter))

    # ------------------------------------------------------------------ what must be so

    def is_risky(self, write: Meaning) -> bool:
        """Whether a write may be lost."""
        return write in self._risky or write.seq > self._used_twice.get(write.node, write.seq)

    @property
    def strict(self) -> bool:
        """Whether every write must be accounted for."""
        return not self._risky and not self._used_twice

    def knows(self, version: Version) -> bool:
        """Whether this very version was written."""
        known = self.made.get(meaning(version))
        return known is not None and known.version == version

    def replaced(self, write: Meaning, held: Version) -> bool:
        """Whether a version that is held had a write in its past."""
        known = self.made.get(meaning(held))
        return known is not None and write in known.past

    def may_be_gone(self, write: Meaning) -> bool:
        """Whether a write that nothing held accounts for may be gone all the same: it is risky, or a risky
        one replaced it (a replica that has seen the other write under that number holds neither)."""
        return self.is_risky(write) or any(
            self.is_risky(later) and write in self.made[later].past for later in self._by_key[write.key]
        )

    def verdict(self, held: Iterable[Version]) -> tuple[list[str], list[str]]:
        """Of the versions that a replica holds at the end: what it has lost, and what has come back."""
        values = {meaning(version) for version in held if not version.deleted}
        gone = {old for made in self.made.values() for old in made.past}
        surely = {old for new, made in self.made.items() for old in made.past if not self.is_risky(new)}
        alive = {new for new, made in self.made.items() if not made.version.deleted}
        must = {write for write in alive - gone if not self.is_risky(write)}
        may = alive - surely
        if self.strict and not self._put_again:
            return _named(must - values), _named(values - may)
        texts = {(write.key, write.cid) for write in values}  # some were put again under other numbers
        lost = [write for write in must if (write.key, write.cid) not in texts]
        allowed = {(write.key, write.cid) for write in may}
        return _named(lost), _named(write for write in values if (write.key, write.cid) not in allowed)


def _named(writes: Iterable[Meaning]) -> list[str]:
    return [f"{write.key} {write.node[:4]}:{write.seq}" for write in sorted(writes)]
