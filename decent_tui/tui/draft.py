"""The text of a JSON value while it is edited: coloured as it is elsewhere, and harmless."""

import re
from typing import Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widgets import TextArea

from decent_tui.tui.ink import Inks
from decent_tui.tui.json_text import escaped

LONG: Final = 2_000
"""Characters up to which a line is coloured; longer ones are folded text that nobody reads by colour."""

_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*|\b(?:true|false|null)\b)|(?P<dim>[{}\[\],:]+)"
)
_INKS: Final = {"key": "json-key", "string": "json-string", "number": "json-number", "dim": "dim"}


class Draft(TextArea):
    """The text that is edited: nothing gets in that could do something to the terminal."""

    _inks: tuple[str, Inks] | None = None

    def _ink(self, name: str) -> Style:
        if self._inks is None or self._inks[0] != self.app.theme:
            self._inks = (self.app.theme, Inks(self.app.theme_variables))
        return self._inks[1].foreground(name)

    def get_line(self, line_index: int) -> Text:
        """One line with its colours. They are found by reading that line alone: JSON has no string over
        several lines."""
        line = super().get_line(line_index)
        if len(line) <= LONG:
            for token in _TOKEN.finditer(line.plain):
                if token.lastgroup is not None:
                    line.stylize(self._ink(_INKS[token.lastgroup]), token.start(), token.end())
        return line

    async def _on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, with escapes for what cannot be shown."""
        event.stop()
        event.prevent_default()  # of the class above, which would insert it as it is
        await super()._on_paste(events.Paste(escaped(event.text)))
