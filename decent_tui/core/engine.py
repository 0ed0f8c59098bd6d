"""The one object that composes a node: inputs come in here, effects and events go out.

An input is a call with values (a message from a link, a link opened or lost, a tick, an operation) and
the time at which it happened. It returns nothing; what it wants done collects in `take_effects` and what
happened in `take_events`. The owner (a real node, or the simulator) does this, over and over:

1. hand in whatever has come;
2. `pushes(links that are ready for more)`;
3. `commit()`, then make the store durable (anywhere but on an event loop);
4. carry out the effects taken before step 3, and only then. The events may be told sooner if nothing was
   `wrote_own`: what others wrote is on their disks.

A failure of the store in step 1 to 3 undoes everything since the last commit (`undo`): none of the effects
of that turn may be carried out.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from decent_tui.core import batch
from decent_tui.core import messages as wire
from decent_tui.core.audit import Auditor
from decent_tui.core.chance import Chance, draw_id
from decent_tui.core.classic_talk import ClassicDesk
from decent_tui.core.clocks import Dot
from decent_tui.core.desk import Desk
from decent_tui.core.dials import course
from decent_tui.core.errors import ProtocolError, Refused
from decent_tui.core.events import AnyEvent
from decent_tui.core.exchange import Exchange
from decent_tui.core.greet import Greeting
from decent_tui.core.links import Certified, Link
from decent_tui.core.members import Membership
from decent_tui.core.messages import Line
from decent_tui.core.operations import AnyOperation, Delete, Get, Put
from decent_tui.core.outputs import Answered, Dial, Drop, Effect
from decent_tui.core.own_numbers import RolledBack
from decent_tui.core.parts import Parts, Self
from decent_tui.core.push import Outbox
from decent_tui.core.reach import Reaching
from decent_tui.core.serve import Server
from decent_tui.core.store import Standing, Store
from decent_tui.core.version import Version

BAD_LINES: Final = 3
"""Lines in a row that are no messages, after which a link closes."""

RENAME_PAUSE: Final = 60.0
"""Seconds between two new ids: a peer that lies about our writes costs us one a minute at most."""

SAVE: Final = 10.0
"""Seconds between saves of what members said they have seen."""


class Engine:
    """A node, but for its sockets, its disk and its sense of time."""

    def __init__(self, store: Store, me: Self, chance: Chance) -> None:
        self._parts = Parts(store, me, chance)
        self._auditor = Auditor(self._parts)
        self._exchange = Exchange(self._parts, self._auditor)
        self._classic = ClassicDesk(self._parts)
        self._reaching = Reaching(self._parts)
        self._greeting = Greeting(
            self._parts,
            self._reaching,
            decent=self._exchange.pull,
            classic=self._classic.begin,
            named=self._classic.named,
            renamed=self._rename,
        )
        self._server = Server(self._parts, self._classic)
        self._desk = Desk(self._parts, self._reaching, self._greeting, self._exchange, self._classic)
        self._may_rename_at = self._could_rename_at = 0.0
        """From when on there may be another id: as it is now, and as it was at the last commit."""
        self._must_rename: tuple[str, Standing] | None = None
        self._next_save = 0.0
        self._newest = self._own()
        self.wrote_own = False
        """Whether a write of this node's own was among those that the last `commit` ended."""

    @property
    def parts(self) -> Parts:
        """The parts, for tests and for whoever composes nodes (their state, never their work)."""
        return self._parts

    @property
    def node(self) -> str:
        """The id under which this node writes now."""
        return self._parts.replica.node

    # ------------------------------------------------------------------ inputs

    def at(self, now: float, wall: int) -> None:
        """The time of the inputs that follow: monotonic seconds, and wall clock in ms since 1970."""
        self._parts.clock.now, self._parts.clock.wall = now, wall

    def start(self, peers: Sequence[str]) -> None:
        """Begin: learn the given addresses (each in its one spelling). The first tick dials."""
        for address in peers:
            self._reaching.learn(address, given=True)

    def tick(self) -> None:
        """Time has passed. To be called about ten times a second."""
        self._reaching.tick()
        self._exchange.tick()
        self._classic.tick()
        self._desk.tick()
        if self._must_rename is not None and self._parts.clock.now >= self._may_rename_at:
            self._rename(*self._must_rename)
        if self._parts.clock.now >= self._next_save:
            self._next_save = self._parts.clock.now + SAVE
            self._parts.members.save(self._parts.replica.store)

    def operate(self, number: int, operation: AnyOperation) -> None:
        """Carry out an operation; its outcome comes as the effect `Answered(number, …)`."""
        try:
            answer = self._desk.answer(number, operation)
        except Refused as refusal:
            self._parts.out.effects.append(Answered(number, refusal))
            return
        if answer is not None:
            self._parts.out.effects.append(Answered(number, answer))

    def expect(self, operations: Iterable[AnyOperation]) -> None:
        """These operations come next: what they ask the store for one by one is read at once."""
        keys = {operation.key for operation in operations if isinstance(operation, Put | Get | Delete)}
        if len(keys) > 1:
            self._parts.replica.store.expect(keys)

    def abandon(self, number: int) -> None:
        """Nobody wants the answer of an operation any more: what it did is done, but none waits for long."""
        self._desk.abandon(number)

    def opened(self, link: int, remote: str, dialled: str | None, certified: Certified | None = None) -> None:
        """A connection is open: one that we `dialled` (the address), or one from `remote` (host:port)."""
        outbox = Outbox(self._parts.me.tuning.outbox)
        now = self._parts.clock.now
        self._greeting.opened(Link(link, remote, dialled, now, certified=certified, outbox=outbox))

    def dial_failed(self, address: str, why: str, *, refused: bool) -> None:
        """A dial came to nothing, for a reason in plain words."""
        self._reaching.failed(address, why, refused=refused)

    def lost(self, link: int, why: str) -> None:
        """A connection ended without our doing."""
        gone = self._parts.links.get(link)
        if gone is not None:
            self._classic.end(gone)
            self._reaching.lost(gone, why)

    def carried(self, link: int, size: int, *, outgoing: bool) -> None:
        """So many bytes crossed a link."""
        tally = self._parts.tally
        found = self._parts.links.get(link)
        peer = self._parts.peer_of(found) if found else None
        if outgoing:
            tally.sent += size
            if peer:
                peer.sent += size
        else:
            tally.received += size
            if peer:
                peer.received += size

    def course(self, link: int, message: object, *, outgoing: bool) -> tuple[float, ...]:
        """To be asked of each message that is about to cross a link: when it arrives there, by the dials of
        this node: at no time (it is lost), at one or two, in the time of `at`; a time not above it is now."""
        return course(self._parts, link, message, outgoing=outgoing)

    def received(self, link: int, line: Line) -> None:
        """A message came on a link."""
        found = self._parts.links.get(link)
        if found is None:
            return  # it came while the link was being closed
        found.bad_lines, found.spoke = 0, True
        self._parts.hear(found)
        try:
            self._dispatch(found, line)
        except RolledBack as told:
            self._rolled_back(found, told)
        except ProtocolError as error:
            self.faulty(link, error)

    def arrives(self, link: int, versions: wire.Versions, request: wire.RequestId) -> None:
        """A message of versions is here: what follows it may be asked for, in a turn before `slices`."""
        found = self._parts.links.get(link)
        if found is not None and found.kind == "decent":
            try:
                self._exchange.arrives(found, versions, request)
            except ProtocolError as error:
                self.faulty(link, error)

    def slices(self, link: int, versions: wire.Versions, size: int) -> Iterator[None]:
        """Take in the versions of a message, `size` at a time; the owner may do something else between two
        steps. `received` with the message itself must follow."""
        slices = batch.slices(versions.batch, size)
        while True:
            found = self._parts.links.get(link)
            if found is None:
                return
            try:
                some = next(slices, None)
            except ProtocolError as error:
                self.faulty(link, error)
                return
            if some is None:
                return
            self._absorb(found, some)
            yield

    def faulty(self, link: int, error: ProtocolError) -> None:
        """What came on a link is no message: say so; close it when it must be, or at the third in a row."""
        found = self._parts.links.get(link)
        if found is None:
            return
        found.bad_lines += 1
        self._parts.out.send(link, wire.Err(str(error)))
        if error.fatal or found.bad_lines >= BAD_LINES:
            self._classic.end(found)
            self._parts.drop(found, str(error))

    def pushes(self, ready: Container[int]) -> bool:
        """Have sent what waits for links that are ready for more; whether another turn should follow, because
        there is more than goes at a time."""
        more = self._exchange.pushes(ready)
        for link in self._parts.links.classic():
            if link.id in ready and self._classic.wants_turn(link):
                self._classic.pushes(link)
        return more

    def stop(self) -> None:
        """Say goodbye on every link."""
        for link in self._parts.links.decent():
            self._parts.out.send(link.id, wire.Bye())
        self._parts.members.save(self._parts.replica.store)

    # ------------------------------------------------------------------ the turn

    def commit(self) -> bool:
        """End the turn's transaction; whether anything was written. On StorageError call `undo`."""
        if self._parts.members.is_new:
            self._parts.members.save(self._parts.replica.store)
        wrote = self._parts.replica.commit()
        newest = self._own()  # a number whose transaction failed is given again
        self.wrote_own, self._newest = newest != self._newest, newest
        self._could_rename_at = self._may_rename_at
        self._parts.recollection.commit()
        return wrote

    def _own(self) -> Dot:
        """The newest dot of this node's own."""
        return Dot(self._parts.replica.node, self._parts.replica.counter)

    def undo(self) -> None:
        """The store failed: everything since the last commit did not happen, and what was to be said is void.
        Connections are opened and closed all the same: that speaks of nothing on the disk."""
        self._parts.replica.rollback()
        self._may_rename_at = self._could_rename_at  # a new id was not taken after all
        self._parts.recollection.undo()
        state = self._parts.replica.store.load()
        self._parts.members = Membership(state.members if state else {})
        self._parts.out.effects = [e for e in self._parts.out.effects if isinstance(e, Dial | Drop)]
        self._parts.out.events.clear()
        for link in self._parts.links.all():
            self._parts.drop(link, "the disk failed", at_once=True)
        for peer in self._parts.peers:
            self._parts.peers.later(peer, self._parts.clock.now)

    def take_effects(self) -> list[Effect]:
        """What is to be done, in order; taken once."""
        return self._parts.out.take_effects()

    def take_events(self) -> list[AnyEvent]:
        """What happened, in order; taken once. Changes in a row with one origin are told as one."""
        return self._parts.out.take_events()

    # ------------------------------------------------------------------ within

    def _dispatch(self, link: Link, line: Line) -> None:
        message, request = line.message, line.id
        match message:
            case wire.Unknown():
                self._parts.out.send(link.id, wire.Err("unknown message type"), request)
            case wire.Handshake():
                if link.kind == "new" or link.kind == "guest":
                    self._greeting.asked(link, message, request)
            case wire.Peers():
                self._greeting.answered(link, message)
            case wire.Pong():
                self._parts.measure(link)
            case wire.Keys():
                self._classic.keys(link, message)
            case wire.ForeignValue():
                self._desk.value(link, message, request)
                self._classic.value(link, message)
            case wire.Ack():
                self._classic.acknowledged(link)
            case wire.Operate() | wire.Subscribe() if link.kind in ("new", "guest") and not link.dialled:
                pass  # the owner carries these out, by `operate`
            case wire.Err(err=text):  # else it is in the log; a link that matters closes by itself
                self._greeting.turned_away(link, text)
            case _ if link.kind == "decent" and self._between_us(link, message, request):
                pass
            case _ if link.kind == "classic":  # these only answer: what we took for one is none
                raise ProtocolError("that is no answer of the original protocol", fatal=True)
            case _ if not self._server.serve(link, message, request):
                raise ProtocolError("say HANDSHAKE first")

    def _between_us(self, link: Link, message: wire.Message, request: wire.RequestId) -> bool:
        match message:
            case wire.Sync():
                self._exchange.asked(link, message, request)
            case wire.Versions():
                self._exchange.answered(link, message, request)
            case wire.Heartbeat():
                self._exchange.beaten(link, message)
            case wire.Audit():
                self._auditor.asked(link, message, request)
            case wire.Held():
                self._auditor.answered(link, message)
            case wire.Bye():
                self._greeting.goodbye(link)
            case wire.Gone():
                self._greeting.told_gone(link, message.nodes)
            case _:
                return False
        return True

    def _absorb(self, link: Link, versions: list[Version]) -> None:
        if link.kind != "decent":
            return
        try:
            self._exchange.absorb(link, versions)
        except RolledBack as told:
            self._rolled_back(link, told)

    # ------------------------------------------------------------------ identity

    def _rolled_back(self, link: Link, told: RolledBack) -> None:
        self._rename(
            f"{told}: this machine was rolled back (or that peer lies); the node goes on under a new id",
            rewrite=True,
        )
        if self._parts.links.get(link.id) is not None:  # too soon for another id; no claim may be taken
            self._parts.drop(link, "it knows writes that this node has not made", at_once=True)

    def _rename(self, why: str, standing: Standing = "member", *, rewrite: bool = False) -> None:
        """Take a new id for all further writes, at most once a minute, and meet everybody anew under it. An
        id that is gone (`standing`) is given up as soon as that minute is over."""
        parts = self._parts
        parts.alarm(why)
        if parts.clock.now < self._may_rename_at:
            if standing != "member":
                self._must_rename = why, standing
            return
        self._must_rename = None
        self._may_rename_at = parts.clock.now + RENAME_PAUSE
        old, seen = parts.replica.node, parts.replica.seen.copy()
        parts.replica.take_id(draw_id(parts.chance), rewrite_ts=parts.clock.wall if rewrite else None)
        parts.members.keep(old, parts.me.name, seen)
        parts.members.mark(old, standing)
        parts.members.save(parts.replica.store)
        for link in parts.links.all():
            if link.kind != "guest":
                parts.drop(link, "this node took a new id")
