"""Import, export and backup of many keys, measured: `python -m tests.benchmarks.bulk [KEYS]`.

A headless node keeps them in a file; each command is a process of its own. Peak memory is what the kernel
says of each process (`VmHWM`): it must not grow with the number of keys.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .meter import free_port, say

PROGRAM = [sys.executable, "-m", "decent_tui"]


def peak(process: int) -> float:
    """The most memory that a process ever took, in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def command(node: str, keys: int, name: str, file: Path) -> None:
    """Run one command and say how it went."""
    begun, most = time.perf_counter(), 0.0
    with subprocess.Popen([*PROGRAM, name, str(file), "--node", node], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                most = max(most, peak(process.pid))
            except (OSError, StopIteration):  # it has just ended
                break
            time.sleep(0.05)
    took = time.perf_counter() - begun
    say(name, f"{took:.1f} s, {keys / took:,.0f} keys a second, at most {most:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("keys", nargs="?", type=int, default=1_000_000)
    keys: int = parser.parse_args().keys
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "in.jsonl").open("w") as file:
            for n in range(keys):
                file.write(json.dumps({"key": f"doc/{n:07}", "value": {"n": n, "text": "some words"}}) + "\n")
        port = free_port()
        start = [*PROGRAM, "--headless", "--port", str(port), "--data", str(folder / "node.db")]
        with subprocess.Popen(start, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as node:
            assert node.stdout is not None
            node.stdout.readline()  # it listens
            say("the node before", f"{peak(node.pid):.0f} MiB")
            for what, where in (("import", "in.jsonl"), ("export", "out.jsonl"), ("backup", "backup")):
                command(f"127.0.0.1:{port}", keys, what, folder / where)
            say("the node at most", f"{peak(node.pid):.0f} MiB")
            node.terminate()
        read, kept = (os.stat(folder / each).st_size for each in ("in.jsonl", "backup"))
        say("bytes", f"{read:,} read, {kept:,} in the backup")


if __name__ == "__main__":
    main()
