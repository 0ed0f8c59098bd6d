"""Real nodes on loopback: sockets, turns, and strangers that do not behave."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Never

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.events import Alarm, AnyEvent, Carried, Changed, Conflict, PeerChanged
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.version import Siblings
from decent_tui.net.node import Node, Settings, StartError
from decent_tui.net.settings import Limits
from tests.net.support import address, alive, client, eventually, memory_node, values


async def test_a_write_appears_on_the_other_node_and_its_overwrite_comes_back() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: _shows(b, "k", [1]))
        await b.run(ops.Put("k", "2"))
        await eventually(lambda: _shows(a, "k", [2]))


async def test_many_operations_at_once_take_effect_in_order() -> None:
    async with memory_node() as a:
        writes = [a.run(ops.Put("k", str(number))) for number in range(100)]
        *_, held = await asyncio.gather(*writes, a.run(ops.Get("k")))
        assert [bytes(record.value) for record in held.versions] == [b"99"]


async def test_a_bug_in_one_operation_costs_no_other_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with memory_node() as a:
        operate = a._engine.operate

        def broken(number: int, operation: ops.AnyOperation) -> None:
            if isinstance(operation, ops.Put) and operation.key == "bad":
                raise ZeroDivisionError
            operate(number, operation)

        monkeypatch.setattr(a._engine, "operate", broken)
        came = await asyncio.gather(
            *(a.run(ops.Put(key, "1")) for key in ("a", "bad", "b")), return_exceptions=True
        )
        assert [type(answer) for answer in came] == [ops.Versions, ZeroDivisionError, ops.Versions]


async def test_writes_under_a_cut_become_the_same_siblings_on_both_after_the_heal() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await eventually(lambda: _has_alive(a, 1))
        await a.run(ops.Cut(address(b)))
        await a.run(ops.Put("k", '"a"'))
        await b.run(ops.Put("k", '"b"'))
        happened: list[AnyEvent] = []
        a.subscribe(happened.extend)
        await a.run(ops.Heal("all"))
        await eventually(lambda: _shows_count(a, "k", 2))
        await eventually(lambda: _shows_count(b, "k", 2))
        assert (await a.run(ops.Get("k"))).versions[0].vc == (await b.run(ops.Get("k"))).versions[0].vc
        assert [event.values for event in happened if isinstance(event, Conflict)] == [2]


async def test_nodes_that_know_only_a_third_find_each_other() -> None:
    async with memory_node() as b, memory_node(b) as a, memory_node(b) as c:
        for node in (a, b, c):
            await eventually(lambda node=node: _has_alive(node, 2))
        assert address(a) not in [peer.address for peer in (await a.run(ops.Peers())).peers]


async def test_nodes_that_dial_each_other_at_once_keep_one_link() -> None:
    async with memory_node() as a, memory_node() as b:
        await asyncio.gather(a.run(ops.AddPeer(address(b))), b.run(ops.AddPeer(address(a))))
        await eventually(lambda: _has_alive(a, 1))
        await eventually(lambda: _has_alive(b, 1))
        await eventually(lambda: _has_links(a, 1))
        await eventually(lambda: _has_links(b, 1))


async def test_a_stop_says_goodbye_and_the_peer_is_down_at_once() -> None:
    async with memory_node() as a:
        async with memory_node(a):
            await eventually(lambda: _has_alive(a, 1))
        await eventually(lambda: _has_state(a, "down"), within=2)


async def test_a_node_given_its_own_address_does_not_list_itself() -> None:
    async with memory_node() as a:
        with pytest.raises(Refused, match="own address"):
            await a.run(ops.AddPeer(address(a)))
        await a.run(ops.AddPeer(f"localhost:{a.port}"))
        await eventually(lambda: _knows_nobody(a))


async def test_a_host_that_does_not_exist_is_a_peer_with_an_error() -> None:
    async with memory_node() as a:
        await a.run(ops.AddPeer("no-such-host.invalid:9"))

        async def told() -> bool:
            return bool((await a.run(ops.Peers())).peers[0].last_error)

        await eventually(told)


async def test_a_port_in_use_is_one_plain_sentence() -> None:
    async with memory_node() as a:
        with pytest.raises(StartError, match="already in use"):
            async with Node(Settings(port=a.port, memory=True)):
                pass


async def test_three_lines_of_nonsense_in_a_row_close_the_connection_but_two_do_not() -> None:
    async with memory_node() as a, client(a) as stranger:
        for line in (b"nonsense", b"[1]", b'{"type":"PING"}', b"{", b"\xff\xfe", b"nope"):
            stranger.send(line)
        kinds = [heard["type"] for _ in range(6) if (heard := await stranger.hear()) is not None]
        assert kinds == ["ERR", "ERR", "PONG", "ERR", "ERR", "ERR"]
        assert await stranger.hear() is None


async def test_a_line_over_the_limit_closes_the_connection_with_a_word() -> None:
    async with memory_node() as a, client(a) as stranger:
        stranger.send(b"x" * (MAX_LINE + 10))
        heard = await stranger.hear()
        assert heard is not None
        assert heard["type"] == "ERR"


async def test_somebody_who_never_reads_is_not_waited_for(tmp_path: Path) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a, client(a) as deaf:
        await a.run(ops.Put("big", '"' + "x" * 200_000 + '"'))
        deaf.writer.transport.pause_reading()
        for _ in range(300):
            deaf.say("GET_VALUE", key="big")
        async with client(a) as other:
            other.say("PING")
            assert (await other.hear() or {})["type"] == "PONG"
        await a.run(ops.Put("k", "1"))
        assert await values(a, "k") == [1]


async def test_who_watches_sees_every_line_with_its_true_size() -> None:
    async with memory_node() as a:
        seen: list[AnyEvent] = []
        a.subscribe(seen.extend)
        async with client(a) as stranger:
            stranger.say("GET_VALUE", key="k")
            await stranger.hear()

        async def both() -> bool:
            return len([event for event in seen if isinstance(event, Carried)]) >= 2

        await eventually(both)
        lines = [event for event in seen if isinstance(event, Carried)]
        assert [(line.type, line.outgoing, line.size) for line in lines] == [
            ("GET_VALUE", False, len(lines[0].raw) + 1),
            ("VALUE", True, len(lines[1].raw) + 1),
        ]


async def test_a_failing_disk_refuses_writes_in_words_and_uses_up_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        await a.run(ops.Put("k", "1"))
        store = a._store
        commit = store.commit

        def fail() -> bool:
            raise StorageError("the disk is full")

        monkeypatch.setattr(store, "commit", fail)
        with pytest.raises(Refused, match="disk is full"):
            await a.run(ops.Put("k", "2"))
        monkeypatch.setattr(store, "commit", commit)
        await a.run(ops.Put("k", "3"))
        assert await values(a, "k") == [3]
        assert (await a.run(ops.Status())).counter == 2


async def test_the_alarm_of_a_disk_ends_when_writes_go_well_for_a_while_and_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("decent_tui.net.turn.WELL", 0.2)
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        a.subscribe(lambda events: told.extend(each.text for each in events if isinstance(each, Alarm)))

        def fail() -> bool:
            raise StorageError("the disk is full")

        for times in (1, 2):
            with monkeypatch.context() as broken:
                broken.setattr(a._store, "commit", fail)
                with pytest.raises(Refused, match="disk is full"):
                    await a.run(ops.Put("k", "1"))
            assert len((await a.run(ops.Status())).alarms) == 1
            await a.run(ops.Put("k", "2"))
            await eventually(lambda: _has_no_alarm(a))
            assert len(told) == times


async def test_that_a_file_is_damaged_is_not_over_when_writes_go_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("decent_tui.net.turn.WELL", 0.2)
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        for error in (StorageError("it is damaged", lasts=True), StorageError("the disk is full")):
            with monkeypatch.context() as broken:
                broken.setattr(a._store, "commit", _raising(error))
                with pytest.raises(Refused, match=str(error)):
                    await a.run(ops.Put("k", "1"))
        await a.run(ops.Put("k", "2"))
        await eventually(lambda: _has_alarms(a, ["it is damaged"]))


async def test_while_what_failed_cannot_be_undone_all_are_refused_and_later_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is gone fails the undoing too, which reads the file."""
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        await a.run(ops.Put("k", "1"))
        with monkeypatch.context() as broken:
            broken.setattr(a._store, "load", _raising(StorageError("the disk is gone")))
            with monkeypatch.context() as failing:
                failing.setattr(a._store, "commit", _raising(StorageError("the disk is gone")))
                assert await _refusals(a, "k") == ["the disk is gone"]
            assert await _refusals(a, "k", "l") == ["the disk is gone"] * 2
        await a.run(ops.Put("k", "3"))
        assert await values(a, "k") == [3]
        assert (await a.run(ops.Status())).counter == 2


