"""Our own conversation with a classic peer, on the connection that we dialled.

Read first (GET_KEYS, then GET_VALUE for each key), so that what it wrote comes here and what it already
has of ours is known; then push everything else, once; then only news. In an idle mixed cluster our side
is silent but for a PING, which is how we know that it lives.
"""

from collections import deque
from typing import Final

import msgspec

from decent_tui.core import messages as wire
from decent_tui.core.classic import is_own, news
from decent_tui.core.clocks import join
from decent_tui.core.errors import Refused
from decent_tui.core.events import Alarm
from decent_tui.core.limits import CLASSIC_LINE
from decent_tui.core.links import Link
from decent_tui.core.messages import Foreign, Pushed, PushRecords
from decent_tui.core.parts import Parts
from decent_tui.core.records import Record, to_record
from decent_tui.core.values import check_key
from decent_tui.core.version import Version

WINDOW: Final = 32
"""GET_VALUEs under way at a time."""

PAGE: Final = 100
"""Keys looked at in one turn while everything is pushed."""

PING: Final = 2.0
"""Seconds between PINGs: two missed ones make a peer suspect."""


class Talk:
    """One conversation: where it stands."""

    def __init__(self, owed: int = 0) -> None:
        self.owes_keys = owed + 1
        """How often it was asked for its keys and has not told them: nothing more is taken in."""
        self.ask: deque[str] = deque()
        self.under_way: set[str] = set()
        self.has: dict[str, dict[str, int]] = {}
        """Per key, the clocks that the peer was read to hold or was sent: nothing goes there twice."""
        self.reading = True
        self.next_key: str | None = ""
        """Where the pushing of everything stands; None when all was looked at."""
        self.unacknowledged = 0
        self.too_large: set[str] = set()
        self.guessed = False
        """Whether something was held back as the peer's own, going by its address only."""


