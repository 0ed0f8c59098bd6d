"""The examples do what they say, against real nodes."""

import subprocess
import sys
from pathlib import Path

import pytest

from .harness import Cluster, Node, environment, eventually, linked

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str, *arguments: str, node: Node) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, str(EXAMPLES / name), *arguments],
        stdout=subprocess.PIPE,
        env=environment(node.home) | {"DECENT_NODE": node.address},
    )


def said(node: Node, *arguments: str) -> str:
    out, _ = example("settings.py", *arguments, node=node).communicate(timeout=30)
    return out.decode()


def test_settings_made_on_one_machine_are_on_the_other(cluster: Cluster) -> None:
    here, there = cluster.pair()
    follow = example("settings.py", "follow", node=there)
    try:
        assert follow.stdout is not None
        assert follow.stdout.readline() == b"following\n"
        assert said(here, "set", "colour", '"red"') == ""
        assert follow.stdout.readline() == b'colour ["red"]\n'
        assert said(there, "get", "colour") == '["red"]\n'
        assert said(there, "all") == 'colour ["red"]\n'
    finally:
        follow.kill()
        follow.communicate()


@pytest.mark.parametrize("before", [True, False], ids=["from before", "while it watches"])
def test_sets_in_conflict_are_merged(cluster: Cluster, before: bool) -> None:
    first, second = cluster.pair()
    if not before:
        merging = example("merge_sets.py", node=second)
    first.ok(f"cut {second.address}")
    first.ok('put sets/colours ["red", "green"]')
    second.ok('put sets/colours ["green", "blue"]')
    first.ok("heal all")
    linked(first, second)
    if before:
        eventually(lambda: len(second.values("sets/colours")) == 2)
        merging = example("merge_sets.py", node=second)
    try:
        for node in (first, second):
            eventually(lambda node=node: node.values("sets/colours") == [["blue", "green", "red"]])  # type: ignore[misc]
    finally:
        merging.kill()
        merging.communicate()


def test_the_cluster_in_a_test_passes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLES / "test_cluster.py")],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout.decode()
    assert "1 passed" in done.stdout.decode()
