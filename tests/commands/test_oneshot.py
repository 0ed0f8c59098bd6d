"""What the shell says of a node elsewhere."""

from decent_tui.commands.oneshot import too_late
from decent_tui.core.operations import Get, GetPeer


def test_who_gave_no_answer_in_time_is_not_the_node_that_asked_a_peer() -> None:
    assert too_late("here:1", Get("k"), 1.5).startswith("here:1 gave no answer within 1.5 s;")
    assert too_late("here:1", GetPeer("there:1", "k"), 1) == "here:1 had no answer from there:1 within 1 s"
