"""Below the cards: why there are several, who lacks them, and what can be done about it."""

from collections.abc import Sequence
from typing import Final

from decent_tui.core.clocks import owner
from decent_tui.core.operations import Inspection
from decent_tui.core.why import Node, Sentence, missing, why
from decent_tui.tui.cards import LETTERS, letter
from decent_tui.tui.footing import offers
from decent_tui.tui.lines import Line, Span, cut, flow, said
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import span

APART: Final = "+ counts apart what a node wrote beside other values or took in from a classic peer."
"""What such an entry of a clock is."""

NAMED = 12
"""Nodes named that lack something; the rest is counted."""


TOLD = 3
"""Nodes of which is told why they lack something; the rest is counted."""


def explained(shown: Inspection, roster: Roster, room: int) -> list[Line]:
    """The sentences, in lines of at most `room` cells, below an empty one."""
    lines: list[Line] = [()]
    for sentence in why(shown.siblings):
        lines += flow(words_of(sentence, roster), room - 2)
    lacking = missing(shown)
    if shown.lacking:
        for each in shown.lacking[:TOLD]:
            words = [Span("◌", "amber"), roster.label(each.node_id)]
            words += [Span(word, "dim") for word in f"lacks it for {span(each.since_s)}:".split()]
            words += [said(word, "text") for word in each.why.split()]
            lines += flow(words, room - 2)
        if len(shown.lacking) > TOLD:
            lines.append((Span(f"and {len(shown.lacking) - TOLD} more lack it", "dim"),))
    elif lacking:
        words = [Span("◌ not yet at", "amber")]
        words += [roster.label(node) for node in lacking[:NAMED]]
        if len(lacking) > NAMED:
            words.append(Span(f"and {len(lacking) - NAMED} more", "dim"))
        lines += flow(words, room - 2)
    elif len(shown.members) > 1:
        lines += flow(_all_of_them(shown.members, roster), room - 2)
    if any(owner(entry) != entry for view in shown.siblings for entry in view.record.vc):
        lines += flow((Span(word, "dim") for word in APART.split()), room - 2)
    if shown.waits_for:
        words = [Span(word, "dim") for word in ["The", "mark", "of", "the", "deletion", "waits", "for"]]
        words += [roster.label(node or roster.own) for node in shown.waits_for[:NAMED]]
        lines += flow(words, room - 2)
    return [[Span(" "), *line] if line else line for line in lines]


def _all_of_them(members: Sequence[str], roster: Roster) -> list[Span]:
    """Every node has it, those of whom no word comes now as far as they were heard."""
    silent = [node for node in members if node in roster.silent]
    words = [Span("●", "dim" if silent else "green")]
    words += [Span(word, "dim") for word in f"every node has this ({len(members)} of them)".split()]
    if silent:
        words[-1] = Span(f"{words[-1].text},", "dim")
        words += [roster.label(node) for node in silent[:NAMED]]
        words += [Span(word, "dim") for word in ["when", "last", "heard"]]
    return words


def words_of(sentence: Sentence, roster: Roster) -> list[Span]:
    """The words of a sentence, nodes in their colours; what follows a name at once sticks to it."""
    words: list[Span] = []
    for part in sentence:
        if isinstance(part, Node):
            words.append(roster.label(part.id))
            continue
        first, *rest = part.split(" ")
        if first and words and not part.startswith(" "):
            words[-1] = Span(words[-1].text + first, words[-1].ink)
        elif first:
            rest.insert(0, first)
        words += [Span(word, "dim") for word in rest if word]
    return words


def heading(shown: Inspection, room: int, ink: str) -> Line:
    """The key, what is the matter with it, and how many have it."""
    title = [said(cut(said(shown.key).text, max(8, room - 34)), ink)]
    visible = len({view.record.cid for view in shown.siblings if not view.record.deleted})
    if visible > 1:
        title.append(Span(f"  ≠ {visible} siblings", "bold amber"))
    elif len(shown.siblings) == 1 and shown.siblings[0].record.deleted:
        title.append(Span("  ✗ deleted", "red"))
    members = len(shown.members)
    held = members - len(missing(shown))
    if shown.siblings and members > 1:
        title.append(Span(f"  held by {held}/{members}", "dim" if held == members else "amber"))
    return title


def hints(
    shown: Inspection,
    visible: int,
    chosen: int | None,
    *,
    focused: bool,
    unfolds: str = "",
    readonly: bool = False,
) -> Line:
    """The keys that settle a conflict, or edit the value; what `space` does in a word, if anything."""
    keys: list[tuple[str, str]] = []
    count = len(shown.siblings)
    if readonly:
        pass
    elif chosen is not None:
        keys += [("←/→", "choose"), ("Enter", f"keep {letter(chosen)}"), ("e", "merge")]
    elif visible > 1:
        keys += [("/".join(LETTERS), "keep"), ("e", "merge")]
        if count > len(LETTERS):
            keys.insert(1, ("←/→" if focused else "Tab ←/→", "more"))
    elif shown.siblings:
        keys.append(("e", "edit"))
    if unfolds and focused:
        keys.append(("space", unfolds))
    if shown.siblings and chosen is None:
        keys.append(("t", "history"))
    return offers(keys)
