"""Scenario files: strict, and whatever is wrong is said with its line."""

from pathlib import Path

import pytest

from decent_tui.lab.play import SHIPPED
from decent_tui.lab.scenario import ScenarioError, read, scenario

HEAD = 'title = "T"\nnodes = ["anna", "ben"]\n'


def test_the_shipped_scenarios_are_all_there() -> None:
    assert sorted(file.stem for file in SHIPPED.glob("*.toml")) == [
        "delete-and-return", "demo", "first-conflict", "lost-update-averted", "restored-backup", "slow-link",
        "three-islands",
    ]  # fmt: skip


def test_steps_know_their_lines() -> None:
    found = scenario(HEAD + '[[step]]\ncaption = "a"\n\n[[step]]\nnode = "ben"\ndo = "keys"\n')
    assert [step.line for step in found.step] == [3, 6]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + '[[step]]\ncaption = "a"\nwhat = 1\n', 5, "there is no field what here"),
        (HEAD + "[[step]]\nafter = -1\n", 4, "after|>= 0"),
        (HEAD + '[[step]]\nnode = "anna"\n', 4, "go together"),
        (HEAD + '[[step]]\nnode = "carl"\ndo = "keys"\n', 4, "there is no node 'carl'; there are anna, ben"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "putt k 1"\n', 5, 'did you mean "put"'),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "put k"\n', 5, "usage: put KEY JSON"),
        (HEAD + "[[step]]\n", 3, "does nothing"),
        (HEAD + "[[step]]\nexpect = {}\n", 4, "nothing is expected"),
        (HEAD + '[[step]]\ncaption = ""\nexpect = { key = "k" }\n', 5, "key and values go together"),
        (HEAD + "[[step]]\nexpect = { level = true, withn = 3 }\n", 4, "no field withn"),
        (HEAD + '[[step]]\nexpect = { id = "new" }\n', 4, "of a node"),
        (HEAD + "[[step]]\nrefused = true\ncaption = 'x'\n", 4, "nothing to refuse"),
        ('title = "T"\nnodes = ["Anna!"]\n[[step]]\ncaption = "x"\n', 2, "small letters"),
        ('title = "T"\nnodes = ["anna", "anna"]\n[[step]]\ncaption = "x"\n', 2, "two nodes have one name"),
        (HEAD + 'step = [ { caption = "x" } ]\n', 3, "each step is written as"),
        (HEAD + "[[step]]\ncaption = 5\n", 4, "caption: expected a text, got a whole number"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "exit"\n', 5, "a scenario has stop"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "watch"\n', 5, "a scenario has stop"),
        (HEAD + '[[step]]\nsave = "ben"\n', 4, "ben runs"),
        (HEAD + '[[step]]\nstop = "ben"\nrestore = "ben"\n', 5, "no file of ben was saved"),
        (HEAD + '[[step]]\nstop = "ben"\n[[step]]\nnode = "ben"\ndo = "keys"\n', 6, "ben is switched off"),
        ('nodes = ["anna"]\n[[step]]\ncaption = "x"\n', 1, "title is missing"),
        (HEAD + "[[step]\n", 3, "line 3"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        scenario(text)
    assert f"line {line}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read(tmp_path / "nowhere.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read(binary)
