"""The key file: made once, for its owner only, and read with a sentence for whatever is wrong."""

import stat
from pathlib import Path

import pytest

from decent_tui.net.cluster_key import Key, is_exposed, make_file, newest, read_file

SECRET = "ab" * 32


def test_a_key_is_made_into_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    make_file(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    (key,) = read_file(tmp_path / "key")
    assert len(key.secret) == 32
    assert key.made > 0


def test_no_two_keys_are_alike(tmp_path: Path) -> None:
    make_file(tmp_path / "a")
    make_file(tmp_path / "b")
    assert read_file(tmp_path / "a")[0].secret != read_file(tmp_path / "b")[0].secret


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("precious")
    with pytest.raises(ValueError, match="exists already"):
        make_file(tmp_path / "key")
    assert (tmp_path / "key").read_text() == "precious"


def test_two_files_one_after_the_other_are_a_file_with_two_keys_in_that_order(tmp_path: Path) -> None:
    make_file(tmp_path / "a")
    make_file(tmp_path / "b")
    both = tmp_path / "both"
    both.write_bytes((tmp_path / "b").read_bytes() + (tmp_path / "a").read_bytes())
    assert read_file(both) == read_file(tmp_path / "b") + read_file(tmp_path / "a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no cluster key"),
        ("# only words\n\n", "there is no cluster key"),
        ("password\n", "line 1 .* is no cluster key"),
        (f"{SECRET}\n{SECRET}00\n", "line 2 .* is no cluster key"),
        (f"{SECRET}\n" * 2_000, "is no cluster key"),
        ("\0\xff", "is no cluster key"),
    ],
)
def test_what_is_no_key_is_said_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "key").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=words) as told:
        read_file(tmp_path / "key")
    assert "keygen" in str(told.value)
    assert SECRET not in str(told.value)


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: no such file"):
        read_file(tmp_path / "key")
    with pytest.raises(ValueError, match="cannot be written: no such file"):
        make_file(tmp_path / "folder" / "key")


def test_a_file_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    make_file(tmp_path / "key")
    assert not is_exposed(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    assert is_exposed(tmp_path / "key")


def test_the_newest_key_is_told_by_when_it_was_made_and_else_by_the_order() -> None:
    old, new, bare = Key(b"o", 1), Key(b"n", 2), Key(b"b")
    assert newest([old, new]) == newest([new, old]) == new
    assert newest([bare, Key(b"c")]) == bare
