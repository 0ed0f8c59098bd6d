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
        (HEAD + '[[step]]\nnode = "ben"\ndo = "cut carl"\n', 5, "there is no peer 'carl'; ben's are anna"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "lag ben 5"\n', 5, "there is no peer 'ben'; ben's are anna"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = "lag all 5"\n', 5, "there is no peer 'all'"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = """\ncut carl"""\n', 6, "no peer 'carl'"),
        (HEAD + '[[step]]\nnode = "ben"\ndo = """\\\n  getpeer \\\n  carl k"""\n', 7, "no peer 'carl'"),
        (HEAD + "[[step]]\nnode = \"ben\"\ndo = '''\n putt k 1'''\n", 6, 'did you mean "put"'),
        (HEAD + '[[step]]\ncaption = "do = 5"\nnode = "ben"\ndo = "putt k"\n', 6, 'did you mean "put"'),
        (HEAD + '[[step]]\n# do = 5\nnode = "ben"\n"do" = "putt k"\n', 6, 'did you mean "put"'),
        (HEAD + '[[step]]\ncaption = """\n[[step]]\n\\""""\n[[step]]\nafter = -1\n', 8, "after|>= 0"),
        (HEAD + "[[step]]\ncaption = '''\n[[step]]\n'''\n[[step]]\nafter = -1\n", 8, "after|>= 0"),
        (HEAD + '[[step]]\ncaption = "x\u2028y" # "\nafter = -1\n', 5, "after|>= 0"),
        (HEAD + "[[step]]\nexpect.key = 'k'\n", 4, "key and values go together"),
        (HEAD + "[[step]]\n[step.expect]\nkey = 'k'\n", 4, "key and values go together"),
        (HEAD + "[[step]]\ncaption = 'x'\nline = 9\n", 5, "there is no field line here"),
        (HEAD + "[[step]]\ncaption = 'x'\nafter = [", 5, "line 5"),
        (HEAD + "x = " + "[" * 9_000, 3, "line 3: it is nested too deeply"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        scenario(text)
    assert f"line {line}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_step_may_name_peers_that_are_there_and_others_if_it_must_be_refused() -> None:
    for line in ("cut anna", "cut all", "heal all", "lag anna 5", "getpeer anna k", "cut 127.0.0.1:9001"):
        scenario(HEAD + f'[[step]]\nnode = "ben"\ndo = "{line}"\n')
    scenario(HEAD + '[[step]]\nnode = "ben"\ndo = "cut carl"\nrefused = true\n')


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.toml"
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b'title = "T"\n\ncaption = "caf\xe9"\n')
    for path, told in (
        (nowhere, f"{nowhere} cannot be read: no such file or directory"),
        (tmp_path, f"{tmp_path} cannot be read: is a directory"),
        (binary, f"{binary}, line 3: this is no text in UTF-8"),
    ):
        with pytest.raises(ScenarioError) as caught:
            read(path)
        assert str(caught.value) == told
