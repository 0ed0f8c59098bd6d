"""Which messages a filter shows."""

import pytest

from decent_tui.core.events import Alarm, AnyEvent, Carried, Conflict, Dialled, PeerChanged
from decent_tui.tui.message_filter import like, terms
from decent_tui.tui.ring import haystack
from decent_tui.tui.roster import Face, Roster

LYNX = Carried(0.0, "127.0.0.1:9002", "bb22", True, "SYNC", "asks for what it lacks", 9, b"")
HERON = Carried(0.0, "127.0.0.1:9003", "cc33", False, "VERSIONS", "1 version", 9, b"", "user:42")
EVENTS: dict[str, AnyEvent] = {
    "lynx": LYNX,
    "heron": HERON,
    "conflict": Conflict(0.0, "user:42", 2),
    "down": PeerChanged(0.0, "127.0.0.1:9002", "bb22", "down", "it said goodbye"),
    "cut": Dialled(0.0, "127.0.0.1:9003", True),
    "alarm": Alarm(0.0, "the disk is full"),
}
ROSTER = Roster("aa11", {"127.0.0.1:9002": Face(":9002", "lynx", ""), "cc33": Face(":9003", "heron", "")})


def fitting(text: str) -> set[str]:
    words = terms(text, ROSTER)
    return {
        name for name, event in EVENTS.items() if all(word.fits(event, haystack(event)) for word in words)
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set(EVENTS)),
        ("peer:9002", {"lynx", "down"}),
        ("peer:lynx", {"lynx", "down"}),
        ("peer:heron", {"heron"}),
        ("type:sync", {"lynx"}),
        ("type:down", {"down"}),
        ("dir:in", {"heron"}),
        ("dir:out", {"lynx"}),
        ("key:user:42", {"heron", "conflict"}),
        ("KEY:User !type:conflict", {"heron"}),
        ("!dir:in !dir:out", {"conflict", "down", "cut", "alarm"}),
        ("user:42", {"heron", "conflict"}),
        ("disk full", {"alarm"}),
        ("peer:", set(EVENTS)),
        ("!", set(EVENTS)),
        ("peer:nobody", set()),
    ],
)
def test_words_must_all_fit(text: str, names: set[str]) -> None:
    assert fitting(text) == names


def test_lines_like_one() -> None:
    assert like(LYNX) == "peer:127.0.0.1:9002 type:sync"
    assert fitting(like(HERON)) == {"heron"}
    assert fitting(like(EVENTS["conflict"])) == {"conflict"}
    assert all(name in fitting(like(event)) for name, event in EVENTS.items())
