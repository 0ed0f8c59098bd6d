"""The base of every pane that paints lines itself."""

from textual.geometry import Region
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from decent_tui.tui.ink import Inks
from decent_tui.tui.lines import Line, crop


class Inked(Widget):
    """A widget that paints with the inks of the current theme."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._inks: Inks | None = None
        self._titles: tuple[Line, Line] = ((), ())

    @property
    def inks(self) -> Inks:
        """The inks of the current theme."""
        if self._inks is None:
            self._inks = Inks(self.app.theme_variables)
        return self._inks

    def on_mount(self) -> None:
        """Follow the theme."""
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, _theme: Theme) -> None:
        self._inks = None
        title, subtitle = self._titles
        self._titles = ((), ())
        self.label(title, subtitle)
        self.repaint()

    def repaint(self) -> None:
        """Paint everything anew, after a change of theme."""
        self.refresh()

    def label(self, title: Line, subtitle: Line = ()) -> None:
        """Set what stands in the border; costs nothing when it is the same as before."""
        if (title, subtitle) == self._titles:
            return
        if title != self._titles[0]:
            self.border_title = self.inks.content(title) if title else None
        if subtitle != self._titles[1]:
            self.border_subtitle = self.inks.content(subtitle) if subtitle else None
        self._titles = (title, subtitle)


class LineView(Inked):
    """Lines without a scroll region of their own: the widget says what stands on row `y`."""

    def row(self, y: int) -> tuple[Line, str]:
        """The line on row `y` and the ground below it."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint one row (the line API)."""
        line, ground = self.row(y)
        return self.inks.strip(crop(line, self.size.width), self.size.width, ground)

    def refresh_lines(self, *lines: int) -> None:
        """Paint only these lines anew."""
        width, height = self.size
        regions = [Region(0, y, width, 1) for y in sorted(set(lines)) if 0 <= y < height]
        if regions:
            self.refresh(*regions)
