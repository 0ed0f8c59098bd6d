"""Rules that look right and are not: each breaks a history that the real rules carry.

The rules themselves are in `decent_tui/core`; here they are broken one at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from unittest import mock

import msgspec
import pytest

from decent_tui.core import operations as ops
from decent_tui.core import ranges, replica, sync, tombstones, version
from decent_tui.core.audit import Auditor
from decent_tui.core.batch import Batch, pack
from decent_tui.core.clocks import Clock, Dot
from decent_tui.core.engine import Engine
from decent_tui.core.memory import MemoryStore
from decent_tui.core.messages import Flat, Sync, Versions
from decent_tui.core.replica import Replica
from decent_tui.core.seen import Seen
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Siblings, Version, live
from decent_tui.lab.sim_node import SimNode

from . import stories
from .network import Network
from .test_identity import after_a_rollback

_missing, _answer, _page, _list = sync._missing, sync.answer, sync.Pull._page, sync._list
_tombstones = MemoryStore.tombstones


def a_claim_on_every_chunk(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
    missing, complete = _missing(replica, sync.read_seen(question.seen), tuning.chunk)
    return _answer(replica, question, tuning) if complete else sync._claim(replica, missing)


def no_list(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
    missing, complete = _missing(replica, sync.read_seen(question.seen), tuning.chunk)
    return sync._claim(replica, missing) if complete else Versions(pack(missing), more=True)


def no_list_for_who_began_empty() -> Callable[[Replica, Sync, Tuning], Versions]:
    began_empty = False

    def answer(replica: Replica, question: Sync, tuning: Tuning) -> Versions:
        nonlocal began_empty
        began_empty = began_empty or not question.seen
        return (no_list if began_empty else _answer)(replica, question, tuning)

    return answer


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


def collecting_on_seen(
    clock: Clock, seen: Seen, members: Mapping[str, Seen], forgotten: frozenset[str]
) -> list[str]:
    everybody = {"": seen, **members}
    return [name for name, heard in everybody.items() if any(Dot(*dot) not in heard for dot in clock.items())]


def only_where_no_value_is_left(store: MemoryStore, after: Dot, limit: int) -> list[Version]:
    return [found for found in _tombstones(store, after, limit) if not live(store.siblings(found.key))]


def obsolete_by_the_dot(a: Version, b: Version) -> bool:
    return a.context.get(b.node, 0) >= b.seq


def keeping_an_obsolete_newcomer(siblings: Siblings, newcomer: Version) -> Siblings:
    kept = [held for held in siblings if not version.obsoletes(newcomer, held)]
    return version.in_order((*kept, newcomer))


def without_context(versions: Iterable[Version]) -> Batch:
    return pack([msgspec.structs.replace(version, context={}) for version in versions])


MUTANTS: list[tuple[object, str, Callable[..., Any], Callable[[], None]]] = [
    (sync, "answer", a_claim_on_every_chunk, stories.two_versions_in_two_chunks),
    (tombstones, "blockers", collecting_on_seen, stories.a_tombstone_arrives_before_what_it_deletes),
    (MemoryStore, "tombstones", only_where_no_value_is_left, stories.a_delete_and_a_put_at_the_same_time),
    (version, "obsoletes", obsolete_by_the_dot, stories.a_new_write_over_a_collected_tombstone),
    (sync, "answer", no_list, stories.away_while_a_tombstone_was_collected),
    (sync, "answer", no_list_for_who_began_empty(), stories.empty_when_the_pull_began),
    (sync, "_list", a_list_without_tombstones, stories.a_tombstone_below_the_floor_that_still_waits),
    (sync.Pull, "_page", no_restart, stories.the_floor_moves_between_two_pages),
    (replica, "merge", keeping_an_obsolete_newcomer, stories.an_old_version_arrives_late),
    (sync, "pack", without_context, stories.an_old_version_arrives_late),
]


@pytest.mark.parametrize(
    ("where", "name", "wrong", "story"), MUTANTS, ids=[f"{m[1]}-{m[3].__name__}" for m in MUTANTS]
)
def test_a_wrong_rule_breaks_the_history_that_the_right_one_is_there_for(
    where: object, name: str, wrong: Callable[..., Any], story: Callable[[], None]
) -> None:
    with mock.patch.object(where, name, wrong), pytest.raises(AssertionError):
        story()


def test_an_answer_must_belong_to_the_pull_under_way() -> None:
    with pytest.raises(AssertionError):
        stories.the_answer_of_a_pull_given_up(taken=True)


def test_an_id_must_not_be_kept_after_a_rollback() -> None:
    with (
        mock.patch.object(Engine, "_rolled_back"),
        mock.patch.object(Auditor, "begin"),  # which would mend much of it
        pytest.raises(AssertionError, match="lost"),
    ):
        after_a_rollback()


class Hasty(SimNode):
    """A node that sends first and saves later."""

    def turn(self, work: Callable[[], None]) -> None:
        """As the other, but the effects go out before the commit."""
        self.engine.at(self.net.now, 0)
        work()
        self.engine.pushes(self.wires)
        for effect in self.engine.take_effects():
            self._carry_out(effect)
        if self.doom:
            self.crash()
        elif self.engine.commit():
            self.store.make_durable()


@pytest.mark.parametrize("kind", [SimNode, Hasty])
def test_nothing_is_sent_before_it_is_saved(kind: type[SimNode]) -> None:
    net = Network(1)
    b = net.node("b")
    a = kind(net, "a:1")
    a.start("b:1")
    net.run(2)
    a.doom = "before the commit"
    a.do(ops.Put("k", '"never saved"'))
    net.run(1)
    a.start()
    a.do(ops.Put("k", '"saved"'))
    with mock.patch.object(Auditor, "begin"):  # which would mend it
        net.run(10)
    same = b.do(ops.Get("k")) == a.do(ops.Get("k"))
    assert same is (kind is SimNode)
