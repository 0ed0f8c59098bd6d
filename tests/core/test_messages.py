import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import Batch, pack
from decent_tui.core.errors import ProtocolError
from decent_tui.core.records import Record, to_record

from .builders import A, B, version

BATCH = pack([version(A, 1), version(B, 7, {A: 1}, text=None)])
FOREIGN = wire.Foreign(msgspec.Raw(b'{"a":1}'), "x", {"x": 1}, 3, 1.5)

MESSAGES: list[wire.Message] = [
    wire.Handshake(A),
    wire.Handshake(A, "a:1", ["b:1"], 1, "otter", "tag", True, {B: "left"}),
    wire.Peers(["a:1"]),
    wire.Peers(["a:1"], A, "b:1", 1, "otter", "tag", True, {B: "forgotten"}),
    wire.GetKeys(),
    wire.Keys(["k"], more=True),
    wire.GetValue("k"),
    wire.ForeignValue("k", [FOREIGN]),
    wire.PutValue("k", FOREIGN),
    wire.PushUpdate(wire.ForeignSnapshot("x", 3, {"k": [FOREIGN]})),
    wire.Ack(),
    wire.Ping(),
    wire.Pong(1.5),
    wire.Err("no"),
    wire.Sync({A: [1, 2]}),
    wire.Sync({}, (A, 7)),
    wire.Versions(BATCH),
    wire.Versions(BATCH, more=True),
    wire.Versions(Batch(), False, {A: [1, 2]}, {A: 1}, "ff", {A: [1, 1]}, (A, 1)),
    wire.Heartbeat("0123456789abcdef", {A: [1, 2]}),
    wire.Audit(("", 0)),
    wire.Held(BATCH, (A, 7)),
    wire.Bye(),
    wire.Gone({A: "left"}),
    wire.Operate(ops.Put("k", "1", ("c",))),
    wire.Answer(msgspec.Raw(b'{"key":"k"}')),
    wire.Answer(part='{"key":', more=True),
    wire.Answer(refused="no value", kind="absent"),
    wire.Subscribe(["changed"]),
    wire.Events([msgspec.Raw(b'{"event":"alarm","at":1.5,"text":"x"}')], 3),
]


@pytest.mark.parametrize("message", MESSAGES, ids=wire.type_name)
@pytest.mark.parametrize("request_id", [None, 7, "seven"])
def test_a_message_comes_back_with_its_id(message: wire.Message, request_id: wire.RequestId) -> None:
    line = wire.encode(message, request_id)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert wire.decode(line) == wire.Line(message, request_id)
    assert wire.decode(line).type == wire.type_name(message)


def test_every_message_is_tried_above() -> None:
    sent_only = {wire.Value, wire.PushRecords}
    assert {type(message) for message in MESSAGES} | sent_only == set(wire.Message.__subclasses__())


def test_what_we_send_in_the_original_form_is_read_as_any_peers() -> None:
    record = to_record(version(A, 1))
    value = wire.decode(wire.encode(wire.Value("k", [record]))).message
    pushed = wire.PushRecords(wire.Pushed(A, 1, 0.0, {"k": [record]}))
    pushed_back = wire.decode(wire.encode(pushed)).message
    assert isinstance(value, wire.ForeignValue)
    assert isinstance(pushed_back, wire.PushUpdate)
    assert value.versions == pushed_back.snapshot.data["k"] == [wire.Foreign(record.value, A, {A: 1}, 1, 0.0)]


def test_a_record_has_the_fields_of_the_original_program_and_no_others() -> None:
    told = json.loads(wire.encode(wire.Value("k", [to_record(version(A, 1))])))
    assert set(told["payload"]["versions"][0]) == {"value", "vc", "lamport", "node_id", "ts", "cid"}
    assert "deleted" in json.loads(msgspec.json.encode(to_record(version(text=None))))
    assert Record(msgspec.Raw(b"1"), {}, 0, A, 0.0, "").deleted is False


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"type":"PING"}', wire.Ping()),
        (b'{"type":"PING","payload":{}}\r\n', wire.Ping()),
        (b'{"type":"PING","payload":{"more":1},"extra":2}', wire.Ping()),
        (b' { "payload" : { "key" : "k" } , "type" : "GET_VALUE" } ', wire.GetValue("k")),
        (b'{"type":"DANCE","payload":[1]}', wire.Unknown("DANCE")),
        (b'{"type":"","payload":7}', wire.Unknown("")),
    ],
)
def test_a_line_may_be_spelled_in_any_way(line: bytes, message: object) -> None:
    assert wire.decode(line).message == message


@pytest.mark.parametrize(
    "line",
    [
        b"", b"\n", b"{", b"hello", b"[]", b"7", b"null", b'"PING"', b"{}", b'{"type":7}', b'{"type":null}',
        b'{"type":"PING","payload":[]}', b'{"type":"PING","payload":null}', b'{"type":"PING","id":{}}',
        b'{"type":"PING","id":1.5}', b'{"type":"GET_VALUE"}', b'{"type":"GET_VALUE","payload":{"key":1}}',
        b'{"type":"HANDSHAKE","payload":{"node_id":""}}', b'{"type":"HANDSHAKE","payload":{}}',
        b'{"type":"HANDSHAKE","payload":{"node_id":"' + b"x" * 200 + b'"}}',
        b'{"type":"SYNC","payload":{"seen":{"a":[-1,2]}}}', b'{"type":"SYNC","payload":{"seen":{"":[1,2]}}}',
        b'{"type":"SYNC","payload":{"seen":{"a":[1,9007199254740993]}}}',
        b'{"type":"SYNC","payload":{"seen":{"a":[1.5,2]}}}',
        b'{"type":"SYNC","payload":{"seen":{},"after":["a"]}}',
        b'{"type":"PONG","payload":{"ts":1e999}}', b'{"type":"\xff"}', b'\xef\xbb\xbf{"type":"PING"}',
        b'{"type":"PING","payload":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"type":"GET_VALUE","payload":{"key":"\\ud800"}}',
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_in_one_sentence(line: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        wire.decode(line)
    assert "\n" not in str(caught.value)
    assert not caught.value.fatal


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_a_protocol_error(line: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        wire.decode(line)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _fields(kind: type[wire.Message]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={field.name: _json for field in msgspec.structs.fields(kind)})


@given(
    st.sampled_from(MESSAGES).flatmap(
        lambda like: st.tuples(st.just(wire.type_name(like)), _fields(type(like)) | _json)
    ),
    _json,
)
def test_any_json_under_a_known_type_is_a_message_or_a_protocol_error(
    told: tuple[str, object], request_id: object
) -> None:
    line = json.dumps({"type": told[0], "payload": told[1], "id": request_id}).encode()
    with contextlib.suppress(ProtocolError):
        wire.decode(line)


@given(st.sampled_from(MESSAGES), st.data())
def test_a_line_cut_or_bent_anywhere_is_a_message_or_a_protocol_error(
    message: wire.Message, data: st.DataObject
) -> None:
    line = bytearray(wire.encode(message, 7))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] = data.draw(st.integers(0, 255))
    for bent in (bytes(line), bytes(line[:at])):
        with contextlib.suppress(ProtocolError):
            wire.decode(bent)


def test_messages_cannot_be_changed() -> None:
    assert all(kind.__struct_config__.frozen for kind in wire.Message.__subclasses__())
