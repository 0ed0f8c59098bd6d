"""Operations: what people and programs ask of this node, carried out.

Most are done at once. Those that need other nodes (`getpeer`, `gossip`) wait here with a deadline.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from decent_tui.core import address as addresses
from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.classic_talk import ClassicDesk
from decent_tui.core.clocks import Order, compare, join
from decent_tui.core.dials import Dials
from decent_tui.core.errors import NoValue, Refused
from decent_tui.core.exchange import Exchange
from decent_tui.core.greet import Greeting
from decent_tui.core.links import Link
from decent_tui.core.look import Look
from decent_tui.core.outputs import Answered
from decent_tui.core.parts import Parts
from decent_tui.core.peers import Peer
from decent_tui.core.reach import Reaching
from decent_tui.core.records import NULL, Record, to_record, to_records
from decent_tui.core.seen import Seen
from decent_tui.core.values import Value, check_key, read_value, text_id
from decent_tui.core.version import visible
from decent_tui.core.waiting import Waiting

PATIENCE: Final = 5.0
"""Seconds that an operation waits for a peer."""


class _Question(msgspec.Struct):
    """A `getpeer` under way."""

    operation: int
    link: int
    peer: Peer
    key: str
    deadline: float


class _Exchange(msgspec.Struct):
    """One peer's part in a `gossip`: done when our pull is complete and the peer has all that we had."""

    peer: Peer
    link: Link | None
    sent_before: int = 0
    received_before: int = 0
    outcome: ops.Exchange | None = None


class _Gossip(msgspec.Struct):
    """A `gossip` under way; `goal` is what we had seen when it began."""

    operation: int
    goal: Seen
    deadline: float
    exchanges: list[_Exchange]


