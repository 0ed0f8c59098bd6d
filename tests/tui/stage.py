"""The states that pictures are taken of: scripted, so that each picture is the same in every run.

Names, ids, times and numbers are fixed, and the clock of the screen is moved by hand.
"""

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from textual.pilot import Pilot

from decent_tui.core.events import Carried, Conflict, Dialled
from decent_tui.core.operations import PeerView
from decent_tui.tui.app import DashboardApp
from decent_tui.tui.dashboard import Dashboard

from .screen import text, until
from .scripted import HERON, LYNX, NOON, WREN, Scripted, story

FINCH = "ee55ee55ee55ee55"
RATES = (40, 60, 180, 120, 90, 310, 420, 260, 130, 150, 240, 210)
"""Writes a second of the last seconds."""


def told() -> Scripted:
    """The state all pictures begin with: keys, two conflicts, and a peer that is cut off."""
    node = story()
    node.peers.append(
        PeerView("127.0.0.1:9005", FINCH, "finch", "down", None, behind=31, cut=True, heard_s=130.0)
    )
    node.now = NOON - 3
    for key, value in (
        ("config/limits", '{"rate": 100, "burst": 20}'),
        ("config/regions", '["eu-north-1", "eu-west-1"]'),
        ("lang", '"en"'),
    ):
        node.write(HERON, key, value)
    base = node.store["config/limits"][0].clock
    node.write(node.me, "config/limits", '{"rate": 120, "burst": 20}', context=base)
    node.write(LYNX, "config/limits", '{"rate": 100, "burst": 50, "owner": "lynx"}', context=base)
    node.write(HERON, "config/limits", '{"rate": 90, "burst": 20}', context=base)
    for key in ("config/limits", "config/regions", "lang", "user:42", "cart:10"):
        node.lacking.setdefault(FINCH, set()).update(version.dot for version in node.store[key])
    node.now = NOON
    return node


LINES = (
    ("HANDSHAKE", "I am lynx", 0, False, "", 223),
    ("PEERS", "4 peers", 0, True, "", 286),
    ("SYNC", "asks for what it lacks", 0, False, "", 122),
    ("VERSIONS", "22 versions, all that was missing", 0, True, "", 2_412),
    ("VERSIONS", "1 version", 1, False, "theme", 188),
    ("VERSIONS", "1 version", 0, False, "cart:9", 196),
    ("VERSIONS", "1 version", 0, True, "cart:9", 171),
    ("VERSIONS", "1 version", 1, True, "cart:9", 171),
    ("SYNC", "asks for what it lacks", 1, False, "", 118),
    ("VERSIONS", "12 versions, all that was missing", 1, True, "", 1_638),
    ("VERSIONS", "1 version", 0, True, "user:42", 212),
    ("VERSIONS", "1 version", 0, False, "user:42", 214),
    ("VERSIONS", "2 versions", 1, False, "config/limits", 331),
    ("SYNC", "in sync", 0, False, "", 61),
    ("VERSIONS", "1 version", 1, True, "cart:10", 176),
)


def wire(node: Scripted) -> None:
    """What passed on the wire, a few lines with their times."""
    node.now = NOON - 4
    for kind, summary, peer, outgoing, key, size in LINES:
        node.now += 0.212
        view = node.peers[peer]
        node.emit(
            Carried(node.now, view.address, view.node_id, outgoing, kind, summary, size, b"{}", key),
        )
        if key == "user:42" and not outgoing:
            node.emit(Conflict(node.now, key, 2))
    node.emit(Dialled(node.now, "127.0.0.1:9005", True))
    node.now = NOON


@asynccontextmanager
async def staged(
    size: tuple[int, int] = (120, 36), theme: str = "decent-dark", *, key: str = "user:42"
) -> AsyncIterator[tuple[Pilot[None], Dashboard, Scripted]]:
    """The dashboard in the state all pictures begin with, its cursor on a key."""
    with utc():
        async with _staged(size, theme, key) as stage:
            yield stage


@contextmanager
def utc() -> Iterator[None]:
    """Times of the day read the same everywhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def _shows(board: Dashboard, key: str) -> bool:
    shown = board.versions.inspection
    return shown is not None and shown.key == key


@asynccontextmanager
async def _staged(
    size: tuple[int, int], theme: str, key: str
) -> AsyncIterator[tuple[Pilot[None], Dashboard, Scripted]]:
    node = told()
    app = DashboardApp(now=lambda: NOON)
    board = app.dashboard
    watch = board._watch
    second, watch.second = watch.second, lambda: None  # type: ignore[method-assign]  # moved by hand, below
    async with app.run_test(size=size, notifications=True) as pilot:
        app.theme = theme
        app.post_message(DashboardApp.Opened(node))
        await until(pilot, lambda: "opening" not in text(board.header))
        for writes in (0, *RATES):
            node.counters[WREN] = node.counters.get(WREN, 0) + writes
            second()
            await app.workers.wait_for_complete()
        wire(node)
        board.keys.show_key(key)
        await until(pilot, lambda: board.keys.key == key and _shows(board, key))
        await until(pilot, lambda: not watch._feed.waiting)
        await app.workers.wait_for_complete()
        board.toast.hide()
        await pilot.pause()
        yield pilot, board, node
