"""The configuration file is strict: what is wrong is said with the file and the line."""

from pathlib import Path

import pytest

from decent_tui.commands.config_file import LARGEST, ConfigError, Told, lines_of, read
from decent_tui.commands.options import OPTIONS


def test_every_key_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '# a node\nport = 9003\npeers = [\n  "a:1",  # "port"\n  "b:2",\n]\n\nmemory = true\nname = "x"'
    )
    assert read(file, OPTIONS) == {
        "port": Told("9003", f"{file}:2"),
        "peers": Told("a:1 b:2", f"{file}:3"),
        "memory": Told("true", f"{file}:8"),
        "name": Told("x", f"{file}:9"),
    }


def test_lines_are_found_behind_texts_of_several_lines_and_in_tables() -> None:
    text = 'a = """\nb = 1\n"""\nb = {x = 1}\n\n[c]\nd = 1\n[c.e]\n"f g" = 1\n'
    assert lines_of(text) == {"a": 1, "b": 4, "c": 6}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nprot = 1", ':2: there is no option "prot"; the nearest is "port"'),
        ("port = 1\n[tls]\nkey = 1", ':2: there is no option "tls"; the nearest is '),
        ('config = "x"', ':1: there is no option "config"; the nearest is '),
        ('port = "9001"', ":1: port takes a number"),
        ("port = true", ":1: port takes a number"),
        ("memory = 1", ":1: memory takes true or false"),
        ("name = 1", ":1: name takes a text in quotes"),
        ('\n\npeers = "a:1"', ":3: peers takes a list of texts in quotes"),
        ("peers = [1]", ":1: peers takes a list of texts in quotes"),
        ("port = 1\nhost =", " is not TOML: Invalid value (at "),
        ("a" * LARGEST + "\n", " is longer than "),
        ("x = " + "[" * 10_000, " is not TOML: "),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        read(file, OPTIONS)
    assert str(error.value).startswith(f"{file}{said}")


def test_what_is_no_text_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: is a directory"):
        read(tmp_path, OPTIONS)
    (tmp_path / "c.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not valid UTF-8"):
        read(tmp_path / "c.toml", OPTIONS)
