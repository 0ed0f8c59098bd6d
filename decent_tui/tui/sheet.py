"""The whole of a key in lines: its cards and the sentences below them, fitted to the room there is."""

from typing import Final, NamedTuple

from decent_tui.core.operations import Inspection
from decent_tui.tui.cards import FEWEST, SLIM, Laid, Look, Values, cards
from decent_tui.tui.explain import explained
from decent_tui.tui.lines import Line

UNFOLDED: Final = 2_000
"""Lines of one value after unfolding; what is longer is for the editor."""


class Sheet(NamedTuple):
    """All lines, and how the cards among them were laid."""

    lines: list[Line]
    laid: Laid


def sheet(shown: Inspection, values: Values, look: Look, rows: int) -> Sheet:
    """Cards and sentences in `rows` rows, if that can be: with air between the parts, else without, else with
    more cards side by side, else with the values folded, so that the sentences stay in sight. Unfolded or
    filtered, as long as it takes."""
    told = explained(shown, look.roster, look.room)
    if look.whole or look.find:
        laid = cards(shown, values, look._replace(most=UNFOLDED, whole=True))
        return Sheet([*laid.lines, *told], laid)
    look = look._replace(most=max(FEWEST, rows))
    laid = cards(shown, values, look)
    if len(laid.lines) + len(told) > rows:
        look, told = look._replace(tight=True), told[1:]  # the first of them is empty
        laid = cards(shown, values, look)
        if len(laid.lines) + len(told) > rows and laid.rows > 1:
            slim = cards(shown, values, look._replace(card=SLIM))
            if len(slim.lines) < len(laid.lines):
                look, laid = look._replace(card=SLIM), slim
        over = len(laid.lines) + len(told) - rows
        if over > 0:
            fewer = laid.longest - -(-over // laid.rows)
            laid = cards(shown, values, look._replace(most=max(FEWEST, fewer)))
    return Sheet([*laid.lines, *told], laid)
