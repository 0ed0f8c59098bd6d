"""How a link stands, where its line runs, and how it is drawn."""

import pytest

from decent_tui.core.operations import DialView, PeerView
from decent_tui.tui.lines import plain, width
from decent_tui.tui.links_picture import Link, Node, Pulse, height, lanes, link, picture, ways

NAMES = ("anna", "ben")
LAG = DialView("b:1", "lag", "both", ms=200.0, jitter_ms=0.0)
ONE_WAY = DialView("b:1", "cut", "in")
LOSE = DialView("a:1", "lose", "out", percent=30.0)


def peer(state: str = "alive", *, cut: bool = False, dials: list[DialView] | None = None) -> PeerView:
    return PeerView("b:1", "bb", "ben", state, cut=cut, dials=dials or [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "state", "words"),
    [
        (peer(), peer(), "up", ""),
        (peer("down", cut=True), peer("down"), "cut", "✗ cut by anna"),
        (peer("down", cut=True), peer("suspect", cut=True), "cut", "✗ cut by anna and ben"),
        (peer(dials=[LAG]), peer(), "slow", "lag 200 ms (anna)"),
        (peer(dials=[LAG]), peer(dials=[LOSE]), "slow", "lag 200 ms (anna) · lose 30 %, out (ben)"),
        (peer(), peer(dials=[ONE_WAY]), "cut", "✗ cut, in (ben)"),
        (peer("joining"), peer(), "down", "not linked"),
        (peer("suspect"), peer("alive"), "down", "not linked"),
        (peer(), None, "down", ""),
        (None, None, "off", ""),
    ],
)
def test_a_link_stands_as_its_worse_end_says(
    one: PeerView | None, other: PeerView | None, state: str, words: str
) -> None:
    assert link(0, 1, (one, other), NAMES) == Link(0, 1, state, words)  # type: ignore[arg-type]


@pytest.mark.parametrize(("nodes", "rows"), [(1, 1), (2, 1), (3, 2), (4, 4), (5, 6)])
def test_neighbours_share_a_row_and_arcs_lie_below(nodes: int, rows: int) -> None:
    found = lanes(nodes)
    assert len(found) == nodes * (nodes - 1) // 2
    assert all((row == 0) == (right - left == 1) for (left, right), row in found.items())
    assert height(nodes) == rows


@pytest.mark.parametrize("nodes", [2, 3, 4, 5, 9])
def test_no_two_links_run_along_each_other(nodes: int) -> None:
    columns = [20 * at + 10 for at in range(nodes)]
    flat = [set(path) for path in ways(columns).values()]
    for at, one in enumerate(flat):
        for other in flat[at + 1 :]:
            assert len(one & other) <= 2  # they may cross, going in and coming out


def drawn(
    *links: Link, pulses: tuple[Pulse, ...] = (), stretch: int = 1, off: int | None = None
) -> list[str]:
    nodes = [Node(x, f"node-{at}", at != off) for at, x in enumerate((3, 15, 27))]
    lines = picture(nodes, links, pulses, 30, stretch)
    assert all(width(line) == 30 for line in lines)
    return [plain(line).rstrip() for line in lines]


def test_whole_links_are_whole_lines() -> None:
    assert drawn(Link(0, 1, "up"), Link(0, 2, "up"), Link(1, 2, "up"), stretch=2) == [
        "   ●───────────●───────────●",
        "   │                       │",
        "   ╰───────────────────────╯",
    ]


def test_cut_links_are_broken_slow_ones_dotted_and_those_of_a_stopped_node_gone() -> None:
    assert drawn(Link(0, 1, "cut"), Link(0, 2, "slow"), Link(1, 2, "off"), off=2) == [
        "   ●─  ─  ─  ─ ●           ○",
        "   ╰ · · · · · · · · · · · ╯",
    ]


def test_what_is_wrong_stands_in_the_middle_of_the_line() -> None:
    line = drawn(Link(0, 2, "cut", "✗ cut by anna"))[1]
    assert " ✗ cut by anna " in line
    assert line.startswith("   ╰")
    assert line.endswith("╯")


@pytest.mark.parametrize(
    ("pulse", "line"),
    [
        (Pulse(0, 1, 0.0, "green"), "   ●●          ●           ●"),
        (Pulse(0, 1, 0.5, "green"), "   ●     ●     ●           ●"),
        (Pulse(1, 0, 1.0, "green"), "   ●●          ●           ●"),
        (Pulse(1, 2, 0.5, "green", "○"), "   ●           ●     ○     ●"),
        (Pulse(0, 1, 0.3, "green", lost=True), "   ●   ●       ●           ●"),
        (Pulse(0, 1, 0.9, "green", lost=True), "   ●     ✗     ●           ●"),
        (Pulse(0, 1, 1.2, "green"), "   ●           ●           ●"),
    ],
)
def test_a_message_travels_along_its_link(pulse: Pulse, line: str) -> None:
    off = (Link(0, 1, "off"), Link(1, 2, "off"), Link(0, 2, "off"))
    assert drawn(*off, pulses=(pulse,))[0] == line
