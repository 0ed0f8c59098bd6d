"""How a node is to run."""

from pathlib import Path

import msgspec

from decent_tui.core.limits import MAX_LEARNED_PEERS


class StartError(Exception):
    """A node cannot start; one plain sentence that says why and what to do."""


class Limits(msgspec.Struct, frozen=True):
    """How much others may take of this node. None of it changes what the node holds."""

    connections: int = 256
    """Connections from elsewhere at a time."""

    peers: int = MAX_LEARNED_PEERS
    """Addresses learned from others: from so many on none is, but the operator may still give some."""

    per_host: int = 128
    """Those of them from one address: many nodes and programs may share a machine, but one must not take
    all."""


class Settings(msgspec.Struct, frozen=True):
    """What the command line says of a node.

    `port` 0 takes a free port. `data` is the file to use; None means the default file of this host and port,
    unless `memory` is set or the port is 0, and then nothing is kept. `advertise` is the address told to
    peers (host:port; default: where the node listens). With `screen` the node shares its event loop with a
    dashboard, and works in small slices with pauses between them. `cluster_key` is the file with the key that
    every connection must be made with; without one the node listens on this machine only, unless `insecure`.
    `max_bytes` is how much data others may have it keep (see `core.quota`).
    """

    host: str = "127.0.0.1"
    port: int = 9001
    peers: tuple[str, ...] = ()
    name: str | None = None
    data: Path | None = None
    memory: bool = False
    advertise: str | None = None
    screen: bool = False
    cluster_key: Path | None = None
    insecure: bool = False
    limits: Limits = Limits()
    max_bytes: int | None = None

    @property
    def volatile(self) -> bool:
        """Whether the node keeps nothing."""
        return self.memory or (self.port == 0 and self.data is None)
