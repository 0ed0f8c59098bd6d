"""What passes on a link between two nodes of our kind: pulls, pushes, heartbeats."""

from collections.abc import Container, Mapping, Sequence
from typing import Final, Literal

from decent_tui.core import claims, ranges, sync
from decent_tui.core import messages as wire
from decent_tui.core.audit import Auditor
from decent_tui.core.batch import pack
from decent_tui.core.events import Collected
from decent_tui.core.links import Link
from decent_tui.core.members import Known
from decent_tui.core.own_numbers import check_own, highest_of
from decent_tui.core.parts import Parts
from decent_tui.core.push import eager
from decent_tui.core.ranges import Ranges
from decent_tui.core.seen import Seen
from decent_tui.core.sync import Pull
from decent_tui.core.tombstones import Collector
from decent_tui.core.version import Version, numbers_of

HEARTBEAT: Final = 1.0
"""Seconds between heartbeats on a link. That is some 125 bytes a second on an idle link, both ways."""

WORD: Final = 0.1
"""Seconds between acknowledgements on a link: the first goes at once, so that a writer knows in one round
trip; what arrives while many come is gathered."""

RETELL: Final = 5
"""Heartbeats with another digest than ours after which a peer is told all that we have seen: what changed is
told once, and that word may have got lost (see `faults`)."""

ECHO: Final = 10.0
"""Seconds between two measurements of the round trip."""

PATIENCE: Final = 10.0
"""Seconds without an answer after which a pull is given up; the next check starts another."""

ALONE: Final = 30.0
"""Seconds for which a pull of many answers has the others wait, which saves bytes: enough for a million keys.
Who always has more must not keep everybody else's writes out for ever."""


