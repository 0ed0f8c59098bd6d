"""A node elsewhere for whoever stays: a connection that is lost comes back."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from decent_tui.core.address import Address
from decent_tui.core.errors import Refused, Unreachable
from decent_tui.core.events import AnyEvent, Attached, Skipped
from decent_tui.core.operations import Operation
from decent_tui.net.interface import READONLY, Listener
from decent_tui.net.remote import RemoteNode

A = TypeVar("A")

AGAIN: Final = 0.5
"""Seconds between two tries to get the connection back: a person looks on."""


class AttachedNode:
    """`async with AttachedNode(address) as node: …`: raises Refused when no node answers at first.

    Later a lost connection is told as `Attached(up=False)`, and as `Attached(up=True)` when it is back, with
    `Skipped` for what nobody knows of the time between. With `readonly` only operations that look are let
    through. `cluster_key` as for a `RemoteNode`. It implements `NodeInterface`.
    """

    def __init__(self, address: Address, *, readonly: bool = False, cluster_key: Path | None = None) -> None:
        self._remote = RemoteNode(address, cluster_key=cluster_key)
        self.readonly = readonly
        self._listeners: list[Listener] = []
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._remote.connect()
        self._remote.subscribe(self._happened)
        try:
            await self._remote.watching()
        except BaseException:  # whoever listens there is no node, or not one for us
            await self._remote.close()
            raise
        self._task = asyncio.create_task(self._return())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._remote.close()

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation (see `NodeInterface.run`)."""
        if self.readonly and not operation.looks:
            raise Refused(READONLY)
        return await self._remote.run(operation)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each batch of events (see `NodeInterface.subscribe`)."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _happened(self, events: Sequence[AnyEvent]) -> None:
        if any(isinstance(event, Attached) for event in events):
            self._lost.set()
        for listener in list(self._listeners):
            listener(events)

    async def _return(self) -> None:
        """Get the connection back, each time that it is lost."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            await self._connect_again()
            now = time.time()
            back: list[AnyEvent] = [Attached(now, up=True), Skipped(now, 0)]
            for listener in list(self._listeners):
                listener(back)

    async def _connect_again(self) -> None:
        while True:
            try:
                await self._remote.connect()
            except Unreachable:
                await asyncio.sleep(AGAIN)
            else:
                return
