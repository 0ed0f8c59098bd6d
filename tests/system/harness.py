"""Nodes as processes: start them, speak to them by stdin and stdout, stop and kill them."""

import contextlib
import json
import os
import queue
import random
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, TypeVar

T = TypeVar("T")
Json = dict[str, Any]

LOOPBACK: Final = "127.0.0.1"
ANSWER_WITHIN: Final = 20.0
"""Seconds for one answer. Generous: two cores may be shared by several test workers."""

START_WITHIN: Final = 20.0


def free_port() -> int:
    """A port that is free now, below the range from which systems draw ports for outgoing connections:
    there a node that is down could find its port taken, or its peers could connect to themselves."""
    draw = random.SystemRandom()
    while True:
        port = draw.randrange(15_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


def eventually(predicate: Callable[[], T], within: float = 10.0, every: float = 0.05) -> T:
    """The first true answer of `predicate`; fails when the deadline passes, showing the last answer.

    An AssertionError inside the predicate counts as "not yet" and is raised at the deadline.
    """
    deadline = time.monotonic() + within
    while True:
        failure: AssertionError | None = None
        answer: T | None = None
        try:
            answer = predicate()
            if answer:
                return answer
        except AssertionError as error:
            failure = error
        if time.monotonic() >= deadline:
            if failure is not None:
                raise failure
            raise AssertionError(f"not within {within:g} s; the last answer was {answer!r}")
        time.sleep(every)


def quote(key: str) -> str:
    """A key as it is typed: quoted as in a shell."""
    return shlex.quote(key)


def put(key: str, value: object) -> str:
    """The line that writes a value."""
    return f"put {quote(key)} {json.dumps(value)}"


class Node:
    """One headless node. Its answers come in order; events are kept apart."""

    def __init__(
        self,
        home: Path,
        *,
        host: str | None = None,
        port: int | None = None,
        peers: Sequence[str] = (),
        data: Path | None = None,
        memory: bool = False,
        default_data: bool = False,
        name: str | None = None,
        advertise: str | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.host = host
        self.port = free_port() if port is None else port
        self.peer_arguments = list(peers)
        self.default_data = default_data
        """Neither --data nor --memory is given."""
        self.data = None if memory or default_data else (data or home / f"node-{self.port}.db")
        self.name = name
        self.advertise = advertise
        self.arguments = list(arguments)
        self.node_id = ""
        self.listening: Json = {}
        self.events: list[Json] = []
        self.raw_stdout: list[bytes] = []
        self.errors = home / f"stderr-{self.port}-{random.SystemRandom().randrange(10**6)}.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Json] = queue.Queue()
        self._reader: threading.Thread | None = None

    # ------------------------------------------------------------------ starting and ending

    def command_line(self) -> list[str]:
        """The command that starts this node."""
        line = [sys.executable, "-m", "decent_tui", "--headless", "--json", "--port", str(self.port)]
        if not self.default_data:
            line += ["--memory"] if self.data is None else ["--data", str(self.data)]
        if self.host is not None:
            line += ["--host", self.host]
        if self.name is not None:
            line += ["--name", self.name]
        if self.advertise is not None:
            line += ["--advertise", self.advertise]
        line += self.arguments
        if self.peer_arguments:
            line += ["--peers", *self.peer_arguments]
        return line

    def start(self, stdin: int | IO[bytes] = subprocess.PIPE) -> "Node":
        """Start the process and wait until it listens."""
        self._answers = queue.Queue()
        listening: queue.Queue[Json] = queue.Queue()
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                self.command_line(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.home,
                env=environment(self.home),
            )
        assert self.process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self.process.stdout, self._answers, listening), daemon=True
        )
        self._reader.start()
        try:
            self.listening = listening.get(timeout=START_WITHIN)
        except queue.Empty:
            raise AssertionError(f"the node did not start\n{self.describe()}") from None
        if self.listening.get("event") != "listening":
            raise AssertionError(f"the node did not start\n{self.describe()}")
        self.node_id = self.listening["node_id"]
        self.port = self.listening["port"]
        return self

    def _read(self, stdout: IO[bytes], answers: "queue.Queue[Json]", listening: "queue.Queue[Json]") -> None:
        """Sort every line of stdout: the `listening` line, answers, other events."""
        for line in stdout:
            self.raw_stdout.append(line)
            if not line.endswith(b"\n"):
                return  # killed in the middle of it: it told nobody anything
            try:
                message: Json = json.loads(line)
            except ValueError:
                message = {"command": None, "ok": False, "error": "not JSON", "line": repr(line)}
            if message.get("event") == "listening":
                listening.put(message)
            elif "event" in message:
                self.events.append(message)
            else:
                answers.put(message)
        listening.put({"event": "ended"})

    def kill9(self) -> None:
        """kill -9, and wait for the end. What it had answered before stays readable by `answered`."""
        assert self.process is not None
        self.process.kill()
        self._ended()

    def terminate(self, number: int = signal.SIGTERM, within: float = 10.0) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.exit_code(within)

    def exit_code(self, within: float = 10.0) -> int:
        """Wait for the end of the process."""
        assert self.process is not None
        try:
            code = self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the node did not end within {within:g} s\n{self.describe()}") from None
        self._ended()
        return code

    def _ended(self) -> None:
        assert self.process is not None
        self.process.wait()
        if self._reader is not None:
            self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def restart(self) -> "Node":
        """Start again on the same file and port."""
        assert not self.running()
        return self.start()

    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal without waiting for anything."""
        assert self.process is not None
        self.process.send_signal(number)

    def memory(self) -> float:
        """MiB of memory that the process takes."""
        assert self.process is not None
        asked = ["ps", "-o", "rss=", "-p", str(self.process.pid)]
        return int(subprocess.run(asked, capture_output=True, check=True).stdout) / 1024

    def destroy(self) -> None:
        """End the process whatever its state (a stopped one too)."""
        if self.running():
            self.kill9()

    # ------------------------------------------------------------------ commands

    @property
    def address(self) -> str:
        """Where its peers find it."""
        host = self.host or LOOPBACK
        return self.advertise or (f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}")

    def send(self, *lines: str) -> None:
        """Send commands without waiting for their answers."""
        self.send_raw("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))

    def send_raw(self, data: bytes) -> None:
        """Bytes to stdin as they are."""
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise AssertionError(f"the node is gone\n{self.describe()}") from None

    def answer(self, within: float = ANSWER_WITHIN) -> Json:
        """The next answer."""
        try:
            return self._answers.get(timeout=within)
        except queue.Empty:
            raise AssertionError(f"no answer within {within:g} s\n{self.describe()}") from None

    def answered(self) -> list[Json]:
        """All answers that are there already."""
        found = []
        while True:
            try:
                found.append(self._answers.get_nowait())
            except queue.Empty:
                return found

    def call(self, line: str, within: float = ANSWER_WITHIN) -> Json:
        """One command and its answer."""
        self.send(line)
        return self.answer(within)

    def calls(self, lines: Iterable[str], within: float = 60.0) -> list[Json]:
        """Many commands, pipelined, and all their answers in order."""
        sent = list(lines)
        deadline = time.monotonic() + within
        self.send(*sent)
        return [self.answer(max(0.01, deadline - time.monotonic())) for _ in sent]

    def ok(self, line: str, within: float = ANSWER_WITHIN) -> Json:
        """One command that must succeed."""
        answer = self.call(line, within)
        assert answer["ok"] is True, f"{line[:200]} answered {answer}\n{self.describe()}"
        return answer

    def refused(self, line: str) -> str:
        """One command that must be refused; its sentence."""
        answer = self.call(line)
        assert answer["ok"] is False, f"{line[:200]} answered {str(answer)[:500]}"
        error: str = answer["error"]
        return error

    # ------------------------------------------------------------------ short ways to ask

    def versions(self, key: str) -> list[Json]:
        """The records of a key; none when there is no value."""
        answer = self.call(f"get {quote(key)}")
        if not answer["ok"]:
            assert "no value" in answer["error"], answer
            return []
        versions: list[Json] = answer["versions"]
        return versions

    def values(self, key: str) -> list[Any]:
        """The values of a key, in the order in which the node shows them."""
        return [record["value"] for record in self.versions(key)]

    def keys(self, limit: int = 1_000_000) -> list[str]:
        """All live keys."""
        keys: list[str] = self.ok(f"keys --limit {limit}", within=60)["keys"]
        return keys

    def snapshot(self) -> Json:
        """The whole live store."""
        snapshot: Json = self.ok("snapshot", within=60)["snapshot"]
        return snapshot

    def data_snapshot(self) -> str:
        """The live store as text, for comparisons to the byte."""
        return json.dumps(self.snapshot()["data"], sort_keys=True)

    def peers(self) -> list[Json]:
        """The peers as this node sees them."""
        peers: list[Json] = self.ok("peers")["peers"]
        return peers

    def peer(self, address: str) -> Json:
        """One peer by its announced address; empty if it is not known. Of several (a node that had to take a
        new id stays a member under its old one, down) the one that is not down."""
        there = [peer for peer in self.peers() if peer["address"] == address]
        return next((peer for peer in there if peer["state"] != "down"), there[0] if there else {})

    def peer_when(self, address: str, condition: Callable[[Json], object], within: float = 10.0) -> Json:
        """Wait until what is known of a peer meets a condition; the peer."""

        def there() -> Json:
            peer = self.peer(address)
            assert peer, f"{address} is not known"
            assert condition(peer), peer
            return peer

        return eventually(there, within)

    def state_of(self, address: str) -> str | None:
        """The state of one peer, None if it is not known."""
        state: str | None = self.peer(address).get("state")
        return state

    def error_text(self) -> str:
        """All that the node wrote to stderr."""
        return self.errors.read_text(errors="replace") if self.errors.exists() else ""

    def describe(self) -> str:
        """The state of the process and the end of its stderr, for failures."""
        code = None if self.process is None else self.process.poll()
        state = "running" if code is None else f"ended with {code}"
        return f"node on port {self.port}, {state}; stderr:\n{self.error_text()[-4000:]}"


def environment(home: Path) -> dict[str, str]:
    """The environment of a node: nothing outside `home` is read or written."""
    folders = {
        "HOME": home,
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
    }
    return os.environ | {name: str(folder) for name, folder in folders.items()}


def run(
    home: Path, *arguments: str, stdin: bytes = b"", within: float = 30.0
) -> "subprocess.CompletedProcess[bytes]":
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "decent_tui", *arguments],
        input=stdin,
        capture_output=True,
        cwd=home,
        env=environment(home),
        timeout=within,
        check=False,
    )


class Cluster:
    """The nodes of one test, all ended with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.nodes: list[Node] = []

    def node(self, **options: Any) -> Node:
        """A node that is not started yet; the options are those of Node."""
        node = Node(self.home, **options)
        self.nodes.append(node)
        return node

    def start(self, **options: Any) -> Node:
        """A running node."""
        return self.node(**options).start()

    def pair(self) -> tuple[Node, Node]:
        """Two nodes with a living link between them."""
        first = self.start()
        second = self.start(peers=[first.address])
        linked(first, second)
        return first, second

    def end(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.destroy()


@contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A cluster of its own for a script: all nodes end with it, and nothing of theirs is left."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            yield cluster
        finally:
            cluster.end()


def linked(*nodes: Node, within: float = 10.0) -> None:
    """Wait until every one of these nodes sees every other one alive."""
    for node in nodes:
        for other in nodes:
            if other is not node:
                eventually(lambda a=node, b=other: a.state_of(b.address) == "alive", within)  # type: ignore[misc]


def same_everywhere(*nodes: Node, within: float = 10.0) -> str:
    """Wait until all of these nodes show exactly the same records; the records as text."""

    def same() -> str:
        snapshots = [node.data_snapshot() for node in nodes]
        assert all(snapshot == snapshots[0] for snapshot in snapshots), "\n".join(
            f"{node.node_id}: {text[:1500]}" for node, text in zip(nodes, snapshots, strict=True)
        )
        return snapshots[0]

    return eventually(same, within)