async def test_a_read_that_fails_amid_others_leaves_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        siblings = a._store.siblings

        def fail(key: str) -> Siblings:
            if key == "bad":
                raise StorageError("the disk is gone")
            return siblings(key)

        with monkeypatch.context() as broken:
            broken.setattr(a._store, "siblings", fail)
            broken.setattr(a._store, "load", _raising(StorageError("the disk is gone")))
            assert await _refusals(a, "k", "bad", "l", "m") == ["the disk is gone"] * 4
        await a.run(ops.Put("l", "2"))
        assert await values(a, "k") == []
        assert (await a.run(ops.Status())).counter == 1


async def test_a_node_whose_disk_is_gone_ends_and_gives_its_file_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as a:
        await a.run(ops.Put("k", "1"))
        monkeypatch.setattr(a._engine.parts.members, "save", _raising(StorageError("the disk is gone")))
    async with Node(Settings(port=0, data=tmp_path / "a.db")) as again:
        assert await values(again, "k") == [1]


async def _refusals(node: Node, *keys: str) -> list[str]:
    """What comes of writes to these keys that all come at once, which must be refused."""
    async with asyncio.timeout(15):
        writes = (node.run(ops.Put(key, "2")) for key in keys)
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
    return [str(each) for each in outcomes if isinstance(each, Refused)]


