"""A node of the original program on the virtual network.

It never reads what comes back on a connection that it opened; it reads lines of at most 64 KiB; every few
seconds it pushes its whole store to somebody; it keeps no file.
"""

import json
from typing import Any, Final

from decent_tui.core.chance import draw_id
from decent_tui.lab.classic_store import ClassicStore, Json
from decent_tui.lab.network import Network, Party, Wire

GOSSIP: Final = 6.0
"""Seconds between two of its rounds."""

LONGEST: Final = 64 * 1024
"""Bytes of a line that it can read: asyncio's default."""


class ClassicNode:
    """One classic peer. It takes part in a network like a `SimNode`."""

    ours = False

    def __init__(self, net: Network, name: str, *peers: Party) -> None:
        self.net, self.address = net, f"{name}:1"
        self.chance = net.streams.of("classic", name)
        net.parties[self.address] = self
        self.wires: dict[int, Wire] = {}
        self.up, self.generation, self.frozen_until = False, 0, 0.0
        self.known = [peer.address for peer in peers]
        self.start()

    @property
    def id(self) -> str:
        """The id of this life: the original program draws a new one at each start, and keeps no file."""
        return self.store.node_id

    def start(self) -> None:
        """Begin, with nothing."""
        self.up, self.generation = True, self.generation + 1
        self.store = ClassicStore(f"{draw_id(self.chance)[:8]}@{self.address}", lambda: self.net.now)
        self.dialled: dict[str, int | None] = {}
        self.inbox: list[tuple[float, str, Json]] = []
        """What others sent: when, type, payload."""
        self.unread = 0
        self.net.agenda.later(0.1, self._round, self.generation)

    def crash(self) -> None:
        """End; everything is forgotten."""
        self.up = False
        for number in list(self.wires):
            self.net.reset(self, number)

    # ------------------------------------------------------------------ what it is asked

    def put(self, key: str, value: object) -> None:
        """A local write, sent at once to all it knows."""
        for record in self.store.write(key, value):
            for address in self.known:
                self._send(address, "PUT_VALUE", {"key": key, "version": record})

    def values(self, key: str) -> list[Any]:
        """The values it holds for a key."""
        return [record["value"] for record in self.store.records.get(key, [])]

    def received(self, key: str | None = None) -> list[Json]:
        """Every record that others ever sent to this life of it."""
        found = []
        for _, kind, payload in self.inbox:
            if kind == "PUT_VALUE" and key in (None, payload["key"]):
                found.append(payload["version"])
            if kind == "PUSH_UPDATE":
                for name, records in payload["snapshot"]["data"].items():
                    found += records if key in (None, name) else []
        return found

    # ------------------------------------------------------------------ a party of the network

    def opened(self, link: int, remote: str, dialled: str | None) -> None:
        """A connection is open; on one of its own it says who it is."""
        if dialled is not None:
            self.dialled[dialled] = link
            hello = {"node_id": self.id, "listen": self.address, "known_peers": self.known}
            self._write(link, "HANDSHAKE", hello)

    def dial_failed(self, address: str, why: str, refused: bool) -> None:
        """A dial came to nothing."""
        self.dialled.pop(address, None)

    def lost(self, link: int, why: str) -> None:
        """A connection ended."""
        self.dialled = {address: number for address, number in self.dialled.items() if number != link}

    def take(self, number: int, line: bytes) -> None:
        """A line arrives."""
        if number in self.dialled.values():
            self.unread += len(line)
            return
        if len(line) > LONGEST:
            self.net.reset(self, number)
            return
        try:
            message: Json = json.loads(line)
            kind, payload = message["type"], message.get("payload", {})
            self.inbox.append((self.net.now, kind, payload))
            answer = self._answer(kind, payload)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.net.reset(self, number)  # what it cannot read ends the connection, as there
            return
        if answer is not None:
            self._write(number, *answer)

    # ------------------------------------------------------------------ inside

    def _answer(self, kind: str, payload: Json) -> tuple[str, Json] | None:
        match kind:
            case "HANDSHAKE":
                self._learn([payload["listen"]])
                return "PEERS", {"peers": self.known}
            case "PEERS":
                self._learn(payload["peers"])
            case "GET_KEYS":
                return "KEYS", {"keys": list(self.store.records)}
            case "GET_VALUE":
                key = payload["key"]
                return "VALUE", {"key": key, "versions": self.store.records.get(key, [])}
            case "PUT_VALUE":
                self.store.import_record(payload["key"], payload["version"])
                return "ACK", {"ok": True}
            case "PUSH_UPDATE":
                self.store.import_snapshot(payload["snapshot"])
                return "ACK", {"ok": True}
            case "PING":
                return "PONG", {"ts": self.net.now}
            case "KEYS" | "VALUE" | "PONG":
                pass
            case _:
                return "ERR", {"err": "unknown message type"}
        return None

    def _learn(self, addresses: list[str]) -> None:
        self.known += [text for text in addresses if text not in self.known and text != self.address]

    def _round(self, generation: int) -> None:
        if not self.up or generation != self.generation:
            return
        for address in self.known:
            self._dial(address)
        if self.known:
            self._send(self.chance.choice(self.known), "PUSH_UPDATE", {"snapshot": self.store.snapshot()})
        self.net.agenda.later(GOSSIP, self._round, generation)

    def _dial(self, address: str) -> None:
        if address not in self.dialled:
            self.dialled[address] = None
            self.net.dial(self, address)

    def _send(self, address: str, kind: str, payload: Json) -> None:
        self._dial(address)
        number = self.dialled.get(address)
        if number is not None:
            self._write(number, kind, payload)

    def _write(self, link: int, kind: str, payload: Json) -> None:
        self.net.send(self, link, json.dumps({"type": kind, "payload": payload}).encode() + b"\n")
