"""A small HTTP server beside everything else on the loop (extras `metrics` and `web`)."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from decent_tui.core.address import Address
from decent_tui.net.connection import in_words
from decent_tui.net.settings import StartError

FAREWELL: Final = 2.0
"""Seconds for answers that are still under way at the end."""


@asynccontextmanager
async def listening(
    app: web.Application, where: Address, what: str, flag: str, most: int | None = None
) -> AsyncIterator[None]:
    """Serve an application there, on `most` connections at a time, of which the oldest make room for others.
    Raises StartError when the port cannot be had: its sentence says `what` was to be served and which `flag`
    chooses another one."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=FAREWELL)
    await runner.setup()
    serve = runner.server
    assert serve is not None

    def meet() -> web.RequestHandler:
        if most is not None:
            for oldest in serve.connections[: max(0, len(serve.connections) + 1 - most)]:
                oldest.force_close()
        return serve()

    listener = None
    try:
        try:
            listener = await asyncio.get_running_loop().create_server(meet, where.host, where.port)
        except OSError as error:
            why = "it is already in use" if error.errno == errno.EADDRINUSE else in_words(error)
            raise StartError(f"cannot serve {what} at {where}: {why}; choose another {flag}") from None
        yield
    finally:
        if listener is not None:
            listener.close()
        await runner.cleanup()
