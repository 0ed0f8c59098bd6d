"""Where data lies by default."""

import pytest
from platformdirs import user_data_path

from decent_tui.storage.location import default_file


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "127.0.0.1-9001.db"),
        ("::1", "__1-9001.db"),
        ("[::1]", "__1-9001.db"),
        ("fe80::1%eth0", "fe80__1%25eth0-9001.db"),
        ("Node-A.local", "node-a.local-9001.db"),
        ("../../etc", "..%2F..%2Fetc-9001.db"),
        ("bücher.example", "b%C3%BCcher.example-9001.db"),
    ],
)
def test_every_host_has_a_safe_file_name(host: str, name: str) -> None:
    assert default_file(host, 9001) == user_data_path("decent-tui") / name


def test_every_port_has_its_own_file() -> None:
    assert default_file("localhost", 1) != default_file("localhost", 2)
