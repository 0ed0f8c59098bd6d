"""Operations, as people and programs ask for them."""

import msgspec
import pytest

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core.desk import PATIENCE
from decent_tui.core.errors import Refused, Stale
from decent_tui.core.values import content_id
from decent_tui.lab.classic_node import ClassicNode

from .network import Network
from .nodes import alone, done, refused, torn, two

# ------------------------------------------------------------------ values


def test_what_is_put_is_read_and_what_is_deleted_is_not() -> None:
    node = alone()
    put = done(node, ops.Put("k", ' {"a" : 1} '))
    assert [bytes(record.value) for record in put.versions] == [b'{"a":1}']
    assert done(node, ops.Get("k")) == put
    assert done(node, ops.Delete("k")) == ops.KeyOnly("k")
    assert refused(node, ops.Get("k")) == "no value"
    assert refused(node, ops.Delete("k")) == "no value"


def pairs(**values: bytes) -> ops.PutAll:
    return ops.PutAll(tuple(ops.Pair(key, msgspec.Raw(value)) for key, value in values.items()))


def test_many_values_are_written_together_each_as_by_a_put() -> None:
    net, a, b = torn()
    assert done(a, pairs(k=b' {"a" : 1} ', j=b"2")) == ops.Written(2)
    assert (
        done(a, ops.PutAll((ops.Pair("j", msgspec.Raw(b"3")), ops.Pair("j", msgspec.Raw(b"4"))))).count == 2
    )
    net.run(3)
    for node in (a, b):
        for key, value in (("k", b'{"a":1}'), ("j", b"4")):
            found = done(node, ops.Get(key))
            assert [bytes(record.value) for record in found.versions] == [value]


@pytest.mark.parametrize("wrong", [pairs(a=b"1", b=b"{"), pairs(**{"a": b"1", "": b"1"})])
def test_of_many_values_none_is_written_if_one_is_refused(wrong: ops.PutAll) -> None:
    node = alone()
    assert refused(node, wrong)
    assert refused(node, ops.Get("a")) == "no value"


@pytest.mark.parametrize(
    "operation",
    [
        ops.Put("", "1"),
        ops.Put("a\nb", "1"),
        ops.Put("k", ""),
        ops.Put("k", "{"),
        ops.Put("k", '"' + "x" * 300_000 + '"'),
        ops.Get(""),
        ops.Delete("\x00"),
        ops.GetPeer("b:1", ""),
        ops.AddPeer("nowhere"),
        ops.AddPeer("a:1"),
        ops.Cut("b:1"),
        ops.Heal("b:1"),
        ops.Forget("b:1"),
        ops.GetPeer("b:1", "k"),
        ops.Resolve("k", value="1"),
    ],
    ids=repr,
)
def test_what_cannot_be_done_is_refused_in_one_sentence(operation: ops.AnyOperation) -> None:
    why = refused(alone(), operation)
    assert why
    assert "\n" not in why


def test_a_put_that_saw_something_else_is_refused_with_what_there_is() -> None:
    node = alone()
    done(node, ops.Put("k", "1"))
    answer = node.do(ops.Put("k", "2", saw=()))
    assert isinstance(answer, Stale)
    assert answer.cids == (content_id(1),)
    done(node, ops.Put("k", "2", saw=(content_id(1),)))


def test_both_values_of_a_conflict_are_read_and_a_put_settles_it_everywhere() -> None:
    net, a, b = torn()
    for node in (a, b):
        values = {bytes(record.value) for record in done(node, ops.Get("k")).versions}
        assert values == {b'"a"', b'"b"'}
    done(a, ops.Put("k", '"both"'))
    net.run(1)
    assert [bytes(record.value) for record in done(b, ops.Get("k")).versions] == [b'"both"']


def test_a_conflict_is_resolved_by_the_cid_of_a_sibling_or_by_a_new_value() -> None:
    net, a, b = torn()
    done(a, ops.Resolve("k", cid=content_id("b")))
    assert [bytes(record.value) for record in done(a, ops.Get("k")).versions] == [b'"b"']
    done(a, ops.Resolve("k", value='"c"'))
    net.run(1)
    assert [bytes(record.value) for record in done(b, ops.Get("k")).versions] == [b'"c"']
    assert "no version with that cid" in refused(a, ops.Resolve("k", cid="0" * 64))


