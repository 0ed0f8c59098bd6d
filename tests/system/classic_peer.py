"""A peer that behaves like a node of the original program, faults included.

What it does, and what a decent node has to live with:

- every local write has the clock `{self: 1}`, with a lamport that grows;
- whatever it imports gets its own entry in the clock grown by one and its own next lamport, each
  time, so that nobody's snapshot ever settles;
- it never reads what comes back on a connection that it opened;
- it reads lines of at most 64 KiB; a longer one ends the connection;
- every few seconds it dials all it knows and pushes its whole store, as one line, to one of them;
- after importing a key, its own next write of that key is dropped (the held clock covers `{self: 1}`);
- it knows no deletes.

In a test it runs in a thread:

    with ClassicPeer(peers=["127.0.0.1:9001"]) as peer: peer.put("k", 1)

or as a process: `python -m tests.system.classic_peer --port N --peers HOST:PORT`, which takes
`put KEY JSON`, `get KEY`, `keys`, `peers` and `exit` on stdin and answers in JSON lines.
"""

import argparse
import asyncio
import json
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from decent_tui.lab.classic_store import ClassicStore, Json

T = TypeVar("T")
NEVER = 1e6
"""An interval that never passes: a peer that does not gossip by itself (after its first round)."""


class ClassicPeer:
    """The whole node, on an event loop in a thread of its own."""

    def __init__(
        self, port: int, peers: Sequence[str] = (), interval: float = 0.3, host: str = "127.0.0.1"
    ) -> None:
        self.host, self.port, self.interval = host, port, interval
        self.node_id = f"{uuid.uuid4().hex[:8]}@{host}:{port}"
        self.store = ClassicStore(self.node_id, time.time)
        self.addresses = list(peers)
        self.inbox: list[tuple[float, str, Json]] = []
        """What others sent: when, type, payload."""
        self.pushes = 0
        """Snapshots sent so far."""
        self.broken_lines = 0
        """Connections ended by a line of more than 64 KiB, or one that made no sense."""
        self._writers: dict[str, asyncio.StreamWriter] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: set[asyncio.StreamWriter] = set()
        self._unread: list[asyncio.StreamReader] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    # ------------------------------------------------------------------ from the test's thread

    def __enter__(self) -> "ClassicPeer":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self.host}:{self.port}"

    def stop(self) -> None:
        """End it as if killed: all connections drop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    def put(self, key: str, value: Any) -> None:
        """A local write, sent at once to all it knows."""
        self._do(lambda: self._put(key, value))

    def versions(self, key: str) -> list[Json]:
        """The records it holds for a key."""
        return self._do(lambda: [dict(record) for record in self.store.records.get(key, [])])

    def values(self, key: str) -> list[Any]:
        """The values it holds for a key."""
        return [record["value"] for record in self.versions(key)]

    def keys(self) -> list[str]:
        """The keys it holds."""
        return self._do(lambda: list(self.store.records))

    def known(self) -> list[str]:
        """The addresses it knows."""
        return self._do(lambda: list(self.addresses))

    def plant(self, key: str, records: list[Json]) -> None:
        """Have it hold exactly these records for a key (what no real one could be talked into)."""
        self._do(lambda: self.store.records.__setitem__(key, records))

    def received(self, since: float = 0.0) -> Counter[str]:
        """How many messages of each type came from others, since a moment of the monotonic clock."""
        return self._do(lambda: Counter(kind for at, kind, _ in self.inbox if at >= since))

    def received_records(self) -> list[tuple[str, Json]]:
        """Every record that anybody ever sent to it, with its key."""
        return self._do(lambda: [pair for _, kind, payload in self.inbox for pair in _records(kind, payload)])

    def _do(self, action: Callable[[], T]) -> T:
        async def wrapped() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(wrapped(), self._loop).result(20)

    # ------------------------------------------------------------------ on its own loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._live())
        self._loop.close()

    async def _live(self) -> None:
        server = await asyncio.start_server(self._serve, self.host, self.port)
        gossip = asyncio.create_task(self._gossip())
        self._ready.set()
        await self._stop.wait()
        gossip.cancel()
        server.close()
        for writer in [*self._writers.values(), *self._accepted]:
            writer.transport.abort()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer whoever connected; anything unexpected ends the connection."""
        self._accepted.add(writer)
        try:
            while line := await reader.readline():
                if line.strip():
                    self._handle(line, writer)
                    await writer.drain()
        except OSError:
            pass
        except Exception:  # noqa: BLE001 - as there: whatever goes wrong ends the connection silently
            self.broken_lines += 1
        finally:
            self._accepted.discard(writer)
            writer.close()

    def _handle(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            message = json.loads(line.decode())
        except ValueError:
            message = {"type": "INVALID"}
        kind, payload = message.get("type"), message.get("payload", {})
        self.inbox.append((time.monotonic(), str(kind), payload))
        answer: tuple[str, Json] | None = None
        if kind == "HANDSHAKE":
            self._learn([payload.get("listen") or ""], myself=True)
            answer = "PEERS", {"peers": self.addresses}
        elif kind == "PEERS":
            self._learn(payload.get("peers", []))
        elif kind == "GET_KEYS":
            answer = "KEYS", {"keys": list(self.store.records)}
        elif kind == "GET_VALUE":
            key = payload.get("key")
            answer = "VALUE", {"key": key, "versions": self.store.records.get(key, [])}
        elif kind == "PUT_VALUE":
            if payload.get("version"):
                self.store.import_record(payload["key"], payload["version"])
            answer = "ACK", {"ok": True}
        elif kind == "PUSH_UPDATE":
            if payload.get("snapshot"):
                self.store.import_snapshot(payload["snapshot"])
                answer = "ACK", {"ok": True}
        elif kind == "PING":
            answer = "PONG", {"ts": time.time()}
        elif kind not in ("KEYS", "VALUE", "PONG"):
            answer = "ERR", {"err": "unknown message type"}
        if answer is not None:
            writer.write(_line(*answer))

    def _learn(self, addresses: Iterable[str], myself: bool = False) -> None:
        """Note addresses. One without a colon is passed over, one that does not read host:port raises."""
        for address in addresses:
            if ":" in address:
                host, port = address.split(":")
                plain = f"{host}:{int(port)}"
                if plain not in self.addresses and (myself or plain != self.address):
                    self.addresses.append(plain)

    async def _gossip(self) -> None:
        """Dial everyone; push the whole store to one of them; wait; again."""
        while True:
            for address in list(self.addresses):
                await self._dial(address)
            if self.addresses:
                await self._send(
                    random.choice(self.addresses), "PUSH_UPDATE", {"snapshot": self.store.snapshot()}
                )
                self.pushes += 1
            await asyncio.sleep(self.interval)

    async def _dial(self, address: str) -> None:
        """Open a connection, from which nothing will ever be read."""
        if address in self._writers:
            return
        host, port = address.split(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return
        self._unread.append(reader)
        self._writers[address] = writer
        hello = {"node_id": self.node_id, "listen": self.address, "known_peers": self.addresses}
        writer.write(_line("HANDSHAKE", hello))

    async def _send(self, address: str, kind: str, payload: Json) -> None:
        await self._dial(address)
        writer = self._writers.get(address)
        if writer is None:
            return
        try:
            writer.write(_line(kind, payload))
            await writer.drain()
        except OSError:
            writer.close()
            del self._writers[address]

    def _put(self, key: str, value: Any) -> None:
        for record in self.store.write(key, value):
            for address in self.addresses:
                task = asyncio.create_task(self._send(address, "PUT_VALUE", {"key": key, "version": record}))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)


def _line(kind: str, payload: Json) -> bytes:
    return json.dumps({"type": kind, "payload": payload}).encode() + b"\n"


def _records(kind: str, payload: Json) -> list[tuple[str, Json]]:
    """The records in a message."""
    if kind == "PUT_VALUE":
        return [(payload["key"], payload["version"])]
    if kind == "PUSH_UPDATE":
        data = payload["snapshot"]["data"]
        return [(key, record) for key, records in data.items() for record in records]
    return []


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--peers", nargs="*", default=[])
    parser.add_argument("--interval", type=float, default=6.0)
    options = parser.parse_args()
    with ClassicPeer(options.port, options.peers, options.interval) as peer:
        _say({"listening": peer.address, "node_id": peer.node_id})
        for line in sys.stdin:
            command, _, rest = line.strip().partition(" ")
            key, _, value = rest.partition(" ")
            if command == "put":
                peer.put(key, json.loads(value))
                _say({"ok": True})
            elif command == "get":
                _say({"versions": peer.versions(key)})
            elif command == "keys":
                _say({"keys": peer.keys()})
            elif command == "peers":
                _say({"peers": peer.known()})
            elif command == "exit":
                break


def _say(answer: Json) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
