"""Replicas without a network between them: the rules alone, under anything that packets can do.

No links, no time: any push arrives at any time, in any order, twice or never; pulls go on chunk by chunk
while everything else changes; everybody counts whom it pleases and collects when it pleases. That is far
worse than a network, and ten times faster.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from decent_tui.core import claims, sync, tombstones
from decent_tui.core import values as v
from decent_tui.core.batch import unpack
from decent_tui.core.clocks import Dot
from decent_tui.core.invariants import all_versions, violations
from decent_tui.core.memory import MemoryStore
from decent_tui.core.messages import Versions
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Root
from decent_tui.core.sync import Pull
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Version, live, obsoletes
from decent_tui.lab.oracle import Oracle

ROUNDS = 60
"""Rounds of pulls in which all must have become level."""


class Flight(NamedTuple):
    """An answer under way, and the pull that it is for."""

    pull: int
    said: Versions


@dataclass
class Someone:
    """One replica, what it last heard of the others, and whom it counts."""

    replica: Replica
    heard: dict[str, Seen] = field(default_factory=dict)
    pulls: dict[str, Pull] = field(default_factory=dict)
    flight: dict[str, Flight] = field(default_factory=dict)
    """Answers under way, by who sent them."""

    @property
    def id(self) -> str:
        """Its node id."""
        return self.replica.node


def someone(number: int, name: str = "") -> Someone:
    """A new replica."""
    store = MemoryStore()
    store.save(root=Root(name or f"{number:016x}"))
    store.commit()
    return Someone(Replica(store, lambda changes, source: None))


class Crowd:
    """A few replicas; every step can be taken by hand (directed histories) or by chance (`play`)."""

    def __init__(self, size: int, *, chunk: int = 10_000, page: int = 4_096, counted: bool = True) -> None:
        self.all = [someone(number + 10) for number in range(size)]
        self.tuning = Tuning(chunk, page)
        self.oracle = Oracle()
        self._pulls = 0
        self.pool: list[tuple[Someone, Version]] = []
        """Pushes that may still arrive."""
        if counted:
            for one in self.all:
                one.heard = {other.id: Seen() for other in self.all if other is not one}

    # ------------------------------------------------------------------ steps

    def write(self, one: Someone, key: str, text: str | None) -> Version:
        """Put (or delete, None), with a push to everybody that may or may not arrive."""
        replica = one.replica
        before, dot = replica.store.siblings(key), Dot(replica.node, replica.counter + 1)
        version = replica.delete(key, 0) if text is None else replica.put(key, v.read_value(text.encode()), 0)
        self._done(one)
        assert dot == version.dot
        assert self.oracle.written(version, before), f"{dot} names two writes"
        self.pool += [(other, version) for other in self.all if other is not one]
        return version

    def unresolve(self, one: Someone, key: str, *texts: str) -> list[Version]:
        """Write values side by side, each with a push; those with the lowest number first."""
        before = one.replica.store.siblings(key)
        made = one.replica.unresolve(key, [v.read_value(text.encode()) for text in texts], 0)
        self._done(one)
        for version in made:
            assert self.oracle.written(version, before), f"{version.dot} names two writes"
            self.pool += [(other, version) for other in self.all if other is not one]
        return sorted(made, key=lambda version: version.seq)

    def push(self, to: Someone, version: Version) -> None:
        """A push arrives."""
        to.replica.apply([version])
        self._done(to)

    def ask(self, one: Someone, other: Someone) -> None:
        """Begin or continue a pull: the question arrives, and the answer is under way."""
        self._pulls += 1
        pull = one.pulls.setdefault(other.id, Pull(self._pulls, 0.0))
        question = pull.question(one.replica)
        if one.id in other.heard:
            other.heard[one.id] = claims.read_seen(question.seen)
        one.flight[other.id] = Flight(pull.id, sync.answer(other.replica, question, self.tuning))

    def take(self, one: Someone, other: Someone) -> bool:
        """The answer arrives; whether the pull is complete."""
        number, said = one.flight.pop(other.id)
        pull = one.pulls[other.id]
        one.replica.apply(list(unpack(said.batch)))
        complete = pull.owns(number) and pull.take(one.replica, said)
        if complete:
            del one.pulls[other.id]
            if said.seen is not None and other.id in one.heard:
                one.heard[other.id] = claims.read_seen(said.seen)
        self._done(one)
        return complete

    def give_up(self, one: Someone, other: Someone) -> None:
        """The link between two is lost, and with it the pull."""
        one.pulls.pop(other.id, None)
        one.flight.pop(other.id, None)

    def pull(self, one: Someone, other: Someone) -> int:
        """A whole pull without anything in between; how many answers it took."""
        answers, complete = 0, False
        while not complete:
            assert answers < 1_000, "the pull does not end"
            self.ask(one, other)
            complete = self.take(one, other)
            answers += 1
        return answers

    def collect(self, one: Someone) -> int:
        """Collect what may be collected by what was heard."""
        gone = tombstones.Collector(self.tuning).turn(one.replica, one.heard, frozenset())
        self._done(one)
        return gone

    def _done(self, one: Someone) -> None:
        one.replica.commit()
        broken = violations(one.replica)
        assert not broken, broken

    # ------------------------------------------------------------------ all of it

    def level(self) -> None:
        """Everybody pulls from everybody until all are equal, and forgets its tombstones; nothing is lost."""
        pairs = [(one, other) for one in self.all for other in self.all if one is not other]
        for one, other in pairs:
            self.give_up(one, other)
            one.heard.setdefault(other.id, Seen())
        for _ in range(ROUNDS):
            for one, other in pairs:
                self.pull(one, other)
            if not sum(self.collect(one) for one in self.all) and not self.tombstones():
                break
        for one in self.all:
            check_end(self.oracle, one.replica)
            assert one.replica.seen == self.all[0].replica.seen, "not level"
        assert not self.tombstones(), "tombstones are left over"

    def tombstones(self) -> int:
        """How many tombstones are left anywhere."""
        return sum(version.deleted for one in self.all for version in all_versions(one.replica.store))


def check(oracle: Oracle, replica: Replica) -> None:
    """I1 and I2 of all that a replica holds and has seen, by what the oracle knows."""
    for version in all_versions(replica.store):
        assert oracle.knows(version), f"I1: {version.dot} is not what was written"
    for write, made in oracle.made.items():
        if write.seq <= replica.floor.get(write.node, 0) or made.version.dot not in replica.seen:
            continue
        rivals = replica.store.siblings(write.key)
        assert any(
            held == made.version or oracle.replaced(write, held) or obsoletes(held, made.version)
            for held in rivals
        ), f"I2: {made.version.dot} is in seen, but neither held, nor obsolete, nor below the floor"


def check_end(oracle: Oracle, replica: Replica) -> None:
    """Nothing is lost and nothing came back."""
    check(oracle, replica)
    lost, back = oracle.verdict(all_versions(replica.store))
    assert (lost, back) == ([], []), f"lost {lost}, resurrected {back}"


def play(seed: int) -> None:
    """A random history of a crowd."""
    draw = random.Random(f"crowd {seed}")
    page = draw.choice((1, 2, 4_096))
    chunk = draw.choice((1, 1, 200, 10_000))
    crowd = Crowd(draw.randint(2, 4), chunk=chunk, page=page, counted=draw.random() < 0.6)
    keys = ["k", "l", "m"][: draw.randint(1, 3)]
    calm = draw.choice((0.0, 0.3, 0.8))  # how often a pull goes through whole
    try:
        for _ in range(draw.randint(10, 80)):
            one, other = draw.sample(crowd.all, 2)
            what = draw.random()
            if what < 0.05:
                number = len(crowd.oracle.made)
                crowd.unresolve(one, draw.choice(keys), *(f"[{number}, {at}]" for at in range(3)))
            elif what < 0.2:
                crowd.write(one, draw.choice(keys), str(len(crowd.oracle.made)))
            elif what < 0.35:
                if deletable := [key for key in keys if live(one.replica.store.siblings(key))]:
                    crowd.write(one, draw.choice(deletable), None)
            elif what < 0.45:
                if crowd.pool:
                    at = draw.randrange(len(crowd.pool))
                    crowd.push(*(crowd.pool.pop(at) if draw.random() < 0.7 else crowd.pool[at]))
            elif what < 0.5:
                crowd.give_up(one, other)
            elif what < 0.65:
                crowd.collect(one)
            elif draw.random() < calm:
                crowd.give_up(one, other)
                crowd.pull(one, other)
            elif other.id in one.flight:
                crowd.take(one, other)
            else:
                crowd.ask(one, other)
            check(crowd.oracle, one.replica)
        crowd.level()
    except BaseException as failure:
        failure.add_note(f"crowd seed {seed}")
        raise
