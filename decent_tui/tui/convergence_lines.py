"""What the convergence view says: who lacks what of whom, how long writes take, and what waits for whom."""

from collections.abc import Callable, Sequence
from math import log10
from typing import Final

import msgspec

from decent_tui.core.operations import ConvergenceView, KeyReasons, LackRow, PeerView
from decent_tui.core.text import printable
from decent_tui.tui.banner import banner, unreachable
from decent_tui.tui.lines import Line, Span, crop, fit, pad, said, spread, width
from decent_tui.tui.roster import Roster, is_silent
from decent_tui.tui.words import BARS, milliseconds, plural, size, span, sparkline

CELL: Final = 12
"""Cells of one column of the table: a number of a million and a bar."""

NARROW: Final = 8
"""Cells of one at least: many nodes side by side are worth more than the last digits."""

NAME: Final = 22
"""Cells of a row's label, at most."""

NOTE: Final = 24
"""Cells that the words at the end of a row want, at least; columns give way to them."""

KEYS: Final = 6
"""Keys told about at most."""


_GONE: Final = "  deleted, and forgotten by all"


class Picture(msgspec.Struct, frozen=True):
    """All that is shown at one time. `in_flight` and `traffic` are samples, one for each reading, oldest
    first; `reasons` are of the keys that are watched."""

    view: ConvergenceView
    peers: Sequence[PeerView]
    roster: Roster
    in_flight: Sequence[float] = ()
    traffic: Sequence[float] = ()
    reasons: Sequence[KeyReasons] = ()


def headline(picture: Picture, room: int, lost: str = "") -> Line:
    """The numbers of scripts (`status`) on one line; or why the node does not answer."""
    view = picture.view
    percent = 100 if view.settled >= 1 else int(view.settled * 100)
    left = [Span(" Convergence  ", "bold accent"), *(unreachable(lost) or banner(picture.peers))]
    right = [Span(f" {percent:>3} %", "green" if percent == 100 else "amber"), Span(" settled", "dim")]
    flying = plural(view.in_flight, "write")
    last = [
        Span(" · ", "dim"),
        Span(flying, "amber" if view.in_flight else "text"),
        Span(" in flight ", "dim"),
    ]
    if view.settle_p50_ms is not None and view.settle_p95_ms is not None:
        times = [Span(" · settle p50 ", "dim"), Span(milliseconds(view.settle_p50_ms))]
        times += [Span(", p95 ", "dim"), Span(milliseconds(view.settle_p95_ms))]
        if width([*left, *right, *times, *last]) <= room:  # the plot below has them too
            right += times
    return spread(left, [*right, *last], room)


def body(picture: Picture, room: int) -> list[Line]:
    """Everything below the headline."""
    lines = [*table(picture, room), (), *plots(picture, room), ()]
    lines += waiting(picture)
    for reasons in picture.reasons[:KEYS]:
        lines += about(reasons, picture.roster)
    return [crop(line, room) for line in lines]


# ------------------------------------------------------------------ the table


