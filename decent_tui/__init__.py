"""A leaderless, replicated key-value node that you can watch think.

    from decent_tui import Client, Node

    async with Node(port=9001) as node:
        await node.put("colour", "red")

`Node` runs a node in this process, `Client` asks one that runs elsewhere; both have the same methods.
Whatever is named here is loaded when it is first used.
"""

TYPE_CHECKING = False  # as type checkers know it; importing typing would take longer than all the rest

if TYPE_CHECKING:
    from decent_tui.api.client import Client
    from decent_tui.api.node import Node
    from decent_tui.api.values import Change, Conflict, Entry, Json, PeerEntry, Version
    from decent_tui.core.errors import NoValue, Refused, Stale, Unreachable
    from decent_tui.net.settings import StartError

__all__ = [
    "Change",
    "Client",
    "Conflict",
    "Entry",
    "Json",
    "NoValue",
    "Node",
    "PeerEntry",
    "Refused",
    "Stale",
    "StartError",
    "Unreachable",
    "Version",
]

__version__ = "0.1.0"

_HOMES = {
    "decent_tui.api.client": ("Client",),
    "decent_tui.api.node": ("Node",),
    "decent_tui.api.values": ("Change", "Conflict", "Entry", "Json", "PeerEntry", "Version"),
    "decent_tui.core.errors": ("NoValue", "Refused", "Stale", "Unreachable"),
    "decent_tui.net.settings": ("StartError",),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
