"""`decent-tui config` tells every option's value and where it came from, as a file that says the same."""

import json
from pathlib import Path

import pytest

from decent_tui import cli


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def sources(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, tuple[object, str]]:
    answer = json.loads(told(capsys, "config", "--json", *arguments))
    assert answer["ok"] is True
    return {row["name"]: (row["value"], row["source"]) for row in answer["options"]}


def test_each_value_is_told_with_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.toml").write_text('name = "otter"\nport = 1\npeers = ["a:1"]\n')
    monkeypatch.setenv("DECENT_PORT", "2")
    monkeypatch.setenv("DECENT_NODE", "b:2")
    found = sources(capsys, "--config", "c.toml", "--host", "::1")
    assert found["name"] == ("otter", "c.toml:1")
    assert found["port"] == (2, "DECENT_PORT")
    assert found["peers"] == (["a:1"], "c.toml:3")
    assert found["node"] == ("b:2", "DECENT_NODE")
    assert found["host"] == ("::1", "--host")
    assert found["memory"] == (False, "default")
    assert found["data"] == (None, "default")


def test_what_is_printed_is_a_configuration_file_that_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--name", 'a "quoted" \\ name', "--peers", "a:1", "b:2", "--timeout", "2.5", "--memory"]
    text = told(capsys, "config", *flags)
    assert "# the configuration file: " in text
    assert "# --peers" in text
    (tmp_path / "again.toml").write_text(text)
    before = {name: value for name, (value, _) in sources(capsys, *flags).items()}
    after = {name: value for name, (value, _) in sources(capsys, "--config", "again.toml").items()}
    assert before | {"config": "again.toml"} == after


def test_what_is_wrong_in_the_file_is_one_line_and_exit_code_2_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.toml").write_text("\nprot = 1\n")
    for arguments in (["config"], ["--headless"], ["get", "k"], ["attach", "a:1"]):
        assert cli.main([*arguments, "--config", "c.toml"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert 'c.toml:2: there is no option "prot"; the nearest is "port"\n' in err
        assert err.count("\n") == 1


def test_flags_may_stand_before_the_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(told(capsys, "--json", "config"))["command"] == "config"
