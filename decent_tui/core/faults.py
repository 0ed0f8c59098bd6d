"""What a person does to the network on purpose: the decisions only.

The same decisions serve real TCP (`net`) and the simulator. A cut works by node id and by announced
address, because many nodes share 127.0.0.1; it belongs to the node that made it and ends with its
process.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Which peers are cut off. No bytes pass to or from them and nothing is dialled."""

    _cuts: set[tuple[str | None, str]] = field(default_factory=set)
    """(node id if known, announced address): either identifies the peer."""

    def cut(self, node: str | None, address: str) -> None:
        """Cut a peer off by all that is known of it."""
        self._cuts.add((node, address))

    def heal(self, node: str | None, address: str) -> None:
        """Undo the cut of a peer."""
        self._cuts = {cut for cut in self._cuts if not _matches(cut, node, address)}

    def heal_all(self) -> None:
        """Undo every cut."""
        self._cuts.clear()

    def is_cut(self, node: str | None, address: str) -> bool:
        """Whether a peer is cut off."""
        return any(_matches(cut, node, address) for cut in self._cuts)


def _matches(cut: tuple[str | None, str], node: str | None, address: str) -> bool:
    return (node is not None and cut[0] == node) or (address != "" and cut[1] == address)
