"""The metrics of a real node, as a scraper reads them."""

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.net.interface import Load
from decent_tui.net.node import Node, Settings, StartError
from decent_tui.service import families
from decent_tui.service.metrics import AT_ONCE, Metrics, write
from decent_tui.service.metrics_port import AT_ONCE as MOST
from decent_tui.service.metrics_port import metrics_port
from tests.net.support import address, alive, eventually, memory_node
from tests.system.harness import LOOPBACK, free_port

Sample = tuple[str, tuple[tuple[str, str], ...]]


def read(text: bytes) -> dict[Sample, float]:
    """Every sample by its name and labels; one that is there twice would be a broken scrape."""
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            name = sample.name, tuple(sorted(sample.labels.items()))
            assert name not in found, name
            found[name] = sample.value
    return found


def plain(text: bytes) -> dict[str, float]:
    """The samples that have no labels."""
    return {name: value for (name, labels), value in read(text).items() if not labels}


async def test_they_say_what_the_status_says() -> None:
    async with memory_node() as a, memory_node(a) as b, Metrics(a) as metrics:
        await a.run(ops.Put("k", "1"))
        await b.run(ops.Put("l", "1"))
        await a.run(ops.Delete("k"))

        async def settled() -> bool:
            status = await a.run(ops.Status())
            return (status.in_flight, status.applied) == (0, 1)

        await eventually(settled)
        status, said = await a.run(ops.Status()), plain(await metrics.text())
        assert said["decent_keys"] == status.keys == 1
        assert said["decent_deleted_keys"] == status.deleted
        assert said["decent_versions"] == status.versions
        assert said["decent_writes_total"] == status.writes == 2
        assert said["decent_applied_total"] == status.applied == 1
        assert said["decent_writes_in_flight"] == 0
        assert said["decent_settle_seconds_count"] == 2
        assert said["decent_settle_seconds_sum"] > 0
        assert said["decent_sent_bytes_total"] > 0
        assert said["decent_connections"] == 1


async def test_a_conflict_is_counted_when_it_comes_and_when_it_goes() -> None:
    async with memory_node() as node, Metrics(node) as metrics:
        await node.run(ops.Unresolve("k", ("1", "2", "3")))
        said = plain(await metrics.text())
        assert (said["decent_conflicts"], said["decent_siblings"]) == (1, 2)
        assert (said["decent_conflicts_begun_total"], said["decent_conflicts_ended_total"]) == (1, 0)
        await node.run(ops.Put("k", "4"))
        said = plain(await metrics.text())
        assert (said["decent_conflicts"], said["decent_siblings"]) == (0, 0)
        assert (said["decent_conflicts_begun_total"], said["decent_conflicts_ended_total"]) == (1, 1)


async def test_a_peer_that_is_away_is_behind_and_deletions_wait_for_it(tmp_path: Path) -> None:
    async with memory_node() as a, Metrics(a) as metrics:
        async with Node(Settings(port=0, peers=(address(a),), data=tmp_path / "b.db")) as b:
            await a.run(ops.Put("k", "1"))
            assert (await a.run(ops.Wait())).converged
            await eventually(lambda: _has_it(b))
            peer, node_id = address(b), b.node_id
        await a.run(ops.Delete("k"))
        labels = (("node_id", node_id), ("peer", peer))

        async def waits() -> bool:
            said = read(await metrics.text())
            return said.get(("decent_tombstones_blocked", (("node_id", node_id),))) == 1

        await eventually(waits)
        said = read(await metrics.text())
        assert said["decent_peer_up", labels] == 0
        assert said["decent_peer_behind_writes", labels] == 1
        assert said["decent_peers", (("state", "down"),)] == 1
        assert said["decent_peer_changes_total", (("state", "down"),)] == 1


async def test_more_peers_than_are_asked_for_at_once_are_all_there() -> None:
    async with memory_node() as node, Metrics(node) as metrics:
        for port in range(1, AT_ONCE + 4):
            await node.run(ops.AddPeer(f"{LOOPBACK}:{port}"))
        said = read(await metrics.text())
        assert len([name for name, _ in said if name == "decent_peer_up"]) == AT_ONCE + 3


