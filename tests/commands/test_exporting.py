"""Export against a real node: what goes out comes in again, and nothing half is left."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from decent_tui.commands.exporting import export_to
from decent_tui.commands.importing import import_from
from decent_tui.commands.progress import untold
from decent_tui.commands.session import run_line
from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused
from decent_tui.net.interface import NodeInterface
from decent_tui.net.node import Node
from decent_tui.net.remote import RemoteNode
from tests.net.support import address, eventually, memory_node, values

HARD = {
    "a 'b' \"c\" \u202e": {"x": [1, 2.5, None, "\u0000\n\U0001f600"]},
    "big": "y" * 250_000,
    "k" * 1024: 10**40,
}


async def test_what_is_exported_is_imported_elsewhere(node: NodeInterface, tmp_path: Path) -> None:
    path = str(tmp_path / "all.jsonl")
    expected = HARD | {f"n{i:05}": i for i in range(2_500)}
    await asyncio.gather(*(node.run(ops.Put(key, json.dumps(value))) for key, value in expected.items()))
    steps: list[int] = []
    exported = await export_to(node, path, "", lambda step: steps.append(step.keys or 0))
    assert (exported.count, exported.conflicts) == (len(expected), 0)
    text = (tmp_path / "all.jsonl").read_bytes()
    assert exported.bytes == len(text)
    assert steps == sorted(steps)
    assert len(steps) > 1
    assert {line["key"]: line["value"] for line in map(json.loads, text.splitlines())} == expected
    async with memory_node() as other:
        imported = await import_from(other, path, untold)
        assert (imported.count, imported.bytes) == (len(expected), exported.bytes)
        for key, value in HARD.items():
            assert await values(other, key) == [value]
        assert (await other.run(ops.Status())).keys == len(expected)


async def test_an_export_of_a_prefix_has_those_keys_only(node: NodeInterface, tmp_path: Path) -> None:
    for key in ("a", "b/1", "b/2", "c"):
        await node.run(ops.Put(key, "1"))
    outcome = await run_line(node, f"export {tmp_path / 'b'} b/")
    assert outcome is not None
    assert json.loads(b"".join(outcome.json())) | {"file": ""} == {
        "command": "export", "ok": True, "file": "", "count": 2, "bytes": 48, "conflicts": 0,
    }  # fmt: skip
    assert (tmp_path / "b").read_text() == '{"key":"b/1","value":1}\n{"key":"b/2","value":1}\n'


async def test_an_empty_node_makes_an_empty_file(node: NodeInterface, tmp_path: Path) -> None:
    assert (await export_to(node, str(tmp_path / "none"), "", untold)).count == 0
    assert (tmp_path / "none").read_bytes() == b""
    assert (await import_from(node, str(tmp_path / "none"), untold)).count == 0


async def test_a_conflict_keeps_its_other_values_and_both_sides_say_so(tmp_path: Path) -> None:
    path = str(tmp_path / "f")
    async with memory_node() as a, memory_node() as b:
        await a.run(ops.Put("k", '"a"'))
        await b.run(ops.Put("k", '"b"'))
        await a.run(ops.AddPeer(address(b)))

        async def both() -> bool:
            return len(await values(a, "k")) == 2

        await eventually(both)
        newest, other = await values(a, "k")
        assert (await export_to(a, path, "", untold)).conflicts == 1
        assert json.loads((tmp_path / "f").read_text()) == {"key": "k", "value": newest, "others": [other]}
        assert (await import_from(a, path, untold)).conflicts == 1
        assert await values(a, "k") == [newest]


async def test_a_file_that_cannot_be_is_one_sentence(node: NodeInterface, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, said in (
        (tmp_path / "none" / "f", "cannot be written: no such file"),
        (tmp_path / "file" / "f", "cannot be written: not a directory"),
        (tmp_path, "cannot be written: is a directory"),
        ("a\0b", "null character"),
    ):
        with pytest.raises(Refused, match=said):
            await export_to(node, str(path), "", untold)


async def test_a_failed_export_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    node: Node
    async with memory_node() as node:
        remote = RemoteNode(Address(node.host, node.port))
        await remote.connect()
    with pytest.raises(Refused):
        await export_to(remote, str(path), "", untold)
    assert os.listdir(tmp_path) == ["f"]
    assert path.read_text() == "old"
    await remote.close()
