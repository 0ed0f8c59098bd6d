import random

import pytest

from decent_tui.core.errors import Refused
from decent_tui.core.limits import MAX_LEARNED_PEERS
from decent_tui.core.operations import PeerState
from decent_tui.core.peers import AWAKE, DOWN, FROZEN, RETRY_FIRST, RETRY_LAST, SUSPECT, Peer, Peers, judge

from .builders import A, B


def peers(*addresses: str) -> Peers:
    """The peers of a node at me:1."""
    some = Peers(["me:1"], random.Random(1))
    for address in addresses:
        some.learn(address, given=True)
    return some


def at(some: Peers, address: str) -> Peer:
    """The peer there."""
    peer = some.at(address)
    assert peer is not None
    return peer


def met(some: Peers, node: str, name: str, listen: str, dialled: str | None) -> tuple[Peer, list[str]]:
    """A node said who it is, and there is room for it."""
    found = some.met(node, name, listen, dialled)
    assert found is not None
    return found


# ------------------------------------------------------------------ who and where


def test_a_node_never_lists_itself() -> None:
    some = peers("me:1", "b:1")
    assert some.learn("me:1", given=True) is None
    assert some.addresses() == ["b:1"]


def test_an_address_that_turns_out_to_be_ones_own_is_forgotten_for_good() -> None:
    some = peers("127.0.0.1:1")
    some.learn_me("127.0.0.1:1")
    assert some.addresses() == []
    assert some.learn("127.0.0.1:1", given=False) is None


def test_addresses_learned_from_others_are_bounded_and_given_ones_are_not() -> None:
    some = peers()
    for number in range(MAX_LEARNED_PEERS + 10):
        some.learn(f"h{number}:1", given=False)
    assert len(some.addresses()) == MAX_LEARNED_PEERS
    assert some.learn("one-more:1", given=True) is not None
    assert some.learn("h0:1", given=False) is at(some, "h0:1")  # known already


def test_a_node_met_at_a_new_address_is_the_same_peer() -> None:
    some = peers("old:1")
    peer, _ = met(some, A, "otter", "old:1", "old:1")
    again, other_ways = met(some, A, "", "new:1", None)
    assert again is peer
    assert (peer.address, peer.name, other_ways) == ("new:1", "otter", ["old:1"])
    assert some.at("old:1") is some.at("new:1") is peer
    assert len(list(some)) == 1


def test_a_node_that_is_at_another_address_each_time_takes_no_room_from_others() -> None:
    some = peers("given:1")
    met(some, A, "otter", "given:1", "given:1")
    for port in range(1, 2 * MAX_LEARNED_PEERS):
        met(some, A, "otter", f"a:{port}", None)
    peer = at(some, f"a:{2 * MAX_LEARNED_PEERS - 1}")
    assert some.at("a:1") is None
    assert list(some) == [peer]
    assert peer.given
    assert met(some, B, "", "b:1", None)[0].address == "b:1"


def test_who_comes_gets_the_room_of_who_is_down_for_longest_and_was_not_given() -> None:
    some = peers("given:1")
    at(some, "given:1").state = "down"
    for number in range(1, MAX_LEARNED_PEERS):
        met(some, f"{number:016x}", "", f"a:{number}", None)
    assert some.met(B, "", "b:1", None) is None
    for number in (7, 5):
        peer = at(some, f"a:{number}")
        peer.state, peer.since = "down", float(number)
    assert some.met(B, "", "b:1", None) is not None
    assert some.at("a:5") is None
    assert some.at("a:7") is not None
    assert some.at("given:1") is not None


def test_two_addresses_of_one_node_become_one_peer() -> None:
    some = peers("localhost:1", "127.0.0.1:1")
    met(some, A, "otter", "127.0.0.1:1", "127.0.0.1:1")
    peer, other_ways = met(some, A, "otter", "127.0.0.1:1", "localhost:1")
    assert list(some) == [peer]
    assert other_ways == ["localhost:1"]


def test_another_node_at_a_known_address_takes_the_peer_over() -> None:
    some = peers("a:1")
    peer, _ = met(some, A, "otter", "a:1", "a:1")
    peer.rtt = 0.5
    again, _ = met(some, B, "lynx", "a:1", "a:1")
    assert (again, again.node, again.rtt) == (peer, B, None)
    assert some.of(A) is None


def test_a_removed_peer_is_gone_by_all_its_addresses() -> None:
    some = peers("old:1")
    met(some, A, "", "old:1", "old:1")
    peer, _ = met(some, A, "", "new:1", None)
    some.remove(peer)
    assert list(some) == []
    assert some.at("old:1") is None


