"""What a node's log says of what happens."""

import logging
from typing import get_args

import pytest

from decent_tui.core import events as e
from decent_tui.service import journal

TOLD = [
    (e.Conflict(1.0, "k", 2), "k now has 2 values"),
    (e.Settled(1.0, "k"), "k has one value again, or none"),
    (e.Collected(1.0, 1_000), "tombstones forgotten, because every node has seen the delete: 1,000"),
    (e.PeerChanged(1.0, "b:1", None, "down", "it said goodbye"), "b:1 is down: it said goodbye"),
    (e.PeerChanged(1.0, "b:1", None, "joining"), "b:1 is joining"),
    (e.Dialled(1.0, "b:1", False, "lag 200 ms"), "dial for b:1: lag 200 ms"),
    (e.Alarm(1.0, "the disk is full"), "the disk is full"),
]


@pytest.mark.parametrize(("event", "words"), TOLD, ids=lambda value: type(value).__name__)
def test_an_event_is_a_sentence_and_its_fields(
    event: e.AnyEvent, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        journal.listener([event])
    [record] = caplog.records
    assert record.getMessage() == words
    assert record.levelno == (logging.WARNING if isinstance(event, e.Alarm) else logging.INFO)
    fields = record.__dict__["fields"]
    assert fields["event"] in journal.TOLD
    assert "at" not in fields


def test_what_is_told_is_what_is_asked_for() -> None:
    asked = {kind for kind in get_args(e.AnyEvent) if kind.__struct_config__.tag in journal.TOLD}
    assert asked == {type(event) for event, _ in TOLD}


def test_changes_and_lines_on_the_wire_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        journal.listener([e.Changed(1.0, ("k",)), e.Carried(1.0, "b:1", None, True, "PING", "", 1, b"")])
    assert not caplog.records
