"""The commands up to `cut` and `heal`: what each one answers, field by field."""

import hashlib
import json
from typing import Any

from .classic_peer import NEVER, ClassicPeer
from .harness import LOOPBACK, Cluster, Json, eventually, free_port, linked, put
from .wire import original

RECORD = {"value", "vc", "lamport", "node_id", "ts", "cid"}
PEER = {"address", "node_id", "name", "state", "rtt_ms", "behind", "ahead", "classic", "last_error"}
JSON_TEXTS = [
    *("0", "-1.5e-7", "1e308", "12345678901234567890123", "true"),
    *('""', "{}", "[]", '"\\u0000\\u001b"', '{"":{"":[]}}'),
]
STATES = {"joining", "alive", "suspect", "down", "left", "forgotten"}


def fields(answer: Json) -> set[str]:
    """The fields of an answer beside `command` and `ok`."""
    return set(answer) - {"command", "ok"}


# ------------------------------------------------------------------ what is right


def test_the_first_line_says_who_listens_where(cluster: Cluster) -> None:
    node = cluster.start(name="otter")
    assert node.listening == {
        "event": "listening",
        "node_id": node.node_id,
        "name": "otter",
        "host": LOOPBACK,
        "port": node.port,
    }
    assert json.loads(node.raw_stdout[0])["event"] == "listening"
    assert node.node_id
    assert "@" not in node.node_id


def test_put_and_get_answer_with_records(cluster: Cluster) -> None:
    node = cluster.start()
    written = node.call('put k {"b": [1, 2.5], "a": "é"}')
    assert (written["command"], written["ok"], fields(written)) == ("put", True, {"key", "versions"})
    assert written["key"] == "k"
    [record] = written["versions"]
    assert set(record) == RECORD
    assert record["value"] == {"b": [1, 2.5], "a": "é"}
    assert record["node_id"] == node.node_id
    assert list(record["vc"]) == [node.node_id]
    text = json.dumps(record["value"], sort_keys=True, separators=(",", ":"))
    assert record["cid"] == hashlib.sha256(text.encode()).hexdigest()
    assert 1_600_000_000 < record["ts"] < 10_000_000_000, "seconds since 1970"
    assert isinstance(record["lamport"], int)
    read = node.call("get k")
    assert read == {"command": "get", "ok": True, "key": "k", "versions": [record]}


def test_each_write_counts_its_own_clock_and_lamport_up(cluster: Cluster) -> None:
    node = cluster.start()
    records = [node.ok(f"put k{n % 2} {n}")["versions"][0] for n in range(6)]
    counts = [record["vc"][node.node_id] for record in records]
    lamports = [record["lamport"] for record in records]
    assert counts == sorted(set(counts))
    assert lamports == sorted(set(lamports))


def test_get_of_nothing_says_no_value(cluster: Cluster) -> None:
    node = cluster.start()
    assert "no value" in node.refused("get k")
    node.ok("put k 1")
    node.ok("delete k")
    assert "no value" in node.refused("get k")


def test_delete_answers_with_the_key(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k 1")
    assert node.call("delete k") == {"command": "delete", "ok": True, "key": "k"}


def test_keys_are_sorted_by_their_bytes_and_come_in_pages(cluster: Cluster) -> None:
    node = cluster.start()
    names = ["b", "a", "ä", "a/2", "a/10", "Z", "😀", "\uffee", "a b", "aa"]
    node.calls(put(name, 1) for name in names)
    answer = node.call("keys")
    assert answer == {
        "command": "keys",
        "ok": True,
        "keys": sorted(names, key=lambda name: name.encode()),
        "more": False,
    }
    everything = answer["keys"]
    assert node.ok("keys a/")["keys"] == ["a/10", "a/2"]
    page = node.ok("keys --limit 3")
    assert (page["keys"], page["more"]) == (everything[:3], True)
    page = node.ok(f"keys --limit 100 --after {page['keys'][-1]!r}")
    assert (page["keys"], page["more"]) == (everything[3:], False)
    assert node.ok("keys a --limit 2 --after a")["keys"] == ["a b", "a/10"]
    assert node.ok("keys --conflicts")["keys"] == []
    assert node.ok("keys nothing-like-it") == {"command": "keys", "ok": True, "keys": [], "more": False}


def test_keys_gives_1000_unless_told_otherwise(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"{n:04}", n) for n in range(1001))
    answer = node.ok("keys")
    assert (len(answer["keys"]), answer["more"]) == (1000, True)
    answer = node.ok("keys --limit 1001")
    assert (len(answer["keys"]), answer["more"]) == (1001, False)


