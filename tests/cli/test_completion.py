"""What a Tab offers: asked as the shells ask, and in the shells themselves."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from decent_tui.cli.subcommands import SUBCOMMANDS
from decent_tui.commands.table import COMMANDS
from tests.system.harness import Cluster, Node, environment
from tests.tui.terminal import Terminal

pytest.importorskip("argcomplete")  # the extra `completion`, and part of `test`

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(decent-tui completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -D -u; eval "$(decent-tui completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "decent-tui completion fish | source"),
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    for node in made.nodes:
        node.destroy()


@pytest.fixture
def node(cluster: Cluster) -> Node:
    return cluster.start(memory=True, name="otter")


def offered(home: Path, line: str, node: Node | None = None) -> list[str]:
    """What a shell would be told for a line that ends in a Tab."""
    words = home / "words"
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": "bash",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(words),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    if node is not None:
        asked["DECENT_NODE"] = node.address
    done = subprocess.run(
        [sys.executable, "-m", "decent_tui"],
        env=environment(home) | asked,
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    return [word.strip() for word in words.read_text().split("\n") if word]


def test_every_command_and_way_to_start_is_offered(tmp_path: Path) -> None:
    assert offered(tmp_path, "decent-tui ") == [*SUBCOMMANDS, *COMMANDS]
    assert offered(tmp_path, "decent-tui pu") == ["put"]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("decent-tui --", {"--port", "--config", "--version"}),
        ("decent-tui keys --", {"--conflicts", "--limit", "--node", "--json"}),
        ("decent-tui attach --", {"--readonly"}),
        ("decent-tui sim --s", {"--seeds", "--seed", "--story", "--steps", "--shrink"}),
        ("decent-tui completion ", {"bash", "zsh", "fish"}),
        ("decent-tui help p", {"put", "peers"}),
    ],
)
def test_flags_and_words_come_from_the_tables(tmp_path: Path, line: str, some: set[str]) -> None:
    assert some <= set(offered(tmp_path, line))


def test_keys_peers_and_cids_come_from_the_running_node(cluster: Cluster, node: Node) -> None:
    # no hexadecimal digit begins this name, so no node id does as it does
    other = cluster.start(memory=True, name="heron", peers=[node.address])
    node.peer_when(other.address, lambda peer: peer["name"] == "heron")
    node.ok("put settings/a 1")
    node.ok("put 'two words' 1")
    cid = node.versions("two words")[0]["cid"]
    assert offered(node.home, "decent-tui get s", node) == ["settings/a"]
    assert offered(node.home, f"decent-tui --node {node.address} get s") == ["settings/a"]
    assert offered(node.home, "decent-tui get tw", node) == [r"two\ words"]
    assert offered(node.home, "decent-tui delete 'two words' --saw ", node) == [cid]
    assert offered(node.home, "decent-tui getpeer h", node) == ["heron"]


def test_without_a_node_nothing_is_offered(tmp_path: Path) -> None:
    assert offered(tmp_path, "decent-tui --node 127.0.0.1:1 get s") == []


def test_files_are_offered_where_one_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "all.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    assert offered(tmp_path, "decent-tui import a") == ["all.jsonl"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_tab_in_a_real_shell_completes_commands_and_keys(node: Node, shell: str) -> None:
    program, how = SHELLS[shell]
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    node.ok("put 'settings of all' 1")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environs = environment(node.home) | {"PATH": path, "DECENT_NODE": node.address, "LANG": "C.UTF-8"}
    with Terminal(program, env=environs) as terminal:
        terminal.type(f"{how}; echo re''ady\r")
        terminal.wait(r"(?m)^ready")
        terminal.type("decent-tui his\t")
        terminal.wait("decent-tui history")
        terminal.type("sett\t")
        terminal.wait(r"history settings\\ of\\ all")
        terminal.type("\r")
        terminal.wait("first seen|written|1 version|put")
