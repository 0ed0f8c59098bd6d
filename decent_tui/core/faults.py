"""What a person does to the network on purpose: the decisions only.

The same decisions serve real TCP (`net`) and the simulator. A cut works by node id and by announced
address, because many nodes share 127.0.0.1; it belongs to the node that made it and ends with its
process.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Which peers are cut off. No bytes pass to or from them and nothing is dialled."""

    _nodes: set[str] = field(default_factory=set)
    _addresses: set[str] = field(default_factory=set)

    def cut(self, node: str | None, address: str) -> None:
        """Cut a peer off by all that is known of it."""
        if node:
            self._nodes.add(node)
        if address:
            self._addresses.add(address)

    def heal(self, node: str | None, address: str) -> None:
        """Undo the cut of a peer."""
        self._nodes.discard(node or "")
        self._addresses.discard(address)

    def is_cut(self, node: str | None, address: str) -> bool:
        """Whether a peer is cut off."""
        return (node or "") in self._nodes or address in self._addresses

    def __bool__(self) -> bool:
        return bool(self._nodes or self._addresses)
