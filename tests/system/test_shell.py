"""The program as the shell sees it: arguments, exit codes, and stdin and stdout in all their forms."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .harness import LOOPBACK, Cluster, environment, eventually, free_port, put, run
from .wire import Wire

# ------------------------------------------------------------------ stdin in all its forms


def test_the_end_of_stdin_does_not_end_the_node(cluster: Cluster) -> None:
    node = cluster.start()
    assert node.process is not None
    assert node.process.stdin is not None
    node.send_raw(b"put k 1")
    node.process.stdin.close()
    assert node.answer()["ok"] is True, "the last line needs no newline"
    with Wire(node.port) as person:
        assert person.alive()
        assert person.ask("GET_VALUE", {"key": "k"})["payload"]["versions"][0]["value"] == 1
    assert node.terminate() == 0


def test_stdin_may_be_a_file(cluster: Cluster, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("".join(f"put k{n} {n}\n" for n in range(500)) + "get k499\nexit")
    with script.open("rb") as stdin:
        node = cluster.node().start(stdin=stdin)
    assert node.exit_code() == 0
    answers = node.answered()
    assert [answer.get("key") for answer in answers[:500]] == [f"k{n}" for n in range(500)]
    assert answers[500]["versions"][0]["value"] == 499
    assert answers[501] == {"command": "exit", "ok": True}


def test_stdin_may_be_dev_null(cluster: Cluster) -> None:
    node = cluster.node().start(stdin=subprocess.DEVNULL)
    with Wire(node.port) as person:
        assert person.alive()
    assert node.terminate() == 0


def test_stdin_may_be_a_terminal(cluster: Cluster) -> None:
    leader, follower = pty.openpty()
    with os.fdopen(leader, "wb", buffering=0) as keyboard, os.fdopen(follower, "rb") as stdin:
        node = cluster.node().start(stdin=stdin)
        keyboard.write(b"put k 1\nget k\nexit\n")
        assert [node.answer()["command"] for _ in range(3)] == ["put", "get", "exit"]
        assert node.exit_code() == 0


def test_exit_comes_after_the_answers_to_all_earlier_lines(cluster: Cluster) -> None:
    node = cluster.start()
    node.send(*(put(f"k{n}", n) for n in range(1_000)), "exit")
    assert node.exit_code() == 0
    answers = node.answered()
    assert len(answers) == 1_001
    assert all(answer["ok"] for answer in answers)
    node.restart()
    assert len(node.keys()) == 1_000


def test_without_json_the_answers_are_for_people(cluster: Cluster, tmp_path: Path) -> None:
    result = run(
        tmp_path,
        *("--headless", "--port", str(free_port()), "--data", str(tmp_path / "text.db")),
        stdin=b'put k {"a": 1}\nget k\nget missing\nkeys\npeers\nnonsense\nhelp\nsnapshot\nexit\n',
    )
    assert result.returncode == 0, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    assert b"no value" in result.stdout
    assert b'"ok"' not in result.stdout


# ------------------------------------------------------------------ the shell


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "x"],
        ["--port", "-1"],
        ["--port", "65536"],
        ["--peers", "nowhere"],
        ["--peers", "127.0.0.1:x"],
        ["--advertise", "nowhere"],
        ["--nope"],
    ],
    ids=" ".join,
)
def test_a_wrong_value_is_one_line_on_stderr_and_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    result = run(tmp_path, "--headless", "--memory", *arguments)
    assert result.returncode == 2
    assert len(result.stderr.decode().strip().splitlines()) == 1, result.stderr.decode()
    assert result.stdout == b""


def test_version_and_help(tmp_path: Path) -> None:
    version = run(tmp_path, "--version")
    assert version.returncode == 0
    assert any(character.isdigit() for character in version.stdout.decode())
    usage = run(tmp_path, "--help")
    assert usage.returncode == 0
    assert all(flag in usage.stdout for flag in (b"--port", b"--peers", b"--data", b"--headless"))


def test_a_file_that_cannot_be_opened_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    result = run(
        tmp_path, "--headless", "--json", "--port", str(free_port()), "--data", "/dev/null/nowhere/node.db"
    )
    assert result.returncode == 1
    assert len(result.stderr.decode().strip().splitlines()) == 1, result.stderr.decode()


def test_logs_go_to_stderr_and_stdout_carries_json_only(cluster: Cluster) -> None:
    a, b = cluster.pair()
    b.kill9()
    eventually(lambda: a.state_of(b.address) == "down")
    with Wire(a.port) as person:
        person.send_raw(b"rubbish\n" * 3)
        assert person.closed()
    a.ok("put k 1")
    assert all(isinstance(json.loads(line), dict) for line in a.raw_stdout)
    assert a.events == [], "no events unasked"


def test_a_reader_of_stdout_that_goes_away_does_not_lose_writes(tmp_path: Path) -> None:
    """As in `decent-tui --headless | head -1`."""
    data = tmp_path / "piped.db"
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "decent_tui",
            "--headless",
            "--json",
            "--port",
            str(port),
            "--data",
            str(data),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    try:
        process.stdin.write(b"put k 1\nput k 2\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    with Wire(port) as person:
        eventually(lambda: person.ask("GET_VALUE", {"key": "k"})["payload"]["versions"])
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    process.stdin.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_a_stopped_reader_of_stdout_does_not_stop_the_node(cluster: Cluster, tmp_path: Path) -> None:
    """Answers wait in the pipe; the link and its heartbeats go on."""
    port = free_port()
    other = cluster.start()
    read, write = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "decent_tui",
            "--headless",
            "--json",
            "--port",
            str(port),
            "--memory",
            "--peers",
            other.address,
        ],
        stdin=subprocess.PIPE,
        stdout=write,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    os.close(write)
    address = f"{LOOPBACK}:{port}"
    other.peer_when(address, lambda peer: peer["state"] == "alive")
    assert process.stdin is not None
    big = put("k", "x" * 100_000).encode() + b"\n"
    os.set_blocking(process.stdin.fileno(), False)
    for _ in range(20):
        try:
            os.write(process.stdin.fileno(), big)
        except BlockingIOError:
            break
    try:
        with Wire(port) as person:
            for _ in range(10):
                assert person.alive()
        assert other.state_of(address) == "alive"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        os.close(read)
