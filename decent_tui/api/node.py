"""A node in this process."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from decent_tui.api.methods import Methods
from decent_tui.core import address as addresses
from decent_tui.net import node as net
from decent_tui.net.settings import Settings


class Node(Methods):
    """`async with Node(port=9001) as node: …` runs a node on this event loop, until the block ends.

    The arguments are the flags of the command: without `data` the file lies under the platform's data folder,
    one per host and port; `port` 0 takes a free one and then, as with `memory`, nothing is kept. `peers` are
    nodes to talk to (host:port), one is enough; `advertise` is the address that they are told. `cluster_key`
    is a file that `decent-tui keygen` made; without one, and not `insecure`, only this machine is listened
    to. A node that keeps `max_bytes` takes no more in.

    Entering raises `StartError` in one plain sentence (the port is taken, the file is in use); leaving says
    goodbye to the peers, flushes and closes. Raises ValueError for an address that is none.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 9001,
        peers: Iterable[str] = (),
        name: str | None = None,
        data: str | Path | None = None,
        memory: bool = False,
        advertise: str | None = None,
        cluster_key: str | Path | None = None,
        insecure: bool = False,
        max_bytes: int | None = None,
    ) -> None:
        settings = Settings(
            host=addresses.check_host(host),
            port=addresses.check_port(str(port), allow_zero=True),
            peers=tuple(str(addresses.parse(peer)) for peer in peers),
            name=name,
            data=None if data is None else Path(data),
            memory=memory,
            advertise=None if advertise is None else str(addresses.parse(advertise)),
            cluster_key=None if cluster_key is None else Path(cluster_key),
            insecure=insecure,
            max_bytes=max_bytes,
        )
        self._own = net.Node(settings)
        super().__init__(self._own)

    async def __aenter__(self) -> Self:
        await self._own.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._own.__aexit__(kind, error, trace)

    @property
    def node_id(self) -> str:
        """The id under which the node writes."""
        return self._own.node_id

    @property
    def name(self) -> str:
        """What other nodes call it."""
        return self._own.name

    @property
    def address(self) -> str:
        """Where it listens, host:port."""
        return str(addresses.Address(self._own.host, self._own.port))
