"""A node here and a client of one elsewhere: the same methods, the same answers, the same refusals."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import decent_tui
from decent_tui import Client, Conflict, Entry, Node, NoValue, Refused, Stale, StartError, Unreachable
from decent_tui.commands.table import COMMANDS
from tests.net.support import eventually


@pytest_asyncio.fixture(params=["here", "elsewhere"])
async def node(request: pytest.FixtureRequest) -> AsyncIterator[Node | Client]:
    async with Node(port=0) as node:
        if request.param == "here":
            yield node
        else:
            async with Client(node.address) as client:
                yield client


async def test_a_value_is_written_read_listed_and_deleted(node: Node | Client) -> None:
    value = {"text": "grün \u202e", "numbers": [1, 2.5, 10**30], "nothing": None}
    written = await node.put("a b", value)
    assert written.value == value
    assert await node.get("a b") == written
    assert written.versions[0].clock == {written.versions[0].node_id: 1}
    await node.put("c", [])
    assert [key async for key in node.keys("")] == ["a b", "c"]
    assert [key async for key in node.keys("c")] == ["c"]
    assert [key async for key in node.keys(after="a b")] == ["c"]
    await node.delete("c")
    assert [key async for key in node.keys("")] == ["a b"]
    assert (await node.status()).keys == 1


async def test_no_value_is_an_empty_entry_and_asking_for_it_raises(node: Node | Client) -> None:
    entry = await node.get("k")
    assert not entry
    assert (entry, entry.values, entry.conflict) == (Entry("k", ()), [], False)
    with pytest.raises(NoValue):
        _ = entry.value


async def test_more_keys_than_a_page_come_in_order(node: Node | Client) -> None:
    await asyncio.gather(*(node.put(f"k{i:04}", i) for i in range(2_100)))
    assert [key async for key in node.keys("k")] == [f"k{i:04}" for i in range(2_100)]


async def test_compare_and_set(node: Node | Client) -> None:
    first = await node.put("k", 1)
    await node.put("k", 2, saw=first)
    with pytest.raises(Stale):
        await node.put("k", 3, saw=first)
    with pytest.raises(Stale):
        await node.put("k", 3, saw=[first.versions[0].cid])
    assert (await node.get("k")).value == 2


async def test_a_conflict_has_all_values_and_is_resolved_by_one(node: Node | Client) -> None:
    async with Node(port=0) as other:
        await node.put("k", "a")
        await other.put("k", "b")
        await node.addpeer(other.address)

        async def in_conflict() -> bool:
            return (await node.get("k")).conflict

        await eventually(in_conflict)
        entry = await node.get("k")
        with pytest.raises(Conflict) as caught:
            _ = entry.value
        assert caught.value.entry == entry
        assert sorted(map(str, entry.values)) == ["a", "b"]
        assert [key async for key in node.keys(conflicts=True)] == ["k"]
        await node.resolve("k", next(version for version in entry.versions if version.value == "b"))
        assert (await node.get("k")).value == "b"
        await node.resolve("k", "c")
        assert (await node.get("k")).value == "c"
        assert [peer.state for peer in await node.peers()] == ["alive"]
        assert [each.error for each in await node.gossip()] == [None]
        held = await node.getpeer(other.address, "k")
        assert (held.value, held.relation) == ("c", "same")
        await node.cut(other.address)
        await node.heal()


async def test_a_wait_and_the_dials(node: Node | Client) -> None:
    async with Node(port=0, peers=[node.address]) as other:

        async def linked() -> bool:
            return [peer.state for peer in await node.peers()] == ["alive"]

        await eventually(linked)
        await node.put("k", 1)
        assert (await node.wait()).converged
        assert (await other.get("k")).value == 1
        await node.cut(other.address, direction="out", for_s=600)
        await node.lag(other.address, 1, 0.5, direction="in")
        await node.lose(other.address, 1)
        await node.duplicate(other.address, 1)
        await node.reorder(other.address, 1)
        (peer,) = await node.peers()
        assert [(dial.dial, dial.direction) for dial in peer.dials] == [
            ("cut", "out"), ("duplicate", "both"), ("lag", "in"), ("lose", "both"), ("reorder", "both"),
        ]  # fmt: skip
        await node.put("k", 2)
        waited = await node.wait("k", timeout_s=0.2)
        assert (waited.converged, waited.missing) == (False, {other.address: 1})
        await node.heal(other.address)
        assert (await node.wait()).converged


async def test_why_and_how_a_key_came_to_be_as_it_is(node: Node | Client) -> None:
    await node.put("k", "red")
    await node.delete("k")
    changes = (await node.history("k")).changes
    assert [(change.what, change.record and change.record.deleted) for change in changes] == [
        ("written", False),
        ("written", True),
    ]
    why = await node.why("k")
    assert (why.key, bool(why.sentences)) == ("k", True)
    with pytest.raises(Refused):
        await node.why("never")
    with pytest.raises(Refused):
        await node.history("never")


async def test_a_watch_tells_of_every_change(node: Node | Client) -> None:
    async with node.watch("k") as changes:
        await node.put("j", 0)
        await node.put("k", 1)
        change = await anext(changes)
        assert (change.key, change.entry.value, change.missed) == ("k", 1, 0)
        await node.delete("k")
        assert not (await anext(changes)).entry


async def test_a_watch_that_lags_knows_how_much_it_missed(
    node: Node | Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("decent_tui.commands.watch.MOST", 10)
    async with node.watch() as changes:
        await asyncio.gather(*(node.put(f"k{i}", i) for i in range(50)))
        await node.status()
        told = missed = 0
        while told + missed < 50:
            change = await asyncio.wait_for(anext(changes), 10)
            told, missed = told + 1, missed + change.missed
        assert missed > 0


async def test_what_is_no_json_is_the_callers_error(node: Node | Client) -> None:
    with pytest.raises(TypeError):
        await node.put("k", object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not JSON compliant"):
        await node.put("k", float("nan"))
    with pytest.raises(Refused, match="must not be empty"):
        await node.put("", 1)
    with pytest.raises(Refused, match="not valid Unicode"):
        await node.put("k", "\ud800")


async def test_an_argument_of_a_wrong_type_is_said_in_one_sentence(node: Node | Client) -> None:
    with pytest.raises(TypeError, match=r"^key of put: expected `str`, got `int`$"):
        await node.put(5, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^key of delete: expected `str`, got `bytes`$"):
        await node.delete(b"k")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^ms of lag: expected `float`, got `str`$"):
        await node.lag("all", "5")  # type: ignore[arg-type]
    await node.put("k", 1)


async def test_a_client_without_a_node_says_so_in_one_sentence() -> None:
    async with Node(port=0) as node:
        address = node.address
    with pytest.raises(Unreachable, match="connection refused"):
        async with Client(address):
            pass


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_watch_of_a_node_that_ends_does_not_wait_for_ever(elsewhere: bool) -> None:
    async with Node(port=0) as node:
        client = Client(node.address)
        if elsewhere:
            await client.__aenter__()
        watch = (client if elsewhere else node).watch()
        changes = await watch.__aenter__()
        waiting = asyncio.ensure_future(anext(changes))
    with pytest.raises(Unreachable):
        await asyncio.wait_for(waiting, 10)
    await watch.__aexit__(None, None, None)
    if elsewhere:
        await client.__aexit__(None, None, None)


async def test_a_node_keeps_its_data_and_its_port_is_its_own(tmp_path: Path) -> None:
    async with Node(port=0, data=tmp_path / "a.db", name="otter") as node:
        await node.put("k", 1)
        assert node.name == "otter"
        with pytest.raises(StartError, match="in use"):
            async with Node(port=int(node.address.rpartition(":")[2]), memory=True):
                pass
    async with Node(port=0, data=str(tmp_path / "a.db")) as node:
        assert (await node.get("k")).value == 1


@pytest.mark.parametrize("wrong", [{"port": -1}, {"port": 70_000}, {"host": ""}, {"peers": ["nobody"]}])
def test_an_address_that_is_none_is_an_error_before_anything_starts(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"port|host"):
        Node(**wrong)  # type: ignore[arg-type]


def test_everything_public_is_there_and_documented_and_nothing_is_loaded_before_it_is_used() -> None:
    for name in decent_tui.__all__:
        assert getattr(decent_tui, name).__doc__ or name == "Json", name
    code = (
        "import sys, decent_tui; print(sorted({'asyncio', 'msgspec', 'decent_tui.api'} & set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-S", "-c", code],
            cwd=Path(decent_tui.__file__).parents[1],
            capture_output=True,
            check=True,
        ).stdout
        == b"[]\n"
    )
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = decent_tui.nothing


async def test_every_command_is_a_method(node: Node | Client) -> None:
    names = {name if name != "import" else "import_" for name in COMMANDS} - {"help", "exit", "quit"}
    assert [name for name in sorted(names) if not callable(getattr(node, name, None))] == []


async def test_a_resolve_is_taken_back_and_compare_and_set_goes_everywhere(node: Node | Client) -> None:
    both = await node.unresolve("k", ["a", {"b": 1}])
    assert both.values == ["a", {"b": 1}]
    one = await node.resolve("k", both.versions[0], saw=both)
    for late in (
        node.unresolve("k", [1, 2], saw=both),
        node.resolve("k", 3, saw=both),
        node.delete("k", saw=both),
        node.delete("k", saw=[]),
    ):
        with pytest.raises(Stale):
            await late
    await node.delete("k", saw=one)
    assert not await node.get("k")
    with pytest.raises(Refused, match="two values or more"):
        await node.unresolve("k", [1])


async def test_a_store_goes_to_a_file_and_comes_back(node: Node | Client, tmp_path: Path) -> None:
    await node.put("a", [1])
    await node.unresolve("b", [1, 2])
    assert {key: entry.values for key, entry in (await node.snapshot()).items()} == {"a": [[1]], "b": [1, 2]}
    told = await node.export(tmp_path / "all.jsonl")
    assert (told.count, told.conflicts) == (2, 1)
    assert (await node.export(str(tmp_path / "some.jsonl"), "a")).count == 1
    await node.delete("a")
    assert (await node.import_(tmp_path / "all.jsonl")).count == 2
    assert ((await node.get("a")).value, (await node.get("b")).value) == ([1], 1)
    with pytest.raises(Refused, match="keeps nothing in a file"):
        await node.backup(tmp_path / "copy.db")


async def test_a_backup_is_a_file_here(tmp_path: Path) -> None:
    async with Node(port=0, data=tmp_path / "a.db") as node, Client(node.address) as client:
        await node.put("k", 1)
        for number, one in enumerate((node, client)):
            told = await one.backup(tmp_path / f"{number}.db")
            assert (told.count, told.bytes) == (1, (tmp_path / f"{number}.db").stat().st_size)
        with pytest.raises(Refused, match="data file of a node"):
            await node.backup(tmp_path / "a.db")
