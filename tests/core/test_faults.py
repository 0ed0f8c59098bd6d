from decent_tui.core.faults import Faults

from .builders import A, B


def test_a_peer_is_cut_by_its_id_and_by_its_address() -> None:
    faults = Faults()
    faults.cut(A, "a:1")
    assert faults.is_cut(A, "a:1")
    assert faults.is_cut(A, "moved:1")
    assert faults.is_cut(None, "a:1")
    assert faults.is_cut(B, "a:1")  # another id at that address: whoever was meant is there
    assert not faults.is_cut(B, "b:1")
    assert not faults.is_cut(None, "")


def test_a_peer_whose_id_is_not_known_is_cut_by_its_address() -> None:
    faults = Faults()
    faults.cut(None, "a:1")
    assert faults.is_cut(A, "a:1")
    assert not faults.is_cut(None, "b:1")
    assert not faults.is_cut(A, "b:1")


def test_a_cut_is_healed_by_either_of_them() -> None:
    for node, address in ((A, "moved:1"), (None, "a:1"), (A, "a:1")):
        faults = Faults()
        faults.cut(A, "a:1")
        faults.cut(B, "b:1")
        faults.heal(node, address)
        assert not faults.is_cut(A, "a:1")
        assert faults.is_cut(B, "b:1")


def test_all_cuts_are_healed_at_once() -> None:
    faults = Faults()
    faults.cut(A, "a:1")
    faults.cut(B, "b:1")
    faults.heal_all()
    assert not faults.is_cut(A, "a:1")
    assert not faults.is_cut(B, "b:1")
