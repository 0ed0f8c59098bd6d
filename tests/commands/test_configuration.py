"""Flags count over variables, those over the file; whatever is wrong anywhere is said with its place."""

from pathlib import Path

import pytest

from decent_tui.commands import options
from decent_tui.commands.configuration import ConfigError, Configuration, configure, default_file
from decent_tui.core.address import Address


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


def made(tmp_path: Path, text: str, flags: dict[str, str], **variables: str) -> Configuration:
    file = tmp_path / "c.toml"
    file.write_text(text)
    return configure(flags | {"config": str(file)}, variables)


def test_nothing_given_is_the_defaults() -> None:
    found = configure({}, {})
    assert (found[options.HOST], found[options.PORT], found[options.PEERS]) == ("127.0.0.1", 9001, ())
    assert found[options.NODE] == Address("127.0.0.1", 9001)
    assert (found[options.DATA], found[options.MEMORY], found.where(options.PORT)) == (None, False, "")


def test_flags_count_over_variables_and_those_over_the_file(tmp_path: Path) -> None:
    text = 'host = "::1"\nport = 1\nname = "file"'
    found = made(tmp_path, text, {"port": "3"}, DECENT_PORT="2", DECENT_HOST="localhost")
    assert [found[options.NAME], found[options.HOST], found[options.PORT]] == ["file", "localhost", 3]
    assert found.where(options.NAME) == f"{tmp_path}/c.toml:3"
    assert found.where(options.HOST) == "DECENT_HOST"
    assert found.where(options.PORT) == "--port"


def test_a_variable_without_a_text_says_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, "port = 1", {}, DECENT_PORT="")[options.PORT] == 1


@pytest.mark.parametrize(
    ("text", "flags", "variables", "said"),
    [
        ("", {"port": "x"}, {}, "argument --port: a port is a number from 0 to 65535"),
        ("", {"port": "1"}, {"DECENT_PORT": "x"}, "DECENT_PORT: a port is a number from 0 to 65535"),
        ("\nport = -1", {"port": "1"}, {}, "FILE:2: port: a port is a number from 0 to 65535"),
        ("port = 1.5", {}, {}, "FILE:1: port: a port is a number from 0 to 65535"),
        ("", {}, {"DECENT_MEMORY": "perhaps"}, "DECENT_MEMORY: it takes true or false"),
        ('memory = true\ndata = "x"', {}, {}, "FILE:1: memory: not allowed with FILE:2: data"),
        ("", {"memory": "true", "data": "x"}, {}, "argument --memory: not allowed with argument --data"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_also_where_something_else_counts(
    tmp_path: Path, text: str, flags: dict[str, str], variables: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        made(tmp_path, text, flags, **variables)
    assert str(error.value) == said.replace("FILE", f"{tmp_path}/c.toml")


def test_of_two_rivals_the_one_given_nearer_counts(tmp_path: Path) -> None:
    found = made(tmp_path, "memory = true", {}, DECENT_DATA="x")
    assert (found[options.MEMORY], found[options.DATA]) == (False, Path("x"))
    found = made(tmp_path, 'data = "x"', {"memory": "true"})
    assert (found[options.MEMORY], found[options.DATA]) == (True, None)
    found = made(tmp_path, 'memory = false\ndata = "x"', {})
    assert (found[options.MEMORY], found[options.DATA]) == (False, Path("x"))


def test_the_default_file_is_read_if_it_is_there_and_one_that_is_named_must_be() -> None:
    assert configure({}, {})[options.PORT] == 9001
    default_file().parent.mkdir(parents=True)
    default_file().write_text("port = 7")
    assert configure({}, {})[options.PORT] == 7
    with pytest.raises(ConfigError, match=r"^DECENT_CONFIG: there is no file /nowhere$"):
        configure({}, {"DECENT_CONFIG": "/nowhere"})


def test_a_variable_that_only_looks_like_an_option_is_told_of() -> None:
    assert configure({}, {"DECENT_PROT": "1", "DECENT_PORT": "1", "DECENT_TUI_DEBUG": "1"}).unused == (
        "DECENT_PROT",
    )
