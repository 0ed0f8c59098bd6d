"""A node that does what the test says: real versions and merging, invented peers, and a clock that stands.

It fulfils `NodeInterface`; whatever it answers is computed from the few writes it was told of, so every
picture of it is the same in every run.
"""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from decent_tui.core import operations as ops
from decent_tui.core.clocks import Clock, Dot, join
from decent_tui.core.errors import Refused
from decent_tui.core.events import AnyEvent, Carried, Changed, Conflict, Dialled, PeerChanged, Settled
from decent_tui.core.records import to_record, to_records
from decent_tui.core.values import check_key, read_value
from decent_tui.core.version import Siblings, Version, in_conflict, merge, visible
from decent_tui.net.interface import READONLY, Listener

A = TypeVar("A")

NOON = 1_767_268_800.0
"""The time of every scripted story: 2026-01-01 12:00:00 UTC."""


@dataclass
class Scripted:
    """A node `me` that holds what was written with `write`; peers are shown as given."""

    me: str = "aa11aa11aa11aa11"
    name: str = "otter"
    address: str = "127.0.0.1:9001"
    readonly: bool = False
    peers: list[ops.PeerView] = field(default_factory=list)
    now: float = NOON
    store: dict[str, Siblings] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, set[Dot]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    asked: list[ops.Operation[Any]] = field(default_factory=list)
    happened: list[ops.Happened] = field(default_factory=list)
    refuse: str = ""
    _listeners: list[Listener] = field(default_factory=list)
    _lamport: int = 0

    # ------------------------------------------------------------------ what the test says

    def write(self, node: str, key: str, text: str | None, *, context: Clock | None = None) -> Version:
        """A write of `node`, having seen all there is of the key (or just `context`)."""
        check_key(key)
        value = None if text is None else read_value(text.encode())
        held = self.store.get(key, ())
        self.counters[node] = self.counters.get(node, 0) + 1
        self._lamport += 1
        version = Version(
            key,
            None if value is None else value.text,
            node,
            self.counters[node],
            join(*(v.clock for v in held)) if context is None else context,
            self._lamport,
            node,
            round(self.now * 1000),
            "" if value is None else value.cid,
        )
        after = merge(held, version)
        if key not in self.store:
            bisect.insort(self.order, key)
        self.store[key] = after
        what: Literal["written", "arrived"] = "written" if node == self.me else "arrived"
        source = "" if node == self.me else node
        self.happened.append(
            ops.Happened(
                self.now, key, what, source, node, version.seq, dict(version.context), self.now,
                text is None, len(after),
            )
        )  # fmt: skip
        events: list[AnyEvent] = [Changed(self.now, (key,), "" if node == self.me else node)]
        if in_conflict(after) and not in_conflict(held):
            events.append(Conflict(self.now, key, len(visible(after))))
        if in_conflict(held) and not in_conflict(after):
            events.append(Settled(self.now, key))
        self.emit(*events)
        return version

    def fill(self, count: int, text: str = '{"n": 1}') -> None:
        """Many keys at once, without events."""
        value = read_value(text.encode())
        for at in range(count):
            key = f"key:{at:07d}"
            self.store[key] = (
                Version(key, value.text, self.me, at + 1, {}, at + 1, self.me, round(NOON * 1000), value.cid),
            )
        self.counters[self.me] = count
        self.order = sorted(self.store)

    def forget(self, key: str) -> None:
        """The key is gone without a trace (its tombstone was collected)."""
        del self.store[key]
        self.order.remove(key)
        self.emit(Changed(self.now, (key,), "elsewhere"))

    def emit(self, *events: AnyEvent) -> None:
        """Events happen."""
        for listener in self._listeners:
            listener(events)

    def carried(
        self,
        kind: str,
        summary: str,
        *,
        peer: int = 0,
        outgoing: bool = False,
        key: str = "",
        raw: bytes = b"",
    ) -> None:
        """A line crossed the wire."""
        view = self.peers[peer]
        raw = raw or b'{"type":"%s"}' % kind.encode()
        self.emit(Carried(self.now, view.address, view.node_id, outgoing, kind, summary, len(raw), raw, key))

    # ------------------------------------------------------------------ NodeInterface

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener at once with each batch."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self, operation: ops.Operation[A]) -> A:
        """Answer from the script."""
        if self.readonly and not operation.looks:
            raise Refused(READONLY)
        self.asked.append(operation)
        if self.refuse:
            raise Refused(self.refuse)
        return cast(A, self._answer(operation))

    def _answer(self, operation: ops.Operation[Any]) -> object:
        match operation:
            case ops.Rows():
                return self._rows(operation)
            case ops.Count():
                return self._count(operation)
            case ops.Inspect(key=key):
                return self._inspect(key)
            case ops.Status():
                return self._status()
            case ops.Peers():
                return ops.PeerList(list(self.peers))
            case ops.Get(key=key):
                records = to_records(visible(self.store.get(key, ())))
                if not records:
                    raise Refused("no value")
                return ops.Versions(key, records)
            case ops.Put(key=key, value=value):
                self.write(self.me, key, value)
                return ops.Versions(key, to_records(visible(self.store[key])))
            case ops.Delete(key=key):
                self.write(self.me, key, None)
                return ops.KeyOnly(key)
            case ops.Resolve():
                return self._resolve(operation)
            case ops.Cut(peer=peer):
                return self._dial(peer, cut=True)
            case ops.Heal(peer=peer):
                return self._dial(peer, cut=False)
            case ops.Convergence():
                return self._convergence()
            case ops.Recall(since=since, limit=limit):
                page = self.happened[since : since + limit]
                return ops.Happenings(page, since + len(page), 0)
            case ops.Why(key=key):
                return self._why(key)
            case ops.Lag(peer=peer, ms=ms):
                return self._lag(peer, ms)
            case ops.Gossip():
                return ops.Exchanges([ops.Exchange(peer.address, 0, 0) for peer in self.peers])
            case _:
                raise Refused(f"the script has no {type(operation).__name__.lower()}")

    def _rows(self, wanted: ops.Rows) -> ops.RowPage:
        keys = [key for key in self.order if key.startswith(wanted.prefix)] if wanted.prefix else self.order
        if wanted.without:
            keys = [key for key in keys if not key.startswith(wanted.without)]
        if wanted.wanted == "conflicts":
            keys = [key for key in keys if in_conflict(self.store[key])]
        if wanted.backwards:
            inside = bisect.bisect_right if wanted.inclusive else bisect.bisect_left
            end = inside(keys, wanted.start) if wanted.start else len(keys)
            page = keys[max(0, end - wanted.limit) : end][::-1]
        else:
            inside = bisect.bisect_left if wanted.inclusive else bisect.bisect_right
            start = inside(keys, wanted.start)
            page = keys[start : start + wanted.limit]
        return ops.RowPage(
            [self._row(key, wanted.preview) for key in page],
            None if wanted.prefix or wanted.without else len(keys),
        )

    def _count(self, wanted: ops.Count) -> ops.KeyCount:
        keys = [key for key in self.order if key.startswith(wanted.prefix) and key > wanted.after]
        if wanted.wanted == "conflicts":
            keys = [key for key in keys if in_conflict(self.store[key])]
        else:
            live = wanted.wanted == "live"
            keys = [key for key in keys if bool(visible(self.store[key])) is live]
        keys = keys[: wanted.limit]
        return ops.KeyCount(len(keys), keys[-1] if len(keys) == wanted.limit else "")

    def _row(self, key: str, preview: int) -> ops.KeyRow:
        siblings = self.store[key]
        shown = visible(siblings)
        text = (shown[0].value or b"").decode()[:preview] if shown else ""
        members = self._members()
        held = sum(all(self._holds(node, v.dot) for v in siblings) for node in members)
        return ops.KeyRow(key, len(shown), text, held, len(members))

    def _members(self) -> list[str]:
        return [self.me, *(peer.node_id for peer in self.peers if peer.node_id and not peer.classic)]

    def _holds(self, node: str, dot: Dot) -> bool:
        return dot not in self.lacking.get(node, ())

    def _inspect(self, key: str) -> ops.Inspection:
        members = self._members()
        views = [
            ops.SiblingView(
                to_record(v), v.node, v.seq, dict(v.context), [n for n in members if self._holds(n, v.dot)]
            )
            for v in self.store.get(key, ())
        ]
        return ops.Inspection(key, views, members, self._lacking(key))

    def _status(self) -> ops.NodeStatus:
        live = (
            sum(bool(visible(siblings)) for siblings in self.store.values())
            if len(self.store) < 1000
            else len(self.store)
        )
        conflicts = sum(map(in_conflict, self.store.values())) if len(self.store) < 1000 else 0
        alive = [peer for peer in self.peers if peer.state == "alive" and not peer.cut]
        return ops.NodeStatus(
            node_id=self.me,
            name=self.name,
            address=self.address,
            keys=live,
            conflicts=conflicts,
            deleted=len(self.store) - live,
            versions=len(self.store),
            lamport=self._lamport,
            counter=self.counters.get(self.me, 0),
            writes=self.counters.get(self.me, 0),
            applied=sum(self.counters.values()) - self.counters.get(self.me, 0),
            peers_alive=len(alive),
            peers_known=len(self.peers),
            settled=0.98 if any(self.lacking.values()) else 1.0,
            sent=0,
            received=0,
            tombstones=0,
            waits_for=[],
            alarms=list(self.alarms),
            data="",
            digest="",
            dials=[dial for peer in self.peers for dial in peer.dials],
        )

    def _resolve(self, wanted: ops.Resolve) -> ops.Versions:
        text = wanted.value
        if wanted.cid is not None:
            kept = [v for v in self.store.get(wanted.key, ()) if v.cid == wanted.cid]
            if not kept or kept[0].value is None:
                raise Refused("no sibling has that cid")
            text = kept[0].value.decode()
        self.write(self.me, wanted.key, text)
        return ops.Versions(wanted.key, to_records(visible(self.store[wanted.key])))

    def _convergence(self) -> ops.ConvergenceView:
        members = self._members()
        rows = []
        for node in members:
            lacks: dict[str, int] = {}
            for dot in self.lacking.get(node, ()):
                lacks[dot.node] = lacks.get(dot.node, 0) + 1
            rows.append(ops.LackRow(node, lacks))
        level = not any(self.lacking.values())
        return ops.ConvergenceView(
            node=self.me,
            writers=members,
            rows=rows,
            settled=1.0 if level else 0.98,
            settle_p50_ms=38.0,
            settle_p95_ms=210.0,
            settle_ms=[38.0, 41.0, 35.0, 210.0, 38.0, 36.0, 90.0, 38.0],
            in_flight=0 if level else 12,
            oldest_s=0.2,
            tombstones=0 if level else 1,
            waits_for={} if level else {members[-1]: 1},
            sent=1000,
            received=500,
        )

    def _lacking(self, key: str) -> list[ops.Lacking]:
        """Who lacks something of a key, in the words that a node has for it."""
        reasons = {
            "alive": "it is linked, 1 write behind, and catching up",
            "suspect": "no word came from it for 4 s",
        }
        return [
            ops.Lacking(
                peer.address,
                peer.node_id,
                1,
                12.0,
                "the link is cut by you for 2 min"
                if peer.cut
                else reasons.get(peer.state, f"it is {peer.state}"),
            )
            for peer in self.peers
            if peer.node_id and any(not self._holds(peer.node_id, v.dot) for v in self.store.get(key, ()))
        ]

    def _why(self, key: str) -> ops.KeyReasons:
        held = self.store.get(key, ())
        if not held:
            raise Refused("nothing is known of that key here")
        members = self._members()
        lacking = self._lacking(key)
        have = len(members) - len(lacking)
        return ops.KeyReasons(key, to_records(held), ["It has one value."], have, len(members), lacking, [])

    def _lag(self, peer: str, ms: float) -> ops.DialView:
        at = next(n for n, view in enumerate(self.peers) if peer in (view.address, view.name))
        dial = ops.DialView(self.peers[at].address, "lag", "both", ms=ms, jitter_ms=0.0)
        self.peers[at] = _with(self.peers[at], dials=[dial])
        self.emit(Dialled(self.now, dial.peer, False, f"lag {ms:g} ms", True))
        return dial

    def _dial(self, peer: str, *, cut: bool) -> ops.Addresses:
        at = next((n for n, view in enumerate(self.peers) if peer in (view.address, view.name, "all")), None)
        if at is None:
            raise Refused(f"no peer is called {peer}")
        view = self.peers[at]
        dials = [ops.DialView(view.address, "cut", "both")] if cut else []
        self.peers[at] = _with(view, cut=cut, state="down" if cut else "alive", dials=dials)
        self.emit(
            Dialled(self.now, view.address, cut),
            PeerChanged(self.now, view.address, view.node_id, self.peers[at].state),
        )
        return ops.Addresses([view.address])


