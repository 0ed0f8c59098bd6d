"""The line at the bottom: the keys that do something here, made of the bindings that are active."""

from typing import Final

from textual import events

from decent_tui.tui.key_names import key_name
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cells

FIRST: Final = ("help", "command", "filter")
"""What is shown first, everywhere; then what the focused pane adds, then the rest."""

LAST: Final = "quit"
"""What gives way to nothing: who cannot find the way out feels locked in."""

GAP: Final = 2
"""Blanks between two keys."""


class KeyBar(LineView):
    """Shows every active binding that wants to be shown; a click does what the key does."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: list[tuple[str, str, str]] = []

    def on_mount(self) -> None:
        """Follow the bindings of whatever has the focus."""
        super().on_mount()
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self._read())
        self.call_after_refresh(self._read)

    def _read(self) -> None:
        keys: list[tuple[str, str, str]] = []
        seen: set[str] = set()
        if not self.is_attached:
            return
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                keys.append((key_name(binding.key), binding.description, binding.key))
        keys.sort(key=lambda shown: FIRST.index(shown[1]) if shown[1] in FIRST else len(FIRST))
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def _fitting(self) -> list[tuple[str, str, str]]:
        """What there is room for: whole words, from the left, and the way out."""
        keys, room = self._keys, self.size.width - 1 + GAP
        out = [shown for shown in keys if shown[1] == LAST]
        if sum(map(_size, keys)) <= room or sum(map(_size, out)) > room:
            out = []
        room -= sum(map(_size, out))
        fitting: list[tuple[str, str, str]] = []
        for shown in keys:
            room -= _size(shown)
            if room < 0:
                break
            fitting.append(shown)
        return [*fitting, *(shown for shown in out if shown not in fitting)]

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        line: list[Span] = [Span(" ")]
        for key, word, _ in self._fitting():
            line += [Span(key, "bold accent"), Span(f" {word}" + " " * GAP, "dim")]
        return line, "bar"

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        x = 1
        for shown in self._fitting():
            x += _size(shown)
            if event.x < x - 1:
                self.app.simulate_key(shown[2].partition(",")[0])
                return


def _size(shown: tuple[str, str, str]) -> int:
    """The cells that a key and its word take."""
    return cells(shown[0]) + cells(shown[1]) + GAP + 1
