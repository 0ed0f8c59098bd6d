"""Who is who on the screen: the label and the colour of every node."""

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

import msgspec

from decent_tui.core.chance import name_for
from decent_tui.core.clocks import is_node, owner
from decent_tui.core.operations import NodeStatus, PeerView
from decent_tui.core.text import printable
from decent_tui.tui.lines import Span
from decent_tui.tui.palette import NODE_COLOURS

_ID = re.compile(r'"(?:[^"\\]|\\.)*"|(?<!\w)(?P<node>[0-9a-f]{16})(?!\w)')
"""A node id in a text, beside the JSON strings there, which are nobody's name."""

_LOOPBACK = ("127.", "localhost:", "[::1]:")


class Face(msgspec.Struct, frozen=True):
    """How one node appears: a short label (`:9001`), its name, the ink of its colour."""

    label: str
    name: str
    ink: str


class Roster(msgspec.Struct, frozen=True):
    """The faces of this node and its peers, by node id and by address; `own` is this node's id, `silent` are
    the ids of those of whom is known only how they were when last heard."""

    own: str = ""
    faces: Mapping[str, Face] = {}
    silent: frozenset[str] = frozenset()

    def face(self, node: str, address: str = "") -> Face:
        """The face of a node id or another entry of clocks, else of an address, else a makeshift one."""
        if (of := owner(node)) != node:  # a number of that node too, counted apart
            face = self.face(of)
            return Face(f"{face.label}+", face.name, face.ink)
        known = self.faces.get(node) or self.faces.get(address)
        if known is not None:
            return known
        if is_node(
            node
        ):  # a writer that was never met: by its id's own word, and enough of the id to tell it
            label = f"{name_for(node)}·{node[:2]}"  # from others that have that word too
            return Face(label, "", f"node-{crc32(node.encode()) % NODE_COLOURS}")
        where = node.partition("@")[2] or ("" if node else address)
        port = where.rpartition(":")[2]
        label = printable(f":{port}" if _is_loopback(where) else where or node[:8])
        return Face(label, "", f"node-{crc32((node or address).encode()) % NODE_COLOURS}" if node else "dim")

    def label(self, node: str, *, bold: bool = False) -> Span:
        """The label in the node's colour."""
        face = self.face(node)
        return Span(face.label, f"bold {face.ink}" if bold else face.ink)

    def named(self, text: str, ink: str) -> list[Span]:
        """Program text with the nodes in it by their labels instead of by their ids."""
        spans: list[Span] = []
        end = 0
        for found in _ID.finditer(text):
            node = found["node"]
            if node and (node in self.faces or not node.isdecimal()):
                spans += [Span(text[end : found.start()], ink), self.label(node)]
                end = found.end()
        return [*spans, Span(text[end:], ink)]


class Colours:
    """Hands out colours: the same address gets the same colour in every dashboard, as far as they reach.

    Neighbouring ports differ; whoever comes to a taken colour gets the next free one, for this run.
    """

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def of(self, address: str) -> str:
        """The ink of the node at this address."""
        taken = self._taken.get(address)
        if taken is None:
            taken = self._choose(address)
            self._taken[address] = taken
        return f"node-{taken}"

    def _choose(self, address: str) -> int:
        host, _, port = address.rpartition(":")
        wish = int(port) if port.isdecimal() and len(port) < 6 else crc32(address.encode())
        if not _is_loopback(address):
            wish += crc32(host.encode())
        used = set(self._taken.values())
        free = [(wish + step) % NODE_COLOURS for step in range(NODE_COLOURS)]
        return next((colour for colour in free if colour not in used), wish % NODE_COLOURS)


def roster(status: NodeStatus | None, peers: Sequence[PeerView], colours: Colours) -> Roster:
    """Label everyone: by port where that is enough to tell them apart, else by address."""
    nodes: list[tuple[str, str | None, str]] = []
    if status is not None:
        nodes.append((status.address, status.node_id, status.name))
    nodes += [(peer.address, peer.node_id, peer.name or "") for peer in peers]
    hosts = {_host(address) for address, _, _ in nodes}
    faces: dict[str, Face] = {}
    for address, node, name in nodes:
        label = f":{address.rpartition(':')[2]}" if len(hosts) == 1 else address
        face = Face(printable(label), printable(name), colours.of(address))
        faces[address] = face
        if node is not None:
            faces[node] = face
    silent = frozenset(peer.node_id for peer in peers if peer.node_id and is_silent(peer))
    return Roster(status.node_id if status is not None else "", faces, silent)


def is_silent(peer: PeerView) -> bool:
    """Whether no word comes from the peer now: what it wrote since it was last heard nobody here can know."""
    cut = any(view.dial == "cut" and view.direction != "out" for view in peer.dials)
    return peer.state != "alive" or peer.cut or cut


def _is_loopback(address: str) -> bool:
    return address.startswith(_LOOPBACK)


def _host(address: str) -> str:
    return "loopback" if _is_loopback(address) else address.rpartition(":")[0]
