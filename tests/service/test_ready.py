"""Whoever started the node is told when it listens, as systemd has it."""

import logging
import socket
from pathlib import Path

import pytest

from decent_tui.service.ready import tell_ready


@pytest.fixture
def listener(tmp_path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.settimeout(20)
    return made


def test_a_socket_that_is_named_is_told(listener: socket.socket, tmp_path: Path) -> None:
    with listener:
        listener.bind(str(tmp_path / "notify"))
        tell_ready({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert listener.recv(100) == b"READY=1"


def test_where_nobody_asks_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    tell_ready({})
    tell_ready({"NOTIFY_SOCKET": ""})
    assert caplog.records == []


def test_that_it_cannot_be_told_is_logged_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        tell_ready({"NOTIFY_SOCKET": str(tmp_path / "none")})
    assert "nobody can be told" in caplog.text
