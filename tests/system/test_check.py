"""`decent-tui check FILE` on the data of real nodes."""

import json
import subprocess
import sys
from pathlib import Path

from .harness import Cluster


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it."""
    words = [sys.executable, "-m", "decent_tui", "check", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_the_data_of_a_killed_node_is_sound(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls([f"put k{number} {number}" for number in range(300)] + ["delete k7"])
    busy = check(str(node.data))
    assert (busy.returncode, busy.stdout) == (1, "")
    assert "in use" in busy.stderr
    assert len(busy.stderr.splitlines()) == 1
    node.kill9()
    done = check(str(node.data))
    assert (done.returncode, done.stderr) == (0, "")
    assert "is sound: 299 keys (0 in conflict), 1 deleted, 300 versions in all" in done.stdout


def test_a_program_reads_the_verdict(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.start()
    node.ok("put k 1")
    backup = tmp_path / "backup.db"
    node.ok(f"backup {backup}")
    sound = check(backup, "--json")
    verdict = json.loads(sound.stdout)
    assert (sound.returncode, verdict["ok"], verdict["count"], verdict["wrong"]) == (0, True, 1, [])
    assert verdict["node_id"] == node.node_id
    content = backup.read_bytes()
    backup.write_bytes(content[:4096] + b"\xff" * 64 + content[4160:])
    harmed = check(backup, "--json")
    verdict = json.loads(harmed.stdout)
    assert (harmed.returncode, verdict["ok"]) == (1, False)
    assert "damaged" in verdict["wrong"][0]
    missing = check(tmp_path / "nowhere", "--json")
    verdict = json.loads(missing.stdout)
    assert (missing.returncode, verdict["ok"]) == (1, False)
    assert "there is no file" in verdict["error"]
    assert "Traceback" not in harmed.stderr + missing.stderr