def test_peers_answers_with_exactly_the_documented_fields(cluster: Cluster) -> None:
    a, b = cluster.pair()
    answer = a.call("peers")
    assert fields(answer) == {"peers"}
    [peer] = answer["peers"]
    assert set(peer) == PEER
    assert (peer["address"], peer["node_id"], peer["state"]) == (b.address, b.node_id, "alive")
    assert isinstance(peer["behind"], int)
    assert isinstance(peer["ahead"], int)
    assert peer["classic"] is False
    cut = a.call(f"cut {b.address}")
    assert cut == {"command": "cut", "ok": True, "peers": [b.address]}
    [peer] = a.peers()
    assert set(peer) == PEER | {"cut", "dials"}
    assert peer["state"] in STATES
    healed = a.call(f"heal {b.address}")
    assert healed == {"command": "heal", "ok": True, "peers": [b.address]}
    linked(a, b)
    assert set(a.peers()[0]) == PEER


def test_a_peer_can_be_named_by_address_id_beginning_or_name(cluster: Cluster) -> None:
    a = cluster.start(name="otter")
    b = cluster.start(name="lynx", peers=[a.address])
    linked(a, b)
    b.ok("put k 1")
    eventually(lambda: a.versions("k"))
    for name in (b.address, b.node_id, b.node_id[:10], "lynx"):
        answer = a.ok(f"getpeer {name} k")
        assert answer["versions"][0]["value"] == 1


def test_getpeer_tells_same_from_absent(cluster: Cluster) -> None:
    a, b = cluster.pair()
    record = a.ok("put k 1")["versions"][0]
    eventually(lambda: b.versions("k"))
    answer = a.call(f"getpeer {b.address} k")
    assert fields(answer) == {"peer", "key", "versions", "relation"}
    assert (answer["key"], answer["versions"], answer["relation"]) == ("k", [record], "same")
    answer = a.ok(f"getpeer {b.address} nothing")
    assert (answer["versions"], answer["relation"]) == ([], "absent")


def test_getpeer_tells_ahead_behind_and_concurrent(cluster: Cluster) -> None:
    """Between linked nodes these last too briefly, so the peer is one that holds what it is told to hold."""
    node = cluster.start()
    with ClassicPeer(free_port(), interval=NEVER) as peer:
        node.ok(f"addpeer {peer.address}")
        node.peer_when(peer.address, lambda p: p["state"] == "alive")
        clocks: dict[str, Any] = {}
        for key in ("ahead", "behind", "concurrent"):
            node.ok(f'put {key} "first"')
            clocks[key] = node.ok(f'put {key} "second"')["versions"][0]["vc"]
            eventually(lambda k=key: "second" in peer.values(k))  # type: ignore[misc]
        older = {name: count - 1 for name, count in clocks["behind"].items()}
        for key, clock in {
            "ahead": clocks["ahead"] | {"other": 1},
            "behind": older,
            "concurrent": {"other": 1},
        }.items():
            record = original("other", f"their {key}") | {"vc": clock}
            peer.plant(key, [record])
            answer = node.ok(f"getpeer {peer.address} {key}")
            assert answer["relation"] == key
            assert [r["value"] for r in answer["versions"]] == [f"their {key}"]


