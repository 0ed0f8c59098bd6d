from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core import fingerprint
from decent_tui.core.version import Version

from .builders import A, B, histories, version


@given(histories(keys=("k", "l")), st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_order_in_which_versions_came(made: list[Version], chance: object) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fingerprint.change(0, (), made) == fingerprint.change(0, (), shuffled)


@given(histories(), st.data())
def test_what_came_and_went_leaves_no_trace(made: list[Version], data: st.DataObject) -> None:
    some = [one for one in made if data.draw(st.booleans())]
    rest = [one for one in made if one not in some]
    whole = fingerprint.change(fingerprint.EMPTY, (), made)
    assert fingerprint.change(whole, some, ()) == fingerprint.change(fingerprint.EMPTY, (), rest)
    assert 0 <= whole < 2**256


def test_it_tells_keys_dots_and_values_apart() -> None:
    some = [
        version(A, 1),
        version(A, 1, key="l"),
        version(B, 1),
        version(A, 2),
        version(A, 1, text="2"),
        version(A, 1, key="k1"),
        version(A, 11),
    ]
    assert len({fingerprint.of(one) for one in some}) == len(some)


def test_a_tombstone_adds_nothing() -> None:
    assert fingerprint.of(version(text=None)) == 0
