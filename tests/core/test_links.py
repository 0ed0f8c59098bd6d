import pytest

from decent_tui.core.links import Link, Links, superseded

from .builders import A, B, seen


def link(number: int, dialled: bool, tag: str = "t", node: str = B) -> Link:
    """A link of node A to node B."""
    return Link(number, "b:9", "b:1" if dialled else None, 0.0, "decent", node, tag)


@pytest.mark.parametrize(
    ("me", "peer", "old_dialled", "new_dialled", "same_tag", "goes"),
    [
        (A, B, True, False, True, "new"),  # simultaneous: the smaller id's dial stays
        (A, B, False, True, True, "old"),
        (B, A, True, False, True, "old"),
        (B, A, False, True, True, "new"),
        (A, B, True, True, True, "old"),  # dialled anew by the same side: it has given up the older
        (A, B, False, False, True, "old"),
        (A, B, True, False, False, "old"),  # the peer was restarted
        (B, A, False, True, False, "old"),
    ],
)
def test_which_of_two_links_to_one_node_goes(
    me: str, peer: str, old_dialled: bool, new_dialled: bool, same_tag: bool, goes: str
) -> None:
    old = link(1, old_dialled, "t", peer)
    new = link(2, new_dialled, "t" if same_tag else "u", peer)
    assert superseded(me, old, new) is (old if goes == "old" else new)


def test_on_a_simultaneous_dial_both_sides_keep_the_same_connection() -> None:
    by_a_at_a, by_b_at_a = link(1, True, node=B), link(2, False, node=B)
    by_a_at_b, by_b_at_b = link(3, False, node=A), link(4, True, node=A)
    assert superseded(A, by_a_at_a, by_b_at_a) is by_b_at_a
    assert superseded(A, by_b_at_a, by_a_at_a) is by_b_at_a  # in whichever order they came
    assert superseded(B, by_a_at_b, by_b_at_b) is by_b_at_b
    assert superseded(B, by_b_at_b, by_a_at_b) is by_b_at_b


def test_links_are_found_by_number_by_node_and_by_kind() -> None:
    links = Links()
    one, classic = link(1, True), link(2, True)
    links.open(one)
    links.open(classic)
    assert links.decent() == [one, classic]
    links.become(classic, "classic")
    assert links.get(1) is links.to(B) is one
    assert links.decent() == [one]
    assert links.classic() == [classic]
    assert links.close(1) is one
    assert links.close(1) is links.get(1) is links.to(B) is None


def test_links_with_something_to_say_are_told_in_the_order_in_which_they_were_opened() -> None:
    links = Links()
    some = [link(number, True) for number in (3, 1, 2)]
    for one in some:
        links.open(one)
    assert list(links.stirred()) == []
    for one in reversed(some):
        links.stir(one)
    assert list(links.stirred()) == some
    links.settle(some[0])
    links.close(2)
    assert list(links.stirred()) == [some[1]]


def test_only_what_has_changed_of_seen_is_told_again() -> None:
    one = link(1, True)
    assert one.untold(seen(a=[1], b=[1])) == {A: ((1, 1),), B: ((1, 1),)}
    assert one.untold(seen(a=[1], b=[1])) == {}
    assert one.untold(seen(a=[1, 2], b=[1])) == {A: ((1, 2),)}
