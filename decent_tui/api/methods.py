"""What can be asked of a node from Python, whether it runs in this process or elsewhere."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from decent_tui.api.values import Change, Entry, Json, PeerEntry, Version, to_entry, to_peer_entry
from decent_tui.commands.answers import BackedUp, Exported, Imported
from decent_tui.commands.backup import back_up
from decent_tui.commands.exporting import export_to
from decent_tui.commands.importing import import_from
from decent_tui.commands.progress import untold
from decent_tui.commands.watch import Missed, Watcher
from decent_tui.core import operations as ops
from decent_tui.core.errors import NoValue, Refused, StorageError
from decent_tui.core.operations import Operation
from decent_tui.net.interface import NodeInterface

A = TypeVar("A")

PAGE = 1000
"""Keys read at a time."""

Saw = Entry | Iterable[str] | None
"""What a writer had read of the key: the entry, or its cids (none of them: there was no value)."""


class Methods:
    """The commands as methods, under their own names.

    Every one raises `Refused` with one plain sentence when the node refuses (nothing was changed then), and
    `Unreachable`, a kind of it, when the node stopped or cannot be reached: what was asked may then have been
    done or not. A PEER is host:port, a node id, a unique beginning of one, or a name. To bound the time of
    any of them put it under `asyncio.timeout`.
    """

    def __init__(self, node: NodeInterface) -> None:
        self._node = node

    async def _run(self, operation: Operation[A]) -> A:
        """Carry out one operation; TypeError in one plain sentence where an argument is of a wrong type."""
        try:
            msgspec.convert(msgspec.structs.asdict(operation), type(operation))
        except msgspec.ValidationError as error:
            why, _, where = str(error).partition(" - at `$.")
            if why.startswith("Expected"):
                name = type(operation).__name__.lower()
                raise TypeError(f"{where.rstrip('`')} of {name}: {why[0].lower()}{why[1:]}") from None
        return await self._node.run(operation)

    # ------------------------------------------------------------------ keys and values

    async def put(self, key: str, value: Json, *, saw: Saw = None) -> Entry:
        """Write a value; returns when it is on the node's disk.

        It replaces all that the node holds for the key, which also settles a conflict. With `saw` (an entry
        as it was read, or its cids) it is a compare-and-set: refused as `Stale` if the key holds other values
        by now. Raises TypeError or ValueError for what is no JSON. A key has at most 1 KiB, a value 256 KiB.
        """
        return to_entry(await self._run(ops.Put(key, _text(value), _cids(saw))))

    async def get(self, key: str) -> Entry:
        """What the key holds; an entry without versions when there is no value."""
        try:
            return to_entry(await self._run(ops.Get(key)))
        except NoValue:
            return Entry(key, ())

    async def delete(self, key: str, *, saw: Saw = None) -> None:
        """Delete all values that the node holds for the key; returns when that is on its disk. A value that
        was written elsewhere at the same time stays. `saw` as in `put`."""
        await self._run(ops.Delete(key, _cids(saw)))

    async def resolve(self, key: str, choice: Version | Json, *, saw: Saw = None) -> Entry:
        """Settle a conflict by one of the versions that were read, or by a new value. Raises NoValue for a
        key without one. `saw` as in `put`."""
        if isinstance(choice, Version):
            return to_entry(await self._run(ops.Resolve(key, cid=choice.cid, saw=_cids(saw))))
        return to_entry(await self._run(ops.Resolve(key, value=_text(choice), saw=_cids(saw))))

    async def unresolve(self, key: str, values: Iterable[Json], *, saw: Saw = None) -> Entry:
        """Write two values or more side by side in place of what is there: takes a `resolve` back, or makes a
        conflict on purpose. `saw` as in `put`."""
        texts = tuple(map(_text, values))
        return to_entry(await self._run(ops.Unresolve(key, texts, _cids(saw))))

    async def snapshot(self) -> dict[str, Entry]:
        """Every key with what it holds, all of one moment and all in memory; for a large store `export`."""
        data = (await self._run(ops.Snapshot())).snapshot.data
        return {key: to_entry(ops.Versions(key, records)) for key, records in data.items()}

    async def keys(self, prefix: str = "", *, conflicts: bool = False, after: str = "") -> AsyncIterator[str]:
        """The keys with this prefix that come after `after`, in the order of their UTF-8 bytes, read a
        thousand at a time; with `conflicts` only those with several values."""
        more = True
        while more:
            page = await self._run(ops.Keys(prefix, conflicts, PAGE, after))
            for key in page.keys:
                yield key
            more, after = page.more and bool(page.keys), page.keys[-1] if page.keys else ""

    def watch(self, prefix: str = "") -> AbstractAsyncContextManager[AsyncIterator[Change]]:
        """Every change of a key with this prefix from now on, local or not:

            async with node.watch("settings/") as changes:
                async for change in changes: …

        A key that changes several times before it is read comes once, as it is then. A reader that is too
        slow for more than 10,000 keys misses some, and `Change.missed` says how many.
        """
        return self._watch(prefix)

    @asynccontextmanager
    async def _watch(self, prefix: str) -> AsyncIterator[AsyncIterator[Change]]:
        async with Watcher(self._node, prefix) as watcher:
            yield _changes(watcher)

    # ------------------------------------------------------------------ files

    async def export(self, file: str | Path, prefix: str = "") -> Exported:
        """Write keys and values to a file of this process, a line of JSON each, in flat memory. It appears
        there when it is whole."""
        return await export_to(self._node, str(file), prefix, untold)

    async def import_(self, file: str | Path) -> Imported:
        """Put every key of such a file. Raises Refused naming the first line that is wrong; those before it
        are written then."""
        return await import_from(self._node, str(file), untold)

    async def backup(self, file: str | Path) -> BackedUp:
        """Write a consistent copy of the node's data to a file of this process; `decent-tui restore` makes a
        node of it. Refused where the node keeps nothing, or where the file is there and no backup."""
        try:
            return await back_up(self._node, str(file), untold)
        except StorageError as error:
            raise Refused(str(error)) from None

    # ------------------------------------------------------------------ peers

    async def peers(self) -> list[ops.PeerView]:
        """Every peer that the node knows, by address, with the evidence for its state."""
        return (await self._run(ops.Peers())).peers

    async def addpeer(self, address: str) -> None:
        """Learn of a peer (host:port) and dial it."""
        await self._run(ops.AddPeer(address))

    async def getpeer(self, peer: str, key: str) -> PeerEntry:
        """What one peer holds for a key, and its `relation` to what the node holds; waits up to 5 seconds for
        it."""
        return to_peer_entry(await self._run(ops.GetPeer(peer, key)))

    async def gossip(self) -> list[ops.Exchange]:
        """Exchange everything with every peer at once; waits up to 5 seconds for them. Nodes do this by
        themselves."""
        return (await self._run(ops.Gossip())).peers

    async def wait(self, key: str | None = None, *, timeout_s: float = 10.0) -> ops.Waited:
        """Wait until every alive peer has all that the node knows now (or all versions of one key), for so
        many seconds at most: `converged` says whether they have, `missing` who lacks how many writes."""
        return await self._run(ops.Wait(key, timeout_s))

    async def forget(self, peer: str) -> None:
        """Remove a node that never comes back from the cluster, for good."""
        await self._run(ops.Forget(peer))

    async def leave(self) -> None:
        """Retire the node from the cluster; end it then. Started again it joins as a new one."""
        await self._run(ops.Leave())

    # ------------------------------------------------------------------ breaking the network on purpose

    async def cut(self, peer: str, *, direction: ops.Way = "both", for_s: float | None = None) -> None:
        """Let no bytes pass to or from a peer.

        As with every dial: `direction` is "in" for what comes from the peer alone, "out" for what goes to
        it. It lasts until `heal`, for `for_s` seconds, or as long as the node's process.
        """
        await self._run(ops.Cut(peer, direction, for_s))

    async def lag(
        self,
        peer: str,
        ms: float,
        jitter_ms: float = 0.0,
        *,
        direction: ops.Way = "both",
        for_s: float | None = None,
    ) -> None:
        """Have messages arrive `ms` milliseconds late, give or take up to `jitter_ms`. 0 ends it."""
        await self._run(ops.Lag(peer, ms, jitter_ms, direction, for_s))

    async def lose(
        self, peer: str, percent: float, *, direction: ops.Way = "both", for_s: float | None = None
    ) -> None:
        """Have a share of the messages vanish. 0 ends it."""
        await self._run(ops.Lose(peer, percent, direction, for_s))

    async def duplicate(
        self, peer: str, percent: float, *, direction: ops.Way = "both", for_s: float | None = None
    ) -> None:
        """Have a share of the messages arrive twice. 0 ends it."""
        await self._run(ops.Duplicate(peer, percent, direction, for_s))

    async def reorder(
        self, peer: str, percent: float, *, direction: ops.Way = "both", for_s: float | None = None
    ) -> None:
        """Have a share of the messages overtaken by later ones. 0 ends it."""
        await self._run(ops.Reorder(peer, percent, direction, for_s))

    async def heal(self, peer: str = "all") -> None:
        """Undo every dial of a peer, or of all."""
        await self._run(ops.Heal(peer))

    # ------------------------------------------------------------------ seeing

    async def why(self, key: str) -> ops.KeyReasons:
        """Why a key has the values it has, and who lacks them: plain `sentences`, and the evidence. The value
        of a record in it is JSON text. Raises Refused when nothing is known of the key."""
        return await self._run(ops.Why(key))

    async def history(self, key: str) -> ops.KeyHistory:
        """How a key came to be as it is, as far as the node remembers, deletions included. The value of a
        record in it is JSON text. Raises Refused when nothing is known of the key."""
        return await self._run(ops.History(key))

    async def status(self) -> ops.NodeStatus:
        """The node itself, in numbers."""
        return await self._run(ops.Status())


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cids(saw: Saw) -> tuple[str, ...] | None:
    if isinstance(saw, Entry):
        return tuple(version.cid for version in saw.versions)
    return None if saw is None else tuple(saw)


async def _changes(watcher: Watcher) -> AsyncIterator[Change]:
    missed = 0
    async for told in watcher:
        if isinstance(told, Missed):
            missed += told.count
        else:
            yield Change(to_entry(ops.Versions(told.key, told.versions)), missed)
            missed = 0
