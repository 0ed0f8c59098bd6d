import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.commands.answers import Answer, explain
from decent_tui.commands.render import error_line, lines
from decent_tui.commands.table import COMMANDS, Help
from decent_tui.core.operations import (
    Address,
    Addresses,
    ClassicSnapshot,
    DialView,
    Done,
    Exchange,
    Exchanges,
    KeyChange,
    KeyHistory,
    KeyList,
    KeyOnly,
    KeyReasons,
    Lacking,
    NodeStatus,
    PeerList,
    PeerVersions,
    PeerView,
    SnapshotAnswer,
    Versions,
    Waited,
)
from decent_tui.core.records import Record
from tests.commands.fakes import record

STATUS = NodeStatus(
    node_id="n1", name="otter", address="h:1", keys=1234, conflicts=2, deleted=1, versions=1240, lamport=9,
    counter=8, writes=5, applied=4, peers_alive=1, peers_known=2, settled=0.98, sent=1000, received=2000,
    tombstones=1, waits_for=["n2"], alarms=["the disk is full"], data="node.db", digest="abc",
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "answer", "text"),
    [
        ("put", Versions("a b", [record('{"x":1}')]), ["'a b' = {\"x\":1}"]),
        ("delete", KeyOnly("k"), ["delete: k"]),
        ("keys", KeyList([], False), ["no keys"]),
        ("keys", KeyList(["a", "b c"], True), ["a", "'b c'", "… more: add --after 'b c'"]),
        ("getpeer", PeerVersions("lynx", "k", [], "absent"), ["lynx has no value"]),
        ("peers", PeerList([]), ["no peers; addpeer HOST:PORT adds one"]),
        (
            "peers",
            PeerList(
                [
                    PeerView("h:1", None, None, "joining"),
                    PeerView("h:22", "n2", "lynx", "alive", 1.25, 1234, 0, True, "reset", cut=True),
                ]
            ),
            [
                "h:1         joining",
                "h:22  lynx  alive    1.2 ms  n2, classic, cut by you, 1,234 behind, reset",
            ],
        ),
        ("gossip", Exchanges([]), ["no peers to exchange with"]),
        (
            "gossip",
            Exchanges([Exchange("h:1", 1, 2), Exchange("h:2", 0, 0, "refused")]),
            ["h:1  sent 1, received 2", "h:2  sent 0, received 0  refused"],
        ),
        ("addpeer", Address("h:1"), ["addpeer: h:1"]),
        ("cut", Addresses(["h:1", "h:2"]), ["cut: h:1, h:2"]),
        ("lag", DialView("h:1", "lag", "out", ms=200.0, jitter_ms=50.0), ["h:1: lag 200 ms ± 50 ms, out"]),
        ("lose", DialView("h:1", "lose", "both", percent=0.0), ["h:1: lose is off"]),
        ("wait", Waited(True, {}, {}, 0), ["wait: no peer is alive, so there is nobody to wait for"]),
        ("wait", Waited(True, {}, {}, 1), ["wait: the one peer alive has it all"]),
        (
            "wait",
            Waited(False, {"h:1": 3}, {"h:2": 4}, 2),
            ["wait: not everybody has it yet: h:1 lacks 3", "  h:2 is away and lacks 4"],
        ),
        ("heal", Addresses([]), ["heal: nobody"]),
        ("leave", Done(), ["leave: done"]),
    ],
)
def test_the_text_of_an_answer(command: str, answer: Answer, text: list[str]) -> None:
    assert list(lines(command, answer)) == text


def test_get_shows_where_a_value_comes_from() -> None:
    text = list(lines("get", Versions("k", [record("1", lamport=7)])))
    assert text[0] == "k = 1"
    assert "by n1" in text[1]
    assert text[1].endswith("lamport 7, clock n1:7")
    assert text[2].endswith(f"cid {record('1').cid}")


def test_a_conflict_shows_every_value() -> None:
    text = list(lines("get", Versions("k", [record("1"), record("2")])))
    assert text[0] == "k has 2 values:"
    assert "  1" in text
    assert "  2" in text
    assert sum("cid" in line for line in text) == 2


def test_an_impossible_time_is_no_error() -> None:
    for ts in (1e300, -1e300):
        strange = Record(msgspec.Raw(b"1"), {}, 1, "n1", ts, "c")
        assert "impossible" in list(lines("get", Versions("k", [strange])))[1]


def test_the_snapshot_is_json() -> None:
    answer = SnapshotAnswer(ClassicSnapshot("n1", 1, 1.5, {"a": [record("1")], "b": [record('"\\n"')]}))
    text = list(lines("snapshot", answer))
    assert json.loads("".join(text))["data"]["b"][0]["value"] == "\n"


def test_help_is_complete_and_fits() -> None:
    text = list(lines("help", explain(Help())))
    assert [line.split()[0] for line in text] == list(COMMANDS)
    for name in COMMANDS:
        text += lines("help", explain(Help(name)))
    assert max(map(len, text)) <= 100


BAD = "\x1b[31m\n\u202e[/]"


def test_text_from_outside_is_shown_as_text() -> None:
    bad = Record(msgspec.Raw(msgspec.json.encode("\u202e\x9b")), {BAD: 1}, 1, BAD, 1.5, BAD)
    answers: list[tuple[str, Answer]] = [
        ("get", Versions(BAD, [bad, bad])),
        ("keys", KeyList([BAD], True)),
        ("getpeer", PeerVersions(BAD, BAD, [bad], "ahead")),
        ("peers", PeerList([PeerView(BAD, BAD, BAD, "alive", last_error=BAD)])),
        ("gossip", Exchanges([Exchange(BAD, 0, 0, BAD)])),
        ("cut", Addresses([BAD])),
        ("lose", DialView(BAD, "lose", "both", percent=5.0)),
        ("wait", Waited(False, {BAD: 1}, {BAD: 1}, 1)),
        ("why", KeyReasons(BAD, [bad], [BAD], 1, 2, [Lacking(BAD, BAD, 1, 2.0, BAD)], [BAD])),
        ("history", KeyHistory(BAD, [bad], [KeyChange(1.5, "arrived", BAD, BAD, bad, [BAD], 2)], False)),
        ("snapshot", SnapshotAnswer(ClassicSnapshot(BAD, 1, 1.5, {BAD: [bad]}))),
        ("status", msgspec.structs.replace(STATUS, name=BAD, alarms=[BAD], waits_for=[BAD], data=BAD)),
    ]
    for command, answer in answers:
        for line in lines(command, answer):
            assert line.isprintable(), line


@given(st.text(), st.text())
def test_any_error_is_one_line(command: str, error: str) -> None:
    assert error_line(command, error).isprintable()


def test_a_cut_is_said_once() -> None:
    peer = PeerView("h:1", "n1", "lynx", "suspect", cut=True, last_error="cut by you")
    (line,) = lines("peers", PeerList([peer]))
    assert line.count("cut by you") == 1
