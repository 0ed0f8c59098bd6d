"""The self-check's repair: two replicas that have seen the same writes but do not hold the same values.

That means a bug, a damaged disk, or a dot that names two writes (a machine that was rolled back and wrote on
under old numbers before anybody told it). Each side then reads all that the other holds and takes it in as
if no dot were in `seen`; where one dot stands for two things, both are put again under new dots, which makes
the disputed one obsolete. At most once an hour per peer: what it cannot mend, a person must.

Two things are also one value of one key that was written over different versions: the contexts differ, and
one replica drops what the other keeps. The fingerprint does not speak of contexts, so two that differ are
noticed as soon as they make a difference to what is held, and not before: at rest both show the same values,
and a write over one of them leaves the other standing beside it, a conflict that nothing was lost in
(`tests/core/test_audit.py` has the history). To see it earlier every sum in every file would have to be made
anew, and a context be hashed with every write, for a case that takes a liar or a machine set back.
"""

from typing import Final

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core.batch import pack, unpack
from decent_tui.core.clocks import Dot
from decent_tui.core.links import Link
from decent_tui.core.own_numbers import check_own, highest_of
from decent_tui.core.parts import Parts
from decent_tui.core.replica import Replica
from decent_tui.core.sync import START, held, weight
from decent_tui.core.version import Version, obsoletes

PATIENCE: Final = 10.0
"""Seconds without a page after which an audit under way is given up, and may begin anew."""


class _Audit(msgspec.Struct):
    """The last audit of one peer: when it began, on which link, and when its last page came."""

    began: float
    link: int
    heard: float
    done: bool = False


class Auditor:
    """Compares what two replicas hold, and makes them hold the same."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._audits: dict[str, _Audit] = {}

    def has_audited(self, link: Link) -> bool:
        """Whether the peer was audited lately (see `Tuning.audit`), or is just now. One that the link did not
        live to see the end of does not count: half the peer's values may be missing."""
        audit, now = self._audits.get(link.node or ""), self._parts.clock.now
        if audit is None or not (audit.done or (audit.link == link.id and now - audit.heard < PATIENCE)):
            return False
        return now - audit.began < self._parts.me.tuning.audit

    def begin(self, link: Link) -> None:
        """Read all that the peer holds, unless that was done lately."""
        if link.node is None or self.has_audited(link):
            return
        now = self._parts.clock.now
        self._audits[link.node] = _Audit(now, link.id, now)
        known = self._parts.members.get(link.node)
        other = known.name if known else link.node
        self._parts.alarm(
            f"this node and {other} had seen the same writes but did not hold the"
            " same values (a damaged file, or a machine that was rolled back); they now compare all they hold"
        )
        self._parts.out.send(link.id, wire.Audit((START.node, START.seq)))

    def asked(self, link: Link, question: wire.Audit, request: wire.RequestId) -> None:
        """A peer wants to read what we hold: the next page."""
        page, last = held_after(self._parts.replica, Dot(*question.after), self._parts.me.tuning.chunk)
        after = None if last else (page[-1].node, page[-1].seq)
        self._parts.out.send(link.id, wire.Held(pack(page), after), request)

    def answered(self, link: Link, said: wire.Held) -> None:
        """A page of what the peer holds. Without an audit begun on this link it is passed over."""
        audit = self._audits.get(link.node or "")
        if audit is None or audit.done or audit.link != link.id or self._parts.quota.is_full():
            return
        audit.heard = self._parts.clock.now
        versions = list(unpack(said.batch))
        check_own(self._parts.replica, highest_of(self._parts.replica.node, versions))
        for version in versions:
            reconcile(self._parts.replica, version, self._parts.clock.wall)
        audit.done = said.after is None
        if said.after is not None:
            self._parts.out.send(link.id, wire.Audit(said.after))


def held_after(replica: Replica, after: Dot, chunk: int) -> tuple[list[Version], bool]:
    """The versions held with dots above `after`, in dot order, up to about `chunk` bytes but at least one;
    and whether these are the last."""
    found: list[Version] = []
    size = 0
    for node, numbers in sorted(replica.seen.items()):
        if node < after.node or not numbers:
            continue
        low = after.seq + 1 if node == after.node else 1
        for version in held(replica.store, node, low, numbers[-1][1]):
            size += weight(version)
            if found and size > chunk:
                return found, False
            found.append(version)
    return found, True


def reconcile(replica: Replica, theirs: Version, ts: int) -> None:
    """Take in one version that a peer holds, as if its dot were not in `seen`.

    If the dot means something else here, both are put again, not only ours: whoever reads the other's list
    second finds no dispute there any more, and a value of the same key would be gone with the dot. Each is
    put again over what it was written over: one value that was written over two things replaces both.
    """
    mine = next(iter(replica.store.by_number(theirs.node, theirs.seq, theirs.seq, 1)), None)
    if mine is None:
        replica.adopt(theirs)
    elif _meaning(mine) != _meaning(theirs):
        settled = any(obsoletes(held, theirs) for held in replica.store.siblings(theirs.key))
        replica.put_again(mine, ts)
        if not settled:
            replica.put_again(theirs, ts)


def _meaning(version: Version) -> tuple[object, ...]:
    """All that decides what a version is and what it makes obsolete. The rest are labels, but for the author:
    where only that differs, a write over it drops the one and not the other, which is taken in then."""
    return version.key, version.cid, version.context
