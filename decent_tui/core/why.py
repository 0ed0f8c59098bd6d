"""Why a key has the versions it has, in plain words: a pure reading of dots and contexts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from decent_tui.core.clocks import covers, entry_of, owner
from decent_tui.core.operations import Inspection, SiblingView


class Node(NamedTuple):
    """A node named in a sentence, by its id; whoever shows it knows its label and colour."""

    id: str


Sentence = tuple[str | Node, ...]

MOST = 4
"""Sentences told; more would be read by nobody."""


def why(siblings: Sequence[SiblingView]) -> list[Sentence]:
    """Why these versions stand side by side: who wrote without having seen what of whom.

    One version needs no reason, unless it is a delete. Between two that do not make each other obsolete,
    each writer lacked the other's write; that is the whole reason, and it is said once for each.
    """
    if not siblings:
        return []
    if len(siblings) == 1:
        return _alone(siblings[0])
    told: list[Sentence] = []
    values = {view.record.cid for view in siblings if not view.record.deleted}
    if len(siblings) == 2:
        first, second = siblings
        told += [_blind(first, second), _blind(second, first)]
    else:
        told.append((f"{len(siblings)} writes of which none had seen all the others:",))
        told += [_unseen(view, siblings) for view in siblings[: MOST - 1]]
        if len(siblings) > MOST - 1:
            told.append((f"and {len(siblings) - MOST + 1} more.",))
    if any(view.record.deleted for view in siblings) and values:
        told.append(("A delete only removes what its writer had seen, so the value stays.",))
    elif len(values) == 1:
        told.append(("The values are equal, so a reader sees one and there is no conflict.",))
    return told


def _alone(view: SiblingView) -> list[Sentence]:
    if view.record.deleted:
        return [("Deleted by ", Node(view.node), "; the mark goes when every member has it.")]
    if view.record.node_id != view.node:
        return [("Written on ", Node(view.record.node_id), " and taken in by ", Node(view.node), ".")]
    return []


def _blind(writer: SiblingView, other: SiblingView) -> Sentence:
    """What `writer` had not seen of `other`."""
    if writer.context.get(_entry(other), 0) >= other.seq and not covers(writer.context, other.context):
        node, seq = _first_lack(writer.context, other.context)
        return (Node(writer.node), " wrote without having seen ", Node(node), f"'s {ordinal(seq)} write.")
    if writer.node == other.node:
        return (Node(writer.node), f"'s {ordinal(writer.seq)} write came without its {ordinal(other.seq)}.")
    verb = " deleted" if writer.record.deleted else " wrote"
    return (
        Node(writer.node),
        f"{verb} without having seen ",
        Node(other.node),
        f"'s {ordinal(other.seq)} write.",
    )


def _unseen(writer: SiblingView, siblings: Sequence[SiblingView]) -> Sentence:
    """All that one of many had not seen, in one sentence."""
    others = [v for v in siblings if v is not writer and writer.context.get(_entry(v), 0) < v.seq]
    verb = " deleted" if writer.record.deleted else " wrote"
    parts: list[str | Node] = [Node(writer.node), f"{verb} without having seen "]
    for at, other in enumerate(others[:3]):
        parts += [", " if at else "", Node(other.node), f"'s {ordinal(other.seq)}"]
    parts.append(f" and {len(others) - 3} more." if len(others) > 3 else ".")
    return tuple(part for part in parts if part != "")


def _entry(view: SiblingView) -> str:
    return entry_of(view.node, view.record.node_id)


def _first_lack(context: Mapping[str, int], wanted: Mapping[str, int]) -> tuple[str, int]:
    return next((owner(entry), seq) for entry, seq in wanted.items() if context.get(entry, 0) < seq)


def missing(inspection: Inspection) -> list[str]:
    """The members that do not hold all of the key's versions, in the order of the members."""
    return [node for node in inspection.members if any(node not in view.held for view in inspection.siblings)]


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st …"""
    if number % 100 in (11, 12, 13):
        return f"{number:,}th"
    return f"{number:,}" + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
