"""The dashboard in a browser: who is let in, and a real Chromium that types into it."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from decent_tui import cli
from tests.net.support import eventually
from tests.system.harness import LOOPBACK, Cluster, Node, environment, free_port

from .browser import browser, chromium

needs_a_browser = pytest.mark.skipif(chromium() is None, reason="no Chromium here: apt-get install chromium")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    nodes = Cluster(tmp_path)
    yield nodes
    nodes.end()


@asynccontextmanager
async def serving(node: Node, *flags: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`decent-tui serve` for this node, and the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "decent_tui", "serve", "--web-port", str(free_port()), *flags,
        env=environment(node.home) | {"DECENT_NODE": node.address},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            line = (await process.stdout.readline()).decode()
        found = re.search(r"http://\S+", line)
        assert found, line
        assert f"the dashboard of {node.address} is at" in line
        yield process, found[0]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """What a page says and hears, once its dashboard has begun to paint."""
    here = address.split("/?")[0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.get(address)
        async with session.ws_connect(f"{here}/ws", headers={"Origin": here}) as socket:
            await socket.receive(timeout=20)
            yield socket


def running(which: str, pid: int) -> list[int]:
    """The processes that `ps` finds by this flag and that still run."""
    told = subprocess.run(["ps", "-o", "pid=,stat=", which, str(pid)], stdout=subprocess.PIPE, check=False)
    rows = [line.split() for line in told.stdout.decode().splitlines()]
    return [int(number) for number, state in rows if not state.startswith("Z")]


def attached(server: asyncio.subprocess.Process) -> list[int]:
    """The processes that the server has started and that still run."""
    return running("--ppid", server.pid)


# ------------------------------------------------------------------ who is let in


async def test_only_who_knows_the_token_sees_the_page_and_only_the_page_is_listened_to(
    cluster: Cluster,
) -> None:
    node = cluster.start(memory=True)
    async with serving(node) as (server, address), aiohttp.ClientSession() as other:
        home = address.split("?")[0]
        here = home.rstrip("/")
        jar = aiohttp.CookieJar(unsafe=True)  # of an address that is no name
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            for asked in (home, f"{home}?token=wrong", f"{home}?token=\u00e9"):
                async with other.get(asked) as answer:
                    assert answer.status == 403
            async with session.get(address) as answer:
                assert (answer.status, str(answer.url)) == (200, home)
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            for who, origin in (
                (other, here), (session, None), (session, "http://evil.example"), (session, f"{here}0"),
            ):  # fmt: skip
                headers = {"Origin": origin} if origin else {}
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await who.ws_connect(f"{here}/ws", headers=headers)
                assert refused.value.status == 403
            assert attached(server) == []
            async with session.ws_connect(f"{here}/ws", headers={"Origin": here}) as socket:
                assert (await socket.receive(timeout=20)).type == aiohttp.WSMsgType.BINARY


async def test_another_name_of_this_machine_leads_to_the_one_address(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    async with serving(node) as (_, address), aiohttp.ClientSession() as session:
        answer = await session.get(address, headers={"Host": "evil.example"}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, address)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_and_its_pages_but_not_the_node(cluster: Cluster, number: int) -> None:
    node = cluster.start(memory=True)
    async with serving(node) as (server, address), opened(address) as socket:
        [page] = attached(server)
        reading = asyncio.create_task(_read(socket))  # and so it answers when it is closed
        server.send_signal(number)
        async with asyncio.timeout(20):
            assert await server.wait() == 0
        await reading
        await eventually(lambda: _gone(page))
    assert node.ok("status")["ok"]


async def test_a_server_that_is_killed_leaves_no_dashboard_behind(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    async with serving(node) as (server, address), opened(address):
        [page] = attached(server)
        server.kill()
        await eventually(lambda: _gone(page), 20)


async def test_where_it_cannot_be_served_is_one_line(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(memory=True)
    for flags, sentence in (
        (["--node", f"{LOOPBACK}:{free_port()}"], "no node answers at"),
        (["--node", node.address, "--web-port", str(node.port)], "already in use; choose another --web-port"),
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "decent_tui", "serve", *flags,
            env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        assert (process.returncode, out, errors.count(b"\n")) == (1, b"", 1), errors
        assert sentence in errors.decode()


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def _gone(pid: int) -> bool:
    return not running("-p", pid)


# ------------------------------------------------------------------ in a real browser


@needs_a_browser
@pytest.mark.timeout(180)
@pytest.mark.parametrize("keyed", [False, True], ids=["", "with a cluster key"])
async def test_what_is_typed_in_the_page_reaches_the_node_and_closing_it_ends_nothing(
    cluster: Cluster, tmp_path: Path, keyed: bool
) -> None:
    key = tmp_path / "key"
    flags = ["--cluster-key", str(key)] if keyed else []
    assert not keyed or cli.main(["keygen", str(key)]) == 0
    node = cluster.start(memory=True, arguments=flags)
    node.ok('put hello "world"')

    async def arrived() -> bool:
        return node.values("typed") == ["in a page"]

    async def closed() -> bool:
        return not attached(server)

    async with serving(node, *flags) as (server, address):
        async with browser() as page:
            await page.open(address)
            await page.until("document.body.classList.contains('-first-byte')")
            empty = await page.picture()
            await page.type(':put typed "in a page"\n')
            await eventually(arrived, 30)
            assert await page.picture() != empty
            here = address.split("?")[0]
            assert await page.value("location.href") == here  # the token is out of sight
            assert all(asked.startswith(here) for asked in page.asked), page.asked
            assert not [said for said in page.said if "WebGL" not in said]
        await eventually(closed, 20)
        assert node.values("hello") == ["world"]


@needs_a_browser
@pytest.mark.timeout(180)
async def test_a_page_that_only_looks_and_a_dashboard_that_is_quit(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    async with serving(node, "--readonly") as (_, address), browser() as page:
        await page.open(address)
        await page.until("document.body.classList.contains('-first-byte')")
        await page.type(":put typed 1\n:exit\n")
        await page.until("document.body.classList.contains('-closed')")
        assert "open it again" in await page.value("document.body.innerText")
        assert node.keys() == []
        await page.value("setTimeout(() => document.querySelector('a').click(), 0)")
        await page.until("!document.body.classList.contains('-closed')")
        await page.until("document.body.classList.contains('-first-byte')")
