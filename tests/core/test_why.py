"""Why there are several: literal tables of dots and contexts, and the sentences they come to."""

import pytest
from msgspec import Raw

from decent_tui.core.operations import Inspection, SiblingView
from decent_tui.core.records import Record
from decent_tui.core.why import Node, Sentence, missing, ordinal, why


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
        {**context, node: seq},
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
        "one node twice, after a rollback",
        [view("A", 3, {}, "1"), view("A", 2, {}, "2")],
        ["A's 3rd write came without its 2nd.", "A's 2nd write came without its 3rd."],
    ),
    (
        "the dot was seen, what it held down was not",
        [view("A", 3, {"B": 2}, "1"), view("B", 2, {"C": 7}, "2")],
        ["A wrote without having seen C's 7th write.", "B wrote without having seen A's 3rd write."],
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