def _raising(error: Exception) -> Callable[..., Never]:
    def fail(*_: object) -> Never:
        raise error

    return fail


async def _has_alarms(node: Node, beginnings: list[str]) -> bool:
    alarms = (await node.run(ops.Status())).alarms
    return [alarm.partition(";")[0] for alarm in alarms] == beginnings


async def _has_no_alarm(node: Node) -> bool:
    return not (await node.run(ops.Status())).alarms


async def test_a_killed_connection_is_made_again_by_itself() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await eventually(lambda: _has_alive(b, 1))
        for connection in list(b._traffic._connections.values()):
            connection.close(at_once=True)
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: _shows(b, "k", [1]))


async def test_ipv6_works_where_there_is_any() -> None:
    if not socket.has_ipv6 or not _has_loopback_v6():
        pytest.skip("this machine has no IPv6 loopback")
    async with Node(Settings(host="::1", port=0)) as a, memory_node() as b:
        await b.run(ops.AddPeer(f"[::1]:{a.port}"))
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: _shows(b, "k", [1]))


def _has_loopback_v6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def _shows(node: Node, key: str, expected: list[object]) -> bool:
    return await values(node, key) == expected


async def _shows_count(node: Node, key: str, count: int) -> bool:
    return len(await values(node, key)) == count


async def _has_alive(node: Node, count: int) -> bool:
    return await alive(node) == count


async def _has_links(node: Node, count: int) -> bool:
    return node._traffic.count == count


async def _has_state(node: Node, state: str) -> bool:
    return [peer.state for peer in (await node.run(ops.Peers())).peers] == [state]


async def _knows_nobody(node: Node) -> bool:
    return not (await node.run(ops.Peers())).peers


