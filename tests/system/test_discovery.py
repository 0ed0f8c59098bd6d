"""Who finds whom, what becomes of a peer that falls silent, dies or says goodbye."""

import signal
import socket
import time

import pytest

from .harness import LOOPBACK, Cluster, Node, eventually, free_port, linked, put, same_everywhere
from .proxy import ObservedPair, observed_pair


def star(cluster: Cluster) -> tuple[Node, Node, Node]:
    """A and C both know only B; on return all three are linked."""
    b = cluster.start()
    a = cluster.start(peers=[b.address])
    c = cluster.start(peers=[b.address])
    linked(a, b, c)
    return a, b, c


def test_two_that_know_only_a_third_find_each_other(cluster: Cluster) -> None:
    a, _, c = star(cluster)
    assert c.address in {peer["address"] for peer in a.peers()}
    a.ok("put k 1")
    eventually(lambda: c.values("k") == [1], within=2)


def test_they_go_on_when_the_third_is_killed_and_it_catches_up_on_return(cluster: Cluster) -> None:
    a, b, c = star(cluster)
    a.ok("put gone 1")
    a.ok("put kept 1")
    b.ok("put own 1")
    same_everywhere(a, b, c)
    b_id = b.node_id
    b.kill9()
    a.ok("delete gone")
    c.calls(put(f"while-away-{n}", n) for n in range(300))
    a.ok("put kept 2")
    same_everywhere(a, c)
    assert a.values("kept") == [2]
    b.restart()
    assert b.node_id == b_id
    linked(a, b, c)
    same_everywhere(a, b, c)
    assert b.values("gone") == []
    assert b.values("kept") == [2]
    assert len(b.keys()) == 302


def test_a_deleted_key_stays_deleted_when_one_who_missed_it_returns(cluster: Cluster) -> None:
    a, b, c = star(cluster)
    a.calls(put(f"k{n}", n) for n in range(20))
    same_everywhere(a, b, c)
    assert c.terminate() == 0
    b.calls(f"delete k{n}" for n in range(20))
    same_everywhere(a, b)
    assert a.terminate() == 0
    assert b.terminate() == 0
    c.restart()
    c.ok("put unrelated 1")
    a.restart()
    b.restart()
    linked(a, b, c)
    same_everywhere(a, b, c)
    assert a.keys() == b.keys() == c.keys() == ["unrelated"]


def test_a_node_never_lists_itself(cluster: Cluster) -> None:
    a, b, c = star(cluster)
    a.call(f"addpeer {a.address}")
    for node in (a, b, c):
        others = {other.address for other in (a, b, c) if other is not node}
        assert {peer["address"] for peer in node.peers()} == others
        assert node.node_id not in {peer["node_id"] for peer in node.peers()}


def test_a_node_given_its_own_address_does_not_list_it(cluster: Cluster) -> None:
    port = free_port()
    node = cluster.start(port=port, peers=[f"{LOOPBACK}:{port}", f"localhost:{port}"])
    other = cluster.start(peers=[node.address])
    linked(node, other)

    def nobody_lists_it() -> bool:
        assert [peer["address"] for peer in node.peers()] == [other.address]
        assert [peer["address"] for peer in other.peers()] == [node.address]
        return True

    eventually(nobody_lists_it)


def test_addpeer_links_two_running_nodes(cluster: Cluster) -> None:
    a, b = cluster.start(), cluster.start()
    a.ok("put k 1")
    assert a.ok(f"addpeer {b.address}") == {"command": "addpeer", "ok": True, "address": b.address}
    linked(a, b, within=3)
    eventually(lambda: b.values("k") == [1])


def test_a_peer_by_host_name_is_the_same_peer(cluster: Cluster) -> None:
    a = cluster.start()
    b = cluster.start(peers=[f"localhost:{a.port}", a.address])
    eventually(lambda: a.state_of(b.address) == "alive")
    eventually(lambda: [peer["node_id"] for peer in b.peers()] == [a.node_id])


