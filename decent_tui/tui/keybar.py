"""The line at the bottom: the keys that do something here, made of the bindings that are active."""

from collections.abc import Sequence
from typing import Final

import msgspec
from textual import events

from decent_tui.tui.bindings import WRITING
from decent_tui.tui.command_screen import CommandScreen
from decent_tui.tui.key_names import key_name
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cells, said

FIRST: Final = ("help", "command", "filter")
"""What is shown first, everywhere; then what the focused pane adds, then the rest."""

LAST: Final = "quit"
"""What gives way to nothing: who cannot find the way out feels locked in."""

GAP: Final = 2
"""Blanks between two keys."""


class Shown(msgspec.Struct, frozen=True):
    """One key: how it is written, its word, the key itself, what it does in a few words more, and the word
    for it and others like it."""

    name: str
    word: str
    key: str
    about: str
    group: str = ""


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
        screen = self.screen
        refused = WRITING if isinstance(screen, CommandScreen) and screen.answer.readonly else ()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id in refused:
                continue
            if binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                told = active.tooltip or binding.tooltip
                group = binding.group.description if binding.group is not None else ""
                keys.append(Shown(key_name(binding.key), binding.description, binding.key, told, group))
        keys.sort(key=lambda shown: FIRST.index(shown.word) if shown.word in FIRST else len(FIRST))
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def _fitting(self) -> list[Shown]:
        """What there is room for: whole words, from the left, and the way out."""
        keys, room = self._keys, self.size.width - 1 + GAP
        if sum(map(_size, keys)) > room:
            keys = grouped(keys)
        out = [shown for shown in keys if shown.word == LAST]
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
        for at, shown in enumerate(self._fitting()):
            gap = " " * GAP if at else ""
            line += [Span(gap), Span(shown.name, "bold accent"), Span(f" {shown.word}", "dim")]
        return line, "bar"

    def _at(self, x: int) -> Shown | None:
        """What stands at this cell."""
        start = 1
        for shown in self._fitting():
            if x < start + _size(shown) - 1:
                return msgspec.structs.replace(shown, key=_of(shown, x - start))
            start += _size(shown)
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the key under the mouse does."""
        shown = self._at(event.x)
        self.tooltip = said(shown.about).text if shown is not None and shown.about else None

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        shown = self._at(event.x)
        if shown is not None:
            self.app.simulate_key(shown.key)


def grouped(keys: Sequence[Shown]) -> list[Shown]:
    """Keys of one group as one: `2/3 views`."""
    found: dict[str, Shown] = {}
    for shown in keys:
        before = found.get(shown.group)
        if shown.group and before is not None:
            shown = Shown(
                f"{before.name}/{shown.name}",
                shown.group,
                f"{before.key},{shown.key}",
                f"{before.about} · {shown.about}",
                shown.group,
            )
        found[shown.group or shown.key] = shown
    return list(found.values())


def _of(shown: Shown, x: int) -> str:
    """The key that is meant at cell `x` of a word: the one of several that stands there."""
    keys = shown.key.split(",")
    return keys[0] if len(keys) == 1 or not shown.group else keys[min(max(0, x) // 2, len(keys) - 1)]


def _size(shown: Shown) -> int:
    """The cells that a key and its word take."""
    return cells(shown.name) + cells(shown.word) + GAP + 1
