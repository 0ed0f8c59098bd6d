"""Who a node is after its file was opened: each rule of DESIGN, "Identity", with real files."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import msgspec
import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Member, Root, State
from decent_tui.storage.marker import Marker
from decent_tui.storage.opening import Opened, open_store
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.make import put, version


class Start:
    """Opens files with ids `id1`, `id2`, … and a new tag each time."""

    def __init__(self) -> None:
        self._ids, self._tags = count(1), count(1)

    def __call__(self, path: Path) -> Opened:
        return open_store(path, lambda: f"id{next(self._ids)}", lambda: f"tag{next(self._tags)}")


@pytest.fixture
def start() -> Start:
    return Start()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node" / "a.db"


def root_of(opened: Opened) -> Root:
    state = opened.store.load()
    assert state is not None
    return state.root


def write(opened: Opened, counter: int) -> None:
    """One durable write with this number."""
    root = root_of(opened)
    put(opened.store, version("k", counter, node=root.node))
    opened.store.save(root=msgspec.structs.replace(root, counter=counter), seen={root.node: ((1, counter),)})
    opened.store.commit()
    opened.store.make_durable()


def run(start: Start, path: Path, *counters: int) -> str:
    """One life of a node: open, write, close; returns its id."""
    opened = start(path)
    for counter in counters:
        write(opened, counter)
    node = root_of(opened).node
    opened.store.close()
    return node


def copy(source: Path, target: Path) -> None:
    """`cp -a` of the database and whatever lies beside it but the marker."""
    target.parent.mkdir(exist_ok=True)
    for end in ("", "-wal", "-shm"):
        if (file := source.with_name(source.name + end)).exists():
            shutil.copy2(file, target.with_name(target.name + end))


def die(opened: Opened) -> None:
    """What kill -9 does to a process: every descriptor is closed, nothing else happens."""
    store = opened.store
    store._log.close_connection()
    copy(store.path, store.path.parent / "kept" / store.path.name)
    store._connection.close()  # copies the log and removes it, which a killed process does not
    store._log.close()
    assert store._marker is not None
    os.close(store._marker._file)
    for file in (store.path.parent / "kept").iterdir():
        shutil.copyfile(file, store.path.parent / file.name)
    shutil.rmtree(store.path.parent / "kept")


# ------------------------------------------------------------------ the same file


def test_a_new_file_gets_an_id(start: Start, path: Path) -> None:
    opened = start(path)
    assert opened.notice == ""
    assert opened.store.load() == State(Root("id1"))
    opened.store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["a.db", "a.db.id"]
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_restart_keeps_the_id(start: Start, path: Path) -> None:
    for counter in range(1, 4):
        opened = start(path)
        assert (opened.notice, root_of(opened).node) == ("", "id1")
        write(opened, counter)
        opened.store.close()


def test_a_killed_node_keeps_its_id(start: Start, path: Path) -> None:
    for counter in range(1, 4):
        opened = start(path)
        assert (opened.notice, root_of(opened)) == ("", Root("id1", counter - 1))
        write(opened, counter)
        die(opened)


def test_a_moved_folder_keeps_its_id(start: Start, path: Path) -> None:
    run(start, path, 1)
    path.parent.rename(path.parent.with_name("moved"))
    assert run(start, path.parent.with_name("moved") / path.name) == "id1"


def test_a_renamed_pair_keeps_its_id(start: Start, path: Path) -> None:
    run(start, path, 1)
    path.rename(path.with_name("b.db"))
    path.with_name("a.db.id").rename(path.with_name("b.db.id"))
    assert run(start, path.with_name("b.db")) == "id1"


def test_a_link_leads_to_the_same_node(start: Start, path: Path, tmp_path: Path) -> None:
    run(start, path, 1)
    link = tmp_path / "link.db"
    link.symlink_to(path)
    opened = start(path)
    with pytest.raises(StorageError, match="in use by another process"):
        start(link)
    opened.store.close()
    assert run(start, link) == "id1"


def test_a_new_id_at_run_time_is_kept(start: Start, path: Path) -> None:
    """The marker is written after the database: killed in between it has the id that was just given up."""
    run(start, path, 7)
    opened = start(path)
    opened.store.save(root=Root("later", former=("id1",)))
    opened.store.commit()  # and never made durable
    die(opened)
    again = start(path)
    assert (again.notice, root_of(again).node) == ("", "later")
    write(again, 1)
    die(again)
    assert run(start, path) == "later"


# ------------------------------------------------------------------ copies and backups


def assert_renamed(opened: Opened, old: str, counter: int, reason: str) -> None:
    """A new id; all that is known stays; the old id stays a member."""
    state = opened.store.load()
    assert state is not None
    assert state.root.node != old
    assert state.root.counter == 0
    assert state.root.former[-1] == old
    assert state.root.lamport == 9
    assert state.seen == {old: ((1, counter),)}
    assert state.members[old] == Member(old, standing="member", seen=state.seen)
    assert reason in opened.notice
    assert old in opened.notice
    assert state.root.node in opened.notice
    assert "\n" not in opened.notice


@pytest.fixture
def lived(start: Start, path: Path) -> Path:
    """A file with 5 writes under `id1`."""
    opened = start(path)
    opened.store.save(root=Root("id1", lamport=9))
    for counter in range(1, 6):
        write(opened, counter)
    opened.store.close()
    return path


def reopen(start: Start, path: Path) -> None:
    """A renamed node stays what it is now."""
    opened = start(path)
    renamed = root_of(opened)
    opened.store.close()
    opened = start(path)
    assert (opened.notice, root_of(opened)) == ("", renamed)
    opened.store.close()


def test_a_copied_database_gets_a_new_id(start: Start, lived: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy" / "a.db"
    copy(lived, target)
    opened = start(target)
    assert_renamed(opened, "id1", 5, "marker is missing")
    opened.store.close()
    reopen(start, target)
    assert run(start, lived) == "id1"


def test_a_folder_copied_whole_gets_a_new_id(start: Start, lived: Path, tmp_path: Path) -> None:
    shutil.copytree(lived.parent, tmp_path / "copy")
    opened = start(tmp_path / "copy" / "a.db")
    assert_renamed(opened, "id1", 5, "another file than before")
    opened.store.close()
    reopen(start, tmp_path / "copy" / "a.db")
    assert run(start, lived) == "id1"


def test_a_restored_older_copy_gets_a_new_id(start: Start, lived: Path, tmp_path: Path) -> None:
    copy(lived, tmp_path / "backup.db")
    assert run(start, lived, 6, 7) == "id1"
    copy(tmp_path / "backup.db", lived)
    opened = start(lived)
    assert_renamed(opened, "id1", 5, "not the newest")
    opened.store.close()
    reopen(start, lived)


def test_a_copy_of_the_running_node_restored_under_it_gets_a_new_id(
    start: Start, lived: Path, tmp_path: Path
) -> None:
    """Same tag, same marker: only the counter tells."""
    opened = start(lived)
    copy(lived, tmp_path / "backup.db")
    write(opened, 6)
    opened.store.close()
    copy(tmp_path / "backup.db", lived)
    opened = start(lived)
    assert_renamed(opened, "id1", 5, "knows writes up to 5, its marker up to 6")
    opened.store.close()


def test_a_copy_with_the_former_id_gets_a_new_one(start: Start, lived: Path, tmp_path: Path) -> None:
    opened = start(lived)
    copy(lived, tmp_path / "backup.db")
    opened.store.save(root=Root("later", former=("id1",)))
    opened.store.commit()
    opened.store.close()
    copy(tmp_path / "backup.db", lived)
    opened = start(lived)
    assert_renamed(opened, "id1", 5, "another node id")
    opened.store.close()


@pytest.mark.parametrize("damage", [Path.unlink, lambda marker: marker.write_bytes(b"?" * 512)])
def test_a_lost_marker_costs_the_id(start: Start, lived: Path, damage: Callable[[Path], object]) -> None:
    damage(lived.with_name("a.db.id"))
    opened = start(lived)
    assert_renamed(opened, "id1", 5, "marker")
    opened.store.close()
    reopen(start, lived)


def test_a_lost_database_is_noticed(start: Start, lived: Path) -> None:
    lived.unlink()
    opened = start(lived)
    assert opened.store.load() == State(Root("id2"))
    assert "was gone or empty" in opened.notice
    opened.store.close()
    reopen(start, lived)


# ------------------------------------------------------------------ dying while opening


class Killed(BaseException):
    """Raised where the process would die."""


STEPS = [
    (Marker, "write", 1),
    (Marker, "flush", 1),
    (SqliteStore, "commit", 1),
    (SqliteStore, "make_durable", 1),
]
STEPS += [(Marker, "write", 2)]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("kind", "method", "nth"), STEPS)
def test_killed_while_opening_it_keeps_the_id(
    start: Start,
    lived: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type,
    method: str,
    nth: int,
    before: bool,
) -> None:
    for _ in range(2):
        killed_at(monkeypatch, kind, method, nth, before, lambda: start(lived))
    assert run(start, lived, 6) == "id1"
    assert run(start, lived) == "id1"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("kind", "method", "nth"), STEPS)
def test_killed_while_taking_a_new_id_it_never_goes_back(
    start: Start,
    lived: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type,
    method: str,
    nth: int,
    before: bool,
) -> None:
    lived.with_name("a.db.id").unlink()
    for _ in range(2):
        killed_at(monkeypatch, kind, method, nth, before, lambda: start(lived))
    opened = start(lived)
    node, state = root_of(opened).node, opened.store.load()
    assert node != "id1"
    assert state is not None
    assert (
        state.members.keys() == {"id1"} == set(state.root.former)
    )  # ids that were never used leave no trace
    write(opened, 1)
    opened.store.close()
    assert run(start, lived) == node


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("kind", "method", "nth"), STEPS)
def test_killed_while_making_a_file_it_starts_afresh(
    start: Start, path: Path, monkeypatch: pytest.MonkeyPatch, kind: type, method: str, nth: int, before: bool
) -> None:
    killed_at(monkeypatch, kind, method, nth, before, lambda: start(path))
    opened = start(path)
    assert opened.notice == ""
    assert root_of(opened).former == ()
    opened.store.close()


def killed_at(
    monkeypatch: pytest.MonkeyPatch,
    kind: type,
    method: str,
    nth: int,
    before: bool,
    opening: Callable[[], Opened],
) -> None:
    """Die in the nth call of the method, before or after it does its work."""
    original, calls = getattr(kind, method), count(1)

    def dying(self, *arguments):
        number = next(calls)
        if number == nth and before:
            raise Killed
        result = original(self, *arguments)
        if number == nth:
            raise Killed
        return result

    with monkeypatch.context() as killing:
        killing.setattr(kind, method, dying)
        killing.setattr(SqliteStore, "close", lambda store: die(Opened(store, "")))
        with pytest.raises(Killed):
            opening()


# ------------------------------------------------------------------ refusals


def test_a_file_is_opened_once(start: Start, path: Path) -> None:
    opened = start(path)
    with pytest.raises(StorageError, match=r"a\.db is in use by another process$"):
        start(path)
    write(opened, 1)
    opened.store.close()
    assert run(start, path) == "id1"


def test_a_refused_file_stays_as_it_was_and_unlocked(start: Start, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("my notes\n" * 100)
    for _ in range(2):
        with pytest.raises(StorageError, match="not a data file of this program"):
            start(notes)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_where_a_folder_should_be(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"a\.db cannot be used: (File exists|Not a directory)"):
        start(tmp_path / "file" / "a.db")


# ------------------------------------------------------------------ real processes

WRITER = """
import sys
from pathlib import Path
from tests.storage.test_opening import root_of, write
from decent_tui.core.store import Root
from decent_tui.storage.opening import open_store
opened = open_store(Path(sys.argv[1]), lambda: sys.argv[2], lambda: sys.argv[3])
print(root_of(opened).node, flush=True)
counter = root_of(opened).counter
while True:
    counter += 1
    write(opened, counter)
    print(counter, flush=True)
