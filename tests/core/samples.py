"""Messages of every kind, as they are sent."""

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.batch import Batch, pack

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
    wire.Operate(ops.PutAll((ops.Pair("k", msgspec.Raw(b'{"a":1}')),))),
    wire.Answer(msgspec.Raw(b'{"key":"k"}')),
    wire.Answer(part='{"key":', more=True),
    wire.Answer(refused="no value", kind="absent"),
    wire.Subscribe(["changed"]),
    wire.Events([msgspec.Raw(b'{"event":"alarm","at":1.5,"text":"x"}')], 3),
]
