"""What may happen in a simulation is a small value, a deed; and what a deed finds when it is done."""

import re
from collections.abc import Callable
from typing import Protocol

import msgspec

from decent_tui.core.operations import AnyOperation
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.disk import Image
from decent_tui.lab.network import Network
from decent_tui.lab.oracle import Oracle
from decent_tui.lab.sim_node import SimNode


class Scene(Protocol):
    """The history under way, as far as a deed sees it (`simulation` is one)."""

    net: Network
    nodes: list[SimNode]
    classics: list[ClassicNode]
    keys: list[str]
    images: list[tuple[SimNode, Image]]
    oracle: Oracle | None

    @property
    def goodbyes(self) -> bool:
        """Whether members leave and are forgotten here."""

    @property
    def sets_back(self) -> bool:
        """Whether disks are lost, restored and rolled back here."""

    @property
    def most_nodes(self) -> int:
        """So many nodes there may be, copies included."""

    def node(self, number: int) -> SimNode:
        """The node that a number means."""

    def key(self, number: int) -> str:
        """The key that a number means."""

    def fresh_value(self) -> int:
        """A value that was never written."""

    def write(self, node: SimNode, key: str, operation: AnyOperation, *, stale: bool = False) -> str:
        """Let a person write, or be told that it is `stale`; returns what there is to say of it."""

    def add_node(self) -> SimNode:
        """One more node, not yet started."""

    def start(self, node: SimNode) -> None:
        """Start a node; somebody tells it of another."""

    def dies(self, node: SimNode) -> None:
        """A node is about to end."""

    def set_back(self, node: SimNode, action: Callable[[], None]) -> None:
        """Change what is on a node's disk to something earlier."""


class Deed(msgspec.Struct, frozen=True, tag=str.lower, omit_defaults=True, forbid_unknown_fields=True):
    """The base of all deeds."""

    @property
    def name(self) -> str:
        """What it is, as summaries count it: `power loss`."""
        return re.sub("(?<=[a-z])(?=[A-Z])", " ", type(self).__name__).lower()

    def do(self, sim: Scene) -> str:
        """Do it; returns what was done in words, or "" if there was nothing to do."""
        raise NotImplementedError
