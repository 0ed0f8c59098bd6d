"""Why there are several: literal tables of dots and contexts, and the sentences they come to."""

import pytest
from msgspec import Raw

from decent_tui.core.clocks import beside, entry_of, taken_in
from decent_tui.core.operations import Inspection, SiblingView
from decent_tui.core.records import Record
from decent_tui.core.why import Node, Sentence, missing, ordinal, why

OURS = "a" * 16


def view(
    node: str,
    seq: int,
    context: dict[str, int],
    value: str | None = "1",
    *,
    author: str = "",
    held: tuple[str, ...] = (),
) -> SiblingView:
    record = Record(
        Raw(b"null" if value is None else value.encode()),
        {**context, entry_of(node, author or node): seq},
        1,
        author or node,
        0.0,
        f"cid {value}",
        value is None,
    )
    return SiblingView(record, node, seq, context, list(held))


def told(sentence: Sentence) -> str:
    return "".join(part.id if isinstance(part, Node) else part for part in sentence)


TABLE = [
    ("nothing", [], []),
    ("one value", [view("A", 1, {})], []),
    (
        "one from a classic peer",
        [view("A", 1, {}, author="b@host:1")],
        ["Written on b@host:1 and taken in by A."],
    ),
    (
        "one deleted",
        [view("A", 2, {"A": 1}, None)],
        ["Deleted by A; the mark goes when every member has it."],
    ),
    (
        "two writers",
        [view("A", 17, {"A": 16, "B": 4}, "42"), view("B", 5, {"A": 16, "B": 4}, "43")],
        ["A wrote without having seen B's 5th write.", "B wrote without having seen A's 17th write."],
    ),
    (
        "two writers, one value",
        [view("A", 1, {}), view("B", 1, {})],
        [
            "A wrote without having seen B's 1st write.",
            "B wrote without having seen A's 1st write.",
            "The values are equal, so a reader sees one and there is no conflict.",
        ],
    ),
    (
        "a delete beside a write",
        [view("A", 2, {"A": 1}, None), view("B", 1, {"A": 1})],
        [
            "A deleted without having seen B's 1st write.",
            "B wrote without having seen A's 2nd write.",
            "A delete only removes what its writer had seen, so the value stays.",
        ],
    ),
    (
        "one node twice",
        [view("A", 3, {}, "1"), view("A", 2, {}, "2")],
        ["A's 2nd and 3rd writes stand side by side: neither was made over the other."],
    ),
    (
        "one node many times",
        [view("A", seq, {}, str(seq)) for seq in (4, 3, 2)],
        ["A's 2nd, 3rd and 4th writes stand side by side: none was made over another."],
    ),
    (
        "one node more often than anybody reads",
        [view("A", seq, {}, str(seq)) for seq in range(1, 12)],
        ["A's 1st, 2nd, 3rd, 4th and 7 more writes stand side by side: none was made over another."],
    ),
    (
        "two of one node, of which one had seen the third",
        [view("A", 3, {}, "1"), view("A", 2, {"B": 1}, "2"), view("B", 1, {}, "3")],
        [
            "3 writes of which none had seen all the others:",
            "A wrote without having seen B's 1st.",
            "A's 2nd write was made beside others of its own.",
            "B wrote without having seen A's 3rd, A's 2nd.",
        ],
    ),
    (
        "the dot was seen, what it held down was not",
        [view("A", 3, {"B": 2}, "1"), view("B", 2, {"C": 7}, "2")],
        ["A wrote without having seen C's 7th write.", "B wrote without having seen A's 3rd write."],
    ),
    (
        "written side by side, and one of the two written over",
        [view(OURS, 10, {"B": 4, beside(OURS, 10): 10}, "1"), view("B", 5, {"B": 4, OURS: 11}, "3")],
        [
            f"{OURS} wrote without having seen B's 5th write.",
            f"B wrote without having seen {OURS}'s 10th write.",
        ],
    ),
    (
        "taken in beside an own write, and written over",
        [view("A", 3, {}, "1"), view("B", 1, {taken_in("A"): 4, "c@host:1": 1}, "2")],
        ["A wrote without having seen B's 1st write.", "B wrote without having seen A's 3rd write."],
    ),
    (
        "three, two of them from one node",
        [
            view(OURS, 3, {beside(OURS, 3): 3}, "1"),
            view(OURS, 2, {beside(OURS, 2): 2}, "2"),
            view("B", 9, {OURS: 3, beside(OURS, 3): 3}, "3"),
        ],
        [
            "3 writes of which none had seen all the others:",
            f"{OURS} wrote without having seen B's 9th.",
            f"{OURS} wrote without having seen B's 9th.",
            f"B wrote without having seen {OURS}'s 2nd.",
        ],
    ),
    (
        "three writers",
        [view("A", 1, {}, "1"), view("B", 2, {}, "2"), view("C", 3, {"A": 1}, "3")],
        [
            "3 writes of which none had seen all the others:",
            "A wrote without having seen B's 2nd, C's 3rd.",
            "B wrote without having seen A's 1st, C's 3rd.",
            "C wrote without having seen B's 2nd.",
        ],
    ),
]


@pytest.mark.parametrize(("siblings", "sentences"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_why(siblings: list[SiblingView], sentences: list[str]) -> None:
    assert [told(sentence) for sentence in why(siblings)] == sentences


def test_many_siblings_are_told_in_few_sentences() -> None:
    siblings = [view(f"n{at}", 1, {}, str(at)) for at in range(30)]
    assert [told(sentence) for sentence in why(siblings)][-1] == "and 27 more."


def test_missing_names_the_members_that_lack_something() -> None:
    siblings = [view("A", 1, {}, held=("A", "B")), view("B", 1, {}, held=("A", "B", "C"))]
    assert missing(Inspection("k", siblings, ["A", "B", "C"])) == ["C"]


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (101, "101st"), (111, "111th"), (1002, "1,002nd")],
)  # fmt: skip
def test_ordinal(number: int, word: str) -> None:
    assert ordinal(number) == word


def test_short_values_are_named_for_whoever_does_not_see_them() -> None:
    long = '"' + "x" * 30 + '"'
    soup, salad = view("A", 2, {"A": 1}, '"soup"'), view("B", 1, {"A": 1}, '"salad"')
    assert [told(sentence) for sentence in why([soup, salad], named=True)] == [
        'A wrote "soup" without having seen B\'s 1st write, "salad".',
        'B wrote "salad" without having seen A\'s 2nd write, "soup".',
    ]
    other = view("B", 1, {"A": 1}, long)
    assert told(why([soup, other], named=True)[0]) == 'A wrote "soup" without having seen B\'s 1st write.'
    gone = view("B", 1, {"A": 1}, None)
    assert told(why([soup, gone], named=True)[1]) == 'B deleted without having seen A\'s 2nd write, "soup".'
