"""A line that somebody else writes."""

from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line


class Fixed(LineView):
    """One line that somebody else writes."""

    def __init__(self, *, id: str, ground: str) -> None:
        super().__init__(id=id)
        self._line: Line = ()
        self._ground = ground

    def show(self, line: Line) -> None:
        """Show this; costs nothing when it reads the same."""
        if list(line) != list(self._line):
            self._line = line
            self.refresh()

    def row(self, y: int) -> tuple[Line, str]:
        """The whole line."""
        return self._line, self._ground
