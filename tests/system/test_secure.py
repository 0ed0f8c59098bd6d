"""A cluster with a key, as its operator sees it: real processes, the shell, and what each side says."""

import json
from pathlib import Path

from .harness import Cluster, Node, eventually, linked
from .test_oneshot import ask


def keygen(path: Path) -> Path:
    """A key, made as a person makes it."""
    done = ask("127.0.0.1:1", "keygen", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert path.stat().st_mode & 0o777 == 0o600
    return path


def told(node: Node, words: str) -> bool:
    """Whether the node said so on stderr, in one line."""
    return any(words in line for line in node.error_text().splitlines())


def test_two_nodes_and_the_shell_share_a_key(cluster: Cluster, tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    first = cluster.start(arguments=["--cluster-key", str(key)])
    second = cluster.start(peers=[first.address], arguments=["--cluster-key", str(key)])
    linked(first, second)
    done = ask(first, "put", "k", "1", DECENT_CLUSTER_KEY_FILE=str(key))
    assert done.returncode == 0, done
    eventually(lambda: ask(second, "get", "k", "--cluster-key", str(key)).returncode == 0)


def test_who_has_not_the_key_is_refused_with_one_line_on_both_sides(cluster: Cluster, tmp_path: Path) -> None:
    key, other = keygen(tmp_path / "key"), keygen(tmp_path / "other")
    first = cluster.start(arguments=["--cluster-key", str(key)])
    stranger = cluster.start(peers=[first.address], arguments=["--cluster-key", str(other)])
    plain = cluster.start(peers=[first.address])
    eventually(lambda: told(stranger, f"there is no talking to {first.address}: it has another cluster key"))
    eventually(lambda: told(plain, f"{first.address} refused this node, which has no cluster key"))
    eventually(lambda: told(first, "was refused: it does not accept this cluster key"))
    eventually(lambda: told(first, "was refused: it has no cluster key"))
    assert first.ok("peers")["peers"] == []
    for flags, words in (
        (["--cluster-key", str(other)], b"it has another cluster key"),
        ([], b"give the same with --cluster-key FILE"),
    ):
        done = ask(first, "put", "k", "1", *flags)
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1), done
        assert words in done.stderr
        as_json = json.loads(ask(first, "put", "k", "1", "--json", *flags).stdout)
        assert as_json["ok"] is False
    assert first.ok("keys")["keys"] == []


def test_peers_shows_who_still_uses_the_old_key(cluster: Cluster, tmp_path: Path) -> None:
    old, new = keygen(tmp_path / "old"), keygen(tmp_path / "new")
    both, moved = tmp_path / "both", tmp_path / "moved"
    for path, order in ((both, (old, new)), (moved, (new, old))):
        path.touch(0o600)
        path.write_bytes(b"".join(part.read_bytes() for part in order))
    first = cluster.start(arguments=["--cluster-key", str(both)])
    second = cluster.start(peers=[first.address], arguments=["--cluster-key", str(moved)])
    linked(first, second)
    assert second.ok("peers")["peers"][0]["key"] == "old"
    assert "key" not in first.ok("peers")["peers"][0]


def test_other_machines_are_listened_to_with_a_key_or_on_purpose_only(
    cluster: Cluster, tmp_path: Path
) -> None:
    done = ask("127.0.0.1:1", "--headless", "--host", "0.0.0.0", "--port", "0")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1), done
    assert b"--cluster-key FILE" in done.stderr
    assert b"--insecure" in done.stderr
    cluster.start(host="0.0.0.0", arguments=["--insecure"])
    cluster.start(host="0.0.0.0", arguments=["--cluster-key", str(keygen(tmp_path / "key"))])
