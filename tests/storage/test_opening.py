"""Who a node is after its file was opened: each rule of DESIGN, "Identity", with real files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from decent_tui.core.errors import StorageError
from decent_tui.core.store import Member, Root, State
from decent_tui.storage.opening import Opened
from tests.storage.openings import Start, copy, die, root_of, run, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node" / "a.db"


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
