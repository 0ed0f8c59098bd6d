"""A node as a service: its log and its metrics, from outside."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from .harness import LOOPBACK, Cluster, environment, eventually, free_port


def log(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def scraped(port: int) -> dict[str, float]:
    """The metrics without labels."""
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=20) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {s.name: s.value for family in families for s in family.samples if not s.labels}


def test_the_log_tells_a_life_and_no_value(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    node = cluster.start(memory=True, name="otter", arguments=["--log-file", str(path)])
    peer = cluster.start(memory=True, peers=[node.address])
    eventually(lambda: any(line.get("state") == "alive" for line in log(path)))
    node.ok('unresolve key "se-cret" "pass-word"')
    node.ok(f"lag {peer.address} 1")
    assert node.terminate() == 0
    told = log(path)
    assert (told[0]["event"], told[0]["name"], told[0]["node_id"]) == ("started", "otter", node.node_id)
    assert {"peerchanged", "conflict", "dialled"} <= {line["event"] for line in told}
    assert told[-1]["event"] == "stopping"
    text = path.read_text()
    assert "se-cret" not in text
    assert "pass-word" not in text


def test_the_log_of_the_next_run_goes_on_where_the_last_ended(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    node = cluster.start(memory=True, arguments=["--log-file", str(path)])
    node.terminate(signal.SIGINT)
    node.start()
    node.terminate()
    assert [line["event"] for line in log(path)] == ["started", "stopping"] * 2


def test_an_alarm_is_on_stderr_too(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    node.ok("put k 1")
    node.terminate()
    copy = tmp_path / "copy.db"
    assert node.data is not None
    copy.write_bytes(node.data.read_bytes())
    other = cluster.start(data=copy)
    eventually(lambda: b"WARNING" in other.errors.read_bytes())
    assert "new id" in other.errors.read_text()


def test_metrics_are_served_while_the_node_runs(cluster: Cluster) -> None:
    port = free_port()
    node = cluster.start(memory=True, arguments=["--metrics-port", str(port)])
    node.ok("put k 1")
    assert scraped(port)["decent_keys"] == 1
    node.ok("delete k")
    assert scraped(port)["decent_keys"] == 0
    assert scraped(port)["decent_writes_total"] == 2


def test_what_cannot_be_had_is_one_line_and_exit_code_1(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start(memory=True)
    log_file = tmp_path / "x.log"
    for flags, sentence in (
        (["--metrics-port", str(node.port)], "already in use; choose another --metrics-port"),
        (["--log-file", str(tmp_path)], "cannot write the log to"),
    ):
        line = [sys.executable, "-m", "decent_tui", "--headless", "--port", "0"]
        done = subprocess.run(
            [*line, "--log-file", str(log_file), *flags],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment(tmp_path),
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1), done
        assert sentence in done.stderr.decode()
    assert "already in use" in log(log_file)[-1]["message"]
