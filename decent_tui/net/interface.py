"""The one small interface through which anything watches or drives a node.

The dashboard, the command language and scripts see a node only like this, so a node in this process
and a node elsewhere are the same to them.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeVar

import msgspec

from decent_tui.core.events import AnyEvent
from decent_tui.core.operations import Operation

A = TypeVar("A")

Listener = Callable[[Sequence[AnyEvent]], None]


READONLY: Final = "this only looks at the node (--readonly)"
"""Why what would change something is refused, where nothing may be."""


class NodeInterface(Protocol):
    """Operations in; answers and events out."""

    readonly: bool
    """Whether every operation that would change something is refused, as READONLY says."""

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation. A write returns when it is on disk.

        Raises Refused with one plain sentence for a person; then nothing was changed. Operations that
        were started in some order by one caller take effect in that order, so writes can be pipelined.
        """

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each batch of events, on the node's event loop, soon after.

        It must return at once and must not raise. The returned function ends the subscription.
        """


class Load(msgspec.Struct, frozen=True):
    """What waits in a node: open connections, bytes that wait to be sent on them, bytes of messages that a
    dial delays, and operations that wait for their answers."""

    connections: int
    unsent: int
    delayed: int
    operations: int


class ObservedNode(NodeInterface, Protocol):
    """A node in this process, for whoever measures it or writes its log."""

    def subscribe(self, listener: Listener, wanted: Collection[str] = ()) -> Callable[[], None]:
        """As `NodeInterface.subscribe`, for events of the `wanted` kinds, by name (none named: all)."""

    def load(self) -> Load:
        """What waits at this moment."""


Beside = Callable[[ObservedNode], AbstractAsyncContextManager[None]]
"""What goes on beside a node for as long as it runs; it may raise StartError before it begins."""
