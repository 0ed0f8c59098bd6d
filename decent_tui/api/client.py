"""A client of a node that runs elsewhere."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from decent_tui.api.methods import Methods
from decent_tui.core import address as addresses
from decent_tui.net.remote import RemoteNode

NODE: Final = "DECENT_NODE"
DEFAULT: Final = "127.0.0.1:9001"


class Client(Methods):
    """`async with Client("127.0.0.1:9001") as node: …` asks a running node, over one connection.

    Without an address it is the one that DECENT_NODE names, or 127.0.0.1:9001. `cluster_key` is the file with
    the key of its cluster, if that has one. Entering raises `Unreachable` in one plain sentence when no node
    answers there. A connection that is lost does not come back by itself: whatever is asked then raises
    Unreachable, and a new Client may be tried. Raises ValueError for an address that is none.
    """

    def __init__(self, address: str | None = None, *, cluster_key: str | Path | None = None) -> None:
        self._remote = RemoteNode(
            addresses.parse(address or os.environ.get(NODE) or DEFAULT),
            wanted=["changed"],
            cluster_key=None if cluster_key is None else Path(cluster_key),
        )
        super().__init__(self._remote)

    async def __aenter__(self) -> Self:
        await self._remote.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._remote.close()

    @property
    def address(self) -> str:
        """Where the node listens, host:port."""
        return str(self._remote.address)
