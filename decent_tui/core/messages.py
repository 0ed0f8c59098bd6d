"""Every message on the wire, one struct each, and the codec.

A line is `{"type": T, "payload": {…}}`, with `"id"` beside them where an answer must find its
question. The first group is the original program's protocol; the second is ours, and only nodes
that said `protocol` in their HANDSHAKE (or its answer) get it.
"""

from functools import cache
from typing import Annotated, Final, Literal

import msgspec

from decent_tui.core.batch import Batch, Id
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_LEARNED_PEERS, MAX_NAME, MAX_NUMBER
from decent_tui.core.operations import AnyOperation
from decent_tui.core.records import Record

PROTOCOL: Final = 1
"""The version of our part of the protocol."""

Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
Flat = dict[Id, list[Number]]
"""Sets of numbers per node, as in `Seen.to_wire`."""
Clock = dict[Id, Number]
NOTHING: Final = msgspec.Raw()
"""No JSON at all."""


NEEDS_KEY: Final = "this node takes TLS only, with its cluster key: give --cluster-key FILE"
"""The ERR to who speaks plainly to a node with a cluster key, in plain too."""


ID_IN_USE: Final = "another process uses this node's id; stop it, or give it a file of its own"
"""The ERR to two processes that claim one id: the second came while the first lived and had a link."""

ID_ASKED: Final = "another process had this id a moment ago, and is asked whether it still runs; come again"
"""The ERR to one that comes while that is not known yet."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of all messages; the wire's type is the class name in upper snake case."""


# ------------------------------------------------------------------ the original protocol


class Handshake(Message, frozen=True):
    """The first line of whoever dialled. From `protocol` on, the fields are ours: `tag` is drawn at each
    start (it tells two processes with one id apart), `volatile` marks a node that keeps nothing, `digest` is
    what it holds, `gone` the nodes that it knows to have left or been forgotten."""

    node_id: Id
    listen: str = ""
    known_peers: Annotated[list[str], msgspec.Meta(max_length=4 * MAX_LEARNED_PEERS)] = []
    protocol: int = 0
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    tag: str = ""
    volatile: bool = False
    gone: dict[Id, str] = {}


class Peers(Message, frozen=True):
    """The answer to HANDSHAKE: the addresses that the answering side knows, and (ours) who it is."""

    peers: Annotated[list[str], msgspec.Meta(max_length=4 * MAX_LEARNED_PEERS)] = []
    node_id: Id | None = None
    listen: str = ""
    protocol: int = 0
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    tag: str = ""
    volatile: bool = False
    gone: dict[Id, str] = {}


class GetKeys(Message, frozen=True):
    """Asks for all live keys."""


class Keys(Message, frozen=True, omit_defaults=False):
    """Live keys; `more` when there are too many for a line."""

    keys: list[str] = []
    more: bool = False


class GetValue(Message, frozen=True):
    """Asks for the live versions of a key."""

    key: str


class Value(Message, frozen=True, omit_defaults=False):
    """The live versions of a key; `more` when there are too many for a line."""

    key: str
    versions: list[Record] = []
    more: bool = False


class Foreign(msgspec.Struct, frozen=True):
    """A record as it comes from outside: what it claims of its cid is not even read."""

    value: msgspec.Raw
    node_id: Id
    vc: Clock = {}
    lamport: Number = 0
    ts: float = 0.0


class ForeignValue(Message, frozen=True):
    """VALUE as a classic peer sends it."""

    key: str
    versions: list[Foreign] = []


class PutValue(Message, frozen=True):
    """A classic peer (or a person) hands over one version."""

    key: str
    version: Foreign


class ForeignSnapshot(msgspec.Struct, frozen=True):
    """A classic peer's whole store."""

    node_id: str = ""
    lamport: Number = 0
    data: dict[str, list[Foreign]] = {}


class PushUpdate(Message, frozen=True):
    """A classic peer hands over its whole store."""

    snapshot: ForeignSnapshot


class PushRecords(Message, frozen=True):
    """PUSH_UPDATE as we send it to classic peers."""

    snapshot: "Pushed"


class Pushed(msgspec.Struct, frozen=True):
    """A part of our store, in the form of a snapshot (`snapshot_ts` in seconds since 1970)."""

    node_id: str
    lamport: int
    snapshot_ts: float
    data: dict[str, list[Record]]


class Ack(Message, frozen=True, omit_defaults=False):
    """Taken."""

    ok: bool = True


class Ping(Message, frozen=True):
    """Are you there?"""


class Pong(Message, frozen=True, omit_defaults=False):
    """Yes; `ts` in seconds since 1970."""

    ts: float = 0.0


class Err(Message, frozen=True):
    """That message was wrong; one plain sentence."""

    err: str


# ------------------------------------------------------------------ ours


class Sync(Message, frozen=True):
    """The question of a pull: what do you hold that is not in `seen`?

    `coming` are dots that the asker has in its hands but not on its disk yet: they need not be sent, and do
    not count as seen. `passed` are numbers that the answering side is known to have seen and that this pull
    has gone past: what of them it held it has sent. They spare a joiner the naming of every number that was
    overwritten before it came, and do not count as seen either. With `after` (a dot as `[node, seq]`, or
    `["", 0]` for the start) the asker is in the middle of a full answer and wants the next page of its list.
    """

    seen: Flat
    after: tuple[str, Number] | None = None
    coming: Flat = {}
    passed: Flat = {}


