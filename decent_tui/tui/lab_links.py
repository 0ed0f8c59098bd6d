"""How the links of a cluster stand, read from both ends of each."""

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from decent_tui.core.errors import Refused
from decent_tui.core.operations import Peers, PeerView
from decent_tui.core.text import printable
from decent_tui.lab.cluster import Cluster
from decent_tui.tui.banner import banner
from decent_tui.tui.lines import Line
from decent_tui.tui.links_picture import Link, link
from decent_tui.tui.roster import Face, Roster


class Reading(NamedTuple):
    """Every link between nodes of a cluster, the others that are linked to any of them by address, and the
    banner while anything is dialled."""

    links: list[Link]
    guests: Mapping[str, PeerView]
    banner: Line


async def read_links(cluster: Cluster) -> Reading:
    """Ask every node."""
    views = {name: await _peers_of(cluster, name) for name in cluster.names}
    own = {cluster.address(name) for name in cluster.names}
    guests = {
        address: peer
        for peers in views.values()
        for address, peer in peers.items()
        if address not in own and peer.state == "alive"
    }
    links = []
    for (left, one), (right, other) in combinations(enumerate(cluster.names), 2):
        ends = (views[one].get(cluster.address(other)), views[other].get(cluster.address(one)))
        running = cluster.node(one) is not None and cluster.node(other) is not None
        links.append(link(left, right, ends if running else (None, None), (one, other)))
    everybody = [peer for peers in views.values() for peer in peers.values()]
    return Reading(links, guests, banner(everybody))


def lab_roster(cluster: Cluster, own: str, inks: Mapping[str, str], guests: Mapping[str, PeerView]) -> Roster:
    """Who is who in the lab, as the node `own` sees it: everybody by name, also under the id of before."""
    faces: dict[str, Face] = {}
    for address, guest in guests.items():
        ink = Roster().face(guest.node_id or "", address).ink
        face = Face(printable(guest.name or address), "", ink)
        faces |= dict.fromkeys((address, guest.node_id or address), face)
    for name in cluster.names:
        face = Face(name, "", inks.get(name, "text"))
        ids = {cluster.first_id(name), cluster.id(name)} - {""}
        faces |= dict.fromkeys((cluster.address(name), *ids), face)
    return Roster(cluster.id(own) or cluster.first_id(own), faces)


async def _peers_of(cluster: Cluster, name: str) -> Mapping[str, PeerView]:
    node = cluster.node(name)
    if node is None:
        return {}
    try:
        return {peer.address: peer for peer in (await node.run(Peers())).peers}
    except Refused:
        return {}
