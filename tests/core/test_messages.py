import contextlib
import json
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decent_tui.core import messages as wire
from decent_tui.core.batch import unpack
from decent_tui.core.errors import ProtocolError
from decent_tui.core.records import Record, to_record
from decent_tui.lab.mutate import Mutator

from .anything import ANY, request_ids
from .builders import A, B, version
from .samples import MESSAGES


@pytest.mark.parametrize("message", MESSAGES, ids=wire.type_name)
@pytest.mark.parametrize("request_id", [None, 7, "seven"])
def test_a_message_comes_back_with_its_id(message: wire.Message, request_id: wire.RequestId) -> None:
    line = wire.encode(message, request_id)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert wire.decode(line) == wire.Line(message, request_id)
    assert wire.decode(line).type == wire.type_name(message)


SENT_ONLY = {wire.Value, wire.PushRecords}
"""What we write for classic peers and read as any outsider's (`ForeignValue`, `PushUpdate`)."""
KINDS = list(ANY)


def _name(kind: type[wire.Message]) -> str:
    return kind.__name__


def test_every_message_is_tried_above() -> None:
    assert {type(message) for message in MESSAGES} | SENT_ONLY == set(KINDS)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in SENT_ONLY], ids=lambda kind: kind.__name__
)
@settings(max_examples=50)
@given(data=st.data(), request_id=request_ids)
def test_any_message_of_any_type_comes_back(
    kind: type[wire.Message], data: st.DataObject, request_id: wire.RequestId
) -> None:
    message = data.draw(ANY[kind])
    assert wire.decode(wire.encode(message, request_id)) == wire.Line(message, request_id)


def _as_read(record: Record) -> wire.Foreign:
    return wire.Foreign(record.value, record.node_id, record.vc, record.lamport, record.ts)


_records = st.builds(
    Record,
    value=st.sampled_from([b"1", b"null", b'{"a":[]}']).map(msgspec.Raw),
    vc=st.dictionaries(st.sampled_from([A, B]), st.integers(0, 2**53)),
    lamport=st.integers(0, 2**53),
    node_id=st.sampled_from([A, B]),
    ts=st.floats(0, 1e12),
    cid=st.just("0" * 64),
    deleted=st.booleans(),
)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(_records, max_size=3), st.booleans())
def test_any_records_that_we_send_are_read_as_they_were(key: str, records: list[Record], more: bool) -> None:
    read = [_as_read(record) for record in records]
    assert wire.decode(wire.encode(wire.Value(key, records, more))).message == wire.ForeignValue(key, read)
    pushed = wire.PushRecords(wire.Pushed(A, 7, 1.5, {key: records}))
    snapshot = wire.ForeignSnapshot(A, 7, {key: read})
    assert wire.decode(wire.encode(pushed)).message == wire.PushUpdate(snapshot)


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


def _read_whole(line: bytes) -> None:
    """Read a line as a node does, the versions in it included."""
    message = wire.decode(line).message
    if isinstance(message, wire.Versions | wire.Held):
        for one in unpack(message.batch):
            assert one.key


@pytest.mark.parametrize("kind", KINDS, ids=_name)
@settings(max_examples=40)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_message_changed_here_and_there_is_a_message_or_a_protocol_error(
    kind: type[wire.Message], data: st.DataObject, seed: int
) -> None:
    like = [message for message in MESSAGES if type(message) is kind]
    line = wire.encode(data.draw(ANY[kind] | st.sampled_from(like) if like else ANY[kind]), 7)
    mutator = Mutator(Random(seed), 1.0)
    for _ in range(4):
        line = mutator.changed(line)
        for told in (line, mutator.broken(line)):
            with contextlib.suppress(ProtocolError):
                _read_whole(told)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.__struct_fields__], ids=_name)
def test_however_deep_a_field_is_nested_it_is_a_message_or_a_protocol_error(
    kind: type[wire.Message], opening: str, closing: str
) -> None:
    like = {type(message): json.loads(wire.encode(message)) for message in MESSAGES}
    told = like.get(kind, {"type": "VALUE" if kind is wire.Value else "PUSH_UPDATE", "payload": {}})
    for field in kind.__struct_fields__:
        for nested in (opening * 900 + "1" + closing * 900, opening * 100_000):
            payload = json.dumps({**told["payload"], field: "HERE"}).replace('"HERE"', nested)
            with contextlib.suppress(ProtocolError):
                _read_whole(f'{{"type":"{told["type"]}","payload":{payload}}}'.encode())


def test_messages_cannot_be_changed() -> None:
    assert all(kind.__struct_config__.frozen for kind in wire.Message.__subclasses__())
