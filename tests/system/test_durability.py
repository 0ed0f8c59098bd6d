"""Nothing acknowledged is ever lost: kill -9, copies, backups, two processes on one file."""

import random
import shutil
import time
from pathlib import Path

import pytest

from .harness import Cluster, Node, eventually, free_port, linked, put, run, same_everywhere

BURST = 400


@pytest.mark.slow
def test_eight_rounds_of_kill_9_during_writes_lose_nothing_acknowledged(cluster: Cluster) -> None:
    """Distinct keys and one counter, in one stream; the kill comes after a random number of answers."""
    draw = random.Random(8)
    witness = cluster.start()
    node = cluster.start(peers=[witness.address])
    first_id = node.node_id
    acknowledged: dict[str, int] = {}
    counter = 0
    for round_ in range(8):
        lines = []
        for n in range(BURST):
            lines += [put(f"r{round_}-{n}", n), put("counter", round_ * BURST + n)]
        node.send(*lines)
        answers = [node.answer() for _ in range(draw.randrange(1, BURST))]
        node.kill9()
        answers += node.answered()
        refused = [answer for answer in answers if not answer["ok"]]
        assert not refused, refused[:3]
        for answer in answers:
            value = answer["versions"][0]["value"]
            if answer["key"] == "counter":
                counter = max(counter, value)
            else:
                acknowledged[answer["key"]] = value
        node.restart()
        assert node.node_id == first_id
        data = node.snapshot()["data"]
        missing = [
            key for key, value in acknowledged.items() if [r["value"] for r in data.get(key, [])] != [value]
        ]
        assert not missing, (
            f"round {round_}: {len(missing)} acknowledged writes are gone, first {missing[:3]}"
        )
        assert [r["value"] >= counter for r in data["counter"]] == [True]
    assert len(acknowledged) > 8
    linked(node, witness)
    same_everywhere(node, witness)


def test_a_node_killed_in_the_middle_of_a_bulk_sync_completes_it_after_its_restart(cluster: Cluster) -> None:
    count = 6_000
    full = cluster.start()
    full.calls(put(f"k{n:05}", {"n": n, "text": "x" * 500}) for n in range(count))
    empty = cluster.start(peers=[full.address])
    for _ in range(3):
        eventually(lambda: empty.ok("keys --limit 1")["keys"], every=0)
        empty.kill9()
        first_id = empty.node_id
        assert empty.restart().node_id == first_id
    linked(full, empty)
    same_everywhere(full, empty, within=20)
    assert len(empty.keys()) == count


def test_a_restart_keeps_everything_exactly(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"k{n}", {"n": n, "text": "é\u202e[/]"}) for n in range(100))
    node.calls(f"delete k{n}" for n in range(50))
    before, node_id = node.data_snapshot(), node.node_id
    for end in (node.terminate, node.kill9):
        end()
        node.restart()
        assert node.data_snapshot() == before
        assert node.node_id == node_id


