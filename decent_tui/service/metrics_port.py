"""Where Prometheus finds the metrics of a node: `GET /metrics` on a port of its own (extra `metrics`)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from decent_tui.core.address import Address
from decent_tui.core.errors import Refused, StorageError
from decent_tui.net.interface import ObservedNode
from decent_tui.service.http import listening
from decent_tui.service.metrics import Metrics

AT_ONCE: Final = 32
"""Connections at a time: there are a few scrapers, and whoever opens more must not use up the descriptors
that the node needs for its file and its peers."""


@asynccontextmanager
async def metrics_port(node: ObservedNode, where: Address) -> AsyncIterator[None]:
    """Serve the metrics of this node there; raises StartError when the port cannot be had.

    Whoever reaches the port can read them, names and addresses of peers among them, but no key and no value.
    """
    async with Metrics(node) as metrics:

        async def scrape(request: web.Request) -> web.Response:
            try:
                text = await metrics.text()
            except (Refused, StorageError) as error:
                return web.Response(status=503, text=f"{error}\n")
            return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

        app = web.Application()
        app.router.add_get("/metrics", scrape)
        async with listening(app, where, "metrics", "--metrics-port", AT_ONCE):
            yield
