"""The colours of the screen, by what they mean, in four palettes (and one without any colour).

A colour has a *name* here (`dim`, `amber`, `node-3` …) and is used by that name only. On its ground
every text colour reaches a contrast of at least 4.5 : 1, `dim` on the cursor's line included
(tests/tui/test_palette.py computes it). No two nodes look alike, and none like a state: amber, red, green.
"""

from collections.abc import Mapping
from typing import Final

NODE_COLOURS: Final = 8
"""How many colours nodes have; a ninth node shares one."""

DARK: Final = {
    "ground": "#14151f",
    "edge": "#3a4060",
    "text": "#c8d1f5",
    "dim": "#8f97c2",
    "accent": "#7aa2f7",
    "focus": "#7aa2f7",
    "amber": "#ffa657",
    "red": "#f7768e",
    "green": "#a3cf72",
    "json-key": "#7dcfff",
    "json-string": "#a9d18e",
    "json-number": "#d0b3ff",
    "cursor": "#222a45",
    "cursor-blur": "#1d2032",
    "mark": "#4a2f12",
    "caret": "none",
    "ghost": "none",
    "bar": "#1b1d2b",
    "node-0": "#8fb8c9",
    "node-1": "#7aa2f7",
    "node-2": "#e6cf78",
    "node-3": "#47c682",
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
    "focus": "#2457c5",
    "amber": "#8f4500",
    "red": "#b81b3a",
    "green": "#33641a",
    "json-key": "#0a5c80",
    "json-string": "#33641a",
    "json-number": "#7338b5",
    "cursor": "#e4ebfb",
    "cursor-blur": "#eceef5",
    "mark": "#fde7c8",
    "caret": "none",
    "ghost": "none",
    "bar": "#eff1f7",
    "node-0": "#3f6276",
    "node-1": "#2457c5",
    "node-2": "#6e5800",
    "node-3": "#00783f",
    "node-4": "#7338b5",
    "node-5": "#006862",
    "node-6": "#9f2d78",
    "node-7": "#7a5248",
}

COLOUR_BLIND: Final = {
    # after Okabe and Ito, "Color Universal Design" (2008): told apart with any kind of colour vision.
    # Their bluish green, vermilion and reddish purple are lighter here, to be read on a dark ground. Eight
    # nodes and three states are more than they have: nodes 2, 3, 5 and 6 have others, as far apart.
    "ground": "#101218",
    "edge": "#454c60",
    "text": "#dfe4f0",
    "dim": "#a3abbf",
    "accent": "#56b4e9",
    "focus": "#56b4e9",
    "amber": "#f0e442",
    "red": "#ff7a33",
    "green": "#2fc79b",
    "json-key": "#56b4e9",
    "json-string": "#2fc79b",
    "json-number": "#e69f00",
    "cursor": "#232a3d",
    "cursor-blur": "#1b1f2b",
    "mark": "#3d3a10",
    "caret": "none",
    "ghost": "none",
    "bar": "#181b25",
    "node-0": "#b8b8b8",
    "node-1": "#56b4e9",
    "node-2": "#a07dfb",
    "node-3": "#96e7a7",
    "node-4": "#e08ebe",
    "node-5": "#88e0f7",
    "node-6": "#feb9db",
    "node-7": "#f5f5f5",
}

ANSI: Final = {
    # The terminal's own colours, which its owner chose to be read. Nobody knows its ground, so text, `dim`
    # included, is the terminal's text, and what needs a ground of its own is drawn in reverse.
    "ground": "ansi_default",
    "edge": "faint",
    "text": "ansi_default",
    "dim": "ansi_default",
    "accent": "ansi_blue",
    "focus": "ansi_blue",
    "amber": "ansi_yellow",
    "red": "ansi_red",
    "green": "ansi_green",
    "json-key": "ansi_cyan",
    "json-string": "ansi_green",
    "json-number": "ansi_magenta",
    "cursor": "reverse",
    "cursor-blur": "underline",
    "mark": "reverse",
    "caret": "reverse",
    "ghost": "italic",
    "bar": "ansi_default",
    "node-0": "ansi_cyan",
    "node-1": "ansi_blue",
    "node-2": "ansi_bright_blue",
    "node-3": "ansi_bright_green",
    "node-4": "ansi_magenta",
    "node-5": "ansi_bright_cyan",
    "node-6": "ansi_bright_magenta",
    "node-7": "ansi_default",
}

PLAIN: Final = {
    name: colour if not colour.startswith("ansi_") else "ansi_default" for name, colour in ANSI.items()
} | {"focus": "reverse"}
"""No colour at all, for NO_COLOR: signs, words, bold and reverse say everything."""


def variables(colours: Mapping[str, str]) -> dict[str, str]:
    """The colours as style variables (`$ink-dim` …)."""
    return {f"ink-{name}": colour for name, colour in colours.items()}