def test_gossip_answers_for_every_peer(cluster: Cluster) -> None:
    a, b = cluster.pair()
    nobody = f"{LOOPBACK}:{free_port()}"
    a.ok(f"addpeer {nobody}")
    answer = a.ok("gossip")
    assert fields(answer) == {"peers"}
    results = {peer["address"]: peer for peer in answer["peers"]}
    assert set(results) == {b.address, nobody}
    assert all(set(peer) == {"address", "sent", "received", "error"} for peer in answer["peers"])
    assert results[b.address]["error"] is None
    assert results[nobody]["error"]


def test_gossip_of_a_node_without_peers_is_ok(cluster: Cluster) -> None:
    assert cluster.start().call("gossip") == {"command": "gossip", "ok": True, "peers": []}


def test_snapshot_has_the_form_of_the_original(cluster: Cluster) -> None:
    node = cluster.start()
    record = node.ok("put k 1")["versions"][0]
    node.ok("put gone 1")
    node.ok("delete gone")
    answer = node.call("snapshot")
    assert fields(answer) == {"snapshot"}
    snapshot = answer["snapshot"]
    assert set(snapshot) == {"node_id", "lamport", "snapshot_ts", "data"}
    assert snapshot["node_id"] == node.node_id
    assert snapshot["lamport"] >= record["lamport"]
    assert snapshot["data"] == {"k": [record]}, "live versions only"


def test_resolve_answers_with_key_and_versions(cluster: Cluster) -> None:
    node = cluster.start()
    cid = node.ok("put k 1")["versions"][0]["cid"]
    answer = node.call(f"resolve k {cid}")
    assert (answer["ok"], fields(answer)) == (True, {"key", "versions"})
    assert [record["value"] for record in answer["versions"]] == [1]
    answer = node.call('resolve k {"a": 1}')
    assert (answer["ok"], answer["key"], answer["versions"][0]["value"]) == (True, "k", {"a": 1})


def test_a_quoted_key_and_json_with_spaces_and_quotes(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("""put 'a key' {"it's": "a \\"quoted\\" --saw  text", "n":   [1,   2]}""")
    assert node.values("a key") == [{"it's": 'a "quoted" --saw  text', "n": [1, 2]}]
    node.ok('put "double \\" quoted" "#no comment"')
    assert node.values('double " quoted') == ["#no comment"]
    node.ok("   put    spaced     7   ")
    assert node.values("spaced") == [7]


def test_null_is_a_value_and_no_delete(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k null")
    assert node.values("k") == [None]
    assert node.keys() == ["k"]


def test_any_json_value_comes_back_equal(cluster: Cluster) -> None:
    node = cluster.start()
    for text in JSON_TEXTS:
        node.ok(f"put k {text}")
        [record] = node.versions("k")
        value = json.loads(text)
        assert record["value"] == value
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
        assert record["cid"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_ids_are_drawn_and_names_are_given(cluster: Cluster) -> None:
    nodes = [cluster.start() for _ in range(3)]
    assert len({node.node_id for node in nodes}) == 3
    assert all(node.listening["name"] for node in nodes), "a node without --name has one of its own"


def test_answers_keep_the_order_of_the_lines_whatever_they_cost(cluster: Cluster) -> None:
    node = cluster.start()
    nobody = f"{LOOPBACK}:{free_port()}"
    lines = [
        f"addpeer {nobody}",
        put("a", 1),
        "get a",
        "gossip",
        "delete a",
        "get a",
        put("a", 2),
        "keys",
        "nope",
    ]
    answers = node.calls(lines * 5)
    assert [answer["command"] for answer in answers] == [line.split()[0] for line in lines * 5]
    assert [answer["ok"] for answer in answers] == [
        True,
        True,
        True,
        True,
        True,
        False,
        True,
        True,
        False,
    ] * 5


def test_every_line_reads_what_the_lines_before_it_wrote(cluster: Cluster) -> None:
    node = cluster.start()
    answers = node.calls(line for n in range(200) for line in (put("k", n), "get k"))
    assert [answer["versions"][0]["value"] for answer in answers] == [n for n in range(200) for _ in "pg"]
