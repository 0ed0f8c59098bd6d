"""The colours of the screen, by what they mean, and the two themes made of them.

A colour has a *name* here (`dim`, `amber`, `node-3` …) and is used by that name only. On its ground
every text colour reaches a contrast of at least 4.5 : 1, `dim` on the cursor's line included
(tests/tui/test_palette.py computes it).
"""

from typing import Final

from textual.theme import Theme

NODE_COLOURS: Final = 8
"""How many colours nodes have; a ninth node shares one."""

DARK: Final = {
    "ground": "#14151f",
    "edge": "#3a4060",
    "text": "#c8d1f5",
    "dim": "#8f97c2",
    "accent": "#7aa2f7",
    "amber": "#ffa657",
    "red": "#f7768e",
    "green": "#a3cf72",
    "json-key": "#7dcfff",
    "json-string": "#a9d18e",
    "json-number": "#d0b3ff",
    "cursor": "#222a45",
    "cursor-blur": "#1d2032",
    "mark": "#4a2f12",
    "bar": "#1b1d2b",
    "node-0": "#8fb8c9",
    "node-1": "#7aa2f7",
    "node-2": "#e6cf78",
    "node-3": "#9ece6a",
    "node-4": "#bb9af7",
    "node-5": "#5fd3c4",
    "node-6": "#f59fd0",
    "node-7": "#c3a6a0",
}

LIGHT: Final = {
    "ground": "#fafafc",
    "edge": "#b9bfd3",
    "text": "#23283d",
    "dim": "#5a627a",
    "accent": "#2457c5",
    "amber": "#8f4500",
    "red": "#b81b3a",
    "green": "#33641a",
    "json-key": "#0a5c80",
    "json-string": "#33641a",
    "json-number": "#7338b5",
    "cursor": "#e4ebfb",
    "cursor-blur": "#eceef5",
    "mark": "#fde7c8",
    "bar": "#eff1f7",
    "node-0": "#3f6276",
    "node-1": "#2457c5",
    "node-2": "#6e5800",
    "node-3": "#2d6d26",
    "node-4": "#7338b5",
    "node-5": "#006862",
    "node-6": "#9f2d78",
    "node-7": "#7a5248",
}


def variables(*, dark: bool) -> dict[str, str]:
    """The colours as style variables (`$ink-dim` …), for a dark or a light ground."""
    return {f"ink-{name}": colour for name, colour in (DARK if dark else LIGHT).items()}


def _theme(name: str, colours: dict[str, str], *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
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
            **variables(dark=dark),
            "scrollbar": colours["edge"],
            "scrollbar-hover": colours["dim"],
            "scrollbar-active": colours["accent"],
            "scrollbar-background": colours["ground"],
            "scrollbar-background-hover": colours["ground"],
            "scrollbar-background-active": colours["ground"],
            "scrollbar-corner-color": colours["ground"],
        },
    )


THEMES: Final = (_theme("decent-dark", DARK, dark=True), _theme("decent-light", LIGHT, dark=False))
"""The program's own themes; the first is the one it starts with."""