@pytest.mark.parametrize("text", ["a:1", A, "aaaa", "otter", ":1"])
def test_a_peer_is_found_by_address_id_beginning_or_name(text: str) -> None:
    some = peers("a:1", "b:2")
    met(some, A, "otter", "a:1", "a:1")
    met(some, B, "lynx", "b:2", "b:2")
    assert some.find(text) is at(some, "a:1")


@pytest.mark.parametrize("text", ["c:1", "zebra", "", ":9"])
def test_a_peer_that_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="there is no peer"):
        peers("a:1").find(text)


def test_a_word_that_means_several_peers_is_refused() -> None:
    some = peers("a:1", "b:1")
    met(some, "ab" + "0" * 14, "otter", "a:1", "a:1")
    met(some, "ac" + "0" * 14, "otter", "b:1", "b:1")
    for text in ("otter", "a", ":1"):
        with pytest.raises(Refused, match="several"):
            some.find(text)


# ------------------------------------------------------------------ life and death


@pytest.mark.parametrize(
    ("state", "silence", "becomes"),
    [
        ("alive", 0.0, "alive"),
        ("alive", SUSPECT, "suspect"),
        ("alive", DOWN, "down"),
        ("suspect", 0.0, "suspect"),  # it never gets better by silence
        ("suspect", DOWN, "down"),
        ("down", 0.0, "down"),
        ("joining", DOWN, "joining"),  # it was never there
        ("left", DOWN, "left"),
        ("forgotten", DOWN, "forgotten"),
    ],
)
def test_what_silence_makes_of_a_peer(state: PeerState, silence: float, becomes: PeerState) -> None:
    assert judge(state, silence) == becomes


def test_a_silent_peer_is_suspect_and_then_down_and_each_is_said_once() -> None:
    some = peers("a:1")
    peer = at(some, "a:1")
    peer.state, peer.heard = "alive", 0.0
    said = [(now, [p.state for p in some.tick(now)]) for now in range(20)]
    assert [(now, states) for now, states in said if states] == [(4, ["suspect"]), (12, ["down"])]


def test_who_was_asleep_itself_blames_nobody() -> None:
    some = peers("a:1")
    peer = at(some, "a:1")
    peer.state, peer.heard = "alive", 0.0
    some.tick(0.0)
    assert some.tick(3600.0) == []
    assert [now for now in range(3601, 3610) if some.tick(float(now))] == [3604]


def test_for_some_seconds_after_it_stood_still_a_node_knows_that_it_did() -> None:
    some = peers("a:1")
    assert not some.slept(100.0)
    some.tick(100.0)
    assert not some.slept(100.0 + FROZEN)
    assert some.slept(120.0), "an input may come before the first tick"
    some.tick(120.0)
    awake = 120.0
    while some.slept(awake):
        awake += 1.0
        some.tick(awake)
    assert awake == 120.0 + AWAKE


def test_dials_are_put_off_twice_as_far_each_time_with_jitter_and_never_given_up() -> None:
    some = peers("a:1")
    peer = at(some, "a:1")
    pauses = []
    for _ in range(10):
        some.later(peer, 100.0)
        pauses.append(peer.retry_at - 100.0)
        assert some.due(99.9) == []
        assert some.due(105.0) == [peer]
    expected = [min(RETRY_FIRST * 2**n, RETRY_LAST) for n in range(10)]
    assert all(full / 2 <= pause <= full for pause, full in zip(pauses, expected, strict=True))
    some.soon(peer, 100.0)
    assert (some.due(100.0), peer.backoff) == ([peer], RETRY_FIRST)


@pytest.mark.parametrize("state", ["left", "forgotten"])
def test_who_is_gone_is_neither_dialled_nor_told_of(state: PeerState) -> None:
    some = peers("a:1")
    at(some, "a:1").state = state
    assert some.due(1e9) == []
    assert some.addresses() == []


@pytest.mark.parametrize("state", ["left", "forgotten"])
def test_what_is_given_anew_is_looked_for_anew(state: PeerState) -> None:
    some = peers("a:1")
    gone = at(some, "a:1")
    gone.state = state
    assert some.learn("a:1", given=False) is gone
    found = some.learn("a:1", given=True)
    assert found is not gone
    assert some.due(1e9) == [found]


def test_who_is_linked_or_being_dialled_is_not_dialled() -> None:
    some = peers("a:1", "b:1")
    at(some, "a:1").link, at(some, "b:1").dialling = 1, True
    assert some.due(1e9) == []
