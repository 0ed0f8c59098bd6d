"""What is checked after every turn of every node in which something was written.

Only what has changed since the last turn is looked at, so a check costs what was done; `verify` looks at
everything.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from decent_tui.core import fingerprint, ranges
from decent_tui.core.clocks import Clock, Dot, by_node, is_classic
from decent_tui.core.engine import Engine
from decent_tui.core.events import Collected
from decent_tui.core.invariants import all_versions
from decent_tui.core.limits import MAX_LEARNED_PEERS
from decent_tui.core.parts import ALARMS
from decent_tui.core.ranges import Ranges
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Change
from decent_tui.core.version import Version, in_order, obsoletes
from decent_tui.lab.oracle import Meaning, Oracle, meaning
from decent_tui.lab.sim_node import SimNode

GIVEN: Final = 100
"""Addresses that people give a simulated node, at most: they do not count for the limit."""


class Broken(Exception):
    """Something that must always be so was not: which check found it, and what it was."""

    def __init__(self, check: str, what: str) -> None:
        super().__init__(f"{check}: {what}")
        self.check, self.what = check, what


class _Known:
    """What a node had at its last turn."""

    def __init__(self) -> None:
        self.id = ""
        self.seen: dict[str, Ranges] = {}
        self.floor: Clock = {}
        self.prints: dict[str, int] = {}
        """Per key, what it adds to the fingerprint."""
        self.sum = 0


class Checks:
    """Watches all nodes. Without an oracle (somebody lies) only what a node can know by itself is checked."""

    def __init__(self, oracle: Oracle | None) -> None:
        self._oracle = oracle
        self._known: dict[str, _Known] = {}
        self._unheard = False
        """Whether a disk was set back and its node kept its id, having written nothing since: it has seen
        less than others heard of it, and nobody can know."""

    # ------------------------------------------------------------------ a watcher

    def opened(self, node: SimNode) -> None:
        """A node opened its file: from now on it must only grow."""
        before, known = self._known.get(node.address), _Known()
        self._known[node.address] = known
        self._count(known, node.replica, node.store.page(wanted="all", limit=1_000_000))
        known.id, known.seen, known.floor = (
            node.replica.node, dict(node.replica.seen.items()), node.replica.floor
        )  # fmt: skip
        if before is not None and before.id == known.id:
            shrunk = not Seen(known.seen).covers(Seen(before.seen))
            if shrunk and not node.set_back:
                raise Broken("I4", f"{node.name} has seen less after a restart than before")
            self._unheard = self._unheard or shrunk
        node.set_back = False
        self._sums(known, node)

    def undid(self, node: SimNode) -> None:
        """A turn was undone: everything is as it was before it."""
        known, replica = self._known[node.address], node.replica
        if replica.node != known.id or replica.floor != known.floor or replica.seen != Seen(known.seen):
            raise Broken("undone", f"{node.name} knows more than its disk after a turn that was undone")
        self._count(known, replica, node.store.page(wanted="all", limit=1_000_000))
        self._sums(known, node)

    def wrote(self, node: SimNode, changes: Sequence[Change]) -> None:
        """A turn ended in which something was written."""
        caps(node.engine)
        known, replica = self._known[node.address], node.replica
        if self._oracle:
            for change in changes:
                self._made(self._oracle, node, change)
        known.id = replica.node
        self._siblings(node, changes)
        if self._oracle and self._oracle.strict and not self._unheard:
            self._collected(node, changes)
        self._count(known, replica, [change.key for change in changes])
        self._sums(known, node)
        grown = self._grown(known, node)
        self._floor(known, node)
        if self._oracle:
            fresh = [Dot(name, n) for name, more in grown.items() for n in ranges.numbers(more)]
            self._accounted(self._oracle, node, fresh, changes)
        if replica.counter > max((high for _, high in replica.seen[replica.node]), default=0):
            raise Broken("I1", f"{node.name} counts {replica.counter} writes, and has not seen so many")

    # ------------------------------------------------------------------ one by one

    def _made(self, oracle: Oracle, node: SimNode, change: Change) -> None:
        """I1: a version is what was written under its dot; one of our own is written down here."""
        for version in change.kept:
            if oracle.knows(version):
                continue
            if version.node not in (node.replica.node, *node.replica.former):
                raise Broken("I1", f"{node.name} holds {_name(version)}, which nobody wrote so")
            if node.writing and node.writing[0] == change.key:
                fresh = oracle.written(version, node.writing[1])
            else:
                fresh = oracle.repeated(version)
            if not fresh:
                raise Broken("I1", f"{node.name} uses the number of {_name(version)} for a second write")

    def _siblings(self, node: SimNode, changes: Sequence[Change]) -> None:
        """No version is held beside one that makes it obsolete, or without its dot in `seen`."""
        for change in changes:
            held = node.store.siblings(change.key)
            if held != in_order(held):
                raise Broken("siblings", f"{node.name} holds those of {change.key} in another order")
            if any(version.lamport > node.replica.lamport for version in held):
                raise Broken("lamport", f"that of {node.name} is below one that it holds")
            for version in held:
                if version.dot not in node.replica.seen:
                    raise Broken("I4", f"{node.name} holds {_name(version)}, and has not seen it")
                for other in held:
                    if other is not version and obsoletes(other, version):
                        raise Broken("siblings", f"{node.name} holds {_name(version)}, which is obsolete")

    def _collected(self, node: SimNode, changes: Sequence[Change]) -> None:
        """A tombstone goes when everybody who counts has seen all that it holds down, and not before: a full
        answer would make good for it, but costs as much as there is."""
        parts = node.engine.parts
        if not any(isinstance(event, Collected) for event in parts.out.events):
            return
        gone = [version for change in changes for version in change.dropped if version.deleted]
        for one in self._known.values():
            known = parts.members.get(one.id)
            if known is None or known.standing != "member" or known.volatile:
                continue
            for version in gone:
                for name, seq in by_node(version.clock).items():
                    if ranges.base(one.seen.get(name, ranges.EMPTY)) < seq:
                        raise Broken("collected", f"{node.name} forgets {_name(version)} too early")
        for version in gone:
            if any(is_classic(name) and name not in parts.members.forgotten() for name in version.clock):
                raise Broken("collected", f"{node.name} forgets {_name(version)}, which a classic peer knows")

    def _count(self, known: _Known, replica: Replica, keys: Iterable[str]) -> None:
        for key in keys:
            now = sum(map(fingerprint.of, replica.store.siblings(key)))
            known.sum += now - known.prints.get(key, 0)
            known.prints[key] = now

    def _sums(self, known: _Known, node: SimNode) -> None:
        if known.sum % 2**256 != node.replica.fingerprint:
            raise Broken("fingerprint", f"that of {node.name} is not that of what it holds")
        if node.replica.digest() != node.replica.seen.digest(node.replica.fingerprint):
            raise Broken("digest", f"that of {node.name} is not that of what it has seen and holds")

    def _grown(self, known: _Known, node: SimNode) -> dict[str, Ranges]:
        """I4: `seen` only grows; returns what is new in it."""
        grown: dict[str, Ranges] = {}
        now = dict(node.replica.seen.items())
        for name in sorted(known.seen.keys() | now.keys()):
            before, after = known.seen.get(name, ranges.EMPTY), now.get(name, ranges.EMPTY)
            if before is not after and before != after:
                if ranges.subtract(before, after):
                    raise Broken("I4", f"{node.name} has unseen writes of {name[:4]}")
                grown[name] = ranges.subtract(after, before)
        known.seen = now
        return grown

    def _floor(self, known: _Known, node: SimNode) -> None:
        """I3, and that the floor only grows."""
        floor = node.replica.floor
        if floor is known.floor:
            return
        for name, seq in floor.items():
            if node.replica.seen.base(name) < seq:
                raise Broken("I3", f"the floor of {node.name} is above its base of {name[:4]}")
        if any(floor.get(name, 0) < seq for name, seq in known.floor.items()):
            raise Broken("I4", f"the floor of {node.name} sank")
        known.floor = floor

    def _accounted(
        self, oracle: Oracle, node: SimNode, fresh: Iterable[Dot], changes: Sequence[Change]
    ) -> None:
        """I2, for the dots that are new in `seen` and for all that the versions which went held down."""
        at_stake: dict[Meaning, None] = {}
        for dot in fresh:
            meant = oracle.by_dot.get(dot, ())
            if not meant and oracle.strict:
                raise Broken("I2", f"{node.name} claims to have seen {dot.node[:4]}:{dot.seq}, never written")
            at_stake.update(dict.fromkeys(meant))
        for change in changes:
            for gone in change.dropped:
                lost = meaning(gone)
                known = oracle.made.get(lost)
                # what replaced it has all of its past too
                if known is not None and not any(oracle.replaced(lost, held) for held in change.after):
                    at_stake.update(dict.fromkeys((*known.past, meaning(known.version))))
        for write in sorted(at_stake):
            self._account(oracle, node, write)

    def _account(self, oracle: Oracle, node: SimNode, write: Meaning) -> None:
        replica = node.replica
        if write.seq <= replica.floor.get(write.node, 0):
            return
        if not ranges.contains(replica.seen[write.node], write.seq):
            return
        version = oracle.made[write].version
        for held in replica.store.siblings(write.key):
            if held == version or oracle.replaced(write, held) or obsoletes(held, version):
                return
        if not oracle.may_be_gone(write):
            raise Broken("I2", f"{node.name} has seen {_name(version)}, and neither holds nor may forget it")


def _name(version: Version) -> str:
    what = "deleted" if version.value is None else version.value.decode("utf-8", "replace")[:20]
    return f"{version.node[:4]}:{version.seq} ({version.key} = {what})"


def caps(engine: Engine) -> None:
    """What waits in memory is bounded."""
    parts = engine.parts
    for link in parts.links.all():
        if link.outbox.size > link.outbox.limit:
            raise Broken("caps", f"{link.outbox.size} bytes wait for a link")
        if link.pull is not None and len(link.pull.listed) > MAX_LEARNED_PEERS:
            raise Broken("caps", "the list of a full answer names too many nodes")
    if len(list(parts.peers)) > MAX_LEARNED_PEERS + GIVEN:
        raise Broken("caps", "too many peers were learned")
    if len(parts.tally.alarms) > ALARMS:
        raise Broken("caps", "too many alarms are kept")


def verify(oracle: Oracle, node: SimNode) -> None:
    """Everything, at the end: nothing is lost, nothing came back."""
    lost, back = oracle.verdict(all_versions(node.store))
    if lost:
        raise Broken("lost", f"{node.name} lost {', '.join(lost)}")
    if back:
        raise Broken("resurrected", f"on {node.name} {', '.join(back)} came back")
