"""A dashboard's node has its log and its metrics as one without a screen has."""

import json
import urllib.request
from pathlib import Path

from tests.system.harness import LOOPBACK, free_port

from .terminal import dashboard


def test_the_log_and_the_metrics_go_on_beside_the_screen(tmp_path: Path) -> None:
    port, path = free_port(), tmp_path / "node.log"
    arguments = ["--port", "0", "--metrics-port", str(port), "--log-file", str(path)]
    with dashboard(tmp_path, *arguments) as screen:
        screen.wait("no keys|0 keys")
        screen.type(":unresolve k 1 2\r")
        screen.wait("≠ 2 siblings")
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=20) as answer:
            assert b"\ndecent_conflicts 1.0\n" in answer.read()
        screen.type("\x11")
        assert screen.wait_exit() == 0
    told = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert told == ["started", "conflict", "stopping"]


def test_metrics_that_cannot_be_served_end_it_in_one_line(tmp_path: Path) -> None:
    port = free_port()
    with dashboard(tmp_path, "--port", str(port), "--metrics-port", str(port), "--memory") as screen:
        assert screen.wait_exit() == 1
        assert b"already in use; choose another --metrics-port" in screen.raw.rsplit(b"\x1b[?1049l", 1)[1]
