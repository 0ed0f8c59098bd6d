"""The program as a process: arguments, all kinds of stdin and stdout, signals and exit codes."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from decent_tui import __version__, cli

WITHIN = 30  # seconds for anything at all
PROGRAM = [sys.executable, "-m", "decent_tui"]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=WITHIN, check=False
    )


@contextmanager
def node(
    *arguments: str, stdin: int | IO[Any] = subprocess.PIPE, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """A headless node on a free port that has said that it listens; killed at the end if it still runs."""
    process = subprocess.Popen(
        [*PROGRAM, "--headless", "--json", "--port", "0", *arguments],
        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    with process:
        try:
            assert answer(process)["event"] == "listening"
            yield process
        finally:
            process.kill()


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line of stdout (the test's own time limit bounds the wait)."""
    assert process.stdout is not None
    fields = json.loads(process.stdout.readline())
    assert isinstance(fields, dict)
    return fields


def send(process: subprocess.Popen[str], *lines: str) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{line}\n" for line in lines))
    process.stdin.flush()


def ended_in_order(process: subprocess.Popen[str]) -> None:
    """The process ends by itself with exit code 0 and nothing to complain about."""
    assert process.wait(WITHIN) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


# ------------------------------------------------------------------ arguments


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--port x", "argument --port: a port is a number from 0 to 65535"),
        ("--port 65536", "argument --port: a port is a number from 0 to 65535"),
        ("--port", "argument --port: expected one argument"),
        ("--host a\x1bb", "argument --host: a host must not contain spaces, quotes, brackets or control"),
        ("--peers nobody", "argument --peers: an address is written host:port"),
        ("--peers 127.0.0.1:1 ::1:2", "argument --peers: an IPv6 address is written [host]:port"),
        ("--advertise 1.2.3.4:0", "argument --advertise: a port is a number from 1 to 65535"),
        ("--name=", "argument --name: a name has 1 to 64 characters that can be shown"),
        ("--name=\u202e", "argument --name: a name has 1 to 64 characters that can be shown"),
        ("--data=", "argument --data: a file must have a name"),
        ("--data a --memory", "argument --memory: not allowed with argument --data"),
        ("--headles", "unrecognized arguments: --headles"),
        ("--headless extra\nline", "unrecognized arguments: extra␊line"),
        ("--json", "--json goes with --headless"),
        ("attach", "the following arguments are required: HOST:PORT"),
        ("attach nobody", "argument HOST:PORT: an address is written host:port"),
        ("attach 127.0.0.1:1", "the dashboard needs a terminal"),
    ],
)
def test_a_wrong_value_is_one_line_and_exit_code_2(
    arguments: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(arguments.split(" "))
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capfd.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"decent-tui: {said}")
    assert err.count("\n") == 1


def test_without_a_terminal_the_dashboard_says_so() -> None:
    result = run("--port", "0")
    assert result.returncode == 2
    assert result.stderr == (
        "decent-tui: the dashboard needs a terminal; --headless runs a node without one\n"
    )


def test_version_and_help() -> None:
    assert run("--version").stdout == f"decent-tui {__version__}\n"
    result = run("--help")
    assert result.returncode == 0
    for flag in ("--host", "--port", "--peers", "--name", "--data", "--memory", "--headless", "--json"):
        assert flag in result.stdout


