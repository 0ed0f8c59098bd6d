from collections.abc import Mapping

import msgspec
import pytest

from decent_tui.core.classic import is_echo, is_original, is_own, news
from decent_tui.core.clocks import taken_in
from decent_tui.core.messages import Foreign
from decent_tui.core.version import Version, in_order

from .builders import A, B, X, version

Y = "87654321@y:1"


def record(
    author: str = X, vc: Mapping[str, int] | None = None, lamport: int = 5, text: str = "7"
) -> Foreign:
    """A record as a classic peer sends it; an original write if no clock is given."""
    clock = dict(vc) if vc is not None else {author: 1}
    return Foreign(msgspec.Raw(text.encode()), author, clock, lamport, 1.5)


def held(
    context: Mapping[str, int], *, text: str | None = "1", author: str = X, node: str = A, seq: int = 1
) -> Version:
    """What we hold of a classic peer's write."""
    return version(node, seq, context, text=text, author=author)


@pytest.mark.parametrize(
    ("clock", "echo"),
    [({X: 1}, False), ({X: 1, Y: 2}, False), ({A: 1}, True), ({X: 1, A: 3}, True), ({}, False)],
)
def test_a_record_whose_clock_names_one_of_our_ids_is_an_echo(clock: Mapping[str, int], echo: bool) -> None:
    assert is_echo(clock) is echo


@pytest.mark.parametrize(
    ("clock", "original"),
    [({X: 1}, True), ({X: 2}, False), ({X: 1, Y: 1}, False), ({Y: 1}, False), ({}, False)],
)
def test_only_a_clock_of_exactly_one_for_its_author_is_an_original(
    clock: Mapping[str, int], original: bool
) -> None:
    assert is_original(record(vc=clock)) is original


NEWS: list[tuple[str, Foreign, tuple[Version, ...], Mapping[str, int] | None]] = [
    ("nothing is held", record(), (), {X: 5}),
    ("somebody else's value is held", record(), (version(B, 1),), {X: 5}),
    ("an older write of its author is held", record(), (held({X: 4}),), {X: 5, taken_in(A): 1}),
    ("that very write is held", record(), (held({X: 5}, text="7"),), None),
    ("a newer write of its author is held", record(), (held({X: 6}),), None),
    ("its value is held by anybody", record(), (version(B, 1, text="7"),), None),
    ("its author's write was overwritten here", record(), (held({X: 5}, author=A),), None),
    ("its author's write was deleted here", record(), (held({X: 5}, text=None, author=A),), None),
    ("its author wrote again after that", record(lamport=6), (held({X: 5}, text=None, author=A),), {X: 6}),
    ("it is no original and its author is unknown here", record(vc={X: 1, Y: 1}), (), {X: 1}),
    ("it is no original and its author is known", record(vc={X: 1, Y: 3}, lamport=99), (held({X: 4}),), None),
    ("it is an echo", record(vc={X: 1, A: 1}), (), None),
    ("it claims one of us as its author", record(author=A, vc={X: 1}), (), None),
    ("its lamport is missing", record(lamport=0), (), {X: 1}),
]  # fmt: skip


@pytest.mark.parametrize(("record_", "siblings", "context"), [n[1:] for n in NEWS], ids=[n[0] for n in NEWS])
def test_what_a_record_amounts_to_here(
    record_: Foreign, siblings: tuple[Version, ...], context: Mapping[str, int] | None
) -> None:
    found = news(record_, in_order(siblings))
    assert (found.context if found else None) == context


def test_news_keeps_what_its_author_said() -> None:
    found = news(record(lamport=9), ())
    assert found is not None
    assert (found.value.text, found.author, found.lamport, found.ts) == (b"7", X, 9, 1500)


def test_news_replaces_its_authors_siblings_and_nothing_else() -> None:
    by_author, by_other = held({X: 3}), version(B, 4, {B: 2}, text="2")
    found = news(record(), in_order((by_author, by_other)))
    assert found is not None
    assert found.context == {X: 5, taken_in(A): 1}


@pytest.mark.parametrize(("ts", "milliseconds"), [(1.5, 1500), (-1.0, 0), (float("inf"), 0), (1e300, 0)])
def test_a_time_that_is_none_becomes_zero(ts: float, milliseconds: int) -> None:
    found = news(msgspec.structs.replace(record(), ts=ts), ())
    assert found is not None
    assert found.ts == milliseconds


def test_a_value_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="digits"):
        news(record(text="9" * 2000), ())


@pytest.mark.parametrize(
    ("author", "node", "own"),
    [(X, X, True), (Y, X, False), (X, None, True), (Y, None, False), (A, None, False)],
)
def test_what_a_peer_wrote_itself_is_known_by_its_id_or_else_by_its_address(
    author: str, node: str | None, own: bool
) -> None:
    assert is_own(author, node, "x:1") is own
