"""What a node of the lab holds."""

from decent_tui.tui.store_lines import Held, Shelf, Value


def test_a_reader_sees_no_difference_while_only_one_has_forgotten_a_deletion() -> None:
    kept = Held("k", (Value('"v"'),))
    assert Shelf([kept, Held("gone", ())]).live == Shelf([kept]).live == [kept]
