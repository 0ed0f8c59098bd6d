"""Who is linked with whom, and three who are."""

from decent_tui.lab.sim_node import SimNode

from .network import Network


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


def three(seed: int = 1) -> tuple[Network, SimNode, SimNode, SimNode]:
    """Three nodes, linked."""
    net = Network(seed)
    a = net.node("a")
    b, c = net.node("b", a), net.node("c", a)
    net.run_until(lambda: linked(a, b, c))
    return net, a, b, c