def test_a_resolve_that_saw_something_else_is_refused() -> None:
    _, a, _ = torn()
    seen = (content_id("a"), content_id("b"))
    assert "stale" in refused(a, ops.Resolve("k", value="1", saw=seen[:1]))
    assert "stale" in refused(a, ops.Resolve("k", cid=seen[0], saw=seen[:1]))
    assert "stale" in refused(a, ops.Delete("k", seen[:1]))
    done(a, ops.Resolve("k", cid=seen[0], saw=seen))
    done(a, ops.Delete("k", seen[:1]))


def test_a_resolve_is_taken_back_by_an_unresolve_on_every_node_and_can_be_settled_again() -> None:
    net, a, b = torn()
    done(a, ops.Resolve("k", cid=content_id("b")))
    net.run(1)
    done(a, ops.Unresolve("k", ('"a"', '"b"'), (content_id("b"),)))
    net.run(1)
    for node in (a, b):
        values = {bytes(record.value) for record in done(node, ops.Get("k")).versions}
        assert values == {b'"a"', b'"b"'}
        assert done(node, ops.Status()).conflicts == 1
    done(b, ops.Resolve("k", cid=content_id("a")))
    net.run(1)
    for node in (a, b):
        assert [bytes(record.value) for record in done(node, ops.Get("k")).versions] == [b'"a"']
    assert "two values" in refused(a, ops.Unresolve("k", ("1", " 1")))
    assert "not valid JSON" in refused(a, ops.Unresolve("k", ("1", "x")))


# ------------------------------------------------------------------ peers


def test_an_address_may_be_added_before_anybody_is_there() -> None:
    net = Network(1)
    a = net.node("a")
    assert done(a, ops.AddPeer("b:1")) == ops.Address("b:1")
    net.run(10)
    net.node("b")
    net.run(8)
    assert done(a, ops.Status()).peers_alive == 1


def test_healing_all_heals_all_and_what_is_not_cut_cannot_be_healed() -> None:
    net, a, b = two()
    assert "is not cut" in refused(a, ops.Heal("b:1"))
    assert done(a, ops.Cut(b.engine.node)) == ops.Addresses(["b:1"])
    assert done(a, ops.Cut("b")) == ops.Addresses(["b:1"])
    assert done(a, ops.Heal("all")) == ops.Addresses(["b:1"])
    assert done(a, ops.Heal("all")) == ops.Addresses([])
    net.run(8)
    assert done(a, ops.Status()).peers_alive == 1


def test_a_peer_that_never_said_who_it_is_is_forgotten_by_its_address() -> None:
    node = alone()
    done(node, ops.AddPeer("b:1"))
    done(node, ops.Forget("b:1"))
    assert done(node, ops.Peers()).peers == []


# ------------------------------------------------------------------ getpeer


def test_a_peer_is_asked_for_its_versions_and_they_are_compared_with_ours() -> None:
    net, a, b = two()
    done(b, ops.Put("same", "1"))
    net.run(1)
    net.lose_pushes = 1.0
    done(b, ops.Put("theirs", "1"))
    done(a, ops.Put("ours", "1"))
    done(a, ops.Put("same", "2"))
    relations = {}
    keys = ["theirs", "same", "ours", "nobodys"]
    for number, key in enumerate(keys):  # all at once: the next heartbeat shows what got lost
        a.turn(lambda n=number, k=key: a.engine.operate(-n - 1, ops.GetPeer("b", k)))
    net.run_until(lambda: len(a.answers) == len(keys), within=1.0)
    for number, key in enumerate(keys):
        answer = a.answers.pop(-number - 1)
        assert isinstance(answer, ops.PeerVersions)
        relations[key] = answer.relation
    assert relations == {"same": "behind", "ours": "absent", "theirs": "ahead", "nobodys": "absent"}


def test_a_classic_peer_is_asked_too() -> None:
    net = Network(1)
    x = ClassicNode(net, "x")
    a = net.node("a")
    done(a, ops.AddPeer("x:1"))
    done(a, ops.Put("k", "1"))
    net.run(10)
    answer = net.ask(a, ops.GetPeer("x:1", "k"))
    assert isinstance(answer, ops.PeerVersions)
    assert answer.relation == "same"
    assert [(record.node_id, record.cid) for record in answer.versions] == [(a.engine.node, content_id(1))]
    assert x.up


