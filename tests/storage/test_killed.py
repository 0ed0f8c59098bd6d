"""A node that is killed, while it opens its file or later, goes on as who it was."""

import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from decent_tui.storage.marker import Marker
from decent_tui.storage.opening import Opened
from decent_tui.storage.sqlite import SqliteStore
from tests.storage.openings import Start, die, root_of, run, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node" / "a.db"


# ------------------------------------------------------------------ dying while opening


class Killed(BaseException):
    """Raised where the process would die."""


STEPS = [
    (Marker, "write", 1),
    (Marker, "flush", 1),
    (SqliteStore, "commit", 1),
    (SqliteStore, "make_durable", 1),
    (Marker, "write", 2),
]

Dying = Callable[[Callable[[], Opened]], None]
"""Opens a file and dies on the way."""


@pytest.fixture(params=[True, False], ids=["before", "after"])
def before(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture(params=STEPS, ids=lambda step: f"{step[0].__name__}.{step[1]}-{step[2]}")
def dying(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, before: bool) -> Dying:
    """At each of the steps in turn, before or after it."""
    kind, method, nth = request.param
    return partial(killed_at, monkeypatch, kind, method, nth, before)


def test_killed_while_opening_it_keeps_the_id(start: Start, lived: Path, dying: Dying) -> None:
    for _ in range(2):
        dying(lambda: start(lived))
    assert run(start, lived, 6) == "id1"
    assert run(start, lived) == "id1"


def test_killed_while_taking_a_new_id_it_never_goes_back(start: Start, lived: Path, dying: Dying) -> None:
    lived.with_name("a.db.id").unlink()
    for _ in range(2):
        dying(lambda: start(lived))
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


def test_killed_while_making_a_file_it_starts_afresh(start: Start, path: Path, dying: Dying) -> None:
    dying(lambda: start(path))
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


# ------------------------------------------------------------------ real processes

WRITER = """
import sys
from pathlib import Path
from tests.storage.openings import root_of, write
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
