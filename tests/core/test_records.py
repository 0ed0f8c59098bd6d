from decent_tui.core.clocks import taken_in
from decent_tui.core.records import to_record, to_records
from decent_tui.core.values import content_id

from .builders import A, B, X, version


def test_a_record_shows_the_whole_clock_and_the_author() -> None:
    record = to_record(version(A, 3, {A: 1, X: 7}, text="[1]", lamport=9, author=X, ts=1_500))
    assert bytes(record.value) == b"[1]"
    assert (record.vc, record.lamport, record.node_id, record.ts) == ({A: 1, taken_in(A): 3, X: 7}, 9, X, 1.5)
    assert (record.cid, record.deleted) == (content_id([1]), False)


def test_a_tombstone_is_the_value_null_marked_deleted() -> None:
    record = to_record(version(text=None))
    assert (bytes(record.value), record.cid, record.deleted) == (b"null", content_id(None), True)


def test_records_keep_the_order_of_the_siblings() -> None:
    assert [record.node_id for record in to_records((version(B), version(A)))] == [B, A]
