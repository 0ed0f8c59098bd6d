"""The themes, the one to start with, and the file that keeps the choice."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from platformdirs import user_state_path
from textual.theme import Theme

from decent_tui.tui.palette import ANSI, COLOUR_BLIND, DARK, LIGHT, PLAIN, variables


def _theme(name: str, colours: Mapping[str, str], *, dark: bool = True) -> Theme:
    ansi = colours["text"] == "ansi_default"
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=colours["accent"],
        accent=colours["accent"],
        warning=colours["amber"],
        error=colours["red"],
        success=colours["green"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["ground"],
        panel=colours["bar"],
        variables={
            **variables(colours),
            "ansi-background": colours["ground"],  # the library's own styles want these two
            "ansi-foreground": colours["text"],
            "scrollbar": colours["dim"] if ansi else colours["edge"],
            "scrollbar-hover": colours["dim"],
            "scrollbar-active": colours["accent"],
            "scrollbar-background": colours["ground"],
            "scrollbar-background-hover": colours["ground"],
            "scrollbar-background-active": colours["ground"],
            "scrollbar-corner-color": colours["ground"],
        },
    )


THEMES: Final = (
    _theme("decent-dark", DARK),
    _theme("decent-light", LIGHT, dark=False),
    _theme("decent-colour-blind", COLOUR_BLIND),
    _theme("decent-ansi", ANSI),
)
"""The program's own themes, in the order in which a key goes through them."""

NO_COLOUR: Final = _theme("decent-plain", PLAIN)
"""The theme under NO_COLOR. It cannot be chosen, and no other can be while that is set."""

DESCRIBED: Final = {
    "decent-dark": "dark",
    "decent-light": "light",
    "decent-colour-blind": "for colour-blind eyes",
    "decent-ansi": "the terminal's own colours",
}


def default_path() -> Path:
    """Where the choice is kept on this platform."""
    return user_state_path("decent-tui") / "theme"


def first(path: Path | None) -> str:
    """The name of the theme to start with: without colours if NO_COLOR is set, else what TEXTUAL_THEME says,
    else what was chosen last, else dark."""
    if "NO_COLOR" in os.environ:
        return NO_COLOUR.name
    names = [theme.name for theme in THEMES]
    wished = os.environ.get("TEXTUAL_THEME", "")
    return wished if wished in names else _kept(path)


def _kept(path: Path | None) -> str:
    name = ""
    if path is not None:
        with contextlib.suppress(OSError):
            name = path.read_text(encoding="utf-8", errors="replace")[:100].strip()
    return name if name in DESCRIBED else THEMES[0].name


def keep(path: Path | None, name: str) -> bool:
    """Keep the choice for the next run; whether that worked."""
    if path is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        fresh.write_text(name + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError:
        return False
    return True


def after(name: str) -> Theme:
    """The theme that follows this one."""
    names = [theme.name for theme in THEMES]
    at = names.index(name) if name in names else -1
    return THEMES[(at + 1) % len(THEMES)]
