"""Mutual TLS between real nodes: who has the key is let in, and everybody else is told why not."""

import asyncio
import json
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from decent_tui.core import operations as ops
from decent_tui.core.address import Address
from decent_tui.core.errors import Refused, Unreachable
from decent_tui.net import tls
from decent_tui.net.attached import AttachedNode
from decent_tui.net.cluster_key import read_file
from decent_tui.net.connection import dial
from decent_tui.net.node import Node, Settings, StartError
from decent_tui.net.remote import RemoteNode
from tests.net.support import address, alive, client, eventually, values

KeyFile = Callable[..., Path]


@pytest.fixture
def key(tmp_path: Path) -> KeyFile:
    """Makes key files: `key("a")` has the key of that name, `key("b", "a")` two. Later letters are newer
    keys."""

    def made(*names: str) -> Path:
        path = tmp_path / "".join(names)
        path.touch(0o600)
        path.write_text("".join(f"{ord(name)}:{name.encode().hex() * 32}\n" for name in names))
        return path

    return made


def node(key: Path | None, *peers: Node) -> Node:
    return Node(Settings(port=0, peers=tuple(map(address, peers)), cluster_key=key))


def where(node: Node) -> Address:
    return Address(node.host, node.port)


async def last_error(node: Node) -> str:
    return next((peer.last_error or "" for peer in (await node.run(ops.Peers())).peers), "")


async def alarms(node: Node) -> str:
    return "\n".join((await node.run(ops.Status())).alarms)


async def says(ask: Callable[[Node], Awaitable[str]], node: Node, words: str) -> None:
    """Wait until the answer has these words."""

    async def said() -> bool:
        return words in await ask(node)

    await eventually(said)


async def test_nodes_with_one_key_hold_the_same(key: KeyFile) -> None:
    async with node(key("k")) as a, node(key("k"), a) as b:
        await a.run(ops.Put("k", "1"))
        await eventually(lambda: shows(b, [1]))
        await b.run(ops.Put("k", "2"))
        await eventually(lambda: shows(a, [2]))
        assert [peer.key for peer in (await a.run(ops.Peers())).peers] == [""]


async def test_what_crosses_the_wire_is_tls_1_3_under_a_certificate_for_the_node_id(key: KeyFile) -> None:
    async with node(key("k")) as a:
        _, context = await tls.Tls(read_file(key("k"))).contexts("somebody")
        reader, writer = await asyncio.open_connection(a.host, a.port, ssl=context)
        assert writer.get_extra_info("cipher")[1] == "TLSv1.3"
        assert (("commonName", a.node_id),) in writer.get_extra_info("peercert")["subject"]
        writer.write(b'{"type": "PING"}\n')
        assert json.loads(await reader.readline())["type"] == "PONG"
        writer.close()


async def test_programs_with_the_key_are_served(key: KeyFile) -> None:
    async with node(key("k")) as a:
        async with RemoteNode(where(a), cluster_key=key("k")) as program:
            await program.run(ops.Put("k", "1"))
        async with AttachedNode(where(a), cluster_key=key("k")) as screen:
            assert (await screen.run(ops.Status())).keys == 1


async def test_nothing_waits_on_a_connection_that_was_given_up(key: KeyFile) -> None:
    async with node(key("k")) as a:
        connection = await dial(where(a), 1, tls.Tls(read_file(key("k"))))
        assert connection.send(b"{}\n", droppable=False)
        connection.close()
        await connection.finish(5)
        assert not connection.busy
        assert not connection.send(b"{}\n", droppable=False)


async def test_large_values_and_many_of_them_cross_too(key: KeyFile) -> None:
    async with node(key("k")) as a, node(key("k"), a) as b:
        large = json.dumps("x" * 200_000)
        await asyncio.gather(*(a.run(ops.Put(f"k{number}", large)) for number in range(20)))

        async def arrived() -> bool:
            return (await b.run(ops.Status())).keys == 20

        await eventually(arrived)


# ------------------------------------------------------------------ the wrong key, or none


async def test_two_clusters_do_not_talk_and_both_say_why(key: KeyFile) -> None:
    async with node(key("a")) as a, node(key("b"), a) as b:
        await says(last_error, b, "it has another cluster key")
        await says(alarms, b, f"there is no talking to {address(a)}: it has another cluster key")
        await says(alarms, a, "a connection from 127.0.0.1 was refused: it does not accept this cluster key")
        assert not (await a.run(ops.Peers())).peers


