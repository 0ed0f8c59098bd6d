from decent_tui.core.version import Version
from decent_tui.lab.oracle import Oracle, meaning

from ..core.builders import A, B, version


def two() -> tuple[Oracle, Version, Version]:
    """One write over another."""
    oracle = Oracle()
    old, new = version(A, 1, text="1"), version(B, 1, {A: 1}, text="2")
    assert oracle.written(old, [])
    assert oracle.written(new, [old])
    return oracle, old, new


def test_what_nobody_wrote_over_must_be_there_and_the_rest_must_be_gone() -> None:
    oracle, old, new = two()
    assert oracle.verdict([new]) == ([], [])
    assert oracle.verdict([]) == ([f"k {B[:4]}:1"], [])
    assert oracle.verdict([old, new]) == ([], [f"k {A[:4]}:1"])


def test_the_past_goes_through_others() -> None:
    oracle, old, new = two()
    last = version(A, 2, {A: 1, B: 1}, text=None)
    oracle.written(last, [new])
    assert oracle.replaced(meaning(old), last)
    assert oracle.verdict([last]) == ([], [])


def test_a_number_used_twice_is_noticed() -> None:
    oracle, old, _new = two()
    assert not oracle.written(version(A, 1, text="3"), [])
    assert not oracle.knows(version(A, 1, {B: 9}, text="1"))
    assert oracle.knows(old)


def test_a_write_whose_only_disk_was_set_back_may_be_lost_and_what_it_replaced_may_live() -> None:
    oracle, old, new = two()
    oracle.endanger([meaning(new)])
    for held in ([new], [old], []):
        assert oracle.verdict(held) == ([], [])


def test_numbers_that_a_machine_used_again_are_risky() -> None:
    oracle, old, _new = two()
    oracle.set_back(A, 1)
    assert not oracle.is_risky(meaning(old))
    again = version(A, 2, text="5")
    assert oracle.written(again, [])
    assert oracle.is_risky(meaning(again))


def test_a_value_put_again_under_another_number_is_the_same_value() -> None:
    oracle = Oracle()
    first = version(A, 1, text="1")
    oracle.written(first, [])
    again = version(B, 1, {A: 1}, text="1")
    oracle.repeated(again)
    assert oracle.verdict([again]) == ([], [])
    assert oracle.verdict([]) == ([f"k {B[:4]}:1"], [])
