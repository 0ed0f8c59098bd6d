"""Why a key has the versions it has, in plain words: a pure reading of dots and contexts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from decent_tui.core.clocks import beside, covers, owner
from decent_tui.core.operations import Inspection, SiblingView


class Node(NamedTuple):
    """A node named in a sentence, by its id; whoever shows it knows its label and colour."""

    id: str


Sentence = tuple[str | Node, ...]

MOST = 4
"""Sentences told; more would be read by nobody."""

SHORT = 24
"""Characters of a value that is named in a sentence at most."""


def why(siblings: Sequence[SiblingView], *, named: bool = False) -> list[Sentence]:
    """Why these versions stand side by side: who wrote without having seen what of whom. Short values are
    `named` in the sentences for whoever does not see them beside.

    One version needs no reason, unless it is a delete. Between two that do not make each other obsolete,
    each writer lacked the other's write; that is the whole reason, and it is said once for each.
    """
    if not siblings:
        return []
    if len(siblings) == 1:
        return _alone(siblings[0])
    told: list[Sentence] = []
    values = {view.record.cid for view in siblings if not view.record.deleted}
    if len({view.node for view in siblings}) == 1:
        told.append(_side_by_side(siblings))
    elif len(siblings) == 2:
        first, second = siblings
        told += [_blind(first, second, named), _blind(second, first, named)]
    else:
        told.append((f"{len(siblings)} writes of which none had seen all the others:",))
        told += [_unseen(view, siblings, named) for view in siblings[: MOST - 1]]
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


def _side_by_side(siblings: Sequence[SiblingView]) -> Sentence:
    """Writes of one node: an `unresolve`, a classic peer's writes taken in, or a repair."""
    *some, last = map(ordinal, sorted(view.seq for view in siblings))
    if len(some) >= MOST:
        some, last = some[:MOST], f"{len(siblings) - MOST} more"
    none = "neither was made over the other" if len(siblings) == 2 else "none was made over another"
    return (Node(siblings[0].node), f"'s {', '.join(some)} and {last} writes stand side by side: {none}.")


def _value(view: SiblingView, named: bool) -> str:
    """A value as it is named in a sentence; empty if it is not."""
    text = bytes(view.record.value).decode(errors="replace") if named and not view.record.deleted else ""
    return text if len(text) <= SHORT else ""


def _did(writer: SiblingView, named: bool) -> str:
    if writer.record.deleted:
        return " deleted"
    value = _value(writer, named)
    return f" wrote {value}" if value else " wrote"


def _blind(writer: SiblingView, other: SiblingView, named: bool) -> Sentence:
    """What `writer` had not seen of `other`."""
    verb = _did(writer, named)
    if _had(writer, other) and not covers(writer.context, other.context):
        node, seq = _first_lack(writer.context, other.context)
        return (Node(writer.node), f"{verb} without having seen ", Node(node), f"'s {ordinal(seq)} write.")
    value = _value(other, named)
    which = f"'s {ordinal(other.seq)} write" + (f", {value}." if value else ".")
    return (Node(writer.node), f"{verb} without having seen ", Node(other.node), which)


def _had(writer: SiblingView, other: SiblingView) -> bool:
    """Whether `writer` had that write of the other's node, or a later one that covers it (see
    `clocks.beside`)."""
    protected = beside(other.node, other.seq)
    entry = protected if protected in other.context else other.entry
    return writer.context.get(entry, 0) >= other.seq


def _unseen(writer: SiblingView, siblings: Sequence[SiblingView], named: bool) -> Sentence:
    """All that one of many had not seen of other nodes, in one sentence."""
    others = [v for v in siblings if v.node != writer.node and not _had(writer, v)]
    if not others:
        return (Node(writer.node), f"'s {ordinal(writer.seq)} write was made beside others of its own.")
    parts: list[str | Node] = [Node(writer.node), f"{_did(writer, named)} without having seen "]
    for at, other in enumerate(others[:3]):
        parts += [", " if at else "", Node(other.node), f"'s {ordinal(other.seq)}"]
    parts.append(f" and {len(others) - 3} more." if len(others) > 3 else ".")
    return tuple(part for part in parts if part != "")


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