def test_a_peer_that_does_not_answer_is_said_not_to() -> None:
    net, a, b = two()
    net.separate(a, b)
    answer = net.ask(a, ops.GetPeer("b:1", "k"), within=PATIENCE + 1)
    assert isinstance(answer, Refused)
    assert "did not answer" in str(answer)


def test_a_peer_that_answers_nonsense_is_said_to() -> None:
    net, a, b = two()
    number = net.agenda.number()
    a.turn(lambda: a.engine.operate(number, ops.GetPeer("b:1", "k")))
    link = a.engine.parts.links.to(b.engine.node)
    assert link is not None
    digits = b"9" * 2_000
    line = b'{"type":"VALUE","payload":{"key":"k","versions":[{"value":%b,"node_id":"b"}]},"id":%d}'
    a.take(link.id, line % (digits, number))
    answer = a.answers.pop(number)
    assert isinstance(answer, Refused)
    assert "nonsense" in str(answer)


def test_a_peer_without_a_link_cannot_be_asked_and_the_reason_is_said() -> None:
    net, a, b = two()
    b.crash()
    net.run(1)
    assert "down" in refused(a, ops.GetPeer("b:1", "k"))
    done(a, ops.Cut("b:1"))
    assert "cut by you" in refused(a, ops.GetPeer("b:1", "k"))


# ------------------------------------------------------------------ gossip


def test_a_gossip_with_a_classic_peer_ends_when_all_was_read_and_pushed() -> None:
    net = Network(1)
    x = ClassicNode(net, "x")
    a = net.node("a")
    done(a, ops.AddPeer("x:1"))
    net.run(3)
    done(a, ops.Put("ours", "1"))
    x.store.write("theirs", 2)
    answer = net.ask(a, ops.Gossip())
    assert isinstance(answer, ops.Exchanges)
    assert [exchange.error for exchange in answer.peers] == [None]
    assert x.values("ours") == [1]
    assert done(a, ops.Get("theirs"))


def test_a_gossip_says_who_was_lost_or_too_slow() -> None:
    net, a, b = two()
    c = net.node("c", a)
    net.run(3)
    number = net.agenda.number()
    net.separate(a, b)
    net.separate(a, c)
    a.turn(lambda: a.engine.operate(number, ops.Gossip()))
    link = a.engine.parts.links.to(c.engine.node)
    assert link is not None
    a.turn(lambda: a.engine.lost(link.id, "connection reset"))
    net.run(PATIENCE + 1)
    answer = a.answers.pop(number)
    assert isinstance(answer, ops.Exchanges)
    errors = {exchange.address: exchange.error for exchange in answer.peers}
    assert errors == {"b:1": "it is not level yet", "c:1": "the link was lost"}
    assert b.up


def test_a_gossip_ends_when_all_have_what_we_had_and_we_have_what_they_had() -> None:
    net, a, b = two()
    net.lose_pushes = 1.0
    done(a, ops.Put("ours", "1"))
    done(b, ops.Put("theirs", "1"))
    answer = net.ask(a, ops.Gossip())
    assert isinstance(answer, ops.Exchanges)
    [exchange] = answer.peers
    assert (exchange.address, exchange.error, exchange.received) == ("b:1", None, 1)
    assert net.level()


def test_a_gossip_says_whom_it_did_not_reach() -> None:
    net, a, b = two()
    c = net.node("c", a)
    net.run(3)
    b.crash()
    done(a, ops.Cut("c:1"))
    net.run(1)
    answer = net.ask(a, ops.Gossip())
    assert isinstance(answer, ops.Exchanges)
    errors = {exchange.address: exchange.error for exchange in answer.peers}
    assert errors == {"b:1": "connection refused", "c:1": "cut by you"}
    assert c.up


def test_a_gossip_with_nobody_is_done_at_once() -> None:
    assert done(alone(), ops.Gossip()) == ops.Exchanges([])


def test_the_wire_hears_nothing_of_operations_that_only_look() -> None:
    net, a, b = two()
    already = len(net.sent)
    looks: list[ops.AnyOperation] = [
        ops.Keys(), ops.Peers(), ops.Status(), ops.Snapshot(), ops.Rows(), ops.Inspect("k"),
    ]  # fmt: skip
    for operation in looks:
        assert not isinstance(a.do(operation), Refused)
    assert [wire.decode(line).type for _, _, line in net.sent[already:]] == []
    assert b.up