def table(picture: Picture, room: int) -> list[Line]:
    """A row for each node, a column for each writer: how many writes of the column the row lacks."""
    view, roster = picture.view, picture.roster
    labels = {row.node: _called(roster, row.node, view.node) for row in view.rows}
    name = min(NAME, max(width(label) for label in labels.values()) + 2)
    free = room - name - NOTE
    writers, others = columns(view, max(1, free // NARROW))
    wide = max(NARROW, min(CELL, free // max(1, len(writers) + bool(others))))
    head = [Span(fit(" lacks of →", name), "dim")]
    for writer in writers:
        label = roster.label(writer)
        head.append(Span(fit(label.text, wide - 1, right=True) + " ", label.ink))
    if others:
        head.append(Span(fit("others", wide - 1, right=True), "dim"))
    lines: list[Line] = [head]
    for row in view.rows:
        line = [Span(" "), *pad(labels[row.node], name - 1)]
        line += [cell(row.lacks.get(writer, 0), wide) for writer in writers]
        if others:
            line.append(cell(sum(row.lacks.get(writer, 0) for writer in others), wide))
        lines.append([*line, Span("  "), *note(row, picture)])
    if len(view.rows) == 1:
        lines.append((Span(" no other node is a member yet", "dim"),))
    return lines


def columns(view: ConvergenceView, most: int) -> tuple[list[str], list[str]]:
    """The writers with a column of their own, and those whose columns are one: members first, and of the rest
    only those of whom anybody lacks anything."""
    members = {row.node for row in view.rows}
    lacked = {writer for row in view.rows for writer in row.lacks}
    wanted = [writer for writer in view.writers if writer in members or writer in lacked]
    if len(wanted) <= most:
        return wanted, []
    return wanted[: most - 1], wanted[most - 1 :]


def cell(count: int, wide: int = CELL) -> Span:
    """A number and a bar of its size; a point where nothing is lacking."""
    if not count:
        return Span(fit("·", wide - 3, right=True) + "   ", "green")
    bar = BARS[min(len(BARS) - 1, int(log10(count)))]
    number = f"{count:,}" if wide >= CELL or count < 10_000 else f"{count // 1_000:,}k"
    return Span(fit(f"{number} {bar}", wide - 1, right=True) + " ", "amber")


def _called(roster: Roster, node: str, own: str) -> list[Span]:
    face = roster.face(node)
    name = "here" if node == own else face.name
    return [Span(face.label, f"bold {face.ink}"), Span(f" {printable(name)}" if name else "", "dim")]


def note(row: LackRow, picture: Picture) -> list[Span]:
    """How a node stands, and why, in a few words."""
    behind = sum(row.lacks.values())
    if row.node == picture.view.node:
        return [Span(f"{behind:,} on the way here", "amber")] if behind else [Span("level", "green")]
    peer = next((peer for peer in picture.peers if peer.node_id == row.node), None)
    cut = next((view for view in peer.dials if view.dial == "cut"), None) if peer is not None else None
    level = Span("level", "green")
    if peer is None or is_silent(peer):
        level = Span("level when last heard", "dim")
    words = [Span(f"{behind:,} behind", "amber")] if behind else [level]
    if peer is None:
        return [*words, Span(", at no known address", "dim")]
    if cut is not None:
        way = {"both": "", "in": " (from it)", "out": " (to it)"}[cut.direction]
        return [*words, Span(f", cut by you{way} {span(cut.since_s or 0)} ago", "red")]
    if peer.state != "alive":
        since = "" if peer.since_s is None else f" for {span(peer.since_s)}"
        return [*words, Span(f", {peer.state}{since}", "red" if peer.state == "down" else "amber")]
    if behind:
        words.append(Span(", catching up", "dim"))
    if peer.rtt_ms is not None:
        words.append(Span(f", {milliseconds(peer.rtt_ms)}", "dim"))
    return words


# ------------------------------------------------------------------ curves


def plots(picture: Picture, room: int) -> list[Line]:
    """Settle times of the newest writes, writes in flight and bytes a second."""
    view = picture.view
    return [
        _plot("settle time", view.settle_ms, room, "accent", milliseconds),
        _plot("in flight", picture.in_flight, room, "amber", lambda value: f"{value:,.0f}"),
        _plot("bytes a second", picture.traffic, room, "json-key", lambda value: size(int(value))),
    ]


def _plot(name: str, values: Sequence[float], room: int, ink: str, word: Callable[[float], str]) -> Line:
    most = max(8, min(60, room - 48))
    shown = list(values)[-most:]
    if not shown:
        return (Span(f" {name:<15}", "dim"), Span("nothing yet", "dim"))
    curve = sparkline(shown).rjust(most, " ")
    told = f"  now {word(shown[-1]):>9}  most {word(max(shown)):>9}"
    return (Span(f" {name:<15}", "dim"), Span(curve, ink), Span(told, "dim"))


# ------------------------------------------------------------------ deletions and keys


def waiting(picture: Picture) -> list[Line]:
    """What a collection of tombstones waits for."""
    lines: list[Line] = []
    for node, count in sorted(picture.view.waits_for.items(), key=lambda item: (-item[1], item[0])):
        who = picture.roster.label(node or picture.view.node, bold=True)
        verb = "waits" if count == 1 else "wait"
        lines.append(
            (
                Span(f" {plural(count, 'deletion')} {verb} for ", "text"),
                who,
                Span(" before they can be forgotten" if count != 1 else " before it can be forgotten", "dim"),
            )
        )
    return lines


def about(reasons: KeyReasons, roster: Roster) -> list[Line]:
    """One key: how many hold it, or that it is gone; and who does not, since when and why."""
    if not reasons.versions:
        return [(Span(" ○ ", "dim"), said(reasons.key, "dim", most=60), Span(_GONE, "dim"))]
    all_have = reasons.held == reasons.members
    well = "green" if all_have else "amber"
    deleted = all(record.deleted for record in reasons.versions)
    sign = Span(" ✗ ", "red") if deleted else Span(" ● " if all_have else " ◌ ", well)
    line = [sign, said(reasons.key, "bold text", most=60)]
    line += [Span("  deleted", "red")] if deleted else []
    lines: list[Line] = [[*line, Span(f"  held by {reasons.held}/{reasons.members}", well)]]
    for lacking in reasons.lacking[:4]:
        lines.append(
            (
                Span("     "),
                roster.label(lacking.node_id),
                Span(f" lacks it for {span(lacking.since_s)}: ", "dim"),
                said(lacking.why, "text", most=200),
            )
        )
    if len(reasons.lacking) > 4:
        lines.append((Span(f"     and {len(reasons.lacking) - 4} more", "dim"),))
    return lines
