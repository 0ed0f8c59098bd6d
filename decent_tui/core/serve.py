"""Answers to whoever speaks the original protocol: a classic peer's own connection, a person with `nc`,
and our own kind when it asks for one value."""

from decent_tui.core import messages as wire
from decent_tui.core.classic_talk import ClassicDesk
from decent_tui.core.clocks import weight
from decent_tui.core.errors import ProtocolError, Refused
from decent_tui.core.limits import ANSWER
from decent_tui.core.links import Link
from decent_tui.core.parts import Parts
from decent_tui.core.records import Record, to_records
from decent_tui.core.version import visible


class Server:
    """Serves the requests of the original protocol; every answer is bounded."""

    def __init__(self, parts: Parts, classic: ClassicDesk) -> None:
        self._parts = parts
        self._classic = classic

    def serve(self, link: Link, message: wire.Message, request: wire.RequestId) -> bool:
        """Answer a request; False if the message is none of these."""
        match message:
            case wire.GetKeys():
                answer: wire.Message = self._keys()
            case wire.GetValue(key=key):
                answer = self._value(key)
            case wire.PutValue(key=key, version=record):
                answer = self._take({key: [record]})
            case wire.PushUpdate(snapshot=snapshot):
                answer = self._take(snapshot.data)
            case wire.Ping():
                answer = wire.Pong(self._parts.clock.at)
            case _:
                return False
        self._parts.out.send(link.id, answer, request)
        return True

    def _keys(self) -> wire.Keys:
        keys: list[str] = []
        size = 0
        while True:
            page = self._parts.replica.store.page(
                start=keys[-1] if keys else "", inclusive=not keys, limit=1000
            )
            for key in page:
                size += 2 * len(key) + 3
                if size > ANSWER:
                    return wire.Keys(keys, more=True)
                keys.append(key)
            if len(page) < 1000:
                return wire.Keys(keys)

    def _value(self, key: str) -> wire.Value:
        records: list[Record] = []
        size = 0
        for record in to_records(visible(self._parts.replica.store.siblings(key))):
            size += len(bytes(record.value)) + weight(record.vc) + 256
            if records and size > ANSWER:
                return wire.Value(key, records, more=True)
            records.append(record)
        return wire.Value(key, records)

    def _take(self, data: dict[str, list[wire.Foreign]]) -> wire.Message:
        """Records handed over: each is taken in by the rules of `classic`; one that cannot be is named."""
        problem = ""
        for key, records in data.items():
            try:
                self._classic.take_in(key, records)
            except (ValueError, Refused) as error:
                problem = problem or str(error)
        if problem:
            raise ProtocolError(problem)
        return wire.Ack()
