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


def own(modules: list[str]) -> list[str]:
    return [name for name in modules if name.startswith("decent_tui.")]


def test_so_many_modules_of_its_own_before_the_first_picture(counts: Counts) -> None:
    """Each takes about 0.2 ms. What a view, a dialog or a command needs is imported by whoever opens it."""
    assert len(own(counts["first"])) <= 89


def test_so_many_modules_of_its_own_for_a_dashboard_with_a_node(counts: Counts) -> None:
    assert len(own(counts["open"])) <= 155


@pytest.mark.parametrize(
    "name",
    [
        "decent_tui.api", "decent_tui.commands.backup", "decent_tui.commands.complete",
        "decent_tui.commands.exporting", "decent_tui.commands.importing", "decent_tui.commands.encode",
        "decent_tui.commands.render", "decent_tui.commands.session", "decent_tui.commands.table",
        "decent_tui.lab", "decent_tui.tui.cards", "decent_tui.tui.chooser", "decent_tui.tui.convergence",
        "decent_tui.tui.dial_panel", "decent_tui.tui.editor", "decent_tui.tui.help",
        "decent_tui.tui.timeline", "aiohttp", "cryptography", "encodings.idna", "prometheus_client",
        "rich.markdown", "rich.syntax", "tomllib",
    ],
)  # fmt: skip
def test_a_start_does_without(name: str, counts: Counts) -> None:
    assert name not in counts["open"]
