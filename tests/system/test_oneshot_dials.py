"""Dials, waiting and reasons from the shell, each command a process of its own."""

import pytest

from .harness import Cluster, Json, Node, eventually
from .test_oneshot import ask, failed, ok


def dials(node: Node, peer: Node) -> list[tuple[str, str]]:
    """What is dialled for a peer, as another command tells it."""
    (row,) = [row for row in ok(node, "peers")["peers"] if row["address"] == peer.address]
    return [(dial["dial"], dial["direction"]) for dial in row.get("dials", [])]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lag {} 20 5 --out", {"dial": "lag", "direction": "out", "ms": 20, "jitter_ms": 5}),
        ("lose {} 2.5%", {"dial": "lose", "direction": "both", "percent": 2.5}),
        ("duplicate {} 50 --in", {"dial": "duplicate", "direction": "in", "percent": 50}),
        ("reorder {} 10 --for 600", {"dial": "reorder", "direction": "both", "percent": 10, "for_s": 600}),
    ],
    ids=["lag", "lose", "duplicate", "reorder"],
)
def test_a_dial_is_turned_and_healed(cluster: Cluster, line: str, told: Json) -> None:
    first, second = cluster.pair()
    answer = ok(first, *line.format(second.address).split())
    assert {**told, "peer": second.address}.items() <= answer.items()
    assert dials(first, second) == [(told["dial"], told["direction"])]
    assert ok(first, "heal", second.address)["peers"] == [second.address]
    assert dials(first, second) == []
    assert "no dial is on" in failed(first, 1, "heal", second.address)


def test_a_cut_with_a_time_heals_by_itself(cluster: Cluster) -> None:
    first, second = cluster.pair()
    assert ok(first, "cut", second.address, "--for", "1")["peers"] == [second.address]
    ok(first, "put", "k", "1")
    eventually(lambda: second.values("k") == [1])
    assert dials(first, second) == []


def test_a_wait_is_over_when_everybody_has_it_and_fails_when_somebody_does_not(cluster: Cluster) -> None:
    first, second = cluster.pair()
    ok(first, "put", "k", "1")
    assert ok(first, "wait")["missing"] == {}
    assert second.values("k") == [1]
    assert ok(first, "wait", "k", "--timeout", "5")["converged"] is True
    ok(first, "cut", second.address, "--out")
    ok(first, "put", "k", "2")
    late = ask(first, "--json", "wait", "k", "--timeout", "0.3")
    assert (late.returncode, late.stderr) == (1, b"")
    assert f'"missing":{{"{second.address}":1}}'.encode() in late.stdout
    told = ask(first, "wait", "--timeout=0")
    assert (told.returncode, told.stderr) == (1, b"")
    assert f"not everybody has it yet: {second.address} lacks 1" in told.stdout.decode()
    ok(first, "heal", "all")
    assert ok(first, "wait", "--timeout", "20")["converged"] is True


def test_why_and_history_tell_of_a_key(cluster: Cluster) -> None:
    first, second = cluster.pair()
    ok(first, "put", "a b", '"red"')
    ok(first, "wait")
    ok(second, "put", "a b", '"blue"')
    ok(second, "wait")
    history = ok(first, "history", "a b")
    assert [change["what"] for change in history["changes"]] == ["written", "arrived"]
    assert [version["value"] for version in history["versions"]] == ["blue"]
    why = ok(first, "why", "a b")
    assert (why["held"], why["members"], bool(why["sentences"])) == (2, 2, True)
    assert why["sentences"][0] in ask(first, "why", "a b").stdout.decode()
    for command in ("why", "history"):
        assert "nothing is known" in failed(first, 1, command, "never")


def test_what_does_not_fit_a_dial_is_one_sentence(cluster: Cluster) -> None:
    first, second = cluster.pair()
    assert "percentage" in failed(first, 1, "lose", second.address, "101")
    assert "no peer" in failed(first, 1, "lag", "nobody", "5")
    assert "usage: decent-tui lag" in failed(first, 2, "lag", second.address)
    assert "--timeout: it takes" in failed(first, 2, "wait", "--timeout", "soon")
