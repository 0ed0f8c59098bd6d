"""Fixtures of the black-box tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .harness import Cluster


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "slow: takes longer than ten seconds by its nature")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Starts nodes; ends them with the test, shows their stderr if it fails, and sees to it that none
    of them ever printed a traceback."""
    nodes = Cluster(tmp_path)
    yield nodes
    nodes.end()
    for node in nodes.nodes:
        print(node.describe())  # noqa: T201 - pytest shows this only for a failed test
    broken = [node.describe() for node in nodes.nodes if "Traceback" in node.error_text()]
    assert not broken, "\n".join(broken)
