"""A node of a few lines for the tests of the command language: one value per key, writes in groups."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from decent_tui.core.errors import Refused
from decent_tui.core.operations import (
    AddPeer,
    Address,
    Addresses,
    ClassicSnapshot,
    Cut,
    Delete,
    Done,
    Exchange,
    Exchanges,
    Get,
    Gossip,
    Heal,
    KeyList,
    KeyOnly,
    KeyRow,
    Keys,
    Leave,
    Operation,
    PeerList,
    Peers,
    PeerView,
    Put,
    RowPage,
    Rows,
    Snapshot,
    SnapshotAnswer,
    Versions,
)
from decent_tui.core.records import Record
from decent_tui.core.values import check_key, read_value
from decent_tui.net.interface import Listener


def record(text: str, lamport: int = 1) -> Record:
    value = read_value(text.encode())
    return Record(msgspec.Raw(value.text), {"n1": lamport}, lamport, "n1", 1.5, value.cid)


class FakeNode:
    """Fulfils `HostedNode`. Writes return together, one turn of the loop later; `Gossip` waits for `gate`."""

    node_id = "n1"
    name = "otter"
    host = "127.0.0.1"
    port = 9001
    readonly = False

    def __init__(self, peers: list[PeerView] | None = None) -> None:
        self.values: dict[str, list[Record]] = {}
        self.peers = peers or []
        self.started: list[Operation[Any]] = []
        self.gate = asyncio.Event()
        self.may_leave = True
        self._commit: asyncio.Future[None] | None = None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return lambda: None

    async def run(self, operation: Operation[Any]) -> Any:
        self.started.append(operation)
        match operation:
            case Put(key, value):
                self.values[_key(key)] = versions = [record(value, len(self.started))]
                await self._committed()
                return Versions(key, versions)
            case Delete(key):
                self.values.pop(_key(key), None)
                await self._committed()
                return KeyOnly(key)
            case Get(key):
                if key not in self.values:
                    raise Refused("no value")
                return Versions(key, self.values[key])
            case Keys(prefix, _, limit):
                keys = sorted(key for key in self.values if key.startswith(prefix))
                return KeyList(keys[:limit], len(keys) > limit)
            case Rows(prefix=prefix, limit=limit):
                keys = sorted(key for key in self.values if key.startswith(prefix))
                return RowPage([KeyRow(key, 1, "", 1, 1) for key in keys[:limit]], None)
            case Peers():
                return PeerList(self.peers)
            case AddPeer(address):
                return Address(address)
            case Cut(peer) | Heal(peer):
                return Addresses([peer])
            case Gossip():
                await self.gate.wait()
                return Exchanges([Exchange("127.0.0.1:9002", 1, 2)])
            case Snapshot():
                return SnapshotAnswer(ClassicSnapshot("n1", 3, 2.5, self.values))
            case Leave():
                if not self.may_leave:
                    raise Refused("no peer is there to tell")
                return Done()
        raise ZeroDivisionError("a bug")

    async def _committed(self) -> None:
        loop = asyncio.get_running_loop()
        if self._commit is None:
            self._commit = loop.create_future()
            loop.call_soon(self._end_commit)
        await self._commit

    def _end_commit(self) -> None:
        if self._commit:
            self._commit.set_result(None)
            self._commit = None


def _key(key: str) -> str:
    try:
        return check_key(key)
    except ValueError as error:
        raise Refused(str(error)) from None
