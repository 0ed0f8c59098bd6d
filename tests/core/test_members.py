import pytest

from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_LEARNED_PEERS, MAX_NODES, MAX_NUMBER, MAX_RANGES
from decent_tui.core.members import Membership
from decent_tui.core.memory import MemoryStore
from decent_tui.core.seen import Seen
from decent_tui.core.store import Root

from .builders import A, B, X, seen

NOBODY: frozenset[str] = frozenset()


def saved_and_read(members: Membership) -> Membership:
    """The same membership after a restart."""
    store = MemoryStore()
    store.save(root=Root("f" * 16))
    members.save(store)
    store.commit()
    state = store.load()
    assert state is not None
    return Membership(state.members)


def test_who_was_met_is_a_member_only_when_its_digest_was_heard() -> None:
    members = Membership({})
    members.meet(A, name="otter", address="a:1")
    assert members.counted(NOBODY) == {}
    assert members.get(A) is None
    members.heard(A, Seen())
    assert members.counted(NOBODY) == {A: Seen()}
    assert members[A].name == "otter"
    assert members.get(B) is None
    assert members.get(None) is None


def test_what_a_member_says_is_taken_whole_or_added() -> None:
    members = Membership({})
    members.meet(A)
    members.heard(A, seen(a=[1, 2]))
    members.heard_wire(A, {B: [1, 1]}, whole=False)
    assert members[A].seen == seen(a=[1, 2], b=[1])
    members.heard_wire(A, {B: [1, 1]}, whole=True)  # less than before: it was set back
    assert members[A].seen == seen(b=[1])


def test_all_that_a_member_ever_told_of_is_bounded_however_little_comes_at_a_time() -> None:
    members = Membership({})
    members.meet(A)
    for start in range(0, MAX_NODES, 1_000):
        some = {f"{number:016x}": [1, 1] for number in range(start, start + 1_000)}
        members.heard_wire(A, some, whole=False)
    with pytest.raises(ProtocolError, match="more ranges"):
        members.heard_wire(A, {B: [1, 1]}, whole=False)
    assert len(members[A].seen) == MAX_NODES
    members.heard_wire(A, {A: [1, 1]}, whole=True)
    for start in range(1, 2 * MAX_RANGES, MAX_RANGES // 2):
        gaps = [end for number in range(start, start + MAX_RANGES // 2, 2) for end in (number, number)]
        members.heard_wire(A, {A: gaps}, whole=False)
    with pytest.raises(ProtocolError, match="more ranges"):
        members.heard_wire(A, {A: [MAX_NUMBER, MAX_NUMBER]}, whole=False)
    assert members[A].seen.size() == MAX_RANGES


def test_a_stranger_is_not_made_a_member_by_what_it_says() -> None:
    members = Membership({})
    members.heard(A, seen(a=[1]))
    assert members.all() == []


def test_a_seen_set_that_cannot_be_is_refused() -> None:
    with pytest.raises(ProtocolError):
        Membership({}).heard_wire(A, {A: [2, 1]}, whole=True)


@pytest.mark.parametrize(
    ("volatile", "classic", "alive", "counts"),
    [
        (False, False, False, True),  # down, but still a member
        (True, False, False, False),  # a `--memory` node that is down is none
        (True, False, True, True),
        (False, True, True, False),  # a classic peer has no digest
    ],
)
def test_who_counts_for_a_collection(volatile: bool, classic: bool, alive: bool, counts: bool) -> None:
    members = Membership({})
    members.meet(A, volatile=volatile, classic=classic)
    members.heard(A, Seen())
    assert (A in members.counted(frozenset([A]) if alive else NOBODY)) is counts


def test_who_left_or_was_forgotten_counts_no_more_and_meeting_it_does_not_change_that() -> None:
    members = Membership({})
    for node, standing in ((A, "left"), (B, "forgotten")):
        members.meet(node)
        assert members.mark(node, standing)  # type: ignore[arg-type]
        members.meet(node, name="back")
    assert members.counted(NOBODY) == {}
    assert members.gone() == {A: "left", B: "forgotten"}
    assert members.forgotten() == {B}


def test_forgotten_is_final_and_left_gives_way_to_it() -> None:
    members = Membership({})
    assert members.mark(A, "left")
    assert not members.mark(A, "left")
    assert members.mark(A, "forgotten")
    assert not members.mark(A, "left")
    assert members[A].standing == "forgotten"


def test_a_former_id_of_ones_own_counts_until_it_is_forgotten() -> None:
    members = Membership({})
    members.keep(A, "me", seen(a=[1]))
    assert members.counted(NOBODY) == {A: seen(a=[1])}
    members.mark(A, "forgotten")
    assert members.counted(NOBODY) == {}


def test_strangers_who_only_say_their_names_make_nobody_wait() -> None:
    members = Membership({})
    for number in range(3_000):
        members.meet(f"{number:016x}")
    assert members.all() == []


def test_no_flood_of_gone_ids_is_noted_or_told() -> None:
    members = Membership({})
    for number in range(3_000):
        members.mark(f"{number:016x}", "forgotten")
    assert len(members.gone()) == MAX_LEARNED_PEERS


def test_no_flood_of_members_or_classic_ids_is_kept() -> None:
    members = Membership({})
    for number in range(3_000):
        members.meet(f"{number:08x}@x:1", classic=True)
    assert len(members.all()) == MAX_LEARNED_PEERS
    for number in range(2 * MAX_NODES):
        members.meet(f"{number:016x}")
        members.heard(f"{number:016x}", Seen())
    assert len(members.all()) == MAX_NODES


def test_a_classic_peer_that_only_others_met_can_be_forgotten_here_too() -> None:
    members = Membership({})
    assert members.mark(X, "forgotten")
    assert members.forgotten() == {X}
    assert members[X].classic


def test_all_of_it_is_there_after_a_restart() -> None:
    members = Membership({})
    members.meet(A, name="otter", address="a:1")
    members.heard(A, seen(a=[1, 3]))
    members.meet(X, classic=True)
    members.mark(B, "forgotten")
    again = saved_and_read(members)
    for known in members.all():
        assert again[known.node].row() == known.row()
    assert again[A].seen == seen(a=[1, 3])
    assert again.gone() == {B: "forgotten"}


def test_only_what_has_changed_is_written() -> None:
    members = Membership({})
    members.meet(A)
    again = saved_and_read(members)
    store = MemoryStore()
    again.meet(A)  # nothing new
    again.save(store)
    assert not store.commit()
