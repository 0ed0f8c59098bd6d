"""What goes on beside a node for as long as it runs: its log and its metrics."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from decent_tui import __version__
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Measure
from decent_tui.net.interface import ObservedNode
from decent_tui.net.settings import StartError
from decent_tui.service import journal

_log: Final = logging.getLogger("decent_tui.node")


@asynccontextmanager
async def observed(node: ObservedNode, *, logged: bool, metrics: Address | None) -> AsyncIterator[None]:
    """Have what happens in the node logged, if it is to be, and its metrics served at an address, if there is
    one. Raises StartError."""
    async with AsyncExitStack() as stack:
        if logged:
            stack.callback(node.subscribe(journal.listener, journal.TOLD))
        if metrics is not None:
            try:
                from decent_tui.service.metrics_port import metrics_port
            except ImportError:
                raise StartError("metrics need a library more: pip install 'decent-tui[metrics]'") from None
            await stack.enter_async_context(metrics_port(node, metrics))
        if logged:
            await _log_begin(node)
            stack.callback(_log.info, "the node stops", extra={"fields": {"event": "stopping"}})
        yield


async def _log_begin(node: ObservedNode) -> None:
    try:
        me = await node.run(Measure())
    except Refused as error:  # a damaged file, or a full disk: what is there is read on
        _log.warning("the node starts in trouble: %s", error, extra={"fields": {"event": "started"}})
        return
    fields = {"node_id": me.node_id, "name": me.name, "address": me.address, "version": __version__}
    words = f"{me.name} (node {me.node_id}) listens on {me.address}"
    _log.info("%s", words, extra={"fields": {"event": "started", **fields}})