class Exchange:
    """Keeps this replica level with the others."""

    def __init__(self, parts: Parts, auditor: Auditor) -> None:
        self._parts = parts
        self._auditor = auditor
        self._pulls = 0
        self._next_beat = 0.0
        self._last_beat: tuple[wire.Heartbeat, dict[str, Ranges]] = (wire.Heartbeat(""), {})
        """The heartbeat sent last, and what it tells."""
        self._filling_since: float | None = None
        """When the first pull of many answers began since one was last complete, on whatever link."""
        self._hold_until = 0.0
        self._collector = Collector(parts.me.tuning)
        self._collecting = False
        """Whether the last turn collected something: then there may be more, and a second is long."""

    @property
    def waits_for(self) -> dict[str, int]:
        """Per node id, how many tombstones wait for it ("" is this node itself)."""
        return self._collector.waits_for

    # ------------------------------------------------------------------ pulls

    def pull(self, link: Link) -> None:
        """Ask the peer for all that we lack, unless a pull from it is under way, or a long one from another:
        most of what this one has comes from there, and the periodic check sees to the rest."""
        if link.pull is None and not self._is_filling_up(link) and not self._is_full(link):
            link.pull = Pull(started=self._parts.clock.now)
            self._ask(link, link.pull)

    def _is_full(self, link: Link) -> bool:
        """Whether nothing more may be taken in. A pull under way ends without its claim, which speaks of what
        was not taken in."""
        if not self._parts.quota.is_full():
            return False
        link.pull = None
        self._parts.alarm(self._parts.quota.sentence)
        return True

    def _is_filling_up(self, link: Link) -> bool:
        """Whether a pull of many answers is under way on another link, and may have this one wait."""
        since, links = self._filling_since, self._parts.links.decent()
        if since is None or self._parts.clock.now - since > ALONE:
            return False
        return any(other.pull is not None and other.pull.bulk for other in links if other is not link)

    def _ask(self, link: Link, pull: Pull) -> None:
        """Ask on. Each question has a number of its own, so that an answer that comes twice, or late, is not
        taken for the answer to this one."""
        self._pulls += 1
        pull.id, pull.started = self._pulls, self._parts.clock.now
        known = self._parts.members.get(link.node)
        pull.told = known.seen.copy() if known is not None else Seen()
        self._untold(link)
        self._parts.out.send(link.id, pull.question(self._parts.replica), pull.id)

    def asked(self, link: Link, question: wire.Sync, request: wire.RequestId) -> None:
        """A peer pulls from us."""
        self._heard(link, question.seen, whole=True)
        said = sync.answer(self._parts.replica, question, self._parts.me.tuning)
        if said.listed is not None:
            self._hold_until = self._parts.clock.now + self._parts.me.tuning.hold
        link.sent_versions += len(said.batch.keys)
        self._parts.out.send(link.id, said, request)

    def arrives(self, link: Link, said: wire.Versions, request: wire.RequestId) -> None:
        """The versions of a message are about to be absorbed. If they are a chunk of our pull and others
        follow, the next is asked for at once: the peer reads that one while we write this one.
        """
        pull = link.pull
        if pull is None or not pull.owns(request) or not said.more or self._is_filling_up(link):
            return
        pull.comes(request, said.batch)
        self._note_filling(pull)
        self._ask(link, pull)

    def absorb(self, link: Link, versions: Sequence[Version]) -> None:
        """Take in a slice of the versions of a message (its rest follows, and then `answered`)."""
        parts = self._parts
        if self._is_full(link):
            return
        link.owes_word, link.fed = True, parts.clock.now
        parts.links.stir(link)
        link.received_versions += len(versions)
        self._check_own(highest_of(parts.replica.node, versions))
        seen, numbers = parts.replica.seen, numbers_of(versions)
        gaps = {node: seen.gaps(node) for node in numbers}
        parts.replica.apply(versions, link.node or "")
        self._has(link, numbers)
        if any(seen.gaps(node) > before for node, before in gaps.items()):
            self.pull(link)  # a number was jumped over: a push got lost (or two crossed; then this is cheap)

    def _note_filling(self, pull: Pull) -> None:
        """A pull needs more than one answer. Whoever comes again and again with another does not get the time
        of the others anew: only a pull that is complete ends it."""
        if pull.bulk and self._filling_since is None:
            self._filling_since = self._parts.clock.now

    def _has(self, link: Link, numbers: Mapping[str, Ranges]) -> None:
        """Whoever sends versions has them, and a pull that brings some is alive."""
        known = self._parts.members.get(link.node)
        if known is not None:
            known.level = ""
            for node, some in numbers.items():
                known.seen.add_all(node, some)
        if link.pull is not None:
            link.pull.started = self._parts.clock.now

    def answered(self, link: Link, said: wire.Versions, request: wire.RequestId) -> None:
        """The end of a message of versions whose rows were absorbed."""
        pull = link.pull
        if pull is None:
            return
        pull.came(request)
        if not pull.owns(request):
            return
        if pull.coming:  # it has overtaken (by a dial) what it builds on: no claim may be taken
            link.pull = None
            return
        if said.seen is not None:
            self._check_own(self._ours(claims.read_seen(said.seen)))  # before the claim is taken, not after
        if not pull.take(self._parts.replica, said):
            self._note_filling(pull)
            if self._is_filling_up(link):
                link.pull = None
            else:
                self._ask(link, pull)
            return
        link.pull, self._filling_since = None, None
        if said.seen is not None:
            self._heard(link, said.seen, whole=True)
            self._compare(link, said)

    def _compare(self, link: Link, said: wire.Versions) -> None:
        """The self-check: equal `seen` with unequal fingerprints is a bug, a broken disk or a false dot."""
        replica = self._parts.replica
        if self._has_seen_the_same(link) and said.fingerprint != f"{replica.fingerprint:x}":
            self._hold_until = self._parts.clock.now + self._parts.me.tuning.hold
            self._auditor.begin(link)

    def _has_seen_the_same(self, link: Link) -> bool:
        known = self._parts.members.get(link.node)
        return known is not None and known.seen == self._parts.replica.seen

    def _heard(self, link: Link, flat: wire.Flat, *, whole: bool) -> None:
        """A member said what it has seen."""
        parts = self._parts
        if link.node is None:
            return
        said = parts.members.heard_wire(link.node, flat, whole=whole)
        parts.look_what_settled(parts.members.get(link.node))
        self._check_own(self._ours(said))

    def _ours(self, said: Seen) -> int:
        """The highest number under our own id that somebody has seen."""
        mine = said[self._parts.replica.node]
        return mine[-1][1] if mine else 0

    def _check_own(self, highest: int) -> None:
        """Raise RolledBack for a number of ours that we never gave."""
        check_own(self._parts.replica, highest)

    # ------------------------------------------------------------------ pushes

    def pushes(self, ready: Container[int]) -> bool:
        """Send what waits on the links that are ready for more, and tell writers what has arrived; whether on
        one of these links more waits than goes at a time."""
        parts, more = self._parts, False
        last, push = None, None
        for link in parts.links.stirred():
            if link.owes_word and link.pull is None and parts.clock.now >= link.next_word:
                link.next_word = parts.clock.now + WORD
                self._beat(link)
            if not link.outbox.waiting and not link.outbox.dropped:
                if not link.owes_word:
                    parts.links.settle(link)
                continue
            if link.id in ready and link.outbox.waiting:
                batch = link.outbox.take(parts.me.tuning.push)
                more = more or bool(link.outbox.waiting)
                link.sent_versions += len(batch)
                if push is None or batch != last:  # most links get the same
                    last, push = batch, wire.Versions(pack(batch))
                parts.out.send(link.id, push)
            elif link.id in ready and link.outbox.dropped:
                link.outbox.dropped = False
                self._beat(link)
        return more

    # ------------------------------------------------------------------ heartbeats

    def beaten(self, link: Link, beat: wire.Heartbeat) -> None:
        """A heartbeat came: note the digest; equal digests say that the peer has seen what we have."""
        parts = self._parts
        link.digest = beat.digest
        if beat.echo == "ask":
            self._beat(link, "answer")
        elif beat.echo == "answer":
            link.owes_answers = max(0, link.owes_answers - 1)
            parts.measure(link)
        if beat.seen:
            self._heard(link, beat.seen, whole=False)
            if self._has_lost_push(link, beat.seen):
                self.pull(link)
        if beat.digest == parts.replica.digest() and link.node is not None:
            known = parts.members.get(link.node)
            if known is not None and known.level != beat.digest:
                self._is_level(known)

    def _is_level(self, known: Known) -> None:
        """A member has seen what we have. That is looked at once, not at each of its heartbeats."""
        replica = self._parts.replica
        if known.seen != replica.seen:
            self._parts.members.heard(known.node, replica.seen.copy())
            self._parts.look_what_settled(known)
        known.level = replica.digest()

    def _has_lost_push(self, link: Link, told: wire.Flat) -> bool:
        """Whether a peer tells of writes of its own that we lack. It pushes them to everyone before it tells
        of them, and a link keeps the order: the push got lost."""
        links, node = self._parts.links.decent(), link.node or ""
        if node not in told or len(eager(links)) < len(links):
            return False
        return bool(ranges.subtract(claims.read_ranges(told[node]), self._parts.replica.seen[node]))

    def _beat(self, link: Link, echo: Literal["", "ask", "answer"] = "") -> None:
        link.owes_word = False
        replica = self._parts.replica
        unsent = replica.node if link.outbox else ""
        self._parts.out.send(link.id, self._beats(self._untold(link, unsent), echo))

    def _untold(self, link: Link, unsent: str = "") -> dict[str, Ranges]:
        """What of our `seen` is to be told on a link (see `Link.untold`); nothing while nothing changes."""
        replica = self._parts.replica
        if link.told_digest == replica.digest():
            return {}
        link.told_digest = "" if unsent else replica.digest()
        return link.untold(replica.seen, unsent)

    def _beats(self, news: dict[str, Ranges], echo: Literal["", "ask", "answer"]) -> wire.Heartbeat:
        """A heartbeat that tells this. Most links get the same, and it is made once."""
        digest = self._parts.replica.digest()
        last, told = self._last_beat
        if last.digest != digest or last.echo != echo or told != news:
            self._last_beat = last, _ = wire.Heartbeat(digest, Seen(news).to_wire(), echo), news
        return last

    def tick(self) -> None:
        """The work of time: heartbeats, the periodic check, collection."""
        parts, now = self._parts, self._parts.clock.now
        parts.look_what_settled()
        links = parts.links.decent()
        for link in links:
            if link.pull is not None and now - link.pull.started > PATIENCE:
                link.pull = None
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT
            if not parts.quota.is_full():
                parts.is_over(parts.quota.sentence)
            for link in links:
                self._retell(link)
                measure = now >= link.next_echo
                if measure:
                    link.asked, link.next_echo = now, now + ECHO
                self._beat(link, "ask" if measure else "")
            self._check_one(links)
            self._collect()
            return
        if self._collecting:
            self._collect()

    def _retell(self, link: Link) -> None:
        """Now and then say everything again to a peer that does not become level."""
        link.unlike = 0 if link.digest == self._parts.replica.digest() else link.unlike + 1
        if link.unlike >= RETELL:
            link.unlike = 0
            link.tell_again()

    def _check_one(self, links: Sequence[Link]) -> None:
        """The periodic check: pull from one peer, drawn by chance, that has what we lack."""
        useful = [link for link in links if self._would_gain(link)]
        if useful:
            self.pull(self._parts.chance.choice(useful))

    def _would_gain(self, link: Link) -> bool:
        """Whether a pull from the peer would bring anything.

        Heartbeats carry what is new in its `seen`, so if digests differ we know whether it is ahead.
        If its `seen` equals ours, its values do not, and the pull is for the self-check. While its pushes
        stream in, they bring what we lack without our asking.
        """
        now, replica = self._parts.clock.now, self._parts.replica
        if link.digest in ("", replica.digest()) or now - link.fed <= HEARTBEAT:
            return False
        known = self._parts.members.get(link.node)
        if known is None or not replica.seen.covers(known.seen):
            return True
        return known.seen == replica.seen and not self._auditor.has_audited(link)

    def _collect(self) -> None:
        parts = self._parts
        self._collecting = False
        if parts.clock.now < self._hold_until:
            return
        members = parts.members.counted(parts.alive())
        collected = self._collector.turn(parts.replica, members, parts.members.forgotten())
        if collected:
            self._collecting = True
            parts.out.emit(Collected(parts.clock.at, collected))
