"""One replica: how writes are made, how they merge, and what has been seen.

The invariants, checked by the tests after every simulated step (`invariants.violations` says them in code):

- I1 a dot names one write for ever; it is on disk before it is acknowledged or leaves the node.
- I2 a dot in `seen` is a version held, or made obsolete by one held, or at or below `floor`.
- I3 `floor` is at or below the base of `seen`, number by number.
- I4 `seen` and `floor` only grow, in the same transaction as the versions they speak of.

Claiming too little in `seen` costs bytes; claiming too much loses data.
"""

from collections.abc import Callable, Iterable, Sequence

from decent_tui.core import fingerprint, ranges
from decent_tui.core.clocks import Clock, Dot, beside, clip, join, weight, with_entry
from decent_tui.core.errors import Refused, Stale, StorageError
from decent_tui.core.limits import MAX_CLOCK, MAX_NUMBER, SIBLINGS_MAX
from decent_tui.core.ranges import Ranges
from decent_tui.core.seen import Seen
from decent_tui.core.store import Change, Root, Store
from decent_tui.core.values import Value
from decent_tui.core.version import Siblings, Version, context_over, live, merge, numbers_of, visible


def stale(cids: Sequence[str]) -> Stale:
    """The refusal of a compare-and-set, by the visible cids."""
    shown = ", ".join(cid[:12] for cid in cids) or "nothing"
    return Stale(f"stale: the key has changed since you read it (it holds {shown}); read it again", cids)


Changed = Callable[[Sequence[Change], str], None]
"""Told of the changes of keys as they are written, and of the node they came from ("" for a local write)."""


def _fits(context: Clock) -> bool:
    """Whether a context is short enough for a write of ours, with room for the entries that it may yet
    get."""
    return len(context) < 100 or weight(context) < MAX_CLOCK - 1024


def _check_saw(held: Siblings, saw: Sequence[str] | None, wanted: Sequence[str]) -> None:
    """Raise Stale unless the visible values are those with these cids, or already the `wanted` ones."""
    if saw is not None:
        cids = [version.cid for version in visible(held)]
        if set(cids) != set(saw) and set(cids) != set(wanted):
            raise stale(cids)


