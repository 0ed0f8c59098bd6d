"""Below the cards: why there are several, who lacks them, and what can be done about it."""

from decent_tui.core.operations import Inspection
from decent_tui.core.why import Node, Sentence, missing, why
from decent_tui.tui.cards import LETTERS
from decent_tui.tui.lines import Line, Span, flow, said
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import span

NAMED = 12
"""Nodes named that lack something; the rest is counted."""


TOLD = 3
"""Nodes of which is told why they lack something; the rest is counted."""


def explained(shown: Inspection, roster: Roster, room: int) -> list[Line]:
    """The sentences, in lines of at most `room` cells."""
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
        lines.append(
            (Span("●", "green"), Span(f" every node has this ({len(shown.members)} of them)", "dim"))
        )
    if shown.waits_for:
        words = [Span(word, "dim") for word in ["The", "mark", "of", "the", "deletion", "waits", "for"]]
        words += [roster.label(node or roster.own) for node in shown.waits_for[:NAMED]]
        lines += flow(words, room - 2)
    return [[Span(" "), *line] if line else line for line in lines]


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


def hints(shown: Inspection, visible: int, choices: int) -> Line:
    """The keys that settle a conflict, or edit the value."""
    keys: list[tuple[str, str]] = []
    if visible > 1:
        keys += [("/".join(LETTERS[:choices]), "keep"), ("e", "merge")]
    elif shown.siblings:
        keys.append(("e", "edit"))
    spans: list[Span] = []
    for key, word in keys:
        spans += [Span("  " if spans else "", "dim"), Span(key, "bold accent"), Span(f" {word}", "dim")]
    return tuple(spans)
