"""Rules that look right, or nearly, and are not: each is put in the place of one of the core (`mutants`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final
from unittest import mock

import msgspec

from decent_tui.core import audit, claims, identity, ranges, replica, sync, tombstones, version
from decent_tui.core.batch import Batch, pack
from decent_tui.core.clocks import Clock, Dot, by_node, is_classic, join
from decent_tui.core.engine import Engine
from decent_tui.core.exchange import Exchange
from decent_tui.core.identity import Identified, Identity, MarkedStore, MarkerFile, Record, mismatch
from decent_tui.core.links import Link
from decent_tui.core.members import Known, Membership
from decent_tui.core.messages import Flat, RequestId, Sync, Versions
from decent_tui.core.ranges import Ranges
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.store import Member, Root, Standing, State, Store
from decent_tui.core.tombstones import Collector, Reach
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Siblings, Version, live
from decent_tui.lab.sim_node import BEGINNING, SimNode

# the right ones, as they stand before any of them is patched
_answer, _missing, _list, _claim = sync.answer, sync._missing, sync._list, sync._claim
_question, _page = sync.Pull.question, sync.Pull._page
_slices, _undo = Engine.slices, Engine.undo
_turn, _blockers = Collector.turn, tombstones.blockers
_commit, _join_claim, _take_id = Replica.commit, Replica.join_claim, Replica.take_id
_counted, _mark = Membership.counted, Membership.mark
_reconcile, _answered, _has = audit.reconcile, Exchange.answered, Exchange._has
_identify, _renamed = identity.identify, identity._renamed


# ------------------------------------------------------------------ pulls


def a_claim_on_every_chunk(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
    missing, complete = _missing(replica, claims.read_seen(question.seen), tuning.chunk)
    return _answer(replica, question, tuning) if complete else _claim(replica, missing)


def the_claim_before_the_chunk(engine: Engine, link: int, said: Versions, size: int) -> Iterator[None]:
    if said.seen is not None:
        engine.parts.replica.join_claim(claims.read_seen(said.seen), said.floor)
    yield from _slices(engine, link, said, size)


def the_floor_not_taken_over(replica: Replica, seen: Seen, floor: Clock) -> None:
    _join_claim(replica, seen, {})


def no_tombstones_in_answers(replica: Replica, asker: Seen, chunk: int) -> tuple[list[Version], bool]:
    missing, complete = _missing(replica, asker, chunk)
    values = [version for version in missing if not version.deleted]
    return values, complete or not values


def without_context(versions: Iterable[Version]) -> Batch:
    return pack([msgspec.structs.replace(version, context={}) for version in versions])


def any_answer_will_do(pull: sync.Pull, request: RequestId) -> bool:
    return request is not None


# ------------------------------------------------------------------ full answers


def no_list(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
    missing, complete = _missing(replica, claims.read_seen(question.seen), tuning.chunk)
    return _claim(replica, missing) if complete else Versions(pack(missing), more=True)


BEYOND: Final = Dot("~", 1)
"""After every dot: what comes after it is an empty list."""


def no_list_if_empty(pull: sync.Pull, replica: Replica) -> Sync:
    if not replica.seen and pull.cursor is None:
        pull.cursor = BEYOND
    return _question(pull, replica)


def nothing_dropped_if_it_was_empty(pull: sync.Pull, replica: Replica, said: Versions, listed: Flat) -> bool:
    if pull.cursor != BEYOND or said.seen is None:
        return _page(pull, replica, said, listed)
    replica.join_claim(claims.read_seen(said.seen), said.floor)
    return True


def a_list_without_tombstones(replica: Replica, after: Dot, room: int) -> tuple[Flat, Dot | None]:
    listed, last = _list(replica, after, room)
    for node, flat in listed.items():
        numbers = ranges.numbers(ranges.unflatten(flat))
        alive = [n for n in numbers if not replica.store.by_number(node, n, n, 1)[0].deleted]
        listed[node] = ranges.flatten(ranges.from_numbers(alive))
    return listed, last


def no_restart(pull: sync.Pull, replica: Replica, said: Versions, listed: Flat) -> bool:
    pull.floor = said.floor
    return _page(pull, replica, said, listed)


def dropping_at_each_page(pull: sync.Pull, replica: Replica, said: Versions, listed: Flat) -> bool:
    complete = _page(pull, replica, said, listed)
    if not complete and pull.floor is not None:
        reached = {node: seq for node, seq in said.floor.items() if pull.cursor and node <= pull.cursor.node}
        replica.drop(sync._unlisted(replica, reached, pull.listed))
    return complete


# ------------------------------------------------------------------ versions


def obsolete_by_the_dot(a: Version, b: Version) -> bool:
    return a.context.get(b.entry, 0) >= b.seq


def keeping_an_obsolete_newcomer(siblings: Siblings, newcomer: Version) -> Siblings:
    kept = [held for held in siblings if not version.obsoletes(newcomer, held)]
    return version.in_order((*kept, newcomer))


def context_without_dots(siblings: Siblings) -> Clock:
    return join(*(held.context for held in siblings))


def never_subtracted(before: int, dropped: Iterable[Version], kept: Iterable[Version]) -> int:
    return (before + sum(map(replica.fingerprint.of, kept))) % 2**256


def seen_at_every_other_commit(replica: Replica) -> bool:
    if replica.lamport % 2 == 0:
        return _commit(replica)
    grown, replica._grown = replica._grown, set()
    committed = _commit(replica)
    replica._grown = grown
    return committed


# ------------------------------------------------------------------ deletes


def collecting_on_seen(clock: Clock, reach: Reach, forgotten: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        name
        for name, heard in reach.everybody.items()
        if any(Dot(*dot) not in heard for dot in by_node(clock).items())
    )


def collecting_without_asking(clock: Clock, reach: Reach, forgotten: frozenset[str]) -> tuple[str, ...]:
    return _blockers(clock, Reach(reach.everybody[""], {}), forgotten)


def asking_only_who_is_there(membership: Membership, alive: frozenset[str]) -> dict[str, Seen]:
    return {node: seen for node, seen in _counted(membership, alive).items() if node in alive}


def not_waiting_for_classics(clock: Clock, reach: Reach, forgotten: frozenset[str]) -> tuple[str, ...]:
    ours = {node: seq for node, seq in clock.items() if not is_classic(node)}
    return _blockers(ours, reach, forgotten)


def only_where_no_value_is_left(
    collector: Collector, replica: Replica, members: Mapping[str, Seen], forgotten: frozenset[str]
) -> int:
    store = replica.store
    found: Callable[[Dot, int], Sequence[Version]] = store.tombstones

    def without_values(after: Dot, limit: int) -> list[Version]:
        return [one for one in found(after, limit) if not live(store.siblings(one.key))]

    with mock.patch.object(store, "tombstones", without_values):
        return _turn(collector, replica, members, forgotten)


# ------------------------------------------------------------------ identity


def no_marker(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    return ""


def a_marker_without_counter(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    return mismatch(root, known, inode, written and msgspec.structs.replace(written, counter=0))


def a_marker_without_node_id(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    return mismatch(root, known, inode, written and msgspec.structs.replace(written, node=root.node))


def a_marker_without_tag(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    return mismatch(root, known, inode, written and msgspec.structs.replace(written, tags=(known.tag, "")))


def a_marker_without_inode(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    return mismatch(root, known, known.inode, written)


def own_numbers_unchecked(exchange: Exchange, highest: int) -> None:
    pass


def nothing_is_checked(replica: Replica, highest: int) -> None:
    pass


def nothing_put_again(replica: Replica, node: str, *, rewrite_ts: int | None = None) -> None:
    _take_id(replica, node)


def unclipped(clock: Clock, node: str, highest: int) -> dict[str, int]:
    return dict(clock)


def protecting_nothing(replica: Replica, context: Clock) -> Clock:
    return context


def only_our_own_put_again(replica: Replica, theirs: Version, ts: int) -> None:
    mine = next(iter(replica.store.by_number(theirs.node, theirs.seq, theirs.seq, 1)), None)
    if mine is None:
        replica.adopt(theirs)
    elif (mine.key, mine.cid) != (theirs.key, theirs.cid):
        replica.put_again(mine, ts)


def _disputed(
    replica: Replica, theirs: Version, ts: int, what: Callable[[Version], object], *, adopts: bool = True
) -> None:
    """`audit.reconcile`, with `what` two versions under one dot are compared by."""
    mine = next(iter(replica.store.by_number(theirs.node, theirs.seq, theirs.seq, 1)), None)
    if mine is None:
        if adopts:
            replica.adopt(theirs)
    elif what(mine) != what(theirs):
        settled = any(version.obsoletes(held, theirs) for held in replica.store.siblings(theirs.key))
        replica.put_again(mine, ts)
        if not settled:
            replica.put_again(theirs, ts)


def an_audit_of_values_alone(replica: Replica, theirs: Version, ts: int) -> None:
    _disputed(replica, theirs, ts, lambda one: one.cid)


def an_audit_without_contexts(replica: Replica, theirs: Version, ts: int) -> None:
    _disputed(replica, theirs, ts, lambda one: (one.key, one.cid))


def an_audit_without_keys(replica: Replica, theirs: Version, ts: int) -> None:
    _disputed(replica, theirs, ts, lambda one: (one.cid, one.context))


def an_audit_without_values(replica: Replica, theirs: Version, ts: int) -> None:
    _disputed(replica, theirs, ts, lambda one: (one.key, one.context))


def an_audit_that_puts_again_what_is_settled(replica: Replica, theirs: Version, ts: int) -> None:
    with mock.patch.object(audit, "obsoletes", return_value=False):
        _reconcile(replica, theirs, ts)


def an_audit_that_adopts_nothing(replica: Replica, theirs: Version, ts: int) -> None:
    _disputed(replica, theirs, ts, lambda one: (one.key, one.cid, one.context), adopts=False)


def sending_before_saving(node: SimNode, work: Callable[[], None]) -> None:
    engine, now = node.engine, node.net.now
    engine.at(now, int(now * 1000) + BEGINNING + node.jump)
    work()
    engine.pushes(node.wires)
    effects = engine.take_effects()
    for effect in effects:
        node._carry_out(effect)
    if node.doom and effects:
        node.crash()
    elif engine.commit():
        changes = node.store.unwatched
        node.store.make_durable()
        if node._watcher:
            node._watcher.wrote(node, changes)
    node.events += engine.take_events()


def the_claim_before_the_look_at_our_own(
    exchange: Exchange, link: Link, said: Versions, request: RequestId
) -> None:
    pull = link.pull
    if pull is not None and pull.owns(request) and said.seen is not None:
        exchange._parts.replica.join_claim(claims.read_seen(said.seen), said.floor)
    _answered(exchange, link, said, request)


def all_below_too(exchange: Exchange, link: Link, numbers: Mapping[str, Ranges]) -> None:
    _has(exchange, link, {node: ((1, some[-1][1]),) for node, some in numbers.items()})


def the_old_id_no_member(membership: Membership, node: str, name: str, seen: Seen) -> None:
    membership._known[node] = Known(node, standing="forgotten")


def the_original_no_member(store: Store, state: State, new: str) -> Root:
    with mock.patch.object(identity, "Member", lambda node, seen: Member(node, standing="forgotten")):
        return _renamed(store, state, new)


def a_marker_that_must_be_behind(root: Root, known: Identity, inode: str, written: Record | None) -> str:
    same = written is not None and (written.node, written.counter) == (root.node, root.counter)
    return "its counter is not below" if same else mismatch(root, known, inode, written)


def identified_without_the_last_step(
    store: MarkedStore, marker: MarkerFile, draw: str, tag: str
) -> Identified:
    return _identify(store, _NoLastStep(marker), draw, tag)


class _NoLastStep:
    """A marker that is not written a second time."""

    def __init__(self, marker: MarkerFile) -> None:
        self._marker = marker
        self.inode, self.read, self.flush = marker.inode, marker.read, marker.flush

    def write(self, record: Record) -> None:
        if record.tags[0] != record.tags[1]:
            self._marker.write(record)


def undone_but_said(engine: Engine) -> None:
    effects = engine.parts.out.effects
    _undo(engine)
    engine.parts.out.effects = [*effects, *engine.parts.out.effects]


def undone_but_for_the_pause(engine: Engine) -> None:
    engine._could_rename_at = engine._may_rename_at
    _undo(engine)


def undone_on_the_disk_alone(replica: Replica) -> None:
    replica.store.rollback()


def no_look_at_what_was_read(held: Siblings, saw: Sequence[str] | None, wanted: Sequence[str]) -> None:
    pass


def a_digest_of_before(replica: Replica) -> None:
    replica._dirty = True


# ------------------------------------------------------------------ strangers


def nothing_is_an_echo(clock: Iterable[str]) -> bool:
    return False


def anybody_is_a_node(name: str) -> bool:
    return True


def only_who_was_met(membership: Membership, node: str, standing: Standing) -> bool:
    known = membership.get(node)
    return known is not None and _mark(membership, node, standing)