class ClassicDesk:
    """Takes in what classic peers write and tells them what is written here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._talks: dict[int, Talk] = {}

    # ------------------------------------------------------------------ what they write

    def take_in(self, key: str, records: list[Foreign]) -> None:
        """Take in records of a key from a classic peer (or a person with `nc`).

        Raises ValueError for what is no key or value, Refused when the key has too many siblings, or the
        node too much data.
        """
        check_key(key)
        for record in records:
            found = news(record, self._parts.replica.store.siblings(key))
            if found is not None:
                self._parts.quota.check()
                self._parts.replica.take_in(key, *found)
                self._parts.members.meet(found.author, classic=True)  # not if it was refused

    # ------------------------------------------------------------------ our conversation

    def begin(self, link: Link) -> None:
        """A classic peer answered our HANDSHAKE: read first."""
        still_open = {number: talk for number, talk in self._talks.items() if self._parts.links.get(number)}
        before = still_open.get(link.id)
        self._talks = {**still_open, link.id: Talk(before.owes_keys if before else 0)}
        self._parts.out.send(link.id, wire.GetKeys())

    def named(self, link: Link, node: str) -> None:
        """The peer said its id. What was held back as its own may have been its predecessor's at that
        address, so look at everything again."""
        talk = self._talks.get(link.id)
        if link.node != node:
            link.node = node
            if talk is not None and talk.guessed:
                self.begin(link)

    def end(self, link: Link) -> None:
        """The connection is gone."""
        self._talks.pop(link.id, None)

    def keys(self, link: Link, said: wire.Keys) -> None:
        """It told its keys."""
        talk = self._talks.get(link.id)
        if talk is not None and talk.reading and talk.owes_keys:
            talk.owes_keys -= 1
            talk.ask.extend(said.keys)
            self._read_on(link, talk)

    def value(self, link: Link, said: wire.ForeignValue) -> None:
        """It told its versions of a key. Of one that it was not asked for nothing is kept."""
        talk = self._talks.get(link.id)
        if talk is None or said.key not in talk.under_way:
            return
        talk.under_way.discard(said.key)
        talk.has[said.key] = join(*(record.vc for record in said.versions))
        link.received_versions += len(said.versions)
        try:
            self.take_in(said.key, said.versions)
        except (ValueError, Refused) as error:
            self._parts.out.emit(
                Alarm(self._parts.clock.at, f"a record of a classic peer was refused: {error}")
            )
        if talk.reading:
            self._read_on(link, talk)

    def _read_on(self, link: Link, talk: Talk) -> None:
        while talk.ask and len(talk.under_way) < WINDOW:
            key = talk.ask.popleft()
            talk.under_way.add(key)
            self._parts.out.send(link.id, wire.GetValue(key))
        if not talk.ask and not talk.under_way:
            talk.reading = False

    def acknowledged(self, link: Link) -> None:
        """It took a push."""
        talk = self._talks.get(link.id)
        if talk is not None and talk.unacknowledged:
            talk.unacknowledged -= 1

    def pushes(self, link: Link) -> None:
        """Send the next of everything, or news; one line at a time, so that a slow peer is not flooded."""
        talk = self._talks.get(link.id)
        if talk is None or talk.reading or talk.unacknowledged:
            return
        if link.outbox.dropped:  # some news is lost: read again, then push what it lacks
            link.outbox.dropped = False
            self.begin(link)
            return
        versions: list[Version] = []
        while talk.next_key is not None and not versions:
            versions = self._next_of_all(talk)
        for line in self._lines(link, talk, versions or link.outbox.take()):
            talk.unacknowledged += 1
            self._parts.out.send(link.id, line)

    def busy(self, link: Link) -> bool:
        """Whether something is still to be read, pushed or acknowledged."""
        talk = self._talks.get(link.id)
        return talk is not None and (
            talk.reading
            or talk.next_key is not None
            or bool(talk.unacknowledged)
            or bool(link.outbox)
            or link.outbox.dropped
        )

    def reads(self, link: Link) -> bool:
        """Whether the peer is being read."""
        talk = self._talks.get(link.id)
        return talk is not None and talk.reading

    def wants_turn(self, link: Link) -> bool:
        """Whether `pushes` has something to do now."""
        talk = self._talks.get(link.id)
        return (
            talk is not None
            and not talk.reading
            and not talk.unacknowledged
            and (talk.next_key is not None or bool(link.outbox) or link.outbox.dropped)
        )

    def _next_of_all(self, talk: Talk) -> list[Version]:
        """What the next page of keys holds."""
        store = self._parts.replica.store
        start = talk.next_key or ""
        keys = store.page(wanted="all", start=start, inclusive=not start, limit=PAGE)
        talk.next_key = keys[-1] if len(keys) == PAGE else None
        return [version for siblings in store.siblings_of(keys).values() for version in siblings]

    def _lines(self, link: Link, talk: Talk, versions: list[Version]) -> list[PushRecords]:
        """Pushes below the length of line that a classic peer can read, without what it authored."""
        lines: list[PushRecords] = []
        data: dict[str, list[Record]] = {}
        size = 0
        for version in versions:
            has = talk.has.setdefault(version.key, {})
            if is_own(version.author, link.node, link.address):
                talk.guessed = talk.guessed or link.node is None
                continue
            if has.get(version.entry, 0) >= version.seq:
                continue
            has[version.entry] = version.seq
            record = msgspec.structs.replace(to_record(version), deleted=False)
            weight = len(wire.encode(self._push({version.key: [record]})))
            if weight > CLASSIC_LINE:
                self._say_too_large(link, talk, version.key)
                continue
            if data and size + weight > CLASSIC_LINE:
                lines.append(self._push(data))
                data, size = {}, 0
            data.setdefault(version.key, []).append(record)
            size += weight
        if data:
            lines.append(self._push(data))
        link.sent_versions += sum(len(r) for line in lines for r in line.snapshot.data.values())
        return lines

    def _push(self, data: dict[str, list[Record]]) -> PushRecords:
        replica = self._parts.replica
        return PushRecords(Pushed(replica.node, replica.lamport, self._parts.clock.at, data))

    def _say_too_large(self, link: Link, talk: Talk, key: str) -> None:
        if key not in talk.too_large:
            talk.too_large.add(key)
            text = (
                f"{key!r} is too large for {link.address}, which speaks the original protocol (64 KiB a line)"
            )
            self._parts.alarm(text)

    def tick(self) -> None:
        """PING the classic peers: they have no heartbeat of their own."""
        now = self._parts.clock.now
        for link in self._parts.links.classic():
            if now >= link.next_echo:
                link.next_echo, link.asked = now + PING, link.asked or now
                self._parts.out.send(link.id, wire.Ping())
