"""Backup and restore as a person does them: real nodes, one-shot commands, and a cluster that goes on."""

import json
import threading
from pathlib import Path

import pytest

from .harness import Cluster, Json, Node, eventually, linked, put, run


def program(home: Path, *arguments: str) -> Json:
    """The program's answer, with --json, to something that must succeed."""
    done = run(home, *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, b""), done
    answer: Json = json.loads(done.stdout)
    assert answer["ok"] is True
    return answer


def refusal(home: Path, *arguments: str, code: int = 1) -> str:
    """The sentence of something that must fail."""
    done = run(home, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (code, b"", 1), done
    return done.stderr.decode()


def backed_up(node: Node, file: Path) -> Json:
    return program(node.home, "backup", str(file), "--node", node.address)


def test_a_backup_of_a_node_that_is_written_to_is_one_moment_of_it(cluster: Cluster, tmp_path: Path) -> None:
    node, count = cluster.start(), 6_000
    sender = threading.Thread(target=node.send, args=[put(f"k{n:05}", {"n": n}) for n in range(count)])
    sender.start()
    for _ in range(count // 3):
        assert node.answer()["ok"]
    made = backed_up(node, tmp_path / "backup")
    for _ in range(count - count // 3):
        assert node.answer()["ok"]
    sender.join()
    assert count // 3 <= made["count"] <= count
    assert made["bytes"] == (tmp_path / "backup").stat().st_size
    told = program(tmp_path, "restore", str(tmp_path / "backup"), "--data", str(tmp_path / "b.db"))
    assert (told["count"], told["was"]) == (made["count"], node.node_id)
    other = cluster.start(data=tmp_path / "b.db")
    assert other.node_id == told["node_id"] != node.node_id
    assert other.keys() == [f"k{n:05}" for n in range(made["count"])], "what came first, without a gap"


def test_stdin_takes_a_backup_too_and_it_replaces_an_older_one_only(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    node.ok("put k 1")
    assert node.ok("backup b")["count"] == 1
    node.ok("put j 1")
    assert node.ok("backup b")["count"] == 2
    assert node.data is not None
    assert "data file of a node" in node.refused(f"backup {node.data}")
    (tmp_path / "notes").write_text("mine")
    assert "no backup" in node.refused(f"backup {tmp_path}/notes")
    assert "no such file" in node.refused("backup nowhere/b")
    assert [*tmp_path.glob("*.part"), *tmp_path.glob("*.copy*")] == []


def test_a_node_in_memory_says_that_there_is_nothing_to_copy(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(memory=True)
    assert "use export" in node.refused("backup b")
    assert "use export" in refusal(tmp_path, "backup", "b", "--node", node.address)
    assert not (tmp_path / "b").exists()


def test_a_restored_node_joins_its_cluster_as_a_new_member(cluster: Cluster, tmp_path: Path) -> None:
    """What was deleted since the backup stays deleted, and what was written since arrives."""
    first, second = cluster.pair()
    first.ok("put old 1")
    first.ok("put gone 1")
    eventually(lambda: second.keys() == ["gone", "old"])
    backup = tmp_path / "backup"
    backed_up(second, backup)
    first.ok("delete gone")
    first.ok("put new 1")
    eventually(lambda: second.keys() == ["new", "old"])
    lost = second.node_id
    assert second.terminate() == 0
    assert second.data is not None
    sentence = refusal(tmp_path, "restore", str(backup), "--data", str(second.data))
    assert f"is there already, with 2 keys of node {lost}; --replace" in sentence
    told = program(tmp_path, "restore", str(backup), "--data", str(second.data), "--replace")
    assert told["replaces"] == told["was"] == lost
    second.restart()
    assert second.node_id == told["node_id"] != lost
    linked(first, second)
    eventually(lambda: second.keys() == ["new", "old"])
    assert first.data_snapshot() == second.data_snapshot()
    first.ok(f"forget {lost}")


def test_a_dry_run_says_what_would_change_and_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    node.ok("put k 1")
    backed_up(node, tmp_path / "backup")
    before = sorted(tmp_path.rglob("*"))
    done = run(tmp_path, "restore", "backup", "--data", "b.db", "--dry-run")
    assert done.returncode == 0
    told = done.stdout.decode()
    for part in (
        "backup: 1 keys",
        "would be written to b.db",
        "a new id",
        f"forget {node.node_id}",
        "nothing",
    ):
        assert part in told
    assert sorted(tmp_path.rglob("*")) == before
    told = refusal(tmp_path, "restore", "backup", "--data", str(node.data), "--dry-run", "--replace")
    assert "in use by another process" in told


def test_without_data_a_backup_goes_where_the_node_looks_for_it(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    node.ok("put k 1")
    backed_up(node, tmp_path / "backup")
    other = cluster.node(default_data=True)
    told = program(tmp_path, "restore", "backup", "--port", str(other.port))
    other.start()
    assert (other.node_id, other.values("k")) == (told["node_id"], [1])
    assert "--data FILE" in refusal(tmp_path, "restore", "backup", "--port", "0", code=2)


@pytest.mark.parametrize(("file", "said"), [("none", "there is no file none"), ("notes", "no data file")])
def test_what_is_no_backup_is_one_sentence(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "notes").write_text("mine " * 1_000)
    assert said in refusal(tmp_path, "restore", file, "--data", "b.db")
    assert json.loads(run(tmp_path, "restore", file, "--data", "b.db", "--json").stdout)["ok"] is False
    assert not (tmp_path / "b.db").exists()
