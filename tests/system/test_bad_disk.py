"""A disk that is full, read-only or damaged, a file from elsewhere: one clear sentence, no traceback, nothing
overwritten, and what can be served honestly is served."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from .harness import Cluster, Node, eventually, free_port, linked, put, run, same_everywhere

SIZE = "3m"
"""Room on the small disk: a data file that is in use takes a third of it."""


class Disk:
    """A file system of its own, in memory, of which the system asks `mount` (root)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs")

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", *options, str(self.folder)], check=True, capture_output=True)

    def change(self, options: str) -> None:
        """Mount it anew: another size, `ro`, `rw`."""
        self._mount("-o", f"remount,{options}")

    def end(self) -> None:
        """Take it away, whoever still uses it."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path, cluster: Cluster) -> Iterator[Disk]:
    """A small one; its nodes end before it does."""
    try:
        made = Disk(tmp_path / "disk")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    yield made
    cluster.end()
    made.end()


def refused_start(cluster: Cluster, data: Path) -> str:
    """The one line with which a node refuses this file."""
    done = run(cluster.home, "--headless", "--json", "--port", str(free_port()), "--data", str(data))
    text = done.stderr.decode()
    assert (done.returncode, done.stdout) == (1, b""), text
    assert len(text.splitlines()) == 1, text
    return text


def checked(cluster: Cluster, data: Path | None) -> tuple[int, str]:
    """What `decent-tui check` says of a file: the exit code and all its words, which are no traceback."""
    done = run(cluster.home, "check", str(data))
    text = (done.stdout + done.stderr).decode()
    assert "Traceback" not in text
    return done.returncode, text


def written(cluster: Cluster) -> Path:
    """The data of a node that has stopped; it holds some keys."""
    node = cluster.start()
    node.calls(put(f"k{n}", n) for n in range(50))
    assert node.terminate() == 0
    assert node.data is not None
    return node.data


def test_on_a_full_disk_reads_go_on_nothing_is_lost_and_room_mends_it(cluster: Cluster, disk: Disk) -> None:
    other = cluster.start()
    node = cluster.start(data=disk.folder / "a.db", peers=[other.address])
    linked(node, other)
    node.ok("put small 1")
    answers = node.calls(put(f"big{n}", "x" * 50_000) for n in range(100))
    refusals = {answer["error"] for answer in answers if not answer["ok"]}
    assert len(refusals) == 1, refusals
    assert "the disk is full" in refusals.pop()
    held = {answer["key"] for answer in answers if answer["ok"]}
    assert held
    other.ok("put from-elsewhere 1")
    assert node.values("small") == [1], "reading needs no room"
    eventually(lambda: any("the disk is full" in alarm for alarm in node.ok("status")["alarms"]))
    node.kill9()
    assert checked(cluster, node.data)[0] == 0
    disk.change("size=60m")
    node.restart()
    assert held <= set(node.keys())
    node.ok("put later 1")
    linked(node, other)
    same_everywhere(node, other)
    assert node.values("from-elsewhere") == [1]


def test_room_that_comes_while_it_runs_needs_no_restart(cluster: Cluster, disk: Disk) -> None:
    other = cluster.start()
    node = cluster.start(data=disk.folder / "a.db", peers=[other.address])
    linked(node, other)
    eventually(lambda: not node.call(put("big", "x" * 200_000))["ok"], every=0)
    disk.change("size=60m")
    eventually(lambda: node.call("put later 1")["ok"])
    linked(node, other)
    same_everywhere(node, other)


def allow(node: Node, size: int) -> None:
    """Let the files of a running node grow so far and no further (as a quota would; no root is needed)."""
    assert node.process is not None
    most = resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (most if size < 0 else size, most))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of others: Linux only")
def test_a_file_that_may_not_grow_is_told_of_and_read_on(cluster: Cluster) -> None:
    node, other = cluster.pair()
    node.ok("put small 1")
    same_everywhere(node, other)
    assert node.data is not None
    allow(node, node.data.with_name(f"{node.data.name}-wal").stat().st_size + 8 * 4096)
    answers = node.calls(put(f"big{n}", "x" * 250_000) for n in range(6))
    refusals = {answer["error"] for answer in answers if not answer["ok"]}
    assert len(refusals) == 1, answers
    assert str(node.data) in refusals.pop()
    other.ok("put from-elsewhere 1")
    assert node.values("small") == [1]
    allow(node, -1)
    eventually(lambda: node.call("put later 1")["ok"])
    linked(node, other)
    same_everywhere(node, other)
    node.kill9()
    assert checked(cluster, node.data)[0] == 0


def test_a_disk_that_becomes_read_only_is_read_on(cluster: Cluster, disk: Disk) -> None:
    node = cluster.start(data=disk.folder / "a.db")
    node.calls(put(f"k{n}", n) for n in range(50))
    node_id = node.node_id
    node.kill9()
    disk.change("ro")
    assert "cannot be" in refused_start(cluster, disk.folder / "a.db")
    assert checked(cluster, node.data)[0] == 0, "looking needs no writing"
    disk.change("rw")
    node.restart()
    assert (node.node_id, len(node.keys())) == (node_id, 50)


@pytest.mark.parametrize(("mode", "said"), [(0o400, "cannot be written"), (0o000, "cannot be opened")])
def test_a_file_without_permission_is_refused_and_stays(cluster: Cluster, mode: int, said: str) -> None:
    data = written(cluster)
    content = data.read_bytes()
    data.chmod(mode)
    if os.access(data, os.W_OK):
        pytest.skip("who runs this may write everything")
    try:
        assert said in refused_start(cluster, data)
    finally:
        data.chmod(0o600)
    assert data.read_bytes() == content


def test_a_folder_in_its_place_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "folder.db"
    folder.mkdir()
    assert str(folder) in refused_start(cluster, folder)
    assert checked(cluster, folder)[0] == 1
    assert list(folder.iterdir()) == []


def test_a_file_of_a_newer_version_is_refused_and_stays(cluster: Cluster) -> None:
    data = written(cluster)
    with closing(sqlite3.connect(data, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    content = data.read_bytes()
    assert "written by a newer version" in refused_start(cluster, data)
    code, text = checked(cluster, data)
    assert code == 1
    assert "written by a newer version" in text
    assert data.read_bytes() == content


def harm(data: Path, table: str) -> None:
    """Overwrite one page of the file, the one from which the rows of a table (or index) hang."""
    with closing(sqlite3.connect(data, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with data.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize("table", ["root", "version", "version_dot", "sqlite_autoindex_node_1", "seen"])
def test_a_damaged_page_is_told_of_and_never_written_over(cluster: Cluster, table: str) -> None:
    """Where the damage keeps it from starting it says so; where it does not, whoever meets it is told, and
    the node lives."""
    data = written(cluster)
    harm(data, table)
    content = data.read_bytes()
    code, text = checked(cluster, data)
    assert code == 1
    assert "damaged" in text
    if table in ("root", "seen"):
        assert "is damaged; move it" in refused_start(cluster, data)
        assert data.read_bytes() == content
        return
    node = cluster.start(data=data)
    answers = [node.call(line) for line in ("get k1", "put k1 2", "put new 1", "snapshot")]
    assert node.call("status")["ok"] is True, "it lives"
    told = node.ok("status")["alarms"] + [answer["error"] for answer in answers if not answer["ok"]]
    assert told, answers
    assert all("is damaged; move it" in text for text in told), told
    node.kill9()
    assert sum(a != b for a, b in zip(content, data.read_bytes(), strict=False)) < len(content) / 2


def clone(node: Node, folder: Path) -> Path:
    """The machine of a node is cloned: data and marker are the same to the byte and the inode elsewhere too,
    which here means that the copy records the inode that its marker has."""
    assert node.data is not None
    folder.mkdir()
    for file in node.data.parent.glob(f"{node.data.name}*"):
        shutil.copy2(file, folder / file.name)
    data = folder / node.data.name
    marker = data.with_name(f"{data.name}.id")
    with closing(sqlite3.connect(data, isolation_level=None)) as connection:
        connection.execute("UPDATE root SET inode = ?", (str(marker.stat().st_ino),))
    return data


def test_two_machines_with_one_id_are_told_apart_and_both_operators_are_told(
    cluster: Cluster, tmp_path: Path
) -> None:
    witness = cluster.start(name="witness")
    first = cluster.start(name="first", peers=[witness.address])
    first.ok("put k 1")
    same_everywhere(first, witness)
    assert first.terminate() == 0
    data = clone(first, tmp_path / "elsewhere")
    first.restart()
    linked(first, witness)
    second = cluster.start(name="second", data=data, peers=[witness.address])
    assert second.node_id == first.node_id
    for node in (first, second, witness):
        eventually(lambda node=node: any("process" in alarm for alarm in node.ok("status")["alarms"]))  # type: ignore[misc]
    assert witness.peer(first.address)["state"] == "alive", "the first keeps its links"
    first.ok("put k 2")
    eventually(lambda: witness.values("k") == [2])
    assert first.terminate() == 0
    second.ok("put from-second 1")
    eventually(lambda: witness.values("from-second") == [1], within=20)
