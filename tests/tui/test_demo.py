"""The demo in a real terminal, from its first caption to its last."""

from pathlib import Path

import pytest

from .terminal import dashboard

BEGINNINGS = (
    "These are real nodes",
    "Anna writes: lunch is",
    "Now the network breaks",
    "Anna changes her mind",
    "Ben has not seen that",
    "The network is mended",
    "Two values, on every node",
    "Cleo reads both and decides",
    "Level again",
    "While Cleo is away",
    "Cleo returns",
    "Everybody has the same again",
)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_the_demo_tells_its_story_by_itself(tmp_path: Path, size: tuple[int, int]) -> None:
    with dashboard(tmp_path, "demo", "--speed", "6", size=size, TMPDIR=str(tmp_path)) as terminal:
        for caption in BEGINNINGS:
            terminal.wait(caption)
            if caption.startswith("Now the network"):
                terminal.wait("✗ cut by anna")
            if caption.startswith("Two values"):
                terminal.wait('ben wrote "salad" without having seen anna\'s 2nd write, "soup"')
                terminal.wait('anna wrote "soup" without having seen ben\'s 1st write, "salad"')
                stores = terminal.text().split("●─")[0]
                assert stores.count('"salad"') == stores.count('"soup"') == 3
            if caption.startswith("Level again"):
                terminal.wait("switched off")
        terminal.wait(r"all\s+level")
        terminal.wait("the end")
        terminal.wait("● the same everywhere")
        terminal.wait(r"holds nothing.*holds nothing.*holds nothing|✗ lunch.*✗ lunch.*✗ lunch")
        assert '"both"' not in terminal.text().split("╰")[0]
        assert list(tmp_path.glob("decent-tui-*/*.db"))
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert not list(tmp_path.glob("decent-tui-*"))


def test_a_person_pauses_takes_over_and_has_it_told_again(tmp_path: Path) -> None:
    with dashboard(tmp_path, "demo", "--nodes", "2", "--speed", "6", TMPDIR=str(tmp_path)) as terminal:
        terminal.wait("Anna changes her mind")
        terminal.type(" ")
        terminal.wait("paused, space goes on")
        terminal.type("]:put mine 1\r")
        terminal.wait(r"You took over \(ben: put mine 1\)")
        terminal.wait(r"mine +1 +ben")
        terminal.type("1")
        terminal.wait(r"0 of 1 peer|1 of 1 peer")
        terminal.type("4n")
        terminal.wait("Ben has not seen that")
        terminal.type("r")
        terminal.wait("These are real nodes")
        terminal.wait(r"all\s+level")
        terminal.type(":exit\r")
        assert terminal.wait_exit() == 0
        assert not list(tmp_path.glob("decent-tui-*"))