def test_a_second_process_on_the_same_file_is_refused(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k 1")
    second = run(cluster.home, "--headless", "--json", "--port", str(free_port()), "--data", str(node.data))
    assert second.returncode == 1
    assert len(second.stderr.decode().strip().splitlines()) == 1, second.stderr.decode()
    assert second.stdout == b""
    assert node.values("k") == [1]


def test_a_second_process_on_the_same_port_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    second = run(
        cluster.home, "--headless", "--json", "--port", str(node.port), "--data", str(tmp_path / "other.db")
    )
    assert second.returncode == 1
    assert len(second.stderr.decode().strip().splitlines()) == 1, second.stderr.decode()
    assert str(node.port) in second.stderr.decode()
    assert second.stdout == b""
    node.ok("put k 1")


def test_the_lock_goes_with_a_killed_process(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k 1")
    node.kill9()
    other = cluster.start(data=node.data)
    assert other.node_id == node.node_id
    assert other.values("k") == [1]


def files_of(node: Node) -> list[Path]:
    """All files that lie beside the node's database under its name."""
    assert node.data is not None
    return sorted(node.data.parent.glob(node.data.name + "*"))


@pytest.mark.parametrize("all_files", [False, True], ids=["the-database-alone", "every-file"])
def test_a_copied_file_starts_under_a_new_node_id(cluster: Cluster, tmp_path: Path, all_files: bool) -> None:
    node = cluster.start()
    node.calls(put(f"k{n}", n) for n in range(20))
    assert node.terminate() == 0
    assert node.data is not None
    copies = tmp_path / "copies"
    copies.mkdir()
    for file in files_of(node) if all_files else [node.data]:
        shutil.copy2(file, copies / file.name)
    node.restart()
    copy = cluster.start(data=copies / node.data.name, peers=[node.address])
    assert copy.node_id != node.node_id
    assert len(copy.keys()) == 20
    linked(node, copy)
    node.ok("put k0 100")
    copy.ok("put k1 101")
    same_everywhere(node, copy)
    assert (copy.values("k0"), node.values("k1")) == ([100], [101])
    original_id = node.node_id
    assert node.terminate() == 0
    assert node.restart().node_id == original_id


def test_a_restored_old_copy_gets_a_new_id_and_nothing_acknowledged_elsewhere_is_lost(
    cluster: Cluster, tmp_path: Path
) -> None:
    other = cluster.start()
    node = cluster.start(peers=[other.address])
    linked(node, other)
    node.ok("put early 1")
    same_everywhere(node, other)
    assert node.terminate() == 0
    assert node.data is not None
    old = tmp_path / "old.db"
    shutil.copy2(node.data, old)
    old_id = node.restart().node_id
    linked(node, other)
    node.calls(put(f"late-{n}", n) for n in range(50))
    node.ok("delete early")
    same_everywhere(node, other)
    assert node.terminate() == 0
    assert other.terminate() == 0
    for file in files_of(node):
        if file.name.startswith(node.data.name + "-"):
            file.unlink()
    shutil.copy2(old, node.data)
    node.peer_arguments = []
    node.restart()
    assert node.node_id != old_id
    node.ok("put early-again 1")
    node.ok("put late-0 100")
    other.restart()
    linked(node, other)
    same_everywhere(node, other)
    keys = other.keys()
    assert [f"late-{n}" for n in range(50) if f"late-{n}" not in keys] == []
    assert "early" not in keys
    assert "early-again" in keys
    assert sorted(other.values("late-0")) == [0, 100], "neither write saw the other"
    answer = other.ok(f"getpeer {node.address} early-again")
    assert answer["relation"] == "same", "its address means the one that lives there"


def rolled_back(cluster: Cluster, tmp_path: Path) -> tuple[Node, Node, str]:
    """A machine put back as a whole to an older state, so that the node alone cannot know, and which then
    writes `after` (under a number that named `late-0` before) before it hears of its peer. On return the two
    are linked again; the third value is the id under which it did that."""
    other = cluster.start()
    node = cluster.start(peers=[other.address])
    linked(node, other)
    node.ok("put early 1")
    same_everywhere(node, other)
    assert node.terminate() == 0
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in files_of(node):
        shutil.copy2(file, backup / file.name)
    node.restart()
    linked(node, other)
    node.calls(put(f"late-{n}", n) for n in range(20))
    same_everywhere(node, other)
    assert node.terminate() == 0
    assert other.terminate() == 0
    for file in files_of(node):
        if (backup / file.name).exists():
            file.write_bytes((backup / file.name).read_bytes())
        else:
            file.unlink()
    node.restart()
    node.ok("put after 1")
    other.restart()
    linked(node, other)
    return node, other, node.node_id


def test_a_machine_rolled_back_as_a_whole_takes_a_new_id_when_a_peer_knows_better(
    cluster: Cluster, tmp_path: Path
) -> None:
    node, other, old_id = rolled_back(cluster, tmp_path)
    eventually(lambda: node.snapshot()["node_id"] != old_id)
    for n in range(1, 20):
        eventually(lambda n=n: node.values(f"late-{n}") == [n])  # type: ignore[misc]
    eventually(lambda: node.values("after") == other.values("after") == [1])
    node.ok("put much-later 1")
    eventually(lambda: other.values("much-later") == [1])
    assert [f"late-{n}" for n in range(20) if other.values(f"late-{n}") != [n]] == []
    node.kill9()
    new_id = node.restart().node_id
    assert new_id != old_id
    linked(node, other)


def test_what_a_rolled_back_machine_wrote_under_a_used_number_is_settled_by_the_self_check(
    cluster: Cluster, tmp_path: Path
) -> None:
    node, other, _ = rolled_back(cluster, tmp_path)
    same_everywhere(node, other, within=15)
    assert other.values("late-0") == [0]


def test_a_damaged_file_is_kept_and_never_overwritten(cluster: Cluster, tmp_path: Path) -> None:
    data = tmp_path / "damaged.db"
    garbage = b"this is no database at all, but somebody may want it back" * 100
    data.write_bytes(garbage)
    result = run(
        cluster.home, "--headless", "--json", "--port", str(free_port()), "--data", str(data), stdin=b"exit\n"
    )
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and file.read_bytes() == garbage]
    assert kept, "the bytes are nowhere any more"
    assert b"Traceback" not in result.stderr
    assert result.stderr, "it must say so"


def test_a_memory_node_is_a_new_one_every_time_and_leaves_nothing(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(memory=True)
    node.ok('put k "needle-in-memory"')
    first = node.node_id
    assert node.terminate() == 0
    node.restart()
    assert node.node_id != first
    assert node.keys() == []
    assert node.terminate() == 0
    found = [f for f in tmp_path.rglob("*") if f.is_file() and b"needle-in-memory" in f.read_bytes()]
    assert found == []


def test_port_0_takes_a_free_port_and_keeps_nothing_without_a_file(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(port=0, default_data=True)
    assert node.port > 0
    node.ok('put k "needle-without-file"')
    assert node.terminate() == 0
    found = [f for f in tmp_path.rglob("*") if f.is_file() and b"needle-without-file" in f.read_bytes()]
    assert found == []


def test_without_data_the_file_lies_in_the_data_folder_one_per_port(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(default_data=True)
    node.ok("put k 1")
    node_id = node.node_id
    assert node.terminate() == 0
    assert [f for f in (tmp_path / "data").rglob("*") if f.is_file()], "nothing under XDG_DATA_HOME"
    node.restart()
    assert (node.node_id, node.values("k")) == (node_id, [1])
    other = cluster.start(default_data=True)
    assert other.node_id != node_id
    assert other.keys() == []


def test_an_answer_means_that_it_is_on_disk_even_for_a_single_write(cluster: Cluster) -> None:
    """The kill follows the answer as fast as this process can."""
    node = cluster.start()
    for n in range(5):
        node.ok(f"put single-{n} {n}")
        node.kill9()
        node.restart()
        assert [node.values(f"single-{m}") for m in range(n + 1)] == [[m] for m in range(n + 1)]


def test_a_file_with_many_keys_opens_at_once(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"k{n:05}", n) for n in range(20_000))
    assert node.terminate() == 0
    empty = cluster.start()
    assert empty.terminate() == 0
    start = time.monotonic()
    empty.restart()
    small = time.monotonic() - start
    start = time.monotonic()
    node.restart()
    large = time.monotonic() - start
    assert large < small + 1.0
    assert node.ok("keys --limit 1 --after k19998")["keys"] == ["k19999"]
