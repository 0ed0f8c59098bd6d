"""What a start takes, in counts that are the same on every machine."""

import json
import sys
from typing import TypedDict

import pytest

from .terminal import Terminal


class Counts(TypedDict):
    """Modules imported when the first picture is made, and when the node is there; collections until then."""

    first: list[str]
    open: list[str]
    collections: int


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    """Of one start of the dashboard in a terminal."""
    folder = tmp_path_factory.mktemp("start")
    told = folder / "counts.json"
    env = {"XDG_STATE_HOME": str(folder), "XDG_DATA_HOME": str(folder), "COUNTED": str(told)}
    with Terminal([sys.executable, "-m", "tests.tui.started", "--port", "0"], env=env) as terminal:
        assert terminal.wait_exit() == 0, terminal.text()
    counted: Counts = json.loads(told.read_text())
    return counted


def test_no_garbage_is_collected_before_the_node_is_there(counts: Counts) -> None:
    assert counts["collections"] == 0
