"""The line at the bottom: the keys that do something here, made of the bindings that are active."""

from typing import Final, NamedTuple

from textual import events

from decent_tui.tui.key_names import key_name
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cells, said

FIRST: Final = ("help", "command", "filter")
"""What is shown first, everywhere; then what the focused pane adds, then the rest."""

LAST: Final = "quit"
"""What gives way to nothing: who cannot find the way out feels locked in."""

GAP: Final = 2
"""Blanks between two keys."""


class Shown(NamedTuple):
    """One key: how it is written, its word, the key itself, and what it does in a few words more."""

    name: str
    word: str
    key: str
    about: str


class KeyBar(LineView):
    """Shows every active binding that wants to be shown; a click does what the key does."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: list[Shown] = []

    def on_mount(self) -> None:
        """Follow the bindings of whatever has the focus."""
        super().on_mount()
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self._read())
        self.call_after_refresh(self._read)

    def _read(self) -> None:
        keys: list[Shown] = []
        seen: set[str] = set()
        if not self.is_attached:
            return
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                told = active.tooltip or binding.tooltip
                keys.append(Shown(key_name(binding.key), binding.description, binding.key, told))
        keys.sort(key=lambda shown: FIRST.index(shown[1]) if shown[1] in FIRST else len(FIRST))
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def _fitting(self) -> list[Shown]:
        """What there is room for: whole words, from the left, and the way out."""
        keys, room = self._keys, self.size.width - 1 + GAP
        out = [shown for shown in keys if shown[1] == LAST]
        if sum(map(_size, keys)) <= room or sum(map(_size, out)) > room:
            out = []
        room -= sum(map(_size, out))
        fitting: list[Shown] = []
        for shown in keys:
            room -= _size(shown)
            if room < 0:
                break
            fitting.append(shown)
        return [*fitting, *(shown for shown in out if shown not in fitting)]

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        line: list[Span] = [Span(" ")]
        for at, (key, word, _, _) in enumerate(self._fitting()):
            gap = " " * GAP if at else ""
            line += [Span(gap), Span(key, "bold accent"), Span(f" {word}", "dim")]
        return line, "bar"

    def _at(self, x: int) -> Shown | None:
        """What stands at this cell."""
        end = 1
        for shown in self._fitting():
            end += _size(shown)
            if x < end - 1:
                return shown
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the key under the mouse does."""
        shown = self._at(event.x)
        self.tooltip = said(shown.about).text if shown is not None and shown.about else None

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        shown = self._at(event.x)
        if shown is not None:
            self.app.simulate_key(shown.key.partition(",")[0])


def _size(shown: Shown) -> int:
    """The cells that a key and its word take."""
    return cells(shown[0]) + cells(shown[1]) + GAP + 1
