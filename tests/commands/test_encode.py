import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.commands.answers import Answer, explain
from decent_tui.commands.encode import encode, encode_error
from decent_tui.commands.session import Outcome
from decent_tui.commands.table import COMMANDS, Help
from decent_tui.core.operations import (
    Address,
    Addresses,
    ClassicSnapshot,
    DialView,
    Done,
    Exchange,
    Exchanges,
    KeyList,
    KeyOnly,
    PeerList,
    PeerVersions,
    PeerView,
    SnapshotAnswer,
    Versions,
    Waited,
)
from decent_tui.core.records import Record
from tests.commands.fakes import record


def decoded(command: str, answer: Answer) -> object:
    line = b"".join(encode(command, answer))
    assert b"\n" not in line
    return json.loads(line)


RECORD = {
    "value": {"a": [1, None]},
    "vc": {"n1": 1},
    "lamport": 1,
    "node_id": "n1",
    "ts": 1.5,
    "cid": record('{"a":[1,null]}').cid,
}


@pytest.mark.parametrize(
    ("command", "answer", "fields"),
    [
        ("get", Versions("k", [record('{"a":[1,null]}')]), {"key": "k", "versions": [RECORD]}),
        ("delete", KeyOnly("k"), {"key": "k"}),
        ("keys", KeyList(["a", "b"], True), {"keys": ["a", "b"], "more": True}),
        (
            "getpeer",
            PeerVersions("p", "k", [], "absent"),
            {"peer": "p", "key": "k", "versions": [], "relation": "absent"},
        ),
        ("addpeer", Address("h:1"), {"address": "h:1"}),
        ("cut", Addresses(["h:1"]), {"peers": ["h:1"]}),
        (
            "lag",
            DialView("h:1", "lag", "both", ms=200.0, jitter_ms=0.0, since_s=0.0),
            {"peer": "h:1", "dial": "lag", "direction": "both", "ms": 200, "jitter_ms": 0, "since_s": 0},
        ),
        ("leave", Done(), {}),
        (
            "gossip",
            Exchanges([Exchange("h:1", 1, 2), Exchange("h:2", 0, 0, "refused")]),
            {
                "peers": [
                    {"address": "h:1", "sent": 1, "received": 2, "error": None},
                    {"address": "h:2", "sent": 0, "received": 0, "error": "refused"},
                ]
            },
        ),
        (
            "snapshot",
            SnapshotAnswer(ClassicSnapshot("n1", 3, 2.5, {})),
            {"snapshot": {"node_id": "n1", "lamport": 3, "snapshot_ts": 2.5, "data": {}}},
        ),
        (
            "snapshot",
            SnapshotAnswer(ClassicSnapshot("n1", 3, 2.5, {k: [record('{"a":[1,null]}')] for k in 'a"b'})),
            {
                "snapshot": {
                    "node_id": "n1",
                    "lamport": 3,
                    "snapshot_ts": 2.5,
                    "data": {k: [RECORD] for k in 'a"b'},
                }
            },
        ),
    ],
)
def test_the_fields_of_an_answer(command: str, answer: Answer, fields: dict[str, object]) -> None:
    assert decoded(command, answer) == {"command": command, "ok": True} | fields


def test_peers_have_the_documented_fields_and_cut_only_where_it_applies() -> None:
    unknown = PeerView("h:1", None, None, "joining")
    cut = PeerView("h:2", "n2", "lynx", "alive", 1.5, 3, 4, True, "reset", cut=True)
    fields = {"address": "h:1", "node_id": None, "name": None, "state": "joining", "rtt_ms": None}
    fields |= {"behind": 0, "ahead": 0, "classic": False, "last_error": None}
    more = {"address": "h:2", "node_id": "n2", "name": "lynx", "state": "alive", "rtt_ms": 1.5}
    more |= {"behind": 3, "ahead": 4, "classic": True, "last_error": "reset", "cut": True}
    assert decoded("peers", PeerList([unknown, cut])) == {
        "command": "peers",
        "ok": True,
        "peers": [fields, more],
    }


def test_what_is_dialled_for_a_peer_stands_beside_it() -> None:
    lagging = PeerView("h:1", None, None, "alive", dials=[DialView("h:1", "lose", "in", percent=5.0)])
    answer = decoded("peers", PeerList([lagging]))
    assert isinstance(answer, dict)
    assert answer["peers"][0]["dials"] == [{"peer": "h:1", "dial": "lose", "direction": "in", "percent": 5.0}]


def test_a_wait_is_ok_only_when_everybody_alive_has_it() -> None:
    assert decoded("wait", Waited(True, {}, {"h:3": 1}, 2)) == {
        "command": "wait", "ok": True, "converged": True, "missing": {}, "away": {"h:3": 1}, "peers": 2,
    }  # fmt: skip
    assert decoded("wait", Waited(False, {"h:1": 3}, {}, 2)) == {
        "command": "wait", "ok": False, "error": "not everybody has it yet: h:1 lacks 3",
        "converged": False, "missing": {"h:1": 3}, "away": {}, "peers": 2,
    }  # fmt: skip
    assert not Outcome("wait", Waited(False, {"h:1": 3}, {}, 2)).ok
    assert Outcome("wait", Waited(True, {}, {}, 2)).ok


def test_a_tombstone_is_marked() -> None:
    dead = Record(msgspec.Raw(b"null"), {}, 1, "n1", 1.5, "c", deleted=True)
    answer = decoded("get", Versions("k", [dead]))
    assert isinstance(answer, dict)
    assert answer["versions"][0]["deleted"] is True


def test_help_lists_every_command() -> None:
    answer = decoded("help", explain(Help()))
    assert isinstance(answer, dict)
    assert [each["name"] for each in answer["commands"]] == list(COMMANDS)
    answer = decoded("help", explain(Help("put")))
    assert isinstance(answer, dict)
    assert answer["commands"][0]["usage"] == "put KEY JSON [--saw CID …]"


def test_an_error() -> None:
    assert json.loads(encode_error("get", "no value")) == {"command": "get", "ok": False, "error": "no value"}


TEXT = st.text(st.characters(exclude_categories=("Cs",)))


def harmless(line: bytes) -> bool:
    """No character that acts on a terminal or that ends a line anywhere."""
    text = line.decode()
    return len(text.splitlines()) == 1 and not any(
        unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or unicodedata.bidirectional(char) in ("LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI")
        for char in text
    )


@given(TEXT, TEXT)
def test_values_and_keys_come_back_whole_from_a_harmless_line(key: str, value: str) -> None:
    text = msgspec.json.encode(value)
    answer = Versions(key, [Record(msgspec.Raw(text), {key: 1}, 1, key, 1.5, "c")])
    line = b"".join(encode("get", answer))
    assert harmless(line)
    fields = json.loads(line)
    assert fields["key"] == key
    assert fields["versions"][0]["value"] == value
    line = b"".join(encode("snapshot", SnapshotAnswer(ClassicSnapshot(key, 1, 1.5, {key: answer.versions}))))
    assert harmless(line)
    assert json.loads(line)["snapshot"]["data"][key][0]["value"] == value


@given(st.text(), st.text())
def test_any_error_of_any_command_is_a_harmless_line(command: str, error: str) -> None:
    line = encode_error(command, error)
    assert harmless(line)
    assert json.loads(line)["ok"] is False