async def test_a_node_that_trusts_us_but_whom_we_do_not_trust_is_told(key: KeyFile) -> None:
    async with node(key("a")) as a, node(key("b", "a"), a) as b:
        await says(last_error, b, "it does not accept this cluster key")
        await says(alarms, a, "a connection from 127.0.0.1 was refused: it has another cluster key")
        assert not (await a.run(ops.Peers())).peers


async def test_a_node_without_a_key_and_one_with_do_not_talk_and_both_say_why(key: KeyFile) -> None:
    async with node(key("k")) as a, node(None, a) as b:
        await says(last_error, b, "--cluster-key")
        await says(alarms, b, f"{address(a)} refused this node, which has no cluster key")
        await says(alarms, a, "a connection from 127.0.0.1 was refused: it has no cluster key")
        assert not (await a.run(ops.Peers())).peers


async def test_a_node_with_a_key_and_one_without_do_not_talk_and_both_say_why(key: KeyFile) -> None:
    async with node(None) as a, node(key("k"), a) as b:
        await says(last_error, b, "it has no cluster key")
        await says(alarms, b, "it has no cluster key")
        await says(alarms, a, "it speaks TLS, and this node has no cluster key")
        assert not (await a.run(ops.Peers())).peers


async def test_programs_are_told_what_is_wrong_with_their_key(key: KeyFile) -> None:
    async with node(key("k")) as secured, node(None) as plain:
        for at, own, words in (
            (secured, key("o"), "it has another cluster key"),
            (secured, key("o", "k"), "it does not accept this cluster key"),
            (secured, None, "has a cluster key; give the same with --cluster-key FILE"),
            (plain, key("k"), "it has no cluster key"),
        ):
            with pytest.raises(Unreachable, match=words) as told:
                async with RemoteNode(where(at), cluster_key=own) as program:
                    await program.run(ops.Get("k"))
            assert "may have been done" not in str(told.value)


async def test_an_attached_screen_is_refused_before_it_is_drawn(key: KeyFile) -> None:
    async with node(key("k")) as a:
        for own in (None, key("o"), key("o", "k")):
            with pytest.raises(Refused, match="cluster key"):
                async with AttachedNode(where(a), cluster_key=own):
                    pass


async def test_a_person_who_types_in_plain_gets_a_line_that_says_what_is_missing(key: KeyFile) -> None:
    async with node(key("k")) as a, client(a) as person:
        person.say("PUT_VALUE", key="k", version={"value": 1, "node_id": "me"})
        heard = await person.hear()
        assert heard is not None
        assert "--cluster-key" in str(heard["payload"])
        assert await person.hear() is None
        assert await values(a, "k") == []


async def test_a_program_of_tls_without_a_certificate_is_refused(key: KeyFile) -> None:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    async with node(key("k")) as a:
        reader, writer = await asyncio.open_connection(a.host, a.port, ssl=anybody)
        writer.write(b'{"type": "PING"}\n')
        with suppress(ssl.SSLError):  # as good as closed without a word
            assert not await reader.readline()
        await says(alarms, a, "it shows no certificate")
        writer.close()


# ------------------------------------------------------------------ who is who


async def test_a_member_cannot_pass_for_another_node(key: KeyFile) -> None:
    async with node(key("k")) as a:
        _, context = await tls.Tls(read_file(key("k"))).contexts("1" * 16)
        reader, writer = await asyncio.open_connection(a.host, a.port, ssl=context)
        hello = {"node_id": "2" * 16, "listen": "127.0.0.1:9", "protocol": 1}
        writer.write(json.dumps({"type": "HANDSHAKE", "payload": hello}).encode() + b"\n")
        assert "its certificate is that of 1111111111111111" in (await reader.readline()).decode()
        assert not await reader.readline()
        await says(alarms, a, "its certificate is that of 1111111111111111")
        assert not (await a.run(ops.Peers())).peers
        writer.close()


async def test_a_node_that_takes_a_new_id_takes_a_new_certificate(key: KeyFile) -> None:
    async with node(key("k")) as a, node(key("k"), a) as b, node(key("k"), a) as c:
        for each in (a, b, c):
            await eventually(lambda each=each: has_alive(each, 2))
        old = b.node_id
        await a.run(ops.Forget(old))

        async def renamed() -> bool:
            return b.node_id != old and await alive(a) == 2 and await alive(c) == 2

        await eventually(renamed)
        assert b.node_id in [peer.node_id for peer in (await a.run(ops.Peers())).peers]


