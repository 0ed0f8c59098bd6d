"""A file that a command writes is there whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from decent_tui.commands.new_file import new_file
from decent_tui.core.errors import Refused


async def test_it_appears_when_it_is_whole_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    async with new_file(str(path)) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["f"]


async def test_what_fails_leaves_the_old_one_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")

    async def fail() -> None:
        async with new_file(str(path)) as file:
            file.write(b"new")
            raise Refused("no")

    with pytest.raises(Refused, match="no"):
        await fail()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


async def test_two_commands_with_one_name_do_each_other_no_harm(tmp_path: Path) -> None:
    path = str(tmp_path / "f")
    async with new_file(path) as first:
        first.write(b"first")
        with pytest.raises(Refused):
            async with new_file(path):
                raise Refused("the second one fails")
    assert (tmp_path / "f").read_bytes() == b"first"


@pytest.mark.parametrize("name", ["", "a\0b", "none/f", "."])
async def test_a_name_that_cannot_be_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=r"name of a file|cannot be written"):
        async with new_file(f"{tmp_path}/{name}" if name and "\0" not in name else name):
            pass
    assert os.listdir(tmp_path) == []