"""


def writer(path: Path, number: int) -> subprocess.Popen[str]:
    """A process that prints its id and then every number that it made durable."""
    command = [sys.executable, "-c", WRITER, str(path), f"id{number}", f"tag{number}"]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_kill_9_loses_nothing_that_was_acknowledged(path: Path) -> None:
    acknowledged = 0
    for life, lines in enumerate([30, 1, 7, 60]):
        process = writer(path, life)
        assert process.stdout is not None
        assert process.stdout.readline() == "id0\n"
        for _ in range(lines):
            acknowledged = int(process.stdout.readline())
        if life == 0:
            refused = writer(path, 99)
            assert "a.db is in use by another process\n" in refused.communicate()[1]
            assert refused.returncode == 1
        process.send_signal(signal.SIGKILL)
        for line in process.stdout:  # printed before it died
            acknowledged = int(line)
        process.wait()
        process.communicate()
    opened = Start()(path)
    assert opened.notice == ""
    assert root_of(opened).node == "id0"
    assert root_of(opened).counter >= acknowledged
    held = opened.store.siblings("k")[0].seq
    assert held == root_of(opened).counter
    opened.store.close()


def test_of_two_that_start_at_once_one_is_refused(path: Path) -> None:
    both = [writer(path, number) for number in range(2)]
    first_lines = [process.stdout.readline() for process in both if process.stdout is not None]
    started = [process for process, line in zip(both, first_lines, strict=True) if line]
    for process in started:
        process.kill()
    errors = [process.communicate()[1] for process in both]
    assert len(started) == 1
    assert sum("is in use by another process" in error for error in errors) == 1
