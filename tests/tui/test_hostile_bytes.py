"""What really goes to the terminal, when every key, value, name and error is meant to do harm.

The real program writes to a real terminal. Each control character in the data is followed by a letter that
the program itself never sends after one, so that a control that got through is told from the program's own.
"""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .terminal import Terminal, dashboard
from .test_driver import free_port

MARK: Final = "ꙮ"
"""Follows each control character in the data."""

CONTROLS: Final = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
ACTING: Final = [
    chr(c) for c in (0x61C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x206A))
]

THROUGH: Final = re.compile(
    b"[\x00-\x1f\x7f]" + MARK.encode()  # a control of the data
    + b"|\xc2[\x80-\x9f]"  # C1, which nobody sends
    + b"|" + b"|".join(char.encode() for char in ACTING)
)  # fmt: skip

TEXT: Final = st.lists(
    st.one_of(
        st.sampled_from(CONTROLS).map(lambda control: control + MARK),
        st.sampled_from(ACTING),
        st.sampled_from(
            ["[31m", "]0;pwned", "[/]", "[@click=app.quit]x[/]", "[2J", "P1$r", "\\", "$x", "日本"]
        ),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
    ),
    min_size=4,
    max_size=16,
).map("".join)


class Harm:
    """A node of the original protocol, and peers with names, that say what the test says."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0
        self._peer: socket.socket | None = None

    def say(self, kind: str, payload: dict[str, object], link: socket.socket | None = None) -> bytes:
        """Send a message and read what comes back first."""
        with connected(link, self._port) as connection:
            connection.sendall(json.dumps({"type": kind, "payload": payload}).encode() + b"\n")
            return connection.recv(65536)

    def write(self, key: str, value: object) -> None:
        """A write of this value."""
        self._number += 1
        author = f"1@h:{self._number}"
        record = {"value": value, "vc": {author: 1}, "lamport": 1, "node_id": author}
        assert b"ACK" in self.say("PUT_VALUE", {"key": key, "version": record})

    def introduce(self, name: str) -> None:
        """A peer of this name comes, says something nobody understands, and stays a while."""
        if self._peer is not None:
            self._peer.close()
        self._peer = socket.create_connection(("127.0.0.1", self._port), timeout=20)
        hello = {
            "node_id": "f" * 16,
            "listen": "127.0.0.1:1",
            "protocol": 1,
            "name": name[:64],
            "tag": "e" * 16,
        }
        self.say("HANDSHAKE", dict(hello), self._peer)
        for kind, payload in ((name[:200], {}), ("ERR", {"err": name})):
            self._peer.sendall(json.dumps({"type": kind, "payload": payload}).encode() + b"\n")

    def close(self) -> None:
        """Go."""
        if self._peer is not None:
            self._peer.close()


@contextmanager
def connected(link: socket.socket | None, port: int) -> Iterator[socket.socket]:
    """The given connection, or one for a single message."""
    if link is not None:
        yield link
        return
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def key_of(text: str) -> str:
    """The nearest key that a node takes: keys hold no controls."""
    return re.sub("[\x00-\x1f\x7f-\x9f]", "?", text)


@pytest.mark.timeout(180)
def test_no_control_of_the_data_reaches_the_terminal(tmp_path: Path) -> None:
    port = free_port()
    with dashboard(tmp_path, "--memory", "--port", str(port), size=(120, 30)) as terminal:
        terminal.wait("no keys yet")
        harm, count = Harm(port), 0

        @settings(
            max_examples=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],
        )
        @given(key=TEXT, value=TEXT, name=TEXT, error=TEXT)
        def try_it(key: str, value: str, name: str, error: str) -> None:
            nonlocal count
            count += 1
            shown_as = f"{100_000 - count}"  # sorts before all that came earlier
            everywhere(terminal, harm, shown_as, shown_as + key_of(key), value, name, error)
            found = THROUGH.search(terminal.raw)
            assert found is None, terminal.raw[max(0, found.start() - 60) : found.end() + 20]
            terminal.raw = b""

        try_it()
        harm.close()
        assert count >= 6


def everywhere(
    terminal: Terminal, harm: Harm, number: str, key: str, value: str, name: str, error: str
) -> None:
    """Show this key with this value, a peer of this name, and an error with this text."""
    harm.introduce(name)
    harm.write(key, {value: value, "list": [value]})
    harm.write(key, value)
    terminal.wait(rf"≠ {number}")
    terminal.type("g")
    terminal.wait(rf"─ {number}.*2 siblings")
    pasted = re.sub("[\x1b\r\n]", "", error)
    terminal.type(f"\x1b[200~:{number}{pasted}\n\x1b[201~")
    terminal.wait("there is|type help|for the list")  # wherever the line was broken
    unquoted = key.replace("'", "")[:40]
    terminal.type(f":get '{unquoted}\r")  # a quote left open: repeated as it was typed
    terminal.wait("a quote")
    terminal.type("e")
    terminal.wait(rf"merge {number}")
    terminal.type("\x1b")
    terminal.gone(rf"merge {number}")
    terminal.type("t")
    terminal.wait("held now")
    terminal.type("\t ")  # the values unfold
    terminal.type("/")
    terminal.wait("a part of the lines")
    terminal.type(f"\x1b[200~{pasted}\x1b[201~")
    terminal.wait(r"of \d+ lines")
    terminal.type("\x1b")
    terminal.gone(r"of \d+ lines")
    terminal.type("\x1b[Z")
    terminal.wait("c conflicts")