def ipv6_works() -> bool:
    """Whether this machine has an IPv6 loopback."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not ipv6_works(), reason="no IPv6 loopback here")
def test_nodes_meet_over_ipv6(cluster: Cluster) -> None:
    a = cluster.start(host="::1")
    b = cluster.start(host="::1", peers=[f"[::1]:{a.port}"])
    linked(a, b)
    a.ok("put k 1")
    eventually(lambda: b.values("k") == [1])


def test_an_unspecified_host_is_replaced_by_the_senders(cluster: Cluster) -> None:
    a = cluster.start()
    b = cluster.start(host="0.0.0.0", peers=[a.address], arguments=["--insecure"])
    linked_at = f"{LOOPBACK}:{b.port}"
    a.peer_when(linked_at, lambda peer: peer["state"] == "alive")
    assert [peer["address"] for peer in a.peers()] == [linked_at]
    b.kill9()
    b.peer_arguments = []
    eventually(lambda: a.state_of(linked_at) == "down")
    b.restart()
    a.peer_when(linked_at, lambda peer: peer["state"] == "alive")


def test_two_that_dial_each_other_at_once_keep_one_link(cluster: Cluster) -> None:
    for _ in range(3):
        pair = observed_pair(cluster, both_dial=True)

        def only_one_way(pair: ObservedPair = pair) -> bool:
            lines = [[line for line in p.passed if line.at > time.monotonic() - 2] for p in pair.proxies]
            return sum(bool(passed) for passed in lines) == 1

        eventually(only_one_way)
        pair.first.ok("put k 1")
        eventually(lambda pair=pair: pair.second.values("k") == [1])  # type: ignore[misc]
        for node in (pair.first, pair.second):
            node.kill9()
        pair.close()


def test_peers_show_what_is_known_of_each(cluster: Cluster) -> None:
    a = cluster.start(name="otter")
    nobody = f"{LOOPBACK}:{free_port()}"
    b = cluster.start(name="lynx", peers=[a.address, nobody])
    linked(a, b)
    peer = b.peer_when(a.address, lambda p: p["rtt_ms"] is not None)
    assert (peer["node_id"], peer["name"], peer["classic"]) == (a.node_id, "otter", False)
    assert 0 <= peer["rtt_ms"] < 2_000
    unreachable = b.peer_when(nobody, lambda p: p["last_error"])
    assert (unreachable["node_id"], unreachable["name"], unreachable["rtt_ms"]) == (None, None, None)
    assert unreachable["state"] in ("joining", "down")
    assert a.peer(b.address)["name"] == "lynx"


def test_known_peers_are_dialled_again_after_a_restart(cluster: Cluster) -> None:
    a, b, c = star(cluster)
    assert a.terminate() == 0
    a.peer_arguments = []
    a.restart()
    linked(a, b, c)


@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT", "SIGHUP", "exit"])
def test_an_orderly_end_has_exit_code_0_and_the_other_side_sees_down_at_once(
    cluster: Cluster, way: str
) -> None:
    a, b = cluster.pair()
    b.ok("put last 1")
    if way == "exit":
        assert b.call("exit") == {"command": "exit", "ok": True}
        assert b.exit_code() == 0
    else:
        assert b.terminate(getattr(signal, way)) == 0
    eventually(lambda: a.state_of(b.address) == "down", within=1)
    assert a.values("last") == [1]
    b.restart()
    linked(a, b)
    assert b.values("last") == [1]


def test_quit_is_exit(cluster: Cluster) -> None:
    node = cluster.start()
    assert node.call("quit")["ok"] is True
    assert node.exit_code() == 0


def test_an_orderly_end_does_not_wait_for_a_peer_that_does_not_read(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.signal(signal.SIGSTOP)
    b.calls(put(f"k{n}", "x" * 10_000) for n in range(500))
    assert b.terminate(within=5) == 0


def test_a_killed_peer_is_down_at_once(cluster: Cluster) -> None:
    a, b = cluster.pair()
    b.kill9()
    eventually(lambda: a.state_of(b.address) == "down", within=2)


@pytest.mark.slow
def test_a_silent_peer_is_suspect_within_5_seconds_down_within_15_and_alive_again(cluster: Cluster) -> None:
    a, b = cluster.pair()
    b.signal(signal.SIGSTOP)
    silent = time.monotonic()
    eventually(lambda: a.state_of(b.address) == "suspect", within=5.5)
    eventually(lambda: a.state_of(b.address) == "down", within=15.5 - (time.monotonic() - silent))
    a.ok("put meanwhile 1")
    b.signal(signal.SIGCONT)
    linked(a, b)
    eventually(lambda: b.values("meanwhile") == [1])


def test_a_returning_peer_is_linked_again_within_the_longest_backoff(cluster: Cluster) -> None:
    a, b = cluster.pair()
    b.kill9()
    eventually(lambda: a.state_of(b.address) == "down")
    b.peer_arguments = []
    b.restart()
    linked(a, b, within=7)


def test_five_nodes_in_a_chain_become_one_cluster(cluster: Cluster) -> None:
    nodes = [cluster.start()]
    for _ in range(4):
        nodes.append(cluster.start(peers=[nodes[-1].address]))
    for number, node in enumerate(nodes):
        node.ok(put(f"from-{number}", number))
    linked(*nodes, within=15)
    same_everywhere(*nodes)
    assert len(nodes[0].keys()) == 5