class Replica:
    """The replicated map, over a store. Every method either happens whole or raises and changes nothing of it
    (but the lamport, which may run ahead).

    All writes of a turn go into the store's open transaction; `commit` ends it. The owner lets nothing
    out (no answer, no message) before `commit` and the store's `make_durable`.
    """

    def __init__(self, store: Store, changed: Changed) -> None:
        self.store = store
        self._changed = changed
        self.obsolete = 0
        """Versions of this run that came from elsewhere too late: something held already covered them."""
        self._reload()
        self._opened_at = {self.node: self.counter}

    def _reload(self) -> None:
        state = self.store.load()
        if state is None:
            raise ValueError("a store must be given an identity before a replica is opened on it")
        self.node = state.root.node
        self.counter = state.root.counter
        self.lamport = state.root.lamport
        self.fingerprint = int(state.root.fingerprint, 16)
        self.former = state.root.former
        self.seen = Seen(state.seen)
        self.floor: Clock = dict(state.floor)
        self._grown: set[str] = set()
        self._sunk: set[str] = set()
        self._dirty = False
        self._digest: str | None = None

    # ------------------------------------------------------------------ the transaction

    def commit(self) -> bool:
        """End the turn's transaction; whether anything was written. On StorageError nothing of it holds."""
        if not self._dirty:
            return self.store.commit()
        try:
            self.store.save(
                root=Root(self.node, self.counter, self.lamport, f"{self.fingerprint:x}", self.former),
                seen={node: self.seen[node] for node in sorted(self._grown)},
                floor={node: self.floor[node] for node in sorted(self._sunk)},
            )
            self.store.commit()
        except StorageError:
            self.rollback()
            raise
        self._grown.clear()
        self._sunk.clear()
        self._dirty = False
        return True

    def rollback(self) -> None:
        """Undo all since the last commit: the file is the truth, and a failed write uses up no number."""
        self.store.rollback()
        self._reload()

    def digest(self) -> str:
        """`seen` and the fingerprint in 64 bits; equal digests mean equal replicas."""
        if self._digest is None:
            self._digest = self.seen.digest(self.fingerprint)
        return self._digest

    # ------------------------------------------------------------------ local writes

    def put(self, key: str, value: Value, ts: int, saw: Sequence[str] | None = None) -> Version:
        """Write a value over everything held for the key: that is how a conflict is resolved.

        With `saw` (the cids the writer had read) it is a compare-and-set: Stale if the visible values are
        not those. It is fine when the only visible value is already the new one.
        """
        before = self.store.siblings(key)
        _check_saw(before, saw, [value.cid])
        return self._write(key, value.text, value.cid, before, ts)

    def delete(self, key: str, ts: int, saw: Sequence[str] | None = None) -> Version:
        """Write a tombstone over everything held for the key; refused when there is nothing to delete.
        `saw` as in `put`."""
        before = self.store.siblings(key)
        if not live(before):
            raise Refused("no value")
        _check_saw(before, saw, [])
        return self._write(key, None, "", before, ts)

    def unresolve(
        self, key: str, values: Sequence[Value], ts: int, saw: Sequence[str] | None = None
    ) -> list[Version]:
        """Write several values over everything held for the key, as siblings: each is a write of its own,
        made as if it did not know of the others (see `clocks.beside`). The first is made last, so that they
        are shown in the order given. `saw` as in `put`."""
        before = self.store.siblings(key)
        _check_saw(before, saw, [value.cid for value in values])
        if len(values) > SIBLINGS_MAX:
            raise Refused(f"at most {SIBLINGS_MAX} values can stand side by side")
        context = self._over(before)
        made = [
            self._make(
                key,
                value.text,
                value.cid,
                self._protected(context),
                self._tick(0),
                self.node,
                ts,
                self.store.siblings(key),
            )
            for value in reversed(values)
        ]
        return made[::-1]

    def _write(self, key: str, value: bytes | None, cid: str, before: Siblings, ts: int) -> Version:
        context = self._over(before)
        return self._make(key, value, cid, context, self._tick(0), self.node, ts, before)

    def take_in(self, key: str, value: Value, author: str, context: Clock, lamport: int, ts: int) -> Version:
        """Write what a classic peer wrote, under a dot of our own; the author is kept (see `classic`)."""
        self._tick(lamport)
        return self._make(key, value.text, value.cid, context, lamport, author, ts, self.store.siblings(key))

    def _make(
        self,
        key: str,
        value: bytes | None,
        cid: str,
        context: Clock,
        lamport: int,
        author: str,
        ts: int,
        before: Siblings,
        *,
        again: bool = False,
    ) -> Version:
        """A new version under the next dot. Limits bind here, where versions are made, never in `apply`, and
        not for what is `again` put: it is there already."""
        dot = Dot(self.node, self.counter + 1)
        if not _fits(context):
            context = self._protected({})
        version = Version(key, value, dot.node, dot.seq, context, lamport, author, ts, cid)
        after = merge(before, version)
        if not again and len(after) > max(SIBLINGS_MAX, len(before)):
            raise Refused(f"the key has {len(before)} siblings already; resolve it first")
        self.counter = dot.seq
        self._see(dot)
        self._change([Change.of(key, before, after)], "")
        return version

    def _over(self, before: Siblings) -> Clock:
        """The context of a write over all of these. A hostile member can make a version with a context as
        long as there may be; one that covers it too would be refused everywhere. So it is left out, and the
        write stands beside it, as if made without it."""
        context = context_over(before)
        if _fits(context):
            return context
        lean: Clock = {}
        for held in sorted(before, key=lambda held: weight(held.clock)):
            more = join(lean, held.clock)
            if not _fits(more):
                break
            lean = more
        return self._protected(lean)

    def _protected(self, context: Clock) -> Clock:
        """The context of the next write, if it is made beside others of this node (see `clocks.beside`)."""
        seq = self.counter + 1
        return with_entry(context, beside(self.node, seq), seq)

    def _tick(self, heard: int) -> int:
        """The lamport of a new event: above all that was heard, saturating at 2^53."""
        self.lamport = min(max(self.lamport, heard) + 1, MAX_NUMBER)
        return self.lamport

    # ------------------------------------------------------------------ merging

    def apply(self, versions: Sequence[Version], source: str = "") -> list[Change]:
        """Take in versions from elsewhere: idempotent, in any order.

        A dot that is in `seen` says nothing new, whatever happened to its version since. That is also where
        a version ends that arrives after its key was deleted and the tombstone collected: a tombstone is
        only collected when every dot in its clock is in `seen` (see `tombstones`).
        """
        fresh = self._see_new(versions)
        if not fresh:
            return []
        before = self.store.siblings_of(dict.fromkeys(version.key for version in fresh))
        after = dict(before)
        for version in fresh:
            after[version.key] = merge(after.get(version.key, ()), version)
        self._tick(max([version.lamport for version in fresh]))
        changes = [
            Change.of(key, before.get(key, ()), now)
            for key, now in after.items()
            if now is not before.get(key)
        ]
        self.obsolete += len(fresh) - sum(len(change.kept) for change in changes)
        self._change(changes, source)
        return changes

    def join_claim(self, seen: Seen, floor: Clock) -> None:
        """Take over what a peer has seen and forgotten, after *everything* it held was applied.

        Only the answer that contains all that was still missing may be followed by this; on any earlier one
        it breaks I2, and histories diverge for ever.
        """
        grown = self.seen.join(seen)
        if grown:
            self._grown.update(grown)
            self._touch()
        self.sink(floor)

    def adopt(self, version: Version) -> None:
        """Take in a version whose dot is in `seen` but that is not held, in an audit (see `audit`)."""
        if version.dot not in self.seen:
            self.apply([version])
            return
        before = self.store.siblings(version.key)
        after = merge(before, version)
        if after is not before:
            self._tick(version.lamport)
            self._change([Change.of(version.key, before, after)], version.node)

    def put_again(self, disputed: Version, ts: int) -> None:
        """Write a version once more, under a new dot and over nothing but itself: its old dot has turned out
        to name two writes."""
        before = self.store.siblings(disputed.key)
        value, cid, author = disputed.value, disputed.cid, disputed.author
        context, lamport = self._protected(disputed.clock), self._tick(disputed.lamport)
        self._make(disputed.key, value, cid, context, lamport, author, ts, before, again=True)

    def drop(self, unwanted: Iterable[Version]) -> int:
        """Take out versions that the rest has deleted and forgotten (a full answer) or that everyone may
        forget (a collection); returns how many went."""
        by_key: dict[str, set[Dot]] = {}
        for version in unwanted:
            by_key.setdefault(version.key, set()).add(version.dot)
        before = self.store.siblings_of(by_key)
        changes = [
            Change.of(key, held, tuple(v for v in held if v.dot not in by_key[key]))
            for key, held in before.items()
        ]
        self._change(changes, "")
        return sum(len(change.dropped) for change in changes)

    def sink(self, clock: Clock) -> None:
        """Raise the floor to cover `clock`. The caller has made sure of I3."""
        risen = [node for node, seq in clock.items() if seq > self.floor.get(node, 0)]
        if risen:
            self.floor = join(self.floor, clock)
            self._sunk.update(risen)
            self._touch()

    # ------------------------------------------------------------------ identity

    def take_id(self, node: str, *, rewrite_ts: int | None = None) -> None:
        """Make all further writes under a new id (the owner keeps the old one as a member).

        With `rewrite_ts` (the machine was rolled back, and peers know a higher number of the old id): what
        this run wrote and still holds is put again under the new id, and goes under the old one, since its
        dots may name other writes elsewhere; the old id's numbers in its contexts, which may too, are clipped
        to the counter at opening.
        """
        old, counter = self.node, self.counter
        opened_at = self._opened_at.get(old, 0)  # what a rollback of the machine can have left intact
        self.former = (*self.former, old)
        self.node, self.counter = node, 0
        self._touch()
        if rewrite_ts is None:
            return
        for version in self.store.by_number(old, opened_at + 1, counter, counter):
            context: Clock = clip(version.context, old, opened_at)
            if beside(old, version.seq) in version.context:
                context = self._protected(context)
            author = node if version.author == old else version.author
            # the old one goes: numbers in its context mean other writes elsewhere, which it would hold down
            self.drop([version])
            before = self.store.siblings(version.key)
            lamport = self._tick(0)
            self._make(
                version.key,
                version.value,
                version.cid,
                context,
                lamport,
                author,
                rewrite_ts,
                before,
                again=True,
            )

    # ------------------------------------------------------------------ within

    def _see_new(self, versions: Sequence[Version]) -> Sequence[Version]:
        """The versions whose dots are not in `seen`, each once; they are from now on."""
        fresh: dict[str, Ranges] = {}
        for node, numbers in numbers_of(versions).items():
            new = ranges.subtract(numbers, self.seen[node])
            if new:
                fresh[node] = new
                self.seen.add_all(node, new)
                self._grown.add(node)
                self._touch()
        if sum(map(ranges.count, fresh.values())) == len(versions):  # all of them, as nearly always
            return versions
        once = {node: set(ranges.numbers(new)) for node, new in fresh.items()}
        found = []
        for version in versions:
            left = once.get(version.node)
            if left and version.seq in left:
                left.remove(version.seq)
                found.append(version)
        return found

    def _see(self, dot: Dot) -> None:
        self.seen.add(dot)
        self._grown.add(dot.node)
        self._touch()

    def _touch(self) -> None:
        self._dirty = True
        self._digest = None

    def _change(self, changes: Sequence[Change], source: str) -> None:
        if not changes:
            return
        gone = [version for change in changes for version in change.dropped]
        come = [version for change in changes for version in change.kept]
        self.fingerprint = fingerprint.change(self.fingerprint, gone, come)
        self._touch()
        self.store.replace(changes)
        self._changed(changes, source)
