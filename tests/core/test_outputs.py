from decent_tui.core.events import Alarm, Changed
from decent_tui.core.outputs import Outputs


def test_changes_in_a_row_with_one_origin_are_told_as_one() -> None:
    out = Outputs()
    alarm = Alarm(0.0, "look")
    for event in (
        Changed(1.0, ("a", "b"), "x"),
        Changed(2.0, ("b", "c"), "x"),
        Changed(3.0, ("d",), "y"),
        alarm,
        alarm,
        Changed(4.0, ("e",), "y"),
        Changed(5.0, ("f",)),
        Changed(6.0, ("g",), forgotten=True),
        Changed(7.0, ("h",), forgotten=True),
    ):
        out.emit(event)
    assert out.take_events() == [
        Changed(2.0, ("a", "b", "c"), "x"),
        Changed(3.0, ("d",), "y"),
        alarm,
        alarm,
        Changed(4.0, ("e",), "y"),
        Changed(5.0, ("f",)),
        Changed(7.0, ("g", "h"), forgotten=True),
    ]
    assert out.take_events() == []
