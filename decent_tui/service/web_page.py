"""The dashboard of a running node in a browser (extra `web`): each page is an `attach` of its own.

The page lies on loopback, and who opens it drives the node. So that no other user of this machine does, and
no other page in the same browser, it is opened by an address with a token drawn at each start, which the
browser keeps as a cookie; and a WebSocket is let in only when it says that this very page asks for it.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp_jinja2
import jinja2
from aiohttp import web
from textual_serve.server import Server

from decent_tui.core.address import Address
from decent_tui.service.http import FAREWELL, listening

LOOPBACK: Final = "127.0.0.1"

_PAGE: Final = Path(__file__).parent / "page"
"""Where the page's template lies, under the name by which the library looks for it."""


class PageServer(Server):
    """Serves the dashboard that `command` opens, on loopback: `async with server.serving(): …`."""

    def __init__(self, node: Address, command: Sequence[str], port: int) -> None:
        here = Address(LOOPBACK, port)
        super().__init__(
            shlex.join(command),
            host=LOOPBACK,
            port=port,
            title=f"decent-tui {node}",
            public_url=f"http://{here}",
            templates_path=_PAGE,
        )
        self._here = here
        self._token = secrets.token_urlsafe(16)
        self._cookie = f"decent-tui-{port}"  # a browser keeps them by host, whatever the port
        self._open: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"{self.public_url}/?token={self._token}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve the page; raises StartError when the port cannot be had."""
        app = web.Application()
        aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(self.templates_path))
        app.add_routes(
            [
                web.get("/", self.handle_index, name="index"),
                web.get("/ws", self.handle_websocket, name="websocket"),
                web.static("/static", self.statics_path, name="static"),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        async with listening(app, self._here, "a page", "--web-port"):
            yield

    # ------------------------------------------------------------------ what the server is asked

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, for who knows the token."""
        if request.host != str(self._here):  # the cookie is of this one name, and another may be a trick
            raise web.HTTPFound(f"{self.public_url}{request.path_qs}")
        told = request.query.get("token", "")
        if told and self._is_token(told):
            found = web.HTTPFound("/")  # so that the token does not stay in sight
            found.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict")
            return found
        if not self._is_known(request):
            raise web.HTTPForbidden(text="Open the address that decent-tui serve has printed.\n")
        answer: web.StreamResponse = await super().handle_index(request)
        answer.headers.update(self._only_ours())
        return answer

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """The keys and the screen of one page."""
        if request.headers.get("Origin") != self.public_url or not self._is_known(request):
            raise web.HTTPForbidden(text="This is not for other pages.\n")
        task = asyncio.current_task()
        assert task is not None  # a handler runs in one
        self._open.add(task)
        try:
            return await super().handle_websocket(request)
        finally:
            self._open.discard(task)

    def _is_known(self, request: web.Request) -> bool:
        return self._is_token(request.cookies.get(self._cookie, ""))

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(errors="replace"), self._token.encode())

    def _only_ours(self) -> dict[str, str]:
        """What the browser is to keep the page to: nothing from elsewhere, and in no frame."""
        policy = (
            f"default-src 'none'; script-src 'self' '{_own_script()}'; "
            "style-src 'self' 'unsafe-inline'; font-src 'self'; "
            f"img-src 'self' data:; connect-src ws://{self._here}; frame-ancestors 'none'"
        )
        return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}

    async def on_shutdown(self, app: web.Application) -> None:
        """Close every page: each ends its dashboard then, whether or not the browser listens."""
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=FAREWELL)


def _own_script() -> str:
    """The one script that stands in the page itself, by its hash, as the policy names it."""
    text = (_PAGE / "app_index.html").read_text(encoding="utf-8")
    script = text.split("<script>")[1].split("</script>")[0]
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