def test_hostile_names_stay_labels() -> None:
    names = ['say "no"', "back\\slash", "two\nlines", "\x1b[2J", "bidi \u202e", 'a"} 1\ndecent_keys 7', "é"]
    peers = [ops.PeerView(f"{LOOPBACK}:{at}", name, name, "alive") for at, name in enumerate(names)]
    peers += [ops.PeerView(f"{LOOPBACK}:0", 'say "no"', "the same once more", "down")]
    peers += [
        ops.PeerView(f"{LOOPBACK}:9", "x\x1b", None, "down"),
        ops.PeerView(f"{LOOPBACK}:9", "x␛", None, "down"),
    ]
    text = b"".join(map(write, families.of_peers(peers)))
    said = read(text)
    assert b"\x1b" not in text
    assert "\u202e" not in text.decode()
    assert "decent_keys" not in {name for name, _ in said}
    shown = {dict(labels)["name"] for name, labels in said if name == "decent_peer_info"}
    assert {"back\\slash", "two␊lines", "␛[2J", "the same once more", "é", ""} <= shown
    assert len([name for name, _ in said if name == "decent_peer_up"]) == len(names) + 1


async def test_nodes_whose_ids_read_alike_are_counted_together() -> None:
    async with memory_node() as node:
        measures = await node.run(ops.Measure())
    told = msgspec.structs.replace(measures, waits_for={"x\x1b": 1, "x␛": 2, "": 4, measures.node_id: 8})
    said = read(b"".join(map(write, families.of_node(told))))
    blocked = {dict(labels)["node_id"]: value for (name, labels), value in said.items() if "blocked" in name}
    assert blocked == {"x␛": 3, measures.node_id: 12}


def test_every_number_of_the_load_is_said() -> None:
    text = {family.name: family.samples[0].value for family in families.of_load(Load(1, 2, 3, 4))}
    assert text == {
        "decent_connections": 1,
        "decent_send_queue_bytes": 2,
        "decent_delayed_bytes": 3,
        "decent_operations_waiting": 4,
    }


async def test_the_page_for_operators_explains_every_metric_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`(decent_\w+)`", page.split("| metric |")[1].split("\n\n")[0]))
    async with Node(Settings(port=0, max_bytes=10**6)) as node, Metrics(node) as metrics:
        text = (await metrics.text()).decode()
    assert explained == set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


# ------------------------------------------------------------------ the port


async def test_they_are_read_over_http_many_at_a_time() -> None:
    where = Address(LOOPBACK, free_port())
    async with memory_node() as node, metrics_port(node, where), aiohttp.ClientSession() as session:

        async def scrape() -> dict[str, float]:
            async with session.get(f"http://{where}/metrics") as answer:
                assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
                return plain(await answer.read())

        await node.run(ops.Put("k", "1"))
        for said in await asyncio.gather(*(scrape() for _ in range(20))):
            assert said["decent_keys"] == 1
        async with session.get(f"http://{where}/other") as answer:
            assert answer.status == 404


async def test_whoever_opens_connections_and_says_nothing_keeps_no_scraper_out() -> None:
    where = Address(LOOPBACK, free_port())
    async with memory_node() as node, metrics_port(node, where), AsyncExitStack() as stack:
        silent = []
        for _ in range(3 * MOST):
            silent.append(await asyncio.open_connection(where.host, where.port))
            stack.callback(silent[-1][1].close)
        for reader, _ in silent[: 2 * MOST]:
            assert await asyncio.wait_for(reader.read(1), 10) == b""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{where}/metrics") as answer,
        ):
            assert answer.status == 200


async def test_a_port_that_is_taken_is_one_sentence() -> None:
    async with memory_node() as node:
        with pytest.raises(StartError, match="already in use; choose another --metrics-port"):
            async with metrics_port(node, Address(node.host, node.port)):
                pass


async def test_a_node_that_has_stopped_answers_503() -> None:
    where = Address(LOOPBACK, free_port())
    node = memory_node()
    await node.__aenter__()
    async with metrics_port(node, where), aiohttp.ClientSession() as session:
        await node.__aexit__(None, None, None)
        async with session.get(f"http://{where}/metrics") as answer:
            assert (answer.status, await answer.text()) == (503, "the node has stopped\n")


async def _has_it(node: Node) -> bool:
    return (await node.run(ops.Status())).keys == 1 and await alive(node) == 1
