"""The original protocol from a bare socket: every message, and everything that can be wrong with one."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from .harness import LOOPBACK, Cluster, Json, Node, eventually, free_port, put
from .wire import Wire, original

RECORD = {"value", "vc", "lamport", "node_id", "ts", "cid"}


def stranger() -> tuple[str, Json]:
    """The id and the HANDSHAKE of a classic node that nobody can dial."""
    address = f"{LOOPBACK}:{free_port()}"
    node_id = f"deadbeef@{address}"
    return node_id, {"node_id": node_id, "listen": address, "known_peers": []}


# ------------------------------------------------------------------ the table of the design


def test_handshake_is_answered_with_peers_and_never_the_node_itself(cluster: Cluster) -> None:
    a, b = cluster.pair()
    _, hello = stranger()
    with Wire(a.port) as wire:
        answer = wire.ask("HANDSHAKE", hello)
        assert answer["type"] == "PEERS"
        assert b.address in answer["payload"]["peers"]
        assert a.address not in answer["payload"]["peers"]
        assert wire.alive()
    eventually(lambda: a.peer(hello["listen"]))


def test_a_handshake_may_be_repeated(cluster: Cluster) -> None:
    node = cluster.start()
    _, hello = stranger()
    with Wire(node.port) as wire:
        assert [wire.ask("HANDSHAKE", hello)["type"] for _ in range(3)] == ["PEERS"] * 3


def test_whatever_others_say_the_node_never_lists_itself(cluster: Cluster) -> None:
    node = cluster.start()
    _, hello = stranger()
    with Wire(node.port) as wire:
        wire.ask("HANDSHAKE", hello | {"listen": node.address, "known_peers": [node.address]})
    with Wire(node.port) as wire:
        wire.ask("HANDSHAKE", hello | {"known_peers": [node.address, f"0.0.0.0:{node.port}"]})
        wire.send("PEERS", {"peers": [node.address, f"localhost:{node.port}"]})
        assert wire.alive()
    _, asking = stranger()
    mine = {node.address, f"0.0.0.0:{node.port}", f"localhost:{node.port}"}

    def not_listed() -> bool:
        with Wire(node.port) as wire:
            told = wire.ask("HANDSHAKE", asking)["payload"]["peers"]
        shown = [peer["address"] for peer in node.peers()]
        assert mine.isdisjoint(told), told
        assert mine.isdisjoint(shown), shown
        return True

    eventually(not_listed)


def test_addresses_in_peers_are_learned_and_rubbish_is_not(cluster: Cluster) -> None:
    node = cluster.start()
    learned = f"{LOOPBACK}:{free_port()}"
    rubbish = ["nowhere", "x:y:z", "", ":", "h:0", "h:99999", "h:-1", "\x1b[2J:1", "a b:1"]
    with Wire(node.port) as wire:
        wire.ask("HANDSHAKE", stranger()[1])
        wire.send("PEERS", {"peers": [*rubbish, learned]})
        assert wire.alive()
    eventually(lambda: node.peer(learned))
    assert all(peer["address"].startswith(LOOPBACK) for peer in node.peers()), node.peers()


def test_get_keys_is_answered_with_keys(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        answer = wire.ask("GET_KEYS", {})
        assert (answer["type"], answer["payload"]["keys"]) == ("KEYS", [])
        node.calls(put(key, 1) for key in ("b", "a", "gone"))
        node.ok("delete gone")
        answer = wire.ask("GET_KEYS")
        assert (answer["type"], sorted(answer["payload"]["keys"])) == ("KEYS", ["a", "b"])
        assert not answer["payload"].get("more")


def test_get_value_is_answered_with_its_records(cluster: Cluster) -> None:
    node = cluster.start()
    record = node.ok('put k {"a": "é"}')["versions"][0]
    with Wire(node.port) as wire:
        answer = wire.ask("GET_VALUE", {"key": "k"})
        assert (answer["type"], answer["payload"]["key"]) == ("VALUE", "k")
        assert answer["payload"]["versions"] == [record]
        assert set(answer["payload"]["versions"][0]) == RECORD
        assert not answer["payload"].get("more")
        answer = wire.ask("GET_VALUE", {"key": "nothing"})
        assert (answer["payload"]["key"], answer["payload"]["versions"]) == ("nothing", [])


def test_put_value_is_acknowledged_and_keeps_its_author(cluster: Cluster) -> None:
    node = cluster.start()
    author, _ = stranger()
    with Wire(node.port) as wire:
        answer = wire.ask("PUT_VALUE", {"key": "k", "version": original(author, {"from": "outside"})})
        assert answer == {"type": "ACK", "payload": {"ok": True}}
    [record] = eventually(lambda: node.versions("k"))
    assert record["value"] == {"from": "outside"}
    assert record["node_id"] == author
    assert len(record["cid"]) == 64, "a cid from outside is recomputed"


def test_put_value_of_the_same_record_twice_is_one_version(cluster: Cluster) -> None:
    node = cluster.start()
    author, _ = stranger()
    with Wire(node.port) as wire:
        for _ in range(3):
            wire.ask("PUT_VALUE", {"key": "k", "version": original(author, 1)})
        before = node.versions("k")
        wire.ask("PUT_VALUE", {"key": "k", "version": original(author, 1)})
    assert len(before) == 1
    assert node.versions("k") == before


def test_a_newer_original_of_the_same_author_replaces_the_older(cluster: Cluster) -> None:
    node = cluster.start()
    author, _ = stranger()
    with Wire(node.port) as wire:
        for lamport, value in ((3, "older"), (7, "newer"), (5, "late")):
            wire.ask("PUT_VALUE", {"key": "k", "version": original(author, value, lamport)})
    assert node.values("k") == ["newer"]


def test_put_value_without_a_handshake_gossips_on_to_other_nodes(cluster: Cluster) -> None:
    a, b = cluster.pair()
    with Wire(a.port) as wire:
        wire.ask("PUT_VALUE", {"key": "k", "version": original(stranger()[0], 1)})
    eventually(lambda: a.versions("k"))
    eventually(lambda: b.versions("k") == a.versions("k"))


def test_push_update_is_acknowledged_and_taken_in(cluster: Cluster) -> None:
    node = cluster.start()
    author, _ = stranger()
    data = {f"k{n}": [original(author, n, lamport=n + 1)] for n in range(100)}
    snapshot = {"node_id": author, "lamport": 100, "snapshot_ts": 1_700_000_000.0, "data": data}
    with Wire(node.port) as wire:
        answer = wire.ask("PUSH_UPDATE", {"snapshot": snapshot})
        assert answer == {"type": "ACK", "payload": {"ok": True}}
    eventually(lambda: len(node.keys()) == 100)
    assert node.values("k99") == [99]


def test_ping_is_answered_with_the_time(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        answer = wire.ask("PING", {})
    assert answer["type"] == "PONG"
    assert abs(answer["payload"]["ts"] - time.time()) < 60


def test_an_unknown_type_is_answered_with_an_error(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        for kind in ("NONSENSE", "ping", "", "ERR2"):
            answer = wire.ask(kind, {"a": 1})
            assert answer == {"type": "ERR", "payload": {"err": "unknown message type"}}
        assert wire.alive()


def test_an_id_is_repeated_in_the_answer(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k 1")
    requests: list[tuple[str, Json]] = [
        ("PING", {}),
        ("GET_KEYS", {}),
        ("GET_VALUE", {"key": "k"}),
        ("PUT_VALUE", {"key": "c", "version": original(stranger()[0], 1)}),
        ("HANDSHAKE", stranger()[1]),
        ("NONSENSE", {}),
    ]
    with Wire(node.port) as wire:
        for number, (kind, payload) in enumerate(requests, start=1):
            assert wire.ask(kind, payload, id=number)["id"] == number
        assert "id" not in wire.ask("PING", {})


def test_the_accepting_side_says_nothing_unasked_to_a_classic_node(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        assert wire.ask("HANDSHAKE", stranger()[1])["type"] == "PEERS"
        node.calls(put(f"k{n}", n) for n in range(50))
        with pytest.raises(AssertionError, match="no line within"):
            wire.read_line(within=2.5)
        assert wire.alive()


def test_requests_in_one_packet_are_answered_in_order(cluster: Cluster) -> None:
    node = cluster.start()
    lines = [json.dumps({"type": "PING", "payload": {}, "id": n}) for n in range(1_000)]
    with Wire(node.port) as wire:
        wire.send_raw("\n".join(lines).encode() + b"\n")
        assert [wire.read()["id"] for _ in lines] == list(range(1_000))


def test_a_line_in_many_small_packets_is_one_line(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        for byte in b'{"type": "PING", "payload": {}}\r\n':
            wire.send_raw(bytes([byte]))
        assert wire.read()["type"] == "PONG"
        wire.send_raw(b"\n\r\n   \n")
        assert wire.alive(), "blank lines are passed over"


# ------------------------------------------------------------------ what is wrong


def test_malformed_json_gets_an_error_and_the_connection_lives(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        for line in (b"rubbish", b'{"type": "PI', b"\xff\xfe\x00", b'{"type": "PING"}}', b"[" * 50_000):
            wire.send_raw(line + b"\n")
            answer = wire.read()
            assert answer["type"] == "ERR"
            assert isinstance(answer["payload"]["err"], str)
            assert wire.alive()


def test_three_malformed_lines_in_a_row_close_the_connection(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        wire.send_raw(b"one\ntwo\nthree\n")
        assert wire.closed(within=5)
    with Wire(node.port) as wire:
        assert wire.alive()


def test_two_malformed_lines_then_a_good_one_start_the_count_anew(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        for _ in range(4):
            wire.send_raw(b"one\ntwo\n")
            assert [wire.read()["type"] for _ in range(2)] == ["ERR", "ERR"]
            assert wire.alive()


def test_a_line_over_1_mib_closes_the_connection_and_one_below_does_not(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        wire.send("PING", {"padding": "x" * (1024 * 1024 - 100)})
        assert wire.read()["type"] == "PONG"
        wire.send_raw(b'{"type": "PING", "payload": {"padding": "' + b"x" * (1024 * 1024) + b'"}}\n')
        assert wire.closed(within=5)
    with Wire(node.port) as wire:
        wire.send_raw(b"x" * (2 * 1024 * 1024))
        assert wire.closed(within=5), "even before its newline"
    node.ok("put k 1")


BROKEN: list[Any] = [
    [],
    7,
    "text",
    None,
    {},
    {"payload": {}},
    {"type": 7, "payload": {}},
    {"type": None, "payload": {}},
    {"type": "PING", "payload": []},
    {"type": "GET_VALUE", "payload": {}},
    {"type": "GET_VALUE", "payload": {"key": 7}},
    {"type": "GET_VALUE", "payload": "k"},
    {"type": "HANDSHAKE", "payload": {}},
    {"type": "HANDSHAKE", "payload": {"node_id": 7, "listen": [], "known_peers": {}}},
    {"type": "HANDSHAKE", "payload": {"node_id": "x" * 5_000, "listen": "::::", "known_peers": ["", 1]}},
    {"type": "PEERS", "payload": {"peers": "127.0.0.1:1"}},
    {"type": "PEERS", "payload": {"peers": [7, None, {}, []]}},
    {"type": "PUT_VALUE", "payload": {}},
    {"type": "PUT_VALUE", "payload": {"key": "k"}},
    {"type": "PUT_VALUE", "payload": {"key": "k", "version": 7}},
    {"type": "PUT_VALUE", "payload": {"key": "k", "version": {"value": 1}}},
    {"type": "PUSH_UPDATE", "payload": {}},
    {"type": "PUSH_UPDATE", "payload": {"snapshot": []}},
    {"type": "PUSH_UPDATE", "payload": {"snapshot": {"data": {"k": [7]}}}},
    {"type": "PUSH_UPDATE", "payload": {"snapshot": {"data": {"k": 7}}}},
]

HOSTILE_RECORDS: list[tuple[str, Json]] = [
    ("", {}),
    ("k" * 1025, {}),
    ("new\nline", {}),
    ("\x1b[2J", {}),
    ("k", {"vc": {"deadbeef@h:1": -1}}),
    ("k", {"vc": {"deadbeef@h:1": 1.5}}),
    ("k", {"vc": {"deadbeef@h:1": "1"}}),
    ("k", {"vc": []}),
    ("k", {"lamport": 2**53 + 1}),
    ("k", {"lamport": -1}),
    ("k", {"lamport": "1"}),
    ("k", {"node_id": 7}),
    ("k", {"node_id": "x" * 5_000}),
    ("k", {"value": "x" * 300_000}),
]


def test_broken_messages_change_nothing_and_the_node_lives(cluster: Cluster) -> None:
    node = cluster.start()
    for message in BROKEN:
        with Wire(node.port) as wire:
            wire.send_raw(json.dumps(message).encode() + b"\n")
            assert_served(node, message)
    assert node.keys() == []


def test_hostile_records_change_nothing_and_the_node_lives(cluster: Cluster) -> None:
    node = cluster.start()
    for key, change in HOSTILE_RECORDS:
        version = original("deadbeef@h:1", "hostile") | change
        snapshot = {"node_id": "deadbeef@h:1", "lamport": 1, "snapshot_ts": 1.0, "data": {key: [version]}}
        with Wire(node.port) as wire:
            wire.send("PUT_VALUE", {"key": key, "version": version})
            wire.send("PUSH_UPDATE", {"snapshot": snapshot})
            assert_served(node, (key, change))
    assert node.keys() == []


def assert_served(node: Node, what: object) -> None:
    """The node answers on another connection and on stdin."""
    with Wire(node.port) as other:
        assert other.alive(), what
    assert node.ok("keys")["ok"], what


def test_no_one_can_write_in_the_name_of_a_decent_node_through_the_classic_door(cluster: Cluster) -> None:
    """A clock that names a decent id is an echo, and an echo changes nothing."""
    node = cluster.start()
    mine = node.ok('put k "mine"')["versions"]
    forged = original(node.node_id, "forged", lamport=99)
    grown = original("deadbeef@h:1", "forged") | {"vc": {node.node_id: 99, "deadbeef@h:1": 3}}
    with Wire(node.port) as wire:
        for version in (forged, grown):
            wire.ask("PUT_VALUE", {"key": "k", "version": version})
            wire.ask("PUT_VALUE", {"key": "other", "version": version})
    assert node.versions("k") == mine
    assert node.keys() == ["k"]
    assert node.ok("put k 2")["versions"][0]["lamport"] < 99 + 2


# ------------------------------------------------------------------ bounds


def test_an_answer_that_could_exceed_a_line_is_bounded_and_says_more(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"{n:04}-{'k' * 1_000}", 1) for n in range(1_200))
    with Wire(node.port) as wire:
        wire.send("GET_KEYS", {})
        line = wire.read_line()
        assert line is not None
        assert len(line) <= 1024 * 1024
        payload = json.loads(line)["payload"]
        assert payload["more"] is True
        assert 0 < len(payload["keys"]) < 1_200


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")


@needs_proc
def test_one_who_asks_and_never_reads_blocks_nobody(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"k{n}", "x" * 1_000) for n in range(200))
    before = memory(node)
    with Wire(node.port) as deaf:
        deaf.socket.settimeout(0.5)
        ask = json.dumps({"type": "GET_VALUE", "payload": {"key": "k7"}}).encode() + b"\n"
        for _ in range(40):
            try:
                deaf.socket.sendall(ask * 1_000)
            except OSError:
                break
        with Wire(node.port) as other:
            assert other.alive()
        node.ok("put k 1", within=5)
        assert memory(node) - before < 64 * 1024 * 1024, "what nobody reads must not pile up"


def memory(node: Node) -> int:
    """The bytes that a node occupies in memory."""
    assert node.process is not None
    with open(f"/proc/{node.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def test_more_connections_than_allowed_do_not_stop_the_node(cluster: Cluster) -> None:
    a, b = cluster.pair()
    crowd = [Wire(a.port) for _ in range(300)]
    a.ok("put k 1")
    eventually(lambda: b.values("k") == [1])
    for wire in crowd:
        wire.close()

    def served() -> bool:
        with Wire(a.port) as person:
            return person.alive()

    eventually(served)


@needs_proc
def test_connections_that_come_and_go_leave_nothing_behind(cluster: Cluster) -> None:
    node = cluster.start()
    for number in range(200):
        with Wire(node.port) as wire:
            wire.send_raw([b"", b'{"type": "PI', b"rubbish\n", b'{"type":"PING"}\n'][number % 4])
    assert node.process is not None
    fds = f"/proc/{node.process.pid}/fd"

    def settled() -> bool:
        return len(os.listdir(fds)) < 40

    eventually(settled)
    with Wire(node.port) as wire:
        assert wire.alive()


def test_learned_addresses_are_capped(cluster: Cluster) -> None:
    node = cluster.start()
    with Wire(node.port) as wire:
        wire.ask("HANDSHAKE", stranger()[1])
        for block in range(10):
            wire.send("PEERS", {"peers": [f"127.0.{block}.{n}:9" for n in range(1, 251)]})
        assert wire.alive()
    assert len(node.peers()) <= 1_025
    node.ok("put k 1", within=5)
