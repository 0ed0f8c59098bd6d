"""Commands from the shell, each a process of its own, against a node that is another one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from .harness import LOOPBACK, Cluster, Json, Node, environment, eventually, free_port, linked


def ask(
    node: Node | str, *arguments: str, stdin: bytes = b"", **more: str
) -> "subprocess.CompletedProcess[bytes]":
    """One command, its node given by the environment."""
    address = node if isinstance(node, str) else node.address
    home = Path.cwd() if isinstance(node, str) else node.home
    return subprocess.run(
        [sys.executable, "-m", "decent_tui", *arguments],
        input=stdin,
        capture_output=True,
        env=environment(home) | {"DECENT_NODE": address} | more,
        timeout=60,
        check=False,
    )


def ok(node: Node, *arguments: str, stdin: bytes = b"") -> Json:
    """One command that must succeed, read as a program reads it."""
    done = ask(node, "--json", *arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b""), done
    answer: Json = json.loads(done.stdout)
    assert answer["ok"] is True
    return answer


def failed(node: Node | str, code: int, *arguments: str, stdin: bytes = b"") -> str:
    """One command that must fail: the same sentence for people and for programs."""
    told = ask(node, *arguments, stdin=stdin)
    assert (told.returncode, told.stdout, told.stderr.count(b"\n")) == (code, b"", 1), told
    as_json = ask(node, "--json", *arguments, stdin=stdin)
    assert (as_json.returncode, as_json.stderr) == (code, b""), as_json
    answer = json.loads(as_json.stdout)
    assert answer["ok"] is False
    sentence: str = answer["error"]
    assert told.stderr.decode().rstrip("\n").endswith(sentence)
    return sentence


def test_the_answers_are_those_of_stdin(cluster: Cluster) -> None:
    first, second = cluster.pair()
    ok(first, "put", "k", '{"a": [1, 2]}')
    ok(first, "put", "j", '"red"')
    lines = ["get k", "keys", "keys j", "keys --conflicts", "keys --limit 1", "keys --after j", "snapshot"]
    lines += [f"getpeer {second.address} k", "help", "help put"]
    for line in lines:
        here, there = first.ok(line), ok(first, *line.split(" "))
        for answer in (here, there):
            answer.get("snapshot", {}).pop("snapshot_ts", None)
        assert here == there, line
    assert [peer["node_id"] for peer in ok(first, "peers")["peers"]] == [second.node_id]
    assert ok(first, "status")["node_id"] == first.node_id
    assert ok(first, "gossip")["peers"][0]["error"] is None
    assert ok(first, "cut", second.address)["peers"] == [second.address]
    assert ok(first, "heal", "all")["peers"] == [second.address]
    assert ok(first, "addpeer", "127.0.0.1:1")["address"] == "127.0.0.1:1"
    assert ok(first, "delete", "k")["key"] == "k"
    assert first.values("k") == []


@pytest.mark.parametrize(
    "key", ["a b", "it's", 'say "no"', "back\\slash", " ", "'\" \\", "--json", "ключ\u202e"]
)
def test_a_key_is_what_the_shell_hands_over(cluster: Cluster, key: str) -> None:
    node = cluster.start(memory=True)
    assert ok(node, "put", "--", key, "1")["key"] == key
    assert ok(node, "get", "--", key)["versions"][0]["value"] == 1
    assert node.keys() == [key]


def test_flags_stand_before_or_after(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    nowhere = f"{LOOPBACK}:{free_port()}"
    for line in (
        ["--node", node.address, "--json", "put", "k", "1"],
        [f"--node={node.address}", "put", "--json", "k", "1", "--timeout", "5"],
        ["put", "k", "--node", node.address, "1", "--timeout=5", "--json"],
        ["--timeout", "5", "put", "k", "1", f"--node={node.address}", "--json"],
    ):
        done = ask(nowhere, *line)
        assert done.returncode == 0, (line, done)
        assert json.loads(done.stdout)["ok"] is True


def test_without_json_the_answer_is_text(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    assert ask(node, "put", "a b", '{"x":  1}').stdout == b"'a b' = {\"x\":1}\n"
    assert ask(node, "keys").stdout == b"'a b'\n"
    assert ask(node, "delete", "a b").stdout == b"delete: 'a b'\n"
    assert ask(node, "keys").stdout == b"no keys\n"


def test_exit_codes(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    ok(node, "put", "k", "1")
    assert failed(node, 1, "get", "absent") == "no value"
    assert "control characters" in failed(node, 1, "put", "a\nb", "1")
    assert "no peer" in failed(node, 1, "cut", "nobody")
    assert "own address" in failed(node, 1, "addpeer", node.address)
    assert "usage: decent-tui put" in failed(node, 2, "put", "k")
    assert "usage: decent-tui get" in failed(node, 2, "get", "k", "j")
    assert "usage: decent-tui keys" in failed(node, 2, "keys", "--frob")
    assert "not valid JSON" in failed(node, 2, "put", "k", "red")
    assert "did you mean" in failed(node, 2, "pit", "k", "1")
    assert "host:port" in failed("nonsense", 2, "get", "k")
    assert "number of seconds" in failed(node, 2, "get", "k", "--timeout", "soon")
    assert "ends a node" in failed(node, 1, "exit")
    assert node.values("k") == [1]


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    address = f"{LOOPBACK}:{free_port()}"
    assert failed(address, 1, "get", "k") == f"no node answers at {address}: connection refused"


def test_a_node_that_does_not_answer_is_given_up(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    node.signal(signal.SIGSTOP)
    try:
        assert "no answer within 0.5 s" in failed(node, 1, "get", "k", "--timeout", "0.5")
    finally:
        node.signal(signal.SIGCONT)


def test_a_value_comes_from_stdin(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    ok(node, "put", "k", "-", stdin=b'\n{"text":\n "' + b"x" * 250_000 + b'"}\n')
    assert node.values("k") == [{"text": "x" * 250_000}]
    ok(node, "resolve", "k", "-", stdin=b"2")
    assert node.values("k") == [2]
    assert "not valid UTF-8" in failed(node, 2, "put", "k", "-", stdin=b"\xff")
    assert "allowed" in failed(node, 2, "put", "k", "-", stdin=b"1" * 300_000)


def test_a_put_that_names_what_it_saw_is_compare_and_set(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    cid = ok(node, "put", "k", "1")["versions"][0]["cid"]
    ok(node, "put", "k", "2", "--saw", cid)
    assert failed(node, 1, "put", "k", "3", "--saw", cid).startswith("stale")
    assert node.values("k") == [2]


def test_all_keys_come_whatever_their_number(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    node.calls(f"put k{i:05} {i}" for i in range(3_500))
    assert ok(node, "keys")["more"] is True
    assert ok(node, "keys", "--limit", "1000000") == {
        "command": "keys", "ok": True, "keys": [f"k{i:05}" for i in range(3_500)], "more": False,
    }  # fmt: skip
    assert len(ok(node, "snapshot")["snapshot"]["data"]) == 3_500


def test_a_conflict_is_settled_from_the_shell(cluster: Cluster) -> None:
    first, second = cluster.pair()
    ok(first, "cut", second.address)
    ok(first, "put", "k", '"a"')
    ok(second, "put", "k", '"b"')
    ok(first, "heal", "all")
    linked(first, second)
    eventually(lambda: len(first.values("k")) == 2)
    assert ok(first, "keys", "--conflicts")["keys"] == ["k"]
    cid = next(r["cid"] for r in ok(first, "get", "k")["versions"] if r["value"] == "b")
    ok(first, "resolve", "k", cid)
    eventually(lambda: second.values("k") == ["b"])


def test_a_leave_from_the_shell_retires_the_node_and_ends_its_process(cluster: Cluster) -> None:
    first, second = cluster.pair()
    ok(second, "leave")
    assert second.exit_code() == 0
    first.peer_when(second.address, lambda peer: peer["state"] == "left")


def test_help_needs_no_node(tmp_path: Path) -> None:
    nowhere = f"{LOOPBACK}:{free_port()}"
    assert b"put KEY JSON" in ask(nowhere, "help").stdout
    done = ask(nowhere, "put", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(b"put KEY JSON")
    assert b"--node HOST:PORT" in done.stdout


def test_help_for_what_is_no_command_is_refused_like_any_other(tmp_path: Path) -> None:
    nowhere = f"{LOOPBACK}:{free_port()}"
    done = ask(nowhere, "help", "nope", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["command"], answer["ok"]) == (1, "help", False)
    assert "nope" in answer["error"]
    assert b"a bug" not in ask(nowhere, "help", "nope").stderr


# ------------------------------------------------------------------ watching


class Watch:
    """A `watch` that runs."""

    def __init__(self, node: Node, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "decent_tui", "watch", *arguments, "--node", node.address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(node.home),
        )

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    @property
    def out(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def json(self) -> Any:
        return json.loads(self.out.readline())


def test_a_watch_tells_of_every_change_with_what_the_key_holds_then(cluster: Cluster) -> None:
    first, second = cluster.pair()
    with Watch(first, "a", "--json") as watch:
        assert watch.json() == {"command": "watch", "ok": True, "prefix": "a"}
        second.ok("put a1 1")
        assert (told := watch.json()) == {"event": "changed", "key": "a1", "versions": told["versions"]}
        assert told["versions"] == first.versions("a1")
        first.ok("put b 2")
        first.ok("delete a1")
        assert watch.json() == {"event": "changed", "key": "a1", "versions": []}
        eventually(lambda: first.ok("status")["deleted"] == 0)  # that it is forgotten then is no change
        first.ok("put a2 3")
        assert watch.json()["key"] == "a2"
        first.destroy()
        assert watch.process.wait(10) == 1
        last = watch.json()
        assert last["ok"] is False
        assert "connection" in last["error"]


def test_a_watch_for_people_is_text_and_ends_with_ctrl_c(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    with Watch(node) as watch:
        assert watch.out.readline() == b"watching every key\n"
        node.ok("put k 1")
        assert watch.out.readline() == b"k = 1\n"
        node.ok("delete k")
        assert watch.out.readline() == b"k is deleted\n"
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(10) == 130
        assert watch.process.stderr is not None
        assert watch.process.stderr.read() == b""


def test_a_watch_that_nobody_reads_slows_down_nobody_and_says_what_it_missed(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    with Watch(node, "--json") as watch:
        assert watch.json()["ok"] is True
        value = "x" * 900
        keys = 0
        while keys < 20_000:  # far more than pipes, sockets and buffers hold
            node.calls(f'put {"k" * 900}{keys + i} "{value}"' for i in range(2_000))
            keys += 2_000
        skipped, told = 0, 0
        while told + skipped < keys:
            event = watch.json()
            told += event["event"] == "changed"
            skipped += event.get("count", 0)
        assert told + skipped >= keys
        node.ok('put last "1"')
        while watch.json().get("key") != "last":
            pass


def test_a_watch_on_stdin_runs_beside_later_commands(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    assert node.ok("watch a") == {"command": "watch", "ok": True, "prefix": "a"}
    node.ok("put a1 1")
    node.ok("put b1 1")
    node.ok("delete a1")
    eventually(lambda: len(node.events) >= 2)
    assert [(event["event"], event["key"], len(event["versions"])) for event in node.events][-1] == (
        "changed", "a1", 0,
    )  # fmt: skip
    assert {event["key"] for event in node.events} == {"a1"}


def test_what_is_shown_cannot_act_on_a_terminal(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    ok(node, "put", "k\u202e", '"\\u001b[31m\u202e\u200b"')
    for arguments in (["get", "k\u202e"], ["keys"], ["get", "k\u202e", "--json"]):
        out = ask(node, *arguments).stdout.decode()
        assert not set(out) & {"\x1b", "\u202e", "\u200b"}, arguments


def test_a_closed_pipe_is_no_error(cluster: Cluster) -> None:
    node = cluster.start(memory=True)
    node.calls(f"put {'k' * 900}{i} 1" for i in range(1_000))
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "decent_tui", "keys", "--node", node.address],
        stdout=write,
        stderr=subprocess.PIPE,
        env=environment(node.home),
        timeout=30,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""


def test_export_and_import_use_the_files_of_whoever_typed_them(cluster: Cluster, tmp_path: Path) -> None:
    first, second = cluster.start(memory=True), cluster.start(memory=True)
    first.calls(f"put k{i:04} {i}" for i in range(3_000))
    file = str(tmp_path / "all.jsonl")
    assert ok(first, "export", file)["count"] == 3_000
    assert ok(second, "import", file)["count"] == 3_000
    assert second.values("k2999") == [2_999]
    assert "no such file" in failed(second, 1, "import", str(tmp_path / "none"))
