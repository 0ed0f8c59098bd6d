"""The dashboard of a node that is another process, in a real terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.harness import Cluster, Node, eventually

from .terminal import Terminal, dashboard


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    nodes = Cluster(tmp_path)
    yield nodes
    nodes.end()


def attached(node: Node, *flags: str) -> Terminal:
    return dashboard(node.home, "attach", node.address, *flags)


def test_it_shows_a_node_elsewhere_and_commands_it_and_leaves_it_running(cluster: Cluster) -> None:
    node, peer = cluster.pair()
    node.ok('put hello "world"')
    with attached(node) as screen:
        screen.wait("1 of 1 peer")
        screen.wait('hello +"world"')
        peer.ok('put later "arrives"')
        screen.wait('later +"arrives"')
        screen.type(':put typed "here"\r')
        screen.wait('typed +"here"')
        assert node.values("typed") == ["here"]
        screen.type("\x11")
        assert screen.wait_exit() == 0
    assert node.values("typed") == ["here"]


def test_it_shows_the_messages_of_that_node_and_not_its_own(cluster: Cluster) -> None:
    node, peer = cluster.pair()
    with attached(node) as screen:
        screen.wait("1 of 1 peer")
        peer.ok('put pushed "x"')
        screen.wait("VERSIONS")
        for own in ("OPERATE", "ANSWER", "EVENTS"):
            assert own not in screen.text()


def test_readonly_looks_and_does_not_touch(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok('put hello "world"')
    with attached(node, "--readonly") as screen:
        screen.wait('hello +"world"')
        screen.wait("only looking")
        screen.type("d")  # nothing is asked first: it is refused anyway
        screen.wait("delete hello .*this only looks at the node")
        screen.type("e")
        screen.wait(r"\n +this only looks at the node")
        screen.type(":put hello 1\r")
        screen.wait("put hello 1 .*this only looks at the node")
        screen.type(":get hello\r")
        screen.wait("hello = ")
    assert node.values("hello") == ["world"]


def test_convergence_and_timeline_are_those_of_the_node_elsewhere(cluster: Cluster) -> None:
    node, peer = cluster.pair()
    node.ok('put hello "world"')
    assert node.ok("wait")["converged"]
    with attached(node, "--readonly") as screen:
        screen.wait("1 of 1 peer")
        screen.type("2")
        screen.wait("100 % settled")
        screen.type("1")
        screen.wait('hello +"world"')
        screen.type("3")
        screen.wait("what .* knows")
        screen.wait("● .*hello")
        peer.ok('put elsewhere "x"')
        screen.wait("elsewhere")
        screen.type("1")
        screen.wait('hello +"world"')
        screen.type(":wait\r")
        screen.wait("the one peer alive has it all")


def test_a_lost_connection_is_shown_and_comes_back_with_what_happened_meanwhile(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok('put before "1"')
    with attached(node) as screen:
        screen.wait('before +"1"')
        node.kill9()
        screen.wait("trying again")
        screen.type(":put lost 1\r")
        screen.wait(r"put .*─ .*connection")
        node.restart()
        screen.gone("trying again")
        screen.wait("2 keys|1 key")
        node.ok('put after "2"')
        screen.wait('after +"2"')
        screen.type(':put again "3"\r')
        screen.wait('again +"3"')
        eventually(lambda: node.values("again") == ["3"])


def test_a_flood_over_the_wire_leaves_the_screen_alive(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    with attached(node) as screen:
        screen.wait("0 keys")
        for start in range(0, 10_000, 1_000):
            node.calls(f"put k{start + i:05} {i}" for i in range(1_000))
            screen.pump(0)
        screen.wait("10,000 keys")


def test_nobody_there_is_one_line_before_any_screen(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    node.kill9()
    with attached(node) as screen:
        assert screen.wait_exit() == 1
        assert b"connection refused" in screen.raw
        assert b"\x1b[?1049h" not in screen.raw


def test_a_dashboard_that_only_looks_turns_no_dial(cluster: Cluster) -> None:
    node, peer = cluster.pair()
    with attached(node, "--readonly") as screen:
        screen.wait("1 of 1 peer")
        screen.type("X")
        screen.wait("Dials of")
        screen.wait(str(peer.port))
        screen.type("x")
        screen.wait("this only looks at the node")
    assert "cut" not in node.ok("peers")["peers"][0]


def test_dials_turned_from_elsewhere_are_those_of_the_node(cluster: Cluster) -> None:
    node, peer = cluster.pair()
    with attached(node) as screen:
        screen.wait("1 of 1 peer")
        screen.type(f":cut {peer.address}\r")
        screen.wait("cut by you")
        assert node.ok("peers")["peers"][0]["cut"]
        screen.type(":heal all\r")
        screen.wait("1 of 1 peer")
