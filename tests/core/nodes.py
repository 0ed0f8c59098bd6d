"""A few nodes that have met: to ask them, and to see what they think of each other."""

from typing import TypeVar

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused
from decent_tui.lab.sim_node import SimNode

from .network import Network

A = TypeVar("A")


def done(node: SimNode, operation: ops.Operation[A]) -> A:
    """The answer to an operation that must not be refused."""
    answer = node.do(operation)  # type: ignore[arg-type]
    assert not isinstance(answer, Refused), answer
    return answer  # type: ignore[return-value]


def refused(node: SimNode, operation: ops.AnyOperation) -> str:
    """Why an operation is refused; nothing was changed by it."""
    counter = node.engine.parts.replica.counter
    answer = node.do(operation)
    assert isinstance(answer, Refused)
    assert node.engine.parts.replica.counter == counter
    return str(answer)


def states(node: SimNode) -> dict[str, str]:
    """What a node thinks of its peers, by address."""
    return {peer.address: peer.state for peer in node.engine.parts.peers}


def links(node: SimNode) -> list[str]:
    """The ids at the other ends of the links of a node."""
    return sorted(link.node or "" for link in node.engine.parts.links.decent())


def linked(*nodes: SimNode) -> bool:
    """Whether there is exactly one link per pair."""
    ids = {node.engine.node for node in nodes}
    return all(links(node) == sorted(ids - {node.engine.node}) for node in nodes)


def alone() -> SimNode:
    """A node without peers."""
    return Network(1).node("a")


def two(seed: int = 1) -> tuple[Network, SimNode, SimNode]:
    """Two nodes that are linked and level."""
    net = Network(seed)
    a = net.node("a")
    b = net.node("b", a)
    net.run(3)
    return net, a, b


def torn() -> tuple[Network, SimNode, SimNode]:
    """Two nodes that wrote the same key at the same time."""
    net, a, b = two()
    net.separate(a, b)
    done(a, ops.Put("k", '"a"'))
    done(b, ops.Put("k", '"b"'))
    net.mend()
    net.run(8)
    return net, a, b


def three(seed: int = 1) -> tuple[Network, SimNode, SimNode, SimNode]:
    """Three nodes, linked."""
    net = Network(seed)
    a = net.node("a")
    b, c = net.node("b", a), net.node("c", a)
    net.run_until(lambda: linked(a, b, c))
    return net, a, b, c


def three_level(seed: int = 1) -> tuple[Network, SimNode, SimNode, SimNode]:
    """Three nodes that are linked and level."""
    net = Network(seed)
    a = net.node("a")
    b, c = net.node("b", a), net.node("c", a)
    net.run(4)
    return net, a, b, c