class Desk:
    """Carries out operations. `answer` raises Refused; None means that the answer comes later."""

    def __init__(
        self, parts: Parts, reaching: Reaching, greeting: Greeting, exchange: Exchange, classic: ClassicDesk
    ) -> None:
        self._parts = parts
        self._reaching = reaching
        self._greeting = greeting
        self._exchange = exchange
        self._classic = classic
        self._look = Look(parts, exchange)
        self._dials = Dials(parts)
        self._waiting = Waiting(parts)
        self._questions: dict[int, _Question] = {}
        self._gossips: list[_Gossip] = []

    def answer(self, number: int, operation: ops.AnyOperation) -> ops.AnyAnswer | None:
        """Carry out one operation."""
        match operation:
            case ops.Put():
                return self._put(operation)
            case ops.PutAll(pairs=pairs):
                return self._put_all(pairs)
            case ops.Get(key=key):
                return self._get(_key(key))
            case ops.Delete(key=key, saw=saw):
                self._parts.replica.delete(_key(key), self._parts.clock.wall, saw)
                self._parts.tally.writes += 1
                return ops.KeyOnly(key)
            case ops.Resolve():
                return self._resolve(operation)
            case ops.Unresolve():
                return self._unresolve(operation)
            case ops.AddPeer(address=address):
                return self._add_peer(address)
            case ops.Cut() | ops.Heal() | ops.Lag() | ops.Lose() | ops.Duplicate() | ops.Reorder():
                return self._dials.answer(operation)
            case ops.GetPeer():
                self._get_peer(number, operation)
                return None
            case ops.Gossip():
                self._gossip(number)
                return None
            case ops.Wait():
                self._waiting.begin(number, operation)
                return None
            case ops.Forget(peer=peer):
                return self._forget(peer)
            case ops.Leave():
                self._leave()
                return ops.Done()
            case _:
                return self._look.answer(operation)

    def abandon(self, number: int) -> None:
        """Nobody wants the answer of an operation any more."""
        self._waiting.forget(number)

    # ------------------------------------------------------------------ values

    def _put(self, operation: ops.Put) -> ops.Versions:
        value = _value(operation.value)
        key = _key(operation.key)
        if self._parts.quota.is_full():
            held = self._parts.replica.store.siblings(key)
            if len(held) < 2 or value.cid not in [version.cid for version in held]:  # else it makes room
                self._parts.quota.check()
        version = self._parts.replica.put(key, value, self._parts.clock.wall, operation.saw)
        self._parts.tally.writes += 1
        return ops.Versions(key, [to_record(version)])

    def _put_all(self, pairs: Sequence[ops.Pair]) -> ops.Written:
        checked = [(_key(pair.key), _value(bytes(pair.value))) for pair in pairs]  # all, before the first
        self._parts.quota.check()
        for key, value in checked:
            self._parts.replica.put(key, value, self._parts.clock.wall)
        self._parts.tally.writes += len(checked)
        return ops.Written(len(checked))

    def _get(self, key: str) -> ops.Versions:
        shown = visible(self._parts.replica.store.siblings(key))
        if not shown:
            raise NoValue("no value")
        return ops.Versions(key, to_records(shown))

    def _resolve(self, operation: ops.Resolve) -> ops.Versions:
        key = _key(operation.key)
        shown = visible(self._parts.replica.store.siblings(key))
        if not shown:
            raise NoValue("no value")
        text = operation.value
        if operation.cid is not None:
            chosen = [version for version in shown if version.cid == operation.cid]
            if not chosen or chosen[0].value is None:
                raise Refused("the key has no version with that cid; `get` shows those it has")
            text = chosen[0].value.decode()
        return self._put(ops.Put(key, text or "null", operation.saw))

    def _unresolve(self, operation: ops.Unresolve) -> ops.Versions:
        key = _key(operation.key)
        values = {value.cid: value for value in map(_value, operation.values)}
        if len(values) < 2:
            raise Refused("a conflict takes two values or more that differ")
        self._parts.quota.check()
        made = self._parts.replica.unresolve(
            key, list(values.values()), self._parts.clock.wall, operation.saw
        )
        self._parts.tally.writes += len(made)
        return ops.Versions(key, [to_record(version) for version in made])

    # ------------------------------------------------------------------ peers

    def _add_peer(self, text: str) -> ops.Address:
        try:
            address = str(addresses.parse(text))
        except ValueError as error:
            raise Refused(str(error)) from None
        peer = self._reaching.learn(address, given=True)
        if peer is None:
            raise Refused("that is this node's own address")
        self._parts.peers.soon(peer, self._parts.clock.now)
        return ops.Address(address)

    def _forget(self, text: str) -> ops.Done:
        parts = self._parts
        known = parts.members.get(text) is not None or text in self._exchange.waits_for
        node = text if known else parts.peers.find(text).node
        if node is None:
            peer = parts.peers.find(text)
            parts.replica.store.remove(addresses=[peer.address])
            parts.peers.remove(peer)
        else:
            self._greeting.told_gone(None, {node: "forgotten"})
        return ops.Done()

    def _leave(self) -> None:
        for link in self._parts.links.decent():
            self._parts.out.send(link.id, wire.Gone({self._parts.replica.node: "left"}))

    # ------------------------------------------------------------------ getpeer

    def _get_peer(self, number: int, operation: ops.GetPeer) -> None:
        parts = self._parts
        key = _key(operation.key)
        peer = parts.peers.find(operation.peer)
        if peer.link is None:
            cut = parts.faults.is_cut(peer.node, peer.address)
            raise Refused(
                f"{peer.called()} is {'cut by you' if cut else peer.state}; there is no link to ask on"
            )
        parts.out.send(peer.link, wire.GetValue(key), number)
        self._questions[number] = _Question(number, peer.link, peer, key, parts.clock.now + PATIENCE)

    def value(self, link: Link, said: wire.ForeignValue, request: wire.RequestId) -> None:
        """The answer to a `getpeer`: by its id, or from a classic peer (which repeats none) by its key."""
        for question in list(self._questions.values()):
            if question.link == link.id and (
                question.operation == request or (link.kind == "classic" and question.key == said.key)
            ):
                del self._questions[question.operation]
                self._done(question.operation, self._compared(question, said, link))

    def _compared(self, question: _Question, said: wire.ForeignValue, link: Link) -> ops.AnyAnswer | Refused:
        try:
            records = [_record(foreign) for foreign in said.versions]
        except ValueError as error:
            return Refused(f"{question.peer.called()} answered nonsense: {error}")
        ours = join(*(version.clock for version in self._parts.replica.store.siblings(question.key)))
        theirs = join(*(_without_own_entry(record, link) for record in records))
        relation: Order = compare(theirs, ours)
        return ops.PeerVersions(
            question.peer.address, question.key, records, relation if records else "absent"
        )

    # ------------------------------------------------------------------ gossip

    def _gossip(self, number: int) -> None:
        parts = self._parts
        exchanges = [self._start(peer) for peer in parts.peers]
        self._gossips.append(
            _Gossip(number, parts.replica.seen.copy(), parts.clock.now + PATIENCE, exchanges)
        )
        self.tick()

    def _start(self, peer: Peer) -> _Exchange:
        parts = self._parts
        link = parts.links.get(peer.link) if peer.link is not None else None
        if link is None:
            why = "cut by you" if parts.faults.is_cut(peer.node, peer.address) else peer.error or peer.state
            return _Exchange(peer, None, outcome=ops.Exchange(peer.address, 0, 0, why))
        if link.kind == "decent":
            self._exchange.pull(link)
        elif not self._classic.reads(link):
            self._classic.begin(link)
        return _Exchange(peer, link, link.sent_versions, link.received_versions)

    def _is_level(self, link: Link, goal: Seen) -> bool:
        if link.kind == "classic":
            return not self._classic.busy(link)
        known = self._parts.members.get(link.node)
        return link.pull is None and not link.outbox and known is not None and known.seen.covers(goal)

    def _follow(self, gossip: _Gossip, exchange: _Exchange) -> None:
        """See whether one exchange of a gossip is over, well or not."""
        link = exchange.link
        if exchange.outcome is not None or link is None:
            return
        error = None
        if self._parts.links.get(link.id) is None:
            error = "the link was lost"
        elif not self._is_level(link, gossip.goal):
            if self._parts.clock.now < gossip.deadline:
                return
            error = "it is not level yet"
        sent = link.sent_versions - exchange.sent_before
        received = link.received_versions - exchange.received_before
        exchange.outcome = ops.Exchange(exchange.peer.address, sent, received, error)

    # ------------------------------------------------------------------ time

    def tick(self) -> None:
        """See what has come of the operations under way, and whose time is over."""
        self._dials.tick()
        self._waiting.tick()
        for question in list(self._questions.values()):
            if self._parts.clock.now >= question.deadline or self._parts.links.get(question.link) is None:
                del self._questions[question.operation]
                self._done(question.operation, Refused(f"{question.peer.called()} did not answer"))
        for gossip in list(self._gossips):
            for exchange in gossip.exchanges:
                self._follow(gossip, exchange)
            outcomes = [exchange.outcome for exchange in gossip.exchanges if exchange.outcome is not None]
            if len(outcomes) == len(gossip.exchanges):
                self._gossips.remove(gossip)
                self._done(gossip.operation, ops.Exchanges(outcomes))

    def _done(self, operation: int, outcome: ops.AnyAnswer | Refused) -> None:
        self._parts.out.effects.append(Answered(operation, outcome))


def _value(text: str | bytes) -> Value:
    try:
        return read_value(text.encode() if isinstance(text, str) else text)
    except UnicodeEncodeError:
        raise Refused("the text is not valid Unicode") from None
    except ValueError as error:
        raise Refused(str(error)) from None


def _key(text: str) -> str:
    try:
        return check_key(text)
    except ValueError as error:
        raise Refused(str(error)) from None


def _record(foreign: wire.Foreign) -> Record:
    """A peer's record as we show it, its cid computed here; raises ValueError for what is no value."""
    raw = bytes(foreign.value)
    return Record(
        foreign.value if raw else NULL, foreign.vc, foreign.lamport, foreign.node_id, foreign.ts,
        text_id(raw or b"null"),
    )  # fmt: skip


def _without_own_entry(record: Record, link: Link) -> dict[str, int]:
    """A clock without the entry that a classic peer adds to everything it imports: it means nothing."""
    if link.kind != "classic" or record.node_id == link.node:
        return record.vc
    return {node: seq for node, seq in record.vc.items() if node != link.node}