class Versions(Message, frozen=True):
    """Versions: a push (no id), or the answer to a SYNC (the same id).

    An answer says `more`, or is the last and carries the claim: `seen`, `floor` and `fingerprint` of the
    instant at which it was made. A page of a full answer carries `listed` (the dots held at or below
    `floor`); `after` is the dot to go on from, absent on the last page, which carries the claim.
    """

    batch: Batch = Batch()
    more: bool = False
    seen: Flat | None = None
    floor: Clock = {}
    fingerprint: str = ""
    listed: Flat | None = None
    after: tuple[str, Number] | None = None


class Heartbeat(Message, frozen=True):
    """A sign of life: the digest, and of `seen` what has changed since it was last told on this link.

    One that says `ask` wants another at once that says `answer`: so the round trip is measured.
    """

    digest: str
    seen: Flat = {}
    echo: Literal["", "ask", "answer"] = ""


class Audit(Message, frozen=True):
    """Asks for all that is held, in dot order, above the dot `after` (`["", 0]` for the start)."""

    after: tuple[str, Number]


class Held(Message, frozen=True):
    """A page of all that is held; `after` is the dot to go on from, absent on the last page."""

    batch: Batch = Batch()
    after: tuple[str, Number] | None = None


class Bye(Message, frozen=True):
    """The sender stops now."""


class Gone(Message, frozen=True):
    """Nodes that left or were forgotten: `{id: "left" | "forgotten"}`."""

    nodes: dict[Id, str]


# ------------------------------------------------------------------ from programs


class Operate(Message, frozen=True):
    """A program asks for an operation: on a connection of its own, without HANDSHAKE. It is answered by an
    ANSWER with the same id when what it wrote is on disk; they take effect in the order of the lines."""

    operation: AnyOperation


class Answer(Message, frozen=True):
    """What came of an OPERATE: the `answer` of that operation, or the sentence by which it was `refused` (and
    its `kind`, where a program tells it apart). An answer too long for a line comes in parts of its JSON
    text, one ANSWER each, all but the last with `more`."""

    answer: msgspec.Raw = NOTHING
    part: str = ""
    more: bool = False
    refused: str = ""
    kind: str = ""


class Subscribe(Message, frozen=True):
    """A program wants to be told of events, those of the kinds `wanted` (none named: all). Answered by an
    empty EVENTS with the same id, and from then on by one for whatever happens."""

    wanted: Annotated[list[str], msgspec.Meta(max_length=64)] = []


class Events(Message, frozen=True):
    """What happened, each event as JSON; `skipped` were lost before them, because the watcher is too slow."""

    events: list[msgspec.Raw] = []
    skipped: Number = 0


class Unknown(msgspec.Struct, frozen=True):
    """A line of a type that this program does not know; it gets an ERR."""

    type: str


# ------------------------------------------------------------------ the codec

_TYPES: Final[dict[str, type[Message]]] = {
    "HANDSHAKE": Handshake,
    "PEERS": Peers,
    "GET_KEYS": GetKeys,
    "KEYS": Keys,
    "GET_VALUE": GetValue,
    "VALUE": ForeignValue,
    "PUT_VALUE": PutValue,
    "PUSH_UPDATE": PushUpdate,
    "ACK": Ack,
    "PING": Ping,
    "PONG": Pong,
    "ERR": Err,
    "SYNC": Sync,
    "VERSIONS": Versions,
    "HEARTBEAT": Heartbeat,
    "AUDIT": Audit,
    "HELD": Held,
    "BYE": Bye,
    "GONE": Gone,
    "OPERATE": Operate,
    "ANSWER": Answer,
    "SUBSCRIBE": Subscribe,
    "EVENTS": Events,
}
_NAMES: Final[dict[type[Message], str]] = {
    **{kind: name for name, kind in _TYPES.items()},
    Value: "VALUE",
    PushRecords: "PUSH_UPDATE",
}

RequestId = int | str | None


class _Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    type: str
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    id: RequestId = None


_envelope: Final = msgspec.json.Decoder(_Envelope)
_encode: Final = msgspec.json.Encoder().encode


class Line(msgspec.Struct, frozen=True):
    """What one line says: the message and its id (None where it has none)."""

    message: Message | Unknown
    id: RequestId = None

    @property
    def type(self) -> str:
        """The wire's name of the message."""
        return self.message.type if isinstance(self.message, Unknown) else type_name(self.message)


def type_name(message: Message) -> str:
    """The wire's name of a message: `GET_KEYS` for GetKeys."""
    return _NAMES[type(message)]


@cache
def _decoder(name: str) -> "msgspec.json.Decoder[Message]":
    """Reads messages of this type; made when the first comes: most never do."""
    return msgspec.json.Decoder(_TYPES[name])


def encode(message: Message, request: RequestId = None) -> bytes:
    """One line, newline included."""
    return _encode(_Envelope(type_name(message), msgspec.Raw(_encode(message)), request)) + b"\n"


def decode(line: bytes) -> Line:
    """The message in a line; raises ProtocolError for what is none, and nothing else."""
    try:
        envelope = _envelope.decode(line)
        if envelope.type not in _TYPES:
            return Line(Unknown(envelope.type), envelope.id)
        return Line(_decoder(envelope.type).decode(envelope.payload), envelope.id)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the message has a wrong form: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"the line is not JSON: {error}") from None
    except RecursionError:
        raise ProtocolError("the message is nested too deeply") from None