# ------------------------------------------------------------------ changing the key


async def test_a_cluster_changes_its_key_node_by_node_and_sees_who_has_the_old_one(key: KeyFile) -> None:
    first, second = key("a", "b"), key("b", "a")
    async with node(key("a")) as a:
        async with node(first, a) as b:  # both accept both by now, b has moved last
            await b.run(ops.Put("k", "1"))
            await eventually(lambda: shows(a, [1]))
            assert await keys_of_peers(b) == ["old"]
            assert await keys_of_peers(a) == [""]
        async with node(first) as b, node(second, b) as c:
            await eventually(lambda: shows_keys(b, [""]))
            await eventually(lambda: shows_keys(c, ["old"]))
        async with node(key("b")) as b, node(second, b) as c:
            await eventually(lambda: shows_keys(c, [""]))


async def keys_of_peers(node: Node) -> list[str]:
    return [peer.key for peer in (await node.run(ops.Peers())).peers if peer.state == "alive"]


async def shows_keys(node: Node, expected: list[str]) -> bool:
    return await keys_of_peers(node) == expected


async def test_a_running_node_follows_its_key_file(
    key: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("decent_tui.net.node.KEY_LOOK", 0.05)
    one, other = tmp_path / "one", tmp_path / "other"

    def use(path: Path, *names: str) -> None:
        path.write_bytes(key(*names).read_bytes())
        path.chmod(0o600)

    use(one, "a")
    use(other, "a")
    async with node(one) as a, node(other, a) as b:
        await eventually(lambda: shows_keys(b, [""]))
        use(one, "a", "b")
        use(other, "b", "a")
        await eventually(lambda: shows_keys(b, ["old"]))
        await eventually(lambda: shows_keys(a, [""]))
        use(one, "b")
        await eventually(lambda: shows_keys(b, [""]))
        one.write_text("nonsense")
        await says(alarms, a, "the keys of before are used on")
        await b.run(ops.Put("k", "1"))
        await eventually(lambda: shows(a, [1]))


# ------------------------------------------------------------------ starting


async def test_without_a_key_a_node_listens_on_this_machine_only(key: KeyFile) -> None:
    for host in ("0.0.0.0", "::"):
        with pytest.raises(StartError, match=r"--cluster-key FILE .* --insecure"):
            async with Node(Settings(host=host, port=0)):
                pass
    for settings in (
        Settings(host="0.0.0.0", port=0, insecure=True),
        Settings(host="0.0.0.0", port=0, cluster_key=key("k")),
        Settings(host="localhost", port=0),
    ):
        async with Node(settings):
            pass


async def test_a_key_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot be read"):
        async with node(tmp_path / "missing"):
            pass
    async with node(None) as a:
        with pytest.raises(Unreachable, match="cannot be read"):
            async with RemoteNode(where(a), cluster_key=tmp_path / "missing"):
                pass


async def test_a_key_that_others_can_read_is_told_of(key: KeyFile) -> None:
    key("k").chmod(0o644)
    async with node(key("k")) as a:
        assert "chmod 600" in await alarms(a)


async def test_without_the_package_a_key_is_one_sentence(
    key: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.x509", None)
    with pytest.raises(StartError, match=r"pip install 'decent-tui\[secure\]'"):
        async with node(key("k")):
            pass


def test_certificates_have_no_time_at_which_a_wrong_clock_could_refuse_them(key: KeyFile) -> None:
    from cryptography import x509

    authority = tls._Authority(read_file(key("k"))[0].secret)
    leaf, _ = authority.issue("1" * 16)
    for certificate in (leaf, x509.load_pem_x509_certificate(authority.pem.encode())):
        assert certificate.not_valid_before_utc.year == 1950
        assert certificate.not_valid_after_utc.year == 9999


def test_every_node_derives_the_same_authority(key: KeyFile) -> None:
    secret = read_file(key("k"))[0].secret
    assert tls._Authority(secret).pem == tls._Authority(secret).pem


async def shows(node: Node, expected: list[object]) -> bool:
    return await values(node, "k") == expected


async def has_alive(node: Node, count: int) -> bool:
    return await alive(node) == count
