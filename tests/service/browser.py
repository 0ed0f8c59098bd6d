"""A real headless Chromium, driven over its DevTools protocol."""

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.net.support import eventually

DEADLINE = 30.0
"""Seconds that anything may take: a browser starts slowly on a busy machine."""

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--remote-debugging-port=0", "--window-size=1280,800", "--hide-scrollbars",
)  # fmt: skip


def chromium() -> str | None:
    """The program, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class DevToolsError(Exception):
    """The browser refused; its words."""


class Page:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._count = 0
        self.asked: list[str] = []
        """The address of every request that the page made."""
        self.said: list[str] = []
        """What it wrote to its console, errors among it."""

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask the browser for something; the answer."""
        self._count += 1
        await self._socket.send_json({"id": self._count, "method": method, "params": parameters})
        async with asyncio.timeout(DEADLINE):
            while True:
                message = json.loads((await self._socket.receive()).data)
                if message.get("id") == self._count:
                    if "error" in message:
                        raise DevToolsError(message["error"]["message"])
                    result: dict[str, Any] = message["result"]
                    return result
                self._happened(message)

    def _happened(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Log.entryAdded":
                self.said.append(told["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.said.append(told["exceptionDetails"]["text"])

    async def open(self, address: str) -> None:
        """Go there."""
        for domain in ("Page", "Network", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=address)

    async def value(self, expression: str) -> Any:
        """What an expression is in the page."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return answer["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until it is true in the page."""

        async def holds() -> bool:
            try:
                return bool(await self.value(expression))
            except DevToolsError:  # the page is going to another one
                return False

        await eventually(holds, DEADLINE)

    async def type(self, text: str) -> None:
        """Type on the keyboard; a newline is Enter."""
        for char in text:
            key = {"key": "Enter", "windowsVirtualKeyCode": 13} if char == "\n" else {"key": char}
            text = "\r" if char == "\n" else char
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        answer = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """A browser with one page, and a profile of its own that goes with it."""
    program = chromium()
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *_FLAGS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "TMPDIR": profile},
        )  # fmt: skip
        try:
            assert process.stderr is not None
            async with asyncio.timeout(DEADLINE):
                while b"DevTools listening on " not in (line := await process.stderr.readline()):
                    assert line, "the browser ended"
            port = line.decode().split("127.0.0.1:")[1].split("/")[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    yield Page(socket)
        finally:
            process.kill()
            await process.wait()
