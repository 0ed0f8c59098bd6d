"""Import against a real node: each line becomes a write, in their order, and the first wrong one is named."""

import json
from pathlib import Path

import pytest

from decent_tui.commands import importing
from decent_tui.commands.importing import BATCH, import_from
from decent_tui.commands.progress import Step, untold
from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused
from decent_tui.net.interface import NodeInterface
from decent_tui.net.node import Node
from decent_tui.net.remote import RemoteNode
from tests.net.support import memory_node, values


def written(tmp_path: Path, *lines: str) -> str:
    (tmp_path / "f").write_text("".join(f"{line}\n" for line in lines))
    return str(tmp_path / "f")


def line(key: str, value: object) -> str:
    return json.dumps({"key": key, "value": value})


async def test_all_lines_are_written_and_told_of(
    node: NodeInterface, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "READ", 2_000)  # many reads, which end in the middle of a batch
    path = written(tmp_path, *(line(f"k{n:04}", {"n": n}) for n in range(1_000)))
    steps: list[Step] = []
    assert (await import_from(node, path, steps.append)).count == 1_000
    assert (await node.run(ops.Status())).keys == 1_000
    assert [step.keys for step in steps] == sorted(step.keys or 0 for step in steps)
    assert steps[-1] == Step(1_000, (tmp_path / "f").stat().st_size, 1.0)


async def test_of_lines_with_one_key_the_last_one_counts(node: NodeInterface, tmp_path: Path) -> None:
    lines = [line("k", n) for n in range(3 * BATCH)]
    assert (await import_from(node, written(tmp_path, *lines), untold)).count == 3 * BATCH
    found = await node.run(ops.Get("k"))
    assert [bytes(record.value) for record in found.versions] == [str(3 * BATCH - 1).encode()]


async def test_long_lines_are_written_a_few_at_a_time(node: NodeInterface, tmp_path: Path) -> None:
    path = written(tmp_path, *(line(f"k{n}", "x" * 250_000) for n in range(12)))
    assert (await import_from(node, path, untold)).count == 12
    assert (await node.run(ops.Status())).keys == 12


async def test_a_last_line_without_an_end_counts_too(node: NodeInterface, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(line("k", 1))
    assert (await import_from(node, str(tmp_path / "f"), untold)).count == 1


async def test_everything_before_a_wrong_line_is_written_and_nothing_behind_it(
    node: NodeInterface, tmp_path: Path
) -> None:
    lines = [line(f"k{n:04}", n) for n in range(300)]
    lines[200] = line("", 1)
    with pytest.raises(Refused, match="line 201: a key must not be empty; the lines before it are written"):
        await import_from(node, written(tmp_path, *lines), untold)
    assert (await node.run(ops.Keys())).keys == [f"k{n:04}" for n in range(200)]


@pytest.mark.parametrize("wrong", ["nonsense", "[1]", '{"key": "k"}', '{"key": 1, "value": 1}', "\udcff", ""])
async def test_a_wrong_line_is_named_and_those_before_it_are_written(
    node: NodeInterface, tmp_path: Path, wrong: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(
        b'{"key":"a","value":1}\n' + wrong.encode(errors="surrogateescape") + b'\n{"key":"b","value":1}\n'
    )
    with pytest.raises(Refused, match="line 2 is not"):
        await import_from(node, str(path), untold)
    assert (await node.run(ops.Keys())).keys == ["a"]


async def test_a_line_that_the_node_refuses_is_named(node: NodeInterface, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text('{"key":"a","value":1}\n{"key":"","value":1}\n')
    with pytest.raises(Refused, match="line 2: a key must not be empty"):
        await import_from(node, str(path), untold)


@pytest.mark.parametrize("value", ["9" * 1_001, '"' + "x" * 262_144 + '"', "[" * 129 + "]" * 129])
async def test_a_value_beyond_the_limits_is_named(node: NodeInterface, tmp_path: Path, value: str) -> None:
    path = written(tmp_path, line("a", 1), f'{{"key": "b", "value": {value}}}')
    with pytest.raises(Refused, match="line 2: the value "):
        await import_from(node, path, untold)
    assert (await node.run(ops.Keys())).keys == ["a"]


async def test_a_file_that_cannot_be_read_is_one_sentence(node: NodeInterface, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, said in (
        (tmp_path / "none", "cannot be read: no such file"),
        (tmp_path, "cannot be read: is a directory"),
        (tmp_path / "file" / "f", "cannot be read: not a directory"),
        ("a\0b", "null character"),
    ):
        with pytest.raises(Refused, match=said):
            await import_from(node, str(path), untold)


async def test_a_node_that_goes_away_is_said_with_the_lines_that_may_be_missing(tmp_path: Path) -> None:
    path = written(tmp_path, *(line(f"k{n}", n) for n in range(10_000)))
    node: Node
    async with memory_node() as node:
        remote = RemoteNode(Address(node.host, node.port))
        await remote.connect()

        def gone(step: Step) -> None:
            remote._lost("the connection was lost")

        with pytest.raises(Refused, match=r"^lines [0-9,]+ to [0-9,]+: the connection was lost"):
            await import_from(remote, path, gone)
        await remote.close()
        assert await values(node, "k0") == [0]
