from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.batch import Batch, dots, pack, slices, unpack
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_NUMBER
from decent_tui.core.version import Version, numbers_of

from .builders import A, B, C, X, version

some_versions = st.lists(
    st.builds(
        version,
        st.sampled_from([A, B, C]),
        st.integers(1, MAX_NUMBER),
        st.dictionaries(st.sampled_from([A, B, C, X]), st.integers(1, MAX_NUMBER), max_size=4),
        key=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5),
        text=st.sampled_from(["1", "null", '"x"', '{"a":[1,2]}', None]),
        lamport=st.integers(0, MAX_NUMBER),
        author=st.sampled_from(["", X, A]),
        ts=st.integers(0, 2**53),
    ).filter(lambda made: made.context.get(made.entry, 0) < made.seq),
    max_size=8,
)


@given(some_versions)
def test_what_is_packed_comes_out_again(versions: list[Version]) -> None:
    assert list(unpack(pack(versions))) == versions


@given(some_versions)
def test_the_dots_of_a_batch_are_those_of_its_versions(versions: list[Version]) -> None:
    assert dots(pack(versions)) == numbers_of(versions)


@pytest.mark.parametrize(
    "broken",
    [
        Batch(["a" * 16], [1, 1], ["k"], seqs=[1]),
        Batch(["a" * 16], [0], ["k"], seqs=[1]),
        Batch(["a" * 16], [0, 1], ["k"]),
        Batch(["a" * 16], [0, 1], ["k"], seqs=[0]),
        Batch(["a" * 16], [0, 2], ["k"], seqs=[MAX_NUMBER, 1]),
        Batch(["me@host:1"], [0, 1], ["k"], seqs=[1]),
    ],
)
def test_dots_that_are_none_are_refused(broken: Batch) -> None:
    with pytest.raises(ProtocolError):
        dots(broken)


@given(some_versions)
def test_the_wire_does_not_change_it(versions: list[Version]) -> None:
    sent = msgspec.json.encode(pack(versions))
    assert list(unpack(msgspec.json.decode(sent, type=Batch))) == versions


def test_nodes_are_named_once_and_numbers_are_differences() -> None:
    first = version(A, 7, {B: 3}, lamport=10, ts=100)
    second = version(A, 9, {B: 4}, lamport=11, ts=90, key="l")
    batch = pack([first, second])
    assert batch == Batch(
        nodes=[A, B],
        runs=[0, 2],
        keys=["k", "l"],
        values=[msgspec.Raw(b"1"), msgspec.Raw(b"1")],
        seqs=[7, 2],
        lamports=[10, 1],
        times=[100, -10],
        contexts=[[1, 3], [1, 4]],
    )


def test_what_repeats_to_the_end_is_said_once() -> None:
    batch = pack([version(A, seq, lamport=seq, ts=100) for seq in range(7, 17)])
    assert (batch.seqs, batch.lamports, batch.times, batch.contexts) == ([7, 1], [7, 1], [100, 0], [])


def test_the_author_is_named_only_where_it_is_not_the_writer() -> None:
    batch = pack([version(A, 1), version(A, 2, author=X)])
    assert batch.authors == [1, 1]
    assert batch.nodes == [A, X]


def test_many_small_versions_cost_little_more_than_their_keys_and_values() -> None:
    versions = [
        version(A, n, {A: n - 500} if n > 500 else {}, key=f"settings/machine-{n}/display/brightness",
                text=f'{{"level":{n},"unit":"percent","set_by":"somebody"}}', lamport=n, ts=10**12 + 37 * n)
        for n in range(1, 1_001)
    ]  # fmt: skip
    plain = sum(len(one.key) + len(one.value or b"") for one in versions)
    assert len(msgspec.json.encode(pack(versions))) <= 1.2 * plain


BROKEN: list[Mapping[str, Any]] = [
    {"keys": ["k", "l"]},
    {"values": []},
    {"seqs": [1, 1]},
    {"lamports": []},
    {"times": []},
    {"contexts": [[], []]},
    {"lamports": [1, 1]},
    {"times": [0, 0]},
    {"seqs": []},
    {"runs": [0]},
    {"runs": [0, 2]},
    {"runs": []},
    {"runs": [5, 1]},
    {"nodes": [X]},  # such a dot in our `seen` would be refused by everybody for ever
    {"nodes": ["0123456789ABCDEF"]},
    {"seqs": [0]},
    {"seqs": [-1]},
    {"seqs": [MAX_NUMBER + 1]},
    {"lamports": [-1]},
    {"times": [-1]},
    {"contexts": [[0]]},
    {"contexts": [[7, 1]]},
    {"contexts": [[0, 0]]},
    {"contexts": [[0, MAX_NUMBER + 1]]},
    {"authors": [0]},
    {"authors": [0, 9]},
    {"keys": [""]},
    {"keys": ["a\nb"]},
    {"keys": ["k" * 2000]},
    {"values": [msgspec.Raw(b'"' + b"x" * 300_000 + b'"')]},
    {"values": [msgspec.Raw(b"[" * 500 + b"]" * 500)]},
]


@pytest.mark.parametrize("wrong", BROKEN, ids=lambda wrong: " ".join(wrong))
def test_a_batch_that_no_honest_node_makes_ends_the_link(wrong: Mapping[str, Any]) -> None:
    batch = msgspec.structs.replace(pack([version()]), **wrong)
    with pytest.raises(ProtocolError) as caught:
        list(unpack(batch))
    assert caught.value.fatal


@pytest.mark.parametrize(
    "lie",
    [
        version(A, 1, {A: 1}),
        version(A, 2, {B: 1, A: 9}),
        version(A, 2, {f"{A}+": 2}, author=X),
        version(A, 2, {f"{A}+": 3}, author=B),
    ],
)
def test_what_comes_before_itself_is_refused(lie: Version) -> None:
    """Two such could each make the other obsolete, and two replicas would keep one each for ever."""
    with pytest.raises(ProtocolError, match="before itself"):
        list(unpack(pack([lie])))


@pytest.mark.parametrize("version_", [version(A, 2, {A: 1, f"{A}+2": 2}), version(A, 2, {A: 5}, author=X)])
def test_its_own_node_may_be_in_a_context(version_: Version) -> None:
    assert list(unpack(pack([version_]))) == [version_]


def test_slices_before_the_one_with_a_broken_row_are_handed_out() -> None:
    batch = pack([version(A, 1), version(A, 2), version(A, 3)])
    some = slices(msgspec.structs.replace(batch, lamports=[1, 0, -5]), 2)
    assert next(some) == [version(A, 1), version(A, 2)]
    with pytest.raises(ProtocolError):
        next(some)


@given(some_versions, st.integers(1, 9))
def test_slices_of_any_size_come_to_the_same(versions: list[Version], size: int) -> None:
    found = list(slices(pack(versions), size))
    assert [one for some in found for one in some] == versions
    assert all(len(some) == size for some in found[:-1])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_runs_may_be_empty_and_begin_anew_amid_a_slice(size: int) -> None:
    made = [version(A, 5, key="k"), version(A, 6, key="l"), version(B, 1, key="m")]
    batch = msgspec.structs.replace(pack(made), runs=[1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1], seqs=[5, 6, 1])
    assert [one for some in slices(batch, size) for one in some] == made