def test_a_headless_node_loads_no_screen() -> None:
    code = (
        "import sys; from decent_tui import cli; from decent_tui.commands import headless; "
        "import decent_tui.net.node; print({'textual', 'rich'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


def test_garbage_is_not_collected_while_the_command_is_imported() -> None:
    code = (
        "import gc; runs = []; gc.callbacks.append(lambda phase, _info: runs.append(phase == 'start')); "
        "from decent_tui import cli; print(sum(runs), gc.isenabled())"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    collections, enabled = result.stdout.split()
    assert int(collections) <= 6  # twenty, if they are not held
    assert enabled == "True"


def test_a_port_in_use_is_one_line_and_exit_code_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--headless", "--json", "--memory", "--port", str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert f"127.0.0.1:{port}" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_in_use_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    data = str(tmp_path / "node.db")
    with node("--data", data):
        result = run("--headless", "--json", "--port", "0", "--data", data)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1


def test_a_bug_is_one_line_too(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def bug(arguments: object) -> int:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(cli, "_run", bug)
    assert cli.main([]) == 1
    err = capfd.readouterr().err
    assert err == "decent-tui: a bug: ZeroDivisionError: oh␊no (DECENT_TUI_DEBUG=1 shows where)\n"


# ------------------------------------------------------------------ stdin and stdout


def test_commands_through_a_pipe() -> None:
    with node("--name", "otter") as process:
        send(process, 'put "a key" {"x": [1, 2]}', "get 'a key'", "nope", "exit", "put later 1")
        assert [answer(process)["ok"] for _ in range(4)] == [True, True, False, True]
        ended_in_order(process)
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_commands_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("".join(f"put k{n} {n}\n" for n in range(2_000)) + "exit", encoding="utf-8")
    with script.open() as stdin, node(stdin=stdin) as process:
        assert [answer(process)["key"] for _ in range(2_000)] == [f"k{n}" for n in range(2_000)]
        assert answer(process) == {"command": "exit", "ok": True}
        ended_in_order(process)


def test_commands_from_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with ExitStack() as files:
        files.callback(os.close, ours)
        with node(stdin=theirs) as process:
            os.close(theirs)
            os.write(ours, b"put k 1\nexit\n")
            assert [answer(process)["command"] for _ in range(2)] == ["put", "exit"]
            ended_in_order(process)


IN_BACKGROUND = """
import fcntl, os, signal, subprocess, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
child = subprocess.Popen(sys.argv[1:], process_group=0)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
sys.exit(child.wait())
"""


def test_a_background_job_of_a_terminal_goes_on() -> None:
    """Reading its terminal from the background stops a process, unless it takes care."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", IN_BACKGROUND, *PROGRAM, "--headless", "--json", "--port", "0"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        try:
            listening = answer(process)
            os.write(ours, b"put k 1\n")
            with socket.create_connection((listening["host"], listening["port"]), timeout=10) as person:
                person.sendall(b'{"type": "PING", "payload": {}}\n')
                assert b"PONG" in person.recv(1000)
            process.terminate()
            assert process.wait(WITHIN) == 0
        finally:
            process.kill()
    os.close(ours)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_end_the_node_in_order(number: signal.Signals) -> None:
    with node(stdin=subprocess.DEVNULL) as process:
        process.send_signal(number)
        ended_in_order(process)


def test_a_hang_up_that_was_ignored_stays_ignored() -> None:
    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with node(preexec_fn=nohup) as process:
        process.send_signal(signal.SIGHUP)
        send(process, "put k 1", "exit")
        assert answer(process)["ok"]
        assert answer(process)["ok"]
        ended_in_order(process)


def test_the_end_of_stdin_and_of_stdout_do_not_end_the_node() -> None:
    with node() as process:
        send(process, "put k 1")
        assert answer(process)["ok"]
        assert process.stdout is not None
        process.stdout.close()
        send(process, *(f"put k {n}" for n in range(1_000)))
        assert process.stdin is not None
        process.stdin.close()
        process.send_signal(signal.SIGTERM)
        ended_in_order(process)


def test_closed_standard_files_do_no_harm(tmp_path: Path) -> None:
    """Else the database could get descriptor 1, and the answers were written into it."""
    data = tmp_path / "node.db"
    line = " ".join([*PROGRAM, "--headless", "--json", "--port", "0", "--data", str(data)])
    with subprocess.Popen(["sh", "-c", f"exec {line} <&- >&-"], stderr=subprocess.PIPE, text=True) as process:
        try:
            while not data.exists() and process.poll() is None:
                pass
            process.send_signal(signal.SIGTERM)
            process.wait(WITHIN)
        finally:
            process.kill()
    with node("--data", str(data)) as again:
        send(again, "put k 1", "exit")
        assert answer(again)["ok"]
        assert answer(again)["ok"]
        ended_in_order(again)


def test_what_was_acknowledged_is_there_after_a_signal(tmp_path: Path) -> None:
    data = str(tmp_path / "node.db")
    with node("--data", data) as process:
        send(process, *(f"put k{n} {n}" for n in range(500)))
        for _ in range(500):
            assert answer(process)["ok"]
        process.send_signal(signal.SIGTERM)
        ended_in_order(process)
    with node("--data", data) as process:
        send(process, "keys", "exit")
        assert len(answer(process)["keys"]) == 500
        assert answer(process)["ok"]
        ended_in_order(process)


@pytest.mark.parametrize("arguments", [["demo"], ["play", "first-conflict"]])
def test_the_lab_without_a_terminal_is_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.isatty", lambda descriptor: False)
    assert cli.main(arguments) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_a_node_runs_as_variables_and_the_configuration_file_have_it(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('name = "from the file"\nmemory = true\nheadless = true\n')
    with node("--config", str(file), env=os.environ | {"DECENT_NAME": "otter"}) as process:
        send(process, "status", "exit")
        status = answer(process)
        assert (status["name"], status["data"]) == ("otter", "memory")
