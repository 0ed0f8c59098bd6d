"""What is remembered, and what is not."""

from decent_tui.core.recollection import BYTES, CHANGES, Recollection
from decent_tui.core.store import Change

from .builders import A, version


def change(key: str = "k", seq: int = 1, text: str = "1") -> Change:
    """A key that was empty got a version."""
    return Change.of(key, (), (version(A, seq, key=key, text=text),))


def test_the_changes_of_a_key_are_remembered_in_order() -> None:
    recollection = Recollection()
    for seq, key in ((1, "k"), (2, "l"), (3, "k")):
        recollection.note(seq, "", [change(key, seq)])
    assert [one.at for one in recollection.of("k")] == [1, 3]
    assert recollection.of("m") == []


def test_what_was_taken_back_did_not_happen() -> None:
    recollection = Recollection()
    recollection.note(1, "", [change()])
    recollection.commit()
    recollection.note(2, "", [change(seq=2)])
    recollection.note(3, "", [change(seq=3)])
    recollection.undo()
    recollection.undo()
    assert [one.at for one in recollection.of("k")] == [1]


def test_only_so_many_changes_are_remembered() -> None:
    recollection = Recollection()
    for at in range(CHANGES):
        recollection.note(at, "", [change()])
    assert recollection.complete
    recollection.note(CHANGES, "", [change()])
    assert not recollection.complete
    assert len(recollection.of("k")) == CHANGES


def test_only_so_many_bytes_are_remembered() -> None:
    recollection = Recollection()
    text = '"' + "x" * 200_000 + '"'
    for at in range(100):
        recollection.note(at, "", [change(text=text)])
    assert 0 < len(recollection.of("k")) <= BYTES // 200_000


def test_what_stays_beside_a_change_counts_too() -> None:
    recollection = Recollection()
    large = f'"{"x" * (BYTES // 50)}"'
    for seq in range(11, 30):
        before = tuple(version(A, n, key="k", text=large) for n in range(1, 11))  # as it is read each time
        recollection.note(seq, "", [Change.of("k", before, (*before, version(A, seq, key="k")))])
    assert len(recollection.of("k")) == 4
    assert not recollection.complete


def test_what_is_remembered_is_read_on_from_a_number() -> None:
    recollection = Recollection()
    for at in range(5):
        recollection.note(at, "", [change()])
    assert recollection.since(0, 10) == (0, [])  # nothing of it is certain yet
    recollection.commit()
    recollection.note(5, "", [change()])
    first, some = recollection.since(1, 2)
    assert (first, [one.at for one in some]) == (1, [1, 2])
    first, some = recollection.since(3, 10)
    assert (first, [one.at for one in some]) == (3, [3, 4])
    assert recollection.since(9, 10) == (9, [])


def test_what_was_forgotten_in_between_is_passed_over() -> None:
    recollection = Recollection()
    for at in range(CHANGES + 3):
        recollection.note(at, "", [change()])
    recollection.commit()
    first, some = recollection.since(1, 2)
    assert (first, [one.at for one in some]) == (3, [3, 4])
