"""Why a key is as it is, told by nodes to which it happened."""

import re

from decent_tui.core import operations as ops
from decent_tui.lab.sim_node import SimNode

from .network import Network
from .nodes import done, refused, three_level, two


def told(node: SimNode, key: str = "k") -> str:
    """All sentences about a key."""
    return "\n".join(done(node, ops.Why(key)).sentences)


def test_of_an_unknown_key_nothing_is_known() -> None:
    node = Network(1).node("a")
    assert "nothing is known" in refused(node, ops.Why("k"))
    assert "nothing is known" in refused(node, ops.History("k"))


def test_a_first_write_needs_little_telling() -> None:
    node = Network(1).node("a")
    done(node, ops.Put("k", "1"))
    assert done(node, ops.Why("k")).sentences == [
        "It has one value.",
        "This node wrote it with its 1st write; nothing stood before it.",
    ]


def test_why_one_value_won() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    net.run(1)
    done(b, ops.Put("k", "2"))
    net.run(1)
    assert "b wrote it having seen this node's 1st write, so that is obsolete." in told(a)
    assert "Every node has this (2 of them)." in told(a)


def test_what_a_silent_node_has_is_told_as_it_was_when_last_heard() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    net.run(2)
    b.crash()
    net.run(10)
    assert "Every node has this (2 of them), b when last heard." in told(a)


def test_why_one_value_won_before_this_run() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    net.run(1)
    done(b, ops.Put("k", "2"))
    net.run(1)
    a.crash()
    a.start()
    net.run(2)
    assert "b wrote it having seen all of this key up to this node's 1st write" in told(a)


def test_why_there_are_two_values() -> None:
    net, a, b = two()
    done(a, ops.Cut("b"))
    done(a, ops.Put("k", '"a"'))
    done(b, ops.Put("k", '"b"'))
    net.run(3)
    done(a, ops.Heal("b"))
    net.settle(8)
    for node, other in ((a, "b"), (b, "a")):
        text = told(node)
        assert text.startswith("It has 2 values that were written without knowing of each other.")
        assert f'This node wrote "{node.name}" without having seen {other}\'s 1st write, "{other}".' in text
        assert f'{other} wrote "{other}" without having seen this node\'s 1st write, "{node.name}".' in text


def test_who_lacks_it_since_when_and_that_it_was_cut() -> None:
    net, a, _, c = three_level()
    done(a, ops.Cut("c"))
    net.run(2)
    done(a, ops.Put("k", "1"))
    net.run(5)
    answer = done(a, ops.Why("k"))
    assert (answer.held, answer.members) == (2, 3)
    (lacking,) = answer.lacking
    assert (lacking.peer, lacking.node_id, lacking.versions) == ("c:1", c.engine.node, 1)
    assert 4.9 < lacking.since_s < 5.2
    assert lacking.why == "the link is cut by you for 7 s"
    assert "c (c:1) lacks it for 5 s: the link is cut by you for 7 s." in answer.sentences


def test_who_lacks_it_because_it_is_down() -> None:
    net, a, _, c = three_level()
    c.stop()
    net.run(8)
    done(a, ops.Put("k", "1"))
    net.run(0.3)
    (lacking,) = done(a, ops.Why("k")).lacking
    assert re.fullmatch(r"it is down for 8 s \(.+\)", lacking.why), lacking.why


def test_who_lacks_it_because_no_word_comes() -> None:
    net, a, _, c = three_level()
    net.separate(a, c)
    net.run(6)
    done(a, ops.Put("k", "1"))
    net.run(0.3)
    (lacking,) = done(a, ops.Why("k")).lacking
    assert re.fullmatch(r"no word came from it for \d s", lacking.why)


def test_who_lacks_it_because_it_is_behind() -> None:
    net, a, _, _ = three_level()
    done(a, ops.Lag("c", 2000, direction="out"))
    done(a, ops.Put("k", "1"))
    done(a, ops.Put("l", "1"))
    net.run(0.5)
    (lacking,) = done(a, ops.Why("k")).lacking
    assert lacking.why == "it is linked, 2 writes behind, and catching up in spite of your dials (lag)"


def test_what_a_deletion_waits_for() -> None:
    net, a, _, c = three_level()
    done(a, ops.Put("k", "1"))
    net.run(2)
    c.crash()
    done(a, ops.Delete("k"))
    net.run(15)
    answer = done(a, ops.Why("k"))
    assert answer.waits_for == [c.engine.node]
    assert answer.sentences[0] == "It is deleted."
    assert answer.sentences[-1] == (
        "The mark of the deletion is kept until all before it is known to have reached c."
    )
    assert [record.deleted for record in answer.versions] == [True]


def test_a_deletion_that_everybody_has_seen_leaves_only_the_memory() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    done(a, ops.Delete("k"))
    net.run(5)
    for node in (a, b):
        assert done(node, ops.Why("k")).sentences == [
            "Nothing of it is held any more.",
            "It was deleted, and every member has seen that, so nothing of it is kept.",
        ]
        assert done(node, ops.History("k")).changes[-1].what == "forgotten"


def test_the_history_of_a_key() -> None:
    net, a, b = two()
    done(a, ops.Put("k", "1"))
    net.run(1)
    done(b, ops.Put("k", "2"))
    net.run(1)
    done(a, ops.Cut("b"))
    done(a, ops.Delete("k"))
    story = done(a, ops.History("k"))
    ia, ib = a.engine.node, b.engine.node
    assert [(c.what, c.source, c.dot, c.replaced, c.left) for c in story.changes] == [
        ("written", "", f"{ia}:1", [], 1),
        ("arrived", ib, f"{ib}:1", [f"{ia}:1"], 1),
        ("written", "", f"{ia}:2", [f"{ib}:1"], 1),
    ]
    assert [bool(c.record and c.record.deleted) for c in story.changes] == [False, False, True]
    assert [record.deleted for record in story.versions] == [True]
    assert story.complete


def test_nodes_of_one_name_are_told_apart_by_address() -> None:
    net, a, b = two()
    for known in (a.engine.parts.peers.of(b.engine.node), a.engine.parts.members[b.engine.node]):
        assert known is not None
        known.name = "twin"
    a.engine.parts.members.meet("f" * 16, name="twin", address="z:1", classic=True)
    done(b, ops.Put("k", "1"))
    net.run(1)
    assert "b:1 wrote it" in told(a)


def test_the_versions_pane_gets_the_same_evidence() -> None:
    net, a, _, c = three_level()
    done(a, ops.Put("k", "1"))
    net.run(2)
    done(a, ops.Cut("c"))
    done(a, ops.Delete("k"))
    net.run(2)
    shown, answer = done(a, ops.Inspect("k")), done(a, ops.Why("k"))
    assert shown.lacking == answer.lacking
    assert shown.waits_for == answer.waits_for == [c.engine.node]