async def test_a_flood_of_questions_from_one_stranger_does_not_keep_others_waiting() -> None:
    async with memory_node() as a, client(a) as flood, client(a) as other:
        await asyncio.gather(*(a.run(ops.Put(f"key{number:05}", "1")) for number in range(5_000)))
        flood.writer.transport.pause_reading()
        for line in (b'{"type":"GET_KEYS"}', b"", b'{"type":"PING"}', b'{"type":"ACK"}'):
            flood.writer.write((line + b"\n") * 5_000)
        for _ in range(5):
            other.say("PING")
            assert (await other.hear(within=3) or {})["type"] == "PONG"
        await asyncio.wait_for(a.run(ops.Put("k", "1")), 3)


async def test_two_nodes_that_swap_their_ports_are_still_themselves(tmp_path: Path) -> None:
    async with memory_node() as a:
        ports: list[int] = []
        ids: dict[str, str] = {}
        for turn in range(2):
            places = ports[::-1] if turn else [0, 0]
            b, c = (
                Node(Settings(port=port, data=tmp_path / name, peers=(address(a),)))
                for name, port in zip("bc", places, strict=True)
            )
            async with b, c:
                ports = ports or [b.port, c.port]
                ids = ids or {"b": b.node_id, "c": c.node_id}
                expected = {address(b): ids["b"], address(c): ids["c"]}

                async def as_it_is(expected: dict[str, str] = expected) -> bool:
                    peers = (await a.run(ops.Peers())).peers
                    return {peer.address: peer.node_id for peer in peers if peer.state == "alive"} == expected

                await eventually(as_it_is)
                await a.run(ops.Cut(address(b)))
                await a.run(ops.Heal("all"))


async def test_a_peer_with_an_id_that_is_none_is_refused() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"type":"PEERS","payload":{"peers":[],"node_id":"zz","protocol":1}}\n')
        said.append(await reader.readline())
        writer.close()

    said: list[bytes] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, memory_node() as a:
        await a.run(ops.AddPeer(f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))

        async def refused() -> bool:
            return bool(said) and "16 hex" in ((await a.run(ops.Peers())).peers[0].last_error or "")

        await eventually(refused)


async def test_silent_strangers_do_not_keep_peers_out() -> None:
    async with (
        Node(Settings(port=0, limits=Limits(connections=5))) as a,
        AsyncExitStack() as strangers,
    ):
        for _ in range(5):
            await strangers.enter_async_context(client(a))
        async with memory_node(a):
            await eventually(lambda: _has_alive(a, 1))


async def test_a_listener_hears_only_of_the_kinds_it_wants_and_lines_are_told_only_when_wanted() -> None:
    async with memory_node() as a, memory_node(a) as b:
        changes: list[AnyEvent] = []
        a.subscribe(changes.extend, ["changed", "peerchanged"])
        await b.run(ops.Put("k", "1"))
        await eventually(lambda: _shows(a, "k", [1]))
        assert {type(event) for event in changes} == {Changed, PeerChanged}
        everything: list[AnyEvent] = []
        end = a.subscribe(everything.extend)
        await b.run(ops.Put("k", "2"))
        await eventually(lambda: _shows(a, "k", [2]))
        assert {Carried, Changed} <= {type(event) for event in everything}
        end()
        heard = len(everything)
        await b.run(ops.Put("k", "3"))
        await eventually(lambda: _shows(a, "k", [3]))
        assert len(everything) == heard


async def test_the_load_is_what_waits_now() -> None:
    async with memory_node() as a, memory_node(a) as b:
        await eventually(lambda: _has_alive(a, 1))
        waiting = asyncio.create_task(a.run(ops.GetPeer(address(b), "k")))
        await asyncio.sleep(0)
        load = a.load()
        assert (load.connections, load.operations, load.delayed) == (1, 1, 0)
        await waiting
        assert a.load().operations == 0
        await a.run(ops.Lag(address(b), 60_000))
        await a.run(ops.Put("k", "1"))
        assert a.load().delayed > 0
