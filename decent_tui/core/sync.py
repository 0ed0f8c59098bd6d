"""How two replicas become equal: a pull, stateless at the answering side.

A asks with its `seen`; B answers with the versions A lacks, in chunks; each further chunk is a new
question with the grown `seen`, asked before the last one is applied (what that holds is `coming`). Only the
answer that holds *all* that was still missing carries the claim (B's `seen` and `floor` of that instant), and
A joins it after applying the rest. One round trip and the bytes of the difference.

If B's floor is not covered by A's bases, A was away too long: B has forgotten tombstones that A may
still need. Then, after the missing versions, B lists every dot that it holds at or below its floor, and
A drops what it holds there and B does not (the *full answer*). Every page names the floor; if it
changed, A starts the list again; nothing is dropped or joined before the last page.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from decent_tui.core import claims, clocks, ranges
from decent_tui.core.batch import Batch, dots, pack
from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_NUMBER
from decent_tui.core.messages import Flat, RequestId, Sync, Versions
from decent_tui.core.ranges import Ranges
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Store
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Version

_READ: Final = 256
"""Versions read from the store at a time."""

_FEW: Final = 64
"""Gaps of one node that are looked into one by one: a sound replica has hardly any."""

_DOTS: Final = 4_096
"""Numbers read from the store at a time, where there are more gaps."""

START: Final = Dot("", 0)
"""Before every dot: the cursor of the first page."""


# ------------------------------------------------------------------ the answering side


def answer(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
    """What to answer to a SYNC: at most a chunk of versions, but at least one if any is missing."""
    asker = claims.read_seen(question.seen)
    asker.join(claims.read_seen(question.coming))
    gone_past = asker.copy()
    gone_past.join(claims.read_seen(question.passed))
    missing, complete = _missing(replica, gone_past, tuning.chunk)
    if not complete:
        return Versions(pack(missing), more=True)
    if asker.bases_cover(replica.floor):
        return _claim(replica, missing)
    after = Dot(*question.after) if question.after else None
    if after is None:
        if missing:
            return Versions(pack(missing), more=True)
        after = START
    listed, last = _list(replica, after, tuning.page)
    if last is not None:
        return Versions(floor=dict(replica.floor), listed=listed, after=(last.node, last.seq))
    return _claim(replica, missing, listed)


def _claim(replica: Replica, missing: list[Version], listed: Flat | None = None) -> Versions:
    return Versions(
        pack(missing),
        seen=replica.seen.to_wire(),
        floor=dict(replica.floor),
        fingerprint=f"{replica.fingerprint:x}",
        listed=listed,
    )


def _missing(replica: Replica, asker: Seen, chunk: int) -> tuple[list[Version], bool]:
    """What the asker lacks, up to `chunk` bytes, and whether that is all of it."""
    found: list[Version] = []
    size = 0
    for node, gaps in sorted(asker.lacks(replica.seen).items()):
        for low, high in gaps if len(gaps) <= _FEW else _touched(replica.store, node, gaps):
            for version in held(replica.store, node, low, high):
                size += weight(version)
                if found and size > chunk:
                    return found, False
                found.append(version)
    return found, True


def _touched(store: Store, node: str, gaps: Ranges) -> Iterator[tuple[int, int]]:
    """The parts of many gaps in which something is held. A look at each by itself would cost a second for all
    the gaps that a line can name; this costs what is held between the first and the last, by the thousand."""
    while gaps:
        numbers = store.dots(node, gaps[-1][1], gaps[0][0] - 1, _DOTS)
        some = ranges.from_numbers(numbers)
        yield from ranges.subtract(some, ranges.subtract(some, gaps))
        gaps = ranges.subtract(gaps, ((1, numbers[-1]),)) if len(numbers) == _DOTS else ()


def held(store: Store, node: str, low: int, high: int) -> Iterator[Version]:
    """The versions held with dots `(node, low..high)`, rising, read a few at a time."""
    while low <= high:
        read = store.by_number(node, low, high, _READ)
        yield from read
        if len(read) < _READ:
            return
        low = read[-1].seq + 1


def weight(version: Version) -> int:
    """About how many bytes a version takes on the wire (never less: escapes double a key at most twice)."""
    return 2 * len(version.key) + len(version.value or b"") + clocks.weight(version.context) + 32


def _list(replica: Replica, after: Dot, room: int) -> tuple[Flat, Dot | None]:
    """A page of `room` dots held at or below the floor, and the last of them if more follow."""
    listed: Flat = {}
    for node, high in sorted(replica.floor.items()):
        if node < after.node:
            continue
        seqs = replica.store.dots(node, high, after.seq if node == after.node else 0, room + 1)
        if len(seqs) > room:
            if room:
                listed[node] = ranges.flatten(ranges.from_numbers(seqs[:room]))
                return listed, Dot(node, seqs[room - 1])
            return listed, Dot(node, 0)
        if seqs:
            listed[node] = ranges.flatten(ranges.from_numbers(seqs))
            room -= len(seqs)
    return listed, None


# ------------------------------------------------------------------ the asking side


class Pull(msgspec.Struct):
    """One pull under way: it asks, and asks on, until an answer completes it. Where it is:

    | state   | cursor, floor        | what has come                                 |
    |---------|----------------------|-----------------------------------------------|
    | filling | None, None           | chunks of what was missing                    |
    | listing | the last dot, theirs | pages of the list as well                     |
    | anew    | START, None          | a page with another floor: that list was void |

    | an answer that it owns | in         | what is done with it                 | then     |
    |------------------------|------------|--------------------------------------|----------|
    | has no claim, no list  | any        | what it went past is `passed`        | the same |
    | is a page, with `after`| any        | joins `listed`, moves the cursor     | listing  |
    | has another floor      | listing    | voids the list, and its own          | anew     |
    | is the last page       | any        | drops the unlisted, joins the claim  | complete |
    | has a claim, no list   | any        | joins the claim                      | complete |

    A chunk with more to come is announced by `comes` before its rows are taken in. The next question, with an
    id of its own, goes out at once and counts those rows as `coming`, until `came`; the chunk itself is not
    one that the pull `owns` any more. An answer that it owns while something is `coming` has overtaken that,
    by a dial, and claims what is not here yet: the owner gives the pull up, as after too long a silence."""

    id: int = 0
    """That of its last question."""
    started: float = 0.0
    """When that was asked, or the last rows came."""
    floor: Clock | None = None
    """That which all pages of `listed` name."""
    listed: dict[str, Ranges] = {}
    """What the peer holds at or below it, by the pages so far."""
    cursor: Dot | None = None
    """Where the next page is to go on."""
    bulk: bool = False
    """Whether there is more than one answer can hold; once so, it stays so."""
    coming: dict[RequestId, Seen] = {}
    """The answers that are being taken in while the next one was asked for already, and their dots."""
    told: Seen = msgspec.field(default_factory=Seen)
    """What the peer was known to have seen when it was last asked."""
    passed: Seen = msgspec.field(default_factory=Seen)
    """What of that its answers have gone past, in the order of dots in which they come. What it did not hold
    then it will not hold again, so only what is above needs looking at. Numbers that it sees later are not in
    here, wherever they lie; and what took the place of the rest is in some answer before the claim."""

    def question(self, replica: Replica) -> Sync:
        """What to ask next."""
        coming = Seen()
        for some in self.coming.values():
            coming.join(some)
        seen = Seen({node: self._unpassed(node, held) for node, held in replica.seen.items()})
        return Sync(seen.to_wire(), self.cursor, coming.to_wire(), self.passed.to_wire())

    def _unpassed(self, node: str, held: Ranges) -> Ranges:
        """Of many ranges the first, and those that `passed` does not say anyhow."""
        if len(held) <= _FEW:
            return held
        return (held[0], *ranges.subtract(held[1:], self.passed[node]))

    def comes(self, request: RequestId, batch: Batch) -> None:
        """An answer that is not the last is about to be taken in; the next question counts it as taken."""
        if not batch.keys:
            raise ProtocolError("an answer that is not the last brings nothing", fatal=True)
        self.bulk = True
        self.coming[request] = Seen(dots(batch))
        self._passes(batch)

    def _passes(self, batch: Batch) -> None:
        """An answer has come that is not the last."""
        if not batch.keys:
            return
        last = batch.nodes[batch.runs[-2]]
        high = dots(batch)[last][-1][1]
        for node, held in self.told.items():
            if node <= last:
                beyond = ((high + 1, MAX_NUMBER),) if node == last else ranges.EMPTY
                self.passed.add_all(node, ranges.subtract(held, beyond))

    def came(self, request: RequestId) -> None:
        """All versions of that answer are taken in."""
        self.coming.pop(request, None)

    def owns(self, request: RequestId) -> bool:
        """Whether the answer to this request is one to this pull: that to one given up may come late."""
        return request == self.id

    def take(self, replica: Replica, said: Versions) -> bool:
        """Go on from an answer whose versions were already applied; whether the pull is complete."""
        if said.listed is not None:
            return self._page(replica, said, said.listed)
        if said.more or said.seen is None:
            self.bulk = True
            self._passes(said.batch)
            return False
        claim = claims.read(said.seen, said.floor, replica.seen)
        if claim is not None:
            replica.join_claim(claim, said.floor)
        return True

    def _page(self, replica: Replica, said: Versions, listed: Flat) -> bool:
        """Go on from a page of the list of a full answer; whether it was the last."""
        if self.floor is not None and self.floor != said.floor:  # the floor moved: what was listed is void
            self.floor, self.cursor, self.listed = None, START, {}
            return False
        self.floor, self.bulk = said.floor, True
        for node, flat in listed.items():
            self.listed[node] = ranges.union(self.listed.get(node, ranges.EMPTY), claims.read_ranges(flat))
        if said.after is not None:
            after, most = Dot(*said.after), claims.longest_list(replica.store.counts().versions)
            if after <= (self.cursor or START) or sum(map(len, self.listed.values())) > most:
                raise ProtocolError("a list of what is held has no end", fatal=True)
            self.cursor = after
            return False
        if said.seen is None:
            raise ProtocolError("a full answer ends without a claim", fatal=True)
        claim = claims.read(said.seen, said.floor, replica.seen)
        if claim is not None:
            replica.drop(_unlisted(replica, said.floor, self.listed))
            replica.join_claim(claim, said.floor)
        return True


def _unlisted(replica: Replica, floor: Clock, listed: dict[str, Ranges]) -> Iterable[Version]:
    """The versions held at or below `floor` that are not in the list: deleted while we were away."""
    for node, high in sorted(floor.items()):
        held = ranges.from_numbers(replica.store.dots(node, high, 0, high))
        for low, end in ranges.subtract(held, listed.get(node, ranges.EMPTY)):
            yield from replica.store.by_number(node, low, end, end - low + 1)