def _with(view: ops.PeerView, **changes: object) -> ops.PeerView:
    fields = {name: getattr(view, name) for name in view.__struct_fields__}
    return ops.PeerView(**{**fields, **changes})


LYNX, HERON, WREN = "bb22bb22bb22bb22", "cc33cc33cc33cc33", "dd44dd44dd44dd44"


def three_peers() -> list[ops.PeerView]:
    """Two peers that are alive and one that has been silent."""
    return [
        ops.PeerView("127.0.0.1:9002", LYNX, "lynx", "alive", 1.2, heard_s=0.4),
        ops.PeerView("127.0.0.1:9003", HERON, "heron", "alive", 3.0, behind=12, heard_s=0.4),
        ops.PeerView("127.0.0.1:9004", WREN, "wren", "suspect", None, behind=2, heard_s=4.2),
    ]


def story() -> Scripted:
    """The story of the pictures: a few keys, one conflict, one delete, one write on its way."""
    node = Scripted(peers=three_peers())
    node.now = NOON - 120
    for at in range(42, 64):
        node.write(
            LYNX if at % 3 else node.me,
            f"user:{at}",
            f'{{"name": "n{at}", "score": {at * 7}, "tags": ["a", "b"]}}',
        )
    node.write(HERON, "theme", '"dark"')
    node.write(LYNX, "cart:9", "[1, 2, 3]")
    node.write(node.me, "cart:9", None)
    late = node.write(node.me, "cart:10", "[4, 5, 6]")
    node.lacking = {HERON: {late.dot}, WREN: {late.dot}}
    seen = node.store["user:42"][0].clock
    node.now = NOON - 12
    node.write(node.me, "user:42", '{"name": "kavin", "score": 42, "tags": ["a", "b"]}', context=seen)
    node.now = NOON - 9
    mine = node.write(LYNX, "user:42", '{"name": "kavin", "score": 43, "tags": ["a", "b"]}', context=seen)
    node.lacking[WREN].add(mine.dot)
    node.now = NOON
    return node


def messages(node: Scripted) -> None:
    """A few lines on the wire, and what came of them."""
    said: Sequence[tuple[str, str, int, bool, str]] = (
        ("VERSIONS", "1 version", 0, True, "user:42"),
        ("VERSIONS", "in sync", 0, False, ""),
        ("SYNC", "asks for what it lacks", 1, False, ""),
        ("VERSIONS", "12 versions, all that was missing", 1, True, ""),
        ("HEARTBEAT", "a sign of life", 0, False, ""),
    )
    for kind, summary, peer, outgoing, key in said:
        node.now += 0.212
        node.carried(kind, summary, peer=peer, outgoing=outgoing, key=key)
    node.emit(
        Conflict(node.now, "user:42", 2),
        PeerChanged(node.now, "127.0.0.1:9004", WREN, "suspect", "no word for 4 s"),
    )
