"""What stands in a frame below: the keys that do something there, each with its word."""

from collections.abc import Iterable
from typing import Final

from textual import events
from textual.widget import Widget

from decent_tui.tui.lines import Line, Span, cells, width

_PRESSED: Final = {
    "←": "left",
    "→": "right",
    "↑": "up",
    "↓": "down",
    "Enter": "enter",
    "Esc": "escape",
    "/": "slash",
    "Tab ←": "tab",
}


def offers(keys: Iterable[tuple[str, str]]) -> Line:
    """These keys and what they do."""
    spans: list[Span] = []
    for key, word in keys:
        spans += [Span("  " if spans else "", "dim"), Span(key, "bold accent"), Span(f" {word}", "dim")]
    return tuple(spans)


def key_under(hint: Line, x: int) -> str:
    """The key to press for a click on cell `x` of the hints; empty when it means none of several."""
    key = ""
    for word in hint:
        if word.ink == "bold accent":
            key = word.text
            options = key.split("/")
            if len(options) > 1:  # on one of the two, or on none
                first = cells(options[0])
                key = options[0] if x < first else options[1] if x > first else ""
                key = key if x < cells(word.text) else ""
        if 0 <= x < cells(word.text) and word.text.strip():
            return _PRESSED.get(key, key)
        x -= cells(word.text)
    return ""


def press_clicked(event: events.MouseEvent, box: Widget, hint: Line) -> None:
    """Press the key whose word in the lower edge of this box is under the mouse."""
    place = box.region
    if event.screen_y == place.bottom - 1:
        key = key_under(hint, event.screen_x - (place.right - 3 - width(hint)))
        if key:
            pressed = events.Key(key, None)
            pressed.set_sender(box.app)  # what a screen sends to one of its own does not come back up to it
            box.app.post_message(pressed)
